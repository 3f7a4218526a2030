import type { Clock, Timers } from '../base/index.ts'
import type { DanePolicy, Profile } from '../dane/index.ts'
import type { FamilyRule } from '../destination/index.ts'
import type { StsCache } from '../mtasts/index.ts'
import type { SmtpLimits } from '../smtp/index.ts'
import type { Stub, TraceEvent } from '../stub/index.ts'
import type { Name } from '../wire/index.ts'
import type { CheckLimits } from './limits.ts'
import type { CheckMode } from './report.ts'

/** What is to be checked, and as whom. */
export interface CheckRequest {
  readonly domain: Name
  readonly mode: CheckMode
  readonly policy: DanePolicy
  /** Whose verdicts are shown; the first decides. At least one. */
  readonly profiles: readonly Profile[]
  readonly families: FamilyRule
  /** Where mail servers listen, and the port in the owner of TLSA records. */
  readonly port: number
  /** What EHLO says of us: one word. */
  readonly ehloName: string
  /** PEM of certificate authorities for MTA-STS; undefined for the system's. */
  readonly ca: string | undefined
  /** Where policies of MTA-STS are served; 443 but in a lab. */
  readonly stsPort: number
}

/** The world of a check. */
export interface CheckWorld {
  readonly stub: Stub
  /** Time for certificates and policies; the stub has its own for signatures. */
  readonly clock: Clock
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number
  readonly timers: Timers
  /** Policies of MTA-STS, kept from check to check. */
  readonly stsCache: StsCache
  readonly limits?: Partial<CheckLimits>
  readonly smtpLimits?: Partial<SmtpLimits>
  /** Hears what is being done, for people who wait. */
  readonly onProgress?: (text: string) => void
  /** Hears every query, answer and step of validation. */
  readonly onTrace?: (event: TraceEvent) => void
  /** Gives up early. */
  readonly signal?: AbortSignal
}
