import type { UnixSeconds } from '../base/index.ts'
import type { Host } from '../destination/index.ts'
import type { StsState } from '../mtasts/index.ts'
import type { Domain, ExpectedMx } from '../provision/index.ts'
import type { Ttl } from '../rr/index.ts'
import type { Security } from '../validator/index.ts'
import type { Name } from '../wire/index.ts'
import type { MigrationMemory } from './memory.ts'

/** What provisioning demands of a domain; what observations are compared with. */
export interface ExpectedDomain {
  readonly name: Name
  /** Undefined where the domain is none of the tenant's accepted ones. */
  readonly domain:
    | Pick<Domain, 'kind' | 'proof' | 'verifiedAt' | 'dnssec' | 'dane' | 'legacy' | 'removedAt'>
    | undefined
  /** The record that the domain shall have; undefined while DNSSEC is off. */
  readonly expected: ExpectedMx | undefined
  /** The signed host, also when DNSSEC is off again; undefined before it was ever on. */
  readonly signedHost: Name | undefined
  /** The host of before, to be recognised; undefined without legacy hosts. */
  readonly legacyHost: Name | undefined
}

/** One MX record as seen. */
export interface ObservedMx {
  readonly preference: number
  readonly host: Name
  readonly ttl: Ttl
}

/** What is not to be looked at, as the cmdlet's switches have it. */
export interface StatusSkips {
  /** `-SkipDnsValidation` */
  readonly dns: boolean
  /** `-SkipMxValidation` */
  readonly mx: boolean
  /** `-SkipMtaStsValidation` */
  readonly sts: boolean
}

/** What came of the MX lookup; `failed` for SERVFAIL, bogus, timeouts and refusals. */
export type ObservedMxSet =
  | {
      readonly kind: 'found'
      readonly security: Security
      readonly records: readonly ObservedMx[]
    }
  | { readonly kind: 'nodata' | 'nxdomain'; readonly security: Security }
  | { readonly kind: 'failed'; readonly security: Security; readonly text: string }
  /** Not asked for. */
  | { readonly kind: 'skipped' }

/** How a host was met by SMTP. */
export interface Meeting {
  readonly host: Name
  /** Whether it takes mail as it should. */
  readonly isGood: boolean
  /** What came of it, in a sentence without its full stop. */
  readonly text: string
}

/** What was seen of a domain. */
export interface ObservedDomain {
  readonly at: UnixSeconds
  readonly skips: StatusSkips
  readonly mx: ObservedMxSet
  /** The hosts of the MX records, with addresses and TLSA, as a sender finds them. */
  readonly hosts: readonly Host[]
  /** Hosts that were asked about besides: the signed one and the one of before. */
  readonly others: readonly Host[]
  /** Those of the latter that were met, if anybody was told to. */
  readonly meetings: readonly Meeting[]
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

/**
 * Findings by what they cost. An error: mail does not go to the signed host first, or is refused,
 * or nobody can tell. A warning: it does, and something beside it is not as it should be.
 */
export interface StatusLines {
  readonly errors: readonly StatusLine[]
  readonly warnings: readonly StatusLine[]
}

/** Whether all is as expected: `Valid` has neither errors nor warnings. */
export type Validity = 'Valid' | 'Invalid' | 'Skipped'

/** Output of `Get-DnssecStatusForVerifiedDomain`, as data. */
export interface DnssecStatus extends StatusLines {
  readonly feature: 'Enabled' | 'Disabled' | 'Unknown'
  readonly expected: ExpectedMx | undefined
  readonly dns: { readonly support: Validity } & StatusLines
  readonly mx: {
    readonly status: Validity
    readonly actual: readonly ObservedMx[]
  } & StatusLines
  readonly sts: {
    readonly status: Validity
    readonly available: boolean
    readonly mode: 'Enforce' | 'Testing' | 'None' | 'Unavailable'
  } & StatusLines
}

/** To signed hosts and DANE, or back. */
export type Direction = 'enable' | 'disable'

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
  readonly direction: Direction
  /** `done` and `skipped` ones, then at most one `next`, `wait` or `wrong`, then `later` ones. */
  readonly steps: readonly MigrationStep[]
  /** The first that is not done; undefined at the end of the way. */
  readonly next: MigrationStep | undefined
  readonly status: DnssecStatus
  /** To be handed in with the next observation. */
  readonly memory: MigrationMemory
}
