import type { CheckReport, Protection } from '../check/index.ts'
import type { ReportType } from '../dane/index.ts'
import type { FamilyRule } from '../destination/index.ts'
import type { Act, Ask, Expectation, Setting } from '../lab/index.ts'
import type { StatusCode } from '../migration/index.ts'

/** What a mail server does about TLS. */
export type StartTls =
  | 'good'
  /** EHLO does not offer it, and the command is unknown. */
  | 'absent'
  /** Offered, then `454`. */
  | 'refused'
  /** EHLO is unknown: HELO only. */
  | 'helo-only'
  /** Offered to clients that have delivered mail before, in clear (RFC 7672 §9.2). */
  | 'selective'
  /** The connection ends after `220`. */
  | 'drop-after-220'
  /** A fatal alert answers the ClientHello. */
  | 'alert'
  /** Nothing newer than TLS 1.0. */
  | 'tls10'
  /** No cipher that anybody would take. */
  | 'no-cipher'
  /** An SMTP reply in clear comes in the same segment as `220` (RFC 3207 §4.2). */
  | 'injection'

/** A certificate; what is left out is as it should be. */
export interface CertificateSpec {
  /** Seconds from now at which it begins to be valid, and ends. */
  readonly from?: number
  readonly to?: number
  /** By default the first of the server's names. */
  readonly commonName?: string
}

/** What a server presents; what is left out is as it should be. */
export interface ChainSpec {
  readonly leaf?: CertificateSpec
  readonly intermediate?: CertificateSpec
  /** An authority of its own; by default that of the whole post. */
  readonly anchor?: CertificateSpec
  /** The end entity is its own issuer, and alone. */
  readonly selfSigned?: boolean
  /** What is left out of the chain as sent. */
  readonly omit?: readonly ('intermediate' | 'anchor')[]
}

/** A mail server; its key in a scene is a label of the zone unless `names` says otherwise. */
export interface HostSpec {
  /** Names in its certificate; none: no subjectAltName. */
  readonly names?: readonly string[]
  readonly chain?: ChainSpec
  readonly startTls?: StartTls
  /** The chain is shown only to who asks for this name; others get one that nothing vouches for. */
  readonly onlyForSni?: string
}

/** How an MTA-STS policy is served; what is left out is as it should be. */
export interface SiteSpec {
  readonly body?: string
  readonly status?: number
  readonly type?: string
  /** A path to which the policy moves; it is there as well, so that it pays to follow. */
  readonly location?: string
  /** The request is taken, and never answered. */
  readonly isSilent?: boolean
  readonly names?: readonly string[]
  readonly chain?: ChainSpec
}

/** What DNS does wrong in the zone of a case, as a fault of the lab has it. */
export interface ZoneFault {
  readonly acts: readonly Act[]
  readonly ask: Ask
  readonly expect: Expectation
}

/**
 * A destination for mail. In texts, `{zone}` stands for the apex of its zone without the final dot,
 * `{zone plain}` for that of the sibling `plain`, `{mx}` for the address of the host `mx`,
 * `{mx 3 1 1}` for a TLSA record of its chain (usages 0 and 2 are of its anchor, `{mx 2 1 1 leaf}`
 * is not),
 * `{no 3 1 1}` for one of no chain, `{web}` for the address of the web server, `{reports}` for
 * where reports about TLS can be handed in, `{signed}` for the signed host of the domain, and
 * `_25._tcp` for the port on which mail servers listen.
 */
export interface Scene {
  /** Stable: the label of its zone. */
  readonly id: string
  /** Its row in the catalogue, where one row needs several cases. */
  readonly row?: string
  readonly title: string
  /** What mail is for, relative to the zone; by default its apex. */
  readonly domain?: string
  /** Lines of the zone, as in a master file. */
  readonly records: string
  /** By default signed, with a DS, and with a chain of NSEC records. */
  readonly setting?: Partial<Setting>
  /** Further zones beside it, by key. */
  readonly siblings?: Readonly<
    Record<string, { readonly records: string; readonly signed: boolean }>
  >
  /** By default one host `mx` that does everything right. */
  readonly hosts?: Readonly<Record<string, HostSpec>>
  readonly fault?: ZoneFault
  /** The policy of MTA-STS at `mta-sts` of the zone. */
  readonly sts?: SiteSpec
  /** Sections that say what must happen, such as `RFC 7672 §2.2`. */
  readonly why: readonly string[]
  /** Where the catalogue leaves it open: what was decided. */
  readonly decided?: string
}

/** What a sender must make of a domain, in three columns. */
export interface MailExpectation {
  /** R: how mail is protected when it is delivered, or that it is not. */
  readonly rfc: Exclude<Protection, 'none'> | 'delayed' | 'refused'
  /** X: the code that Exchange Online gives while it retries, or that it delivers. */
  readonly exchange: 'delivers' | `4.${string}` | `5.${string}`
  /** T: the result types of failures, and the policies of successes, as TLS-RPT has them. */
  readonly report: readonly (ReportType | 'tlsa' | 'sts' | 'no-policy-found')[]
  /** Whether DANE may be said to protect the domain; undefined where the row is not about it. */
  readonly isProtected?: boolean
  /** The host that decides, and the TLSA base of the first one, as texts with `{zone}`. */
  readonly host?: string
  readonly base?: string
  /** Where reports have to go. */
  readonly rua?: readonly string[]
  /** The domain of the policies in the report, and where sessions failed, with placeholders. */
  readonly policyDomain?: string
  readonly failedAt?: string
  /** The code of a warning that must be among those of the check. */
  readonly lint?: string
}

/** What mail for a domain meets. */
export interface DeliveryCase extends Scene {
  readonly kind: 'delivery'
  readonly families?: FamilyRule
  readonly expect: MailExpectation
}

/** A domain as the status of provisioning sees it. */
export interface StatusCase extends Scene {
  readonly kind: 'status'
  /** What provisioning has done for it: DNSSEC on or off, its proof not seen, or never heard of. */
  readonly feature: 'on' | 'off' | 'unverified' | 'absent'
  /** The partition of its signed host. */
  readonly partition: string
  /** The preference that its MX record shall have. */
  readonly preference: number
  /** Errors and warnings, in any order. */
  readonly codes: readonly StatusCode[]
}

/** One row of the catalogue of mail, as data. */
export type MailCase = DeliveryCase | StatusCase

/** What was expected of a case, and what came of it. */
export interface MailRow {
  readonly id: string
  readonly title: string
  /** One line each: `dane; delivers; tlsa`. */
  readonly expected: string
  readonly got: string
  readonly agrees: boolean
  /** What the check says, in a sentence, and the sections behind the expectation. */
  readonly why: string
  /** Of deliveries: all that was seen. */
  readonly report: CheckReport | undefined
}
