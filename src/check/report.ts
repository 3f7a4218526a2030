import type { DaneLevel, DanePolicy, Profile, ReportType } from '../dane/index.ts'
import type { FamilyRule } from '../destination/index.ts'
import type { StsProblem } from '../mtasts/index.ts'
import type { Security } from '../validator/index.ts'

/**
 * What a check goes into: DNS alone, all that a DANE sender does, or what a sender does that knows
 * no DANE.
 */
export type CheckMode = 'dnssec-only' | 'dane' | 'inbound-smtp'

/** Something said once for each profile. */
export type ByProfile<T> = Readonly<Record<Profile, T>>

/** How a step ended; `skipped` was not needed, `note` neither passed nor failed. */
export type StepStatus = 'ok' | 'note' | 'warning' | 'failed' | 'skipped'

/** What a step looked at; stable, for programs that look for one. */
export type StepKind =
  | 'domain'
  | 'chain'
  | 'zone'
  | 'mx'
  | 'host'
  | 'addresses'
  | 'tlsa'
  | 'smtp'
  | 'conversation'
  | 'match'
  | 'mta-sts'
  | 'tls-rpt'

/** One step of a check, in the manner of the Remote Connectivity Analyzer. */
export interface CheckStep {
  readonly kind: StepKind
  /** What is attempted: `Looking up the MX records of 'example.test.'` */
  readonly title: string
  readonly status: StepStatus
  /** What came of it, in one sentence. */
  readonly result: string
  readonly details: readonly string[]
  /** What to do about it. */
  readonly advice: readonly string[]
  readonly elapsedMs: number
  readonly steps: readonly CheckStep[]
}

/** How well mail is protected on its way, by what did it. */
export type Protection =
  /** TLS, the server authenticated by TLSA records. */
  | 'dane'
  /** TLS because TLSA records demand it; none of them can authenticate (RFC 7672 §2.2). */
  | 'encrypted'
  /** TLS, the server authenticated as its MTA-STS policy demands. */
  | 'sts'
  /** TLS because it was offered; whoever is in between can take it away. */
  | 'opportunistic'
  /** No TLS. */
  | 'cleartext'
  /** Nothing was delivered, or nobody connected to find out. */
  | 'none'

/** An SMTP status as a sender would log it while it retries and, at the end, in the NDR. */
export interface StatusText {
  /** `4.7.323` (RFC 3463); null mail hosts have permanent ones from the start. */
  readonly transient: string
  readonly permanent: string
  /** `tlsa-invalid: The domain failed DANE validation.` */
  readonly text: string
  /** The reply as a whole: `450 4.7.323 tlsa-invalid: The domain failed DANE validation.` */
  readonly reply: string
}

/** Whether a sender would hand mail over here: to an address, or to a host. */
export interface DeliveryVerdict {
  readonly delivers: boolean
  /** When it does not: whether a sender tries again. */
  readonly temporary: boolean
  readonly protection: Protection
  /** Why, in one sentence. */
  readonly reason: string
  /** What Exchange Online calls what is wrong; where it delivers, what it would have said. */
  readonly status: StatusText | undefined
  /** What TLS-RPT would call it (RFC 8460 §4.3); undefined for success, and what it leaves out. */
  readonly reportType: ReportType | undefined
}

/** Whether a sender would deliver to the domain. */
export interface DomainVerdict {
  /** `delayed` is tried again, and ends in an NDR after 24 hours; `refused` ends at once. */
  readonly outcome: 'delivers' | 'delayed' | 'refused'
  readonly protection: Protection
  /**
   * Whether DANE protects the domain: the MX records are secure, and no host of them would be
   * given mail without a match (RFC 7672 §2.2.1).
   */
  readonly isProtected: boolean
  /** The host that gets the mail, or whose failure decided. */
  readonly host: string | undefined
  readonly reason: string
  readonly status: StatusText | undefined
}

/** A TLSA record with what became of it. */
export interface TlsaReport {
  /** `3 1 1 0a1b…` */
  readonly text: string
  readonly usable: boolean
  /** Whether it takes part: usable, and left in by digest agility (RFC 7671 §9). */
  readonly active: boolean
  readonly why: string | undefined
  /** Uncut, as TLS-RPT has it: `3 1 1 0A1B…` (RFC 8460 §4.4). */
  readonly policyString: string
}

/** A certificate as it was sent. */
export interface CertificateReport {
  readonly subject: string
  readonly issuer: string
  readonly notBefore: string
  readonly notAfter: string
  readonly dnsNames: readonly string[]
  /** What `3 1 1` or `2 1 1` of it would be: SHA-256 of its key, in hexadecimal. */
  readonly spkiSha256: string
  /** The same of the whole certificate, for `3 0 1` or `2 0 1`. */
  readonly certificateSha256: string
}

