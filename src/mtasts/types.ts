import type { UnixSeconds } from '../base/index.ts'

/** A policy (RFC 8461 §3.2). */
export interface StsPolicy {
  readonly mode: 'enforce' | 'testing' | 'none'
  /** Seconds. */
  readonly maxAge: number
  /** Patterns as written, lower case, `*.` in front for one label. */
  readonly mx: readonly string[]
  /** The policy's lines, as TLS-RPT wants them (RFC 8460 §4.4). */
  readonly lines: readonly string[]
}

/** What is known of a domain's MTA-STS. */
export type StsState =
  /** There is no record, or none that counts: no policy, and nothing cached. */
  | { readonly kind: 'none'; readonly text: string }
  /** A policy in force: fetched now, or cached. */
  | {
      readonly kind: 'policy'
      readonly policy: StsPolicy
      readonly id: string
      readonly expires: UnixSeconds
      readonly from: 'fetched' | 'cached'
      /** Why a newer one could not be had, when an older one is kept (RFC 8461 §5.1). */
      readonly problem: StsProblem | undefined
      readonly text: string
    }
  /** There is a record, but no policy could be had: as no policy, and worth a report. */
  | { readonly kind: 'failed'; readonly problem: StsProblem; readonly text: string }

/** What went wrong, by the result types of RFC 8460 §4.3.2.2. */
export interface StsProblem {
  readonly type: 'sts-policy-fetch-error' | 'sts-policy-invalid' | 'sts-webpki-invalid'
  readonly text: string
}
