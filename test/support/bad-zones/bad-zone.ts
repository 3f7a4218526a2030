/** Whether a server would load a zone: `served`, also with warnings, or `refused`. */
export type Verdict = 'served' | 'refused'

/** A zone with a fault, what danelaw says, and what BIND and Knot do with it. */
export interface BadZone {
  readonly title: string
  /** Goes below `soundZone`, from line 5 on; or is the whole zone. */
  readonly text: string
  readonly isWhole?: boolean
  /** What `showFinding` makes of the findings. */
  readonly findings: readonly string[]
  /** What `named-checkzone -i local` and `kzonecheck` say. */
  readonly bind: Verdict
  readonly knot: Verdict
  /** Where the verdicts differ: the reason for ours. */
  readonly why?: string
}

/** Four lines of a zone without fault. */
export const soundZone = `$TTL 60
@ SOA ns hostmaster 1 7200 900 1209600 300
@ NS ns
ns A 192.0.2.1
`
