import type { UnixSeconds } from '../base/index.ts'

/** Where a domain wants its reports (RFC 8460 §3). */
export type RptRecord =
  | { readonly kind: 'none'; readonly text: string }
  | {
      readonly kind: 'record'
      /** `mailto:` and `https:` URIs, in order; others are left out. */
      readonly rua: readonly string[]
      readonly text: string
    }

/** One policy of a report with what sessions under it came to (RFC 8460 §4.4). */
export interface RptPolicy {
  readonly type: 'tlsa' | 'sts' | 'no-policy-found'
  /** TLSA records as `3 1 1 0A1B…`, or the lines of the MTA-STS policy. */
  readonly strings: readonly string[]
  readonly domain: string
  readonly mxHosts: readonly string[]
  readonly successes: number
  /**
   * Sessions that failed, each counted once, where one may have had several failures; without it,
   * the sum of those of `failures`.
   */
  readonly failedSessions?: number
  readonly failures: readonly RptFailure[]
}

/** One kind of failure (RFC 8460 §4.4). */
export interface RptFailure {
  /** A result type of RFC 8460 §4.3. */
  readonly type: string
  readonly sessions: number
  readonly sendingAddress?: string
  readonly receivingHost?: string
  readonly receivingHelo?: string
  readonly receivingAddress?: string
  readonly information?: string
  readonly reasonCode?: string
}

/** A report, whoever wrote it. */
export interface RptReport {
  readonly organization: string
  readonly contact: string
  readonly id: string
  readonly begin: UnixSeconds
  readonly end: UnixSeconds
  readonly policies: readonly RptPolicy[]
}