/** What became of one TLSA record when it was held against a chain. */
export interface MatchReport {
  readonly tlsa: string
  readonly matched: boolean
  readonly text: string
}

/** Whether an address does what the MTA-STS policy says; the problem by RFC 8460 §4.3. */
export interface StsMatch {
  readonly problem: { readonly type: ReportType; readonly text: string } | undefined
}

/** One address of a host. */
export interface AddressReport {
  readonly address: string
  readonly outcome: 'tls' | 'no-starttls' | 'handshake-failed' | 'unreachable' | 'rejected'
  readonly text: string
  readonly helo: string | undefined
  readonly extensions: readonly string[]
  readonly protocol: string | undefined
  readonly cipher: string | undefined
  readonly chain: readonly CertificateReport[]
  /** What WebPKI says of the chain; undefined when it is trusted, or there is none. */
  readonly webPkiError: string | undefined
  readonly matches: readonly MatchReport[]
  /** How it meets the MTA-STS policy (RFC 8461 §4); undefined without one, or without an answer. */
  readonly sts: StsMatch | undefined
  readonly verdicts: ByProfile<DeliveryVerdict>
  readonly elapsedMs: number
}

/** One MX host. */
export interface HostReport {
  readonly name: string
  readonly preference: number
  /** After aliases. */
  readonly expanded: string
  /** Of its addresses. */
  readonly security: Security
  /** What DNS demands of it. */
  readonly level: DaneLevel
  readonly reason: string
  readonly tlsaBase: string | undefined
  readonly tlsa: readonly TlsaReport[]
  readonly addresses: readonly AddressReport[]
  readonly verdicts: ByProfile<DeliveryVerdict>
}

/** Something that works and should be better. */
export interface Lint {
  /** Stable: `mx-partly-dane`, `tlsa-stale`, … */
  readonly code: string
  readonly severity: 'warning' | 'advice'
  readonly text: string
  /** What to do. */
  readonly advice: string
  /** The host or name concerned. */
  readonly subject: string
}

/** One zone on the way down from a trust anchor. */
export interface ZoneReport {
  readonly zone: string
  readonly security: Security
  readonly reason: string
  /** `13/12345`: algorithm and tag of each key. */
  readonly keys: readonly string[]
}

/** A lookup, in short. */
export interface LookupReport {
  readonly security: Security
  readonly rcode: string
  readonly reason: string
  readonly ede: number | undefined
}

/** The MTA-STS policy of the domain (RFC 8461). */
export interface StsReport {
  readonly kind: 'none' | 'policy' | 'failed'
  readonly text: string
  readonly mode: 'enforce' | 'testing' | 'none' | undefined
  readonly mx: readonly string[]
  /** The lines of the policy, as TLS-RPT wants them. */
  readonly lines: readonly string[]
  /** Why there is no policy, or no newer one, by its name in TLS-RPT (RFC 8460 §4.3.2.2). */
  readonly problem: StsProblem | undefined
}

/** Where the domain wants TLS reports (RFC 8460 §3). */
export interface TlsRptReport {
  readonly rua: readonly string[]
  readonly text: string
}

/**
 * Everything that a check found: plain data that survives JSON. Within `version` fields are added,
 * never renamed or removed; `tree` is for people and may be worded anew.
 */
export interface CheckReport {
  readonly version: 1
  /** With its final dot, as A-labels. */
  readonly domain: string
  /** After a CNAME at the domain itself. */
  readonly expanded: string
  readonly mode: CheckMode
  readonly policy: DanePolicy
  readonly families: FamilyRule
  readonly port: number
  /** Those that were asked for; verdicts hold both. */
  readonly profiles: readonly Profile[]
  /** When it began, by the clock that signatures and certificates were judged by; RFC 3339. */
  readonly time: string
  readonly elapsedMs: number
  /** DNS queries on the network. */
  readonly queries: number
  readonly verdicts: ByProfile<DomainVerdict>
  /** How MX records lead to the hosts. */
  readonly mx: LookupReport & {
    readonly kind: 'mx' | 'implicit' | 'null-mx' | 'absent' | 'failed'
  }
  readonly chain: readonly ZoneReport[]
  readonly hosts: readonly HostReport[]
  readonly sts: StsReport | undefined
  readonly tlsRpt: TlsRptReport | undefined
  readonly lints: readonly Lint[]
  readonly tree: CheckStep
}
