import type { UnixSeconds } from '../base/index.ts'
import type { Host } from '../destination/index.ts'
import type { StsState } from '../mtasts/index.ts'
import type { Domain, ExpectedMx } from '../provision/index.ts'
import type { Ttl } from '../rr/index.ts'
import type { Security } from '../validator/index.ts'
import type { Name } from '../wire/index.ts'

/** What provisioning demands of a domain; what observations are compared with. */
export interface ExpectedDomain {
  readonly name: Name
  /** Undefined where the domain is none of the tenant's accepted ones. */
  readonly domain: Domain | undefined
  readonly expected: ExpectedMx | undefined
  /** The host of before, to be recognised; undefined without legacy hosts. */
  readonly legacyHost: Name | undefined
}

/** One MX record as seen. */
export interface ObservedMx {
  readonly preference: number
  readonly host: Name
  readonly ttl: Ttl
}

/** What was seen of a domain. */
export interface ObservedDomain {
  readonly at: UnixSeconds
  /** What came of the MX lookup; `failed` for SERVFAIL, bogus, timeouts and refusals. */
  readonly mx:
    | {
        readonly kind: 'found'
        readonly security: Security
        readonly records: readonly ObservedMx[]
      }
    | { readonly kind: 'nodata' | 'nxdomain'; readonly security: Security }
    | { readonly kind: 'failed'; readonly security: Security; readonly text: string }
    /** Not asked for. */
    | { readonly kind: 'skipped' }
  /** The hosts of the MX records, with addresses and TLSA, as a sender finds them. */
  readonly hosts: readonly Host[]
  readonly sts: StsState | { readonly kind: 'skipped' }
}

/** Codes of the status cmdlet. */
export type StatusCode =
  | 'EG001'
  | 'EG002'
  | 'ED001'
  | 'ED002'
  | 'ED003'
  | 'EX002'
  | 'EX003'
  | 'EX004'
  | 'EX005'
  | 'EX006'
  | 'EX007'
  | 'EX008'
  | 'EX009'
  | 'EX010'
  | 'EX012'
  | 'EX013'
  | 'ES001'
  | 'ES002'

/** One finding of the status, `EX003:Priority of MX record did not match the expected one.`. */
export interface StatusLine {
  readonly code: StatusCode
  readonly text: string
  readonly cause: string
  readonly remedy: string
}

/** Output of `Get-DnssecStatusForVerifiedDomain`, as data. */
export interface DnssecStatus {
  readonly feature: 'Enabled' | 'Disabled' | 'Unknown'
  readonly expected: ExpectedMx | undefined
  readonly errors: readonly StatusLine[]
  readonly warnings: readonly StatusLine[]
  readonly dns: { readonly support: 'Valid' | 'Invalid' | 'Skipped' } & Lines
  readonly mx: {
    readonly status: 'Valid' | 'Invalid' | 'Skipped'
    readonly actual: readonly ObservedMx[]
  } & Lines
  readonly sts: {
    readonly status: 'Valid' | 'Invalid' | 'Skipped'
    readonly available: boolean
    readonly mode: 'Enforce' | 'Testing' | 'None' | 'Unavailable'
  } & Lines
}

interface Lines {
  readonly errors: readonly StatusLine[]
  readonly warnings: readonly StatusLine[]
}

/** One step of the guide. */
export interface MigrationStep {
  /** Stable, such as `lower-mx-ttl`, `enable-dnssec`, `add-signed-mx`, `swap`, `drop-legacy`. */
  readonly id: string
  readonly title: string
  /** `wait`: all is done, caches are not; `wrong`: done otherwise than it has to be. */
  readonly state: 'done' | 'next' | 'wait' | 'wrong' | 'later' | 'skipped'
  /** What was seen, or what to do, with the very record or command. */
  readonly text: string
  readonly until: UnixSeconds | undefined
  readonly codes: readonly StatusCode[]
}

/** Where a domain stands. */
export interface MigrationReport {
  readonly name: Name
  readonly at: UnixSeconds
  /** To signed hosts and DANE, or back. */
  readonly direction: 'enable' | 'disable'
  readonly steps: readonly MigrationStep[]
  /** The first that is not done; undefined at the end of the way. */
  readonly next: MigrationStep | undefined
  readonly status: DnssecStatus
}
