import {
  exchangeStatus,
  type Finding,
  reportType,
  type StatusWords,
  webPkiReportType,
} from './dialects.ts'
import { Usage } from './tlsa.ts'
import type { DaneLevel, ExchangeStatus, MatchResult, ReportType } from './types.ts'

/**
 * By whose rules a host is judged: `rfc` by RFC 7672; `exchange` as Exchange Online says it does,
 * which looks at dates and names even where a record of usage 3 matches.
 */
export type Profile = 'rfc' | 'exchange'

/**
 * How much a sender makes of DANE. `opportunistic`: where it is published it is enforced (RFC 7672
 * §2.2). `mandatory`: without it nothing is sent (§6). `audit`: its failures are told and have no
 * effect (§9.1). `none`: it is not looked at.
 */
export type DanePolicy = 'audit' | 'opportunistic' | 'mandatory' | 'none'

/** What MTA-STS makes of a host (RFC 8461 §4). */
export interface StsFacts {
  readonly mode: 'enforce' | 'testing' | 'none'
  /** Whether a pattern of the policy matches the host. */
  readonly mxMatches: boolean
  /** What WebPKI has against its certificate, as a code; undefined when nothing. */
  readonly certificateError: string | undefined
}

/** All that is known of one host, or one address of it, when the verdict is due. */
export interface HostFacts {
  /** The domain that the mail is for, as text. */
  readonly domain: string
  readonly level: DaneLevel
  /** Why the level is what it is. */
  readonly reason: string
  /** Which lookup it was, when the level is `failed`. */
  readonly failedLookup: 'mx' | 'address' | 'tlsa' | undefined
  /** Whether the host was found securely; only then DANE protects the domain (RFC 7672 §2.2.1). */
  readonly isProtected: boolean
  /** How the conversation ended, or why there was none; undefined when nobody connected. */
  readonly outcome:
    | 'no-address'
    | 'tls'
    | 'no-starttls'
    | 'handshake-failed'
    | 'unreachable'
    | 'rejected'
    | undefined
  /** What the probe has to say of its outcome. */
  readonly outcomeText?: string
  /** For `rejected`: whether for good (5xx). */
  readonly isPermanent?: boolean
  /** When TLS was established and there are usable records. */
  readonly match: MatchResult | undefined
  /** The policy in force; undefined when there is none. */
  readonly sts: StsFacts | undefined
  /**
   * Whether MTA-STS has to be met even where DANE is: RFC 8461 §2 leaves it open, and senders who
   * put DANE first do not. Default false.
   */
  readonly stsBesideDane?: boolean
  readonly policy: DanePolicy
}

/** What a sender would do with one host. */
export interface HostVerdict {
  readonly delivers: boolean
  /** What protects the mail on the way; `none` when it is not sent. */
  readonly protection: 'dane' | 'encrypted' | 'sts' | 'opportunistic' | 'cleartext' | 'none'
  /** When it is not sent: whether it is tried again. */
  readonly temporary: boolean
  /** What Exchange Online calls what is wrong, even where it does not keep the mail back. */
  readonly exchange: ExchangeStatus | undefined
  readonly report: ReportType | undefined
  readonly text: string
}

/** Something wrong, with what the dialects make of it. */
interface Trouble {
  readonly finding: Finding
  readonly text: string
  readonly words?: StatusWords
  /** Where RFC 8460 tells apart what the finding does not. */
  readonly report?: ReportType
}

/**
 * Judges one host by one profile. DANE comes first, and nothing that MTA-STS says makes good what
 * DANE finds wrong (RFC 8461 §2).
 */
export function judgeHost(facts: HostFacts, profile: Profile): HostVerdict {
  const { policy } = facts
  const level = policy === 'none' ? 'none' : facts.level
  const before = checkLookups(level, facts)
  if (before) return kept(before, facts)
  const { outcome } = facts
  if (outcome === undefined || outcome in lostTexts) return lost(facts)
  const dane = checkDane(level, facts, profile)
  if (dane && policy !== 'audit') return kept(dane, facts)
  const sts = stsDecides(level, dane, facts) ? checkSts(facts) : undefined
  if (sts && facts.sts?.mode === 'enforce') return kept(sts, facts)
  return delivered(level, dane, sts, facts)
}

/** What keeps mail back before anybody connects. */
function checkLookups(level: DaneLevel, facts: HostFacts): Trouble | undefined {
  const { failedLookup, policy, isProtected, reason } = facts
  // RFC 7672 §2.1.2: without MX records or addresses there is nowhere to go, whatever the policy.
  if (failedLookup === 'mx' || failedLookup === 'address') {
    return { finding: 'dns-failed', text: reason }
  }
  if (level === 'failed') {
    return policy === 'audit' ? undefined : { finding: 'dnssec-invalid', text: reason }
  }
  // RFC 7672 §6: mandatory DANE wants usable records, and MX records that lead to them securely.
  if (policy !== 'mandatory' || (level === 'authenticated' && isProtected)) return undefined
  const why = level === 'authenticated' ? 'the MX records are not secure' : reason
  return { finding: 'dane-required', text: `DANE is mandatory here, but ${why}` }
}

function checkDane(level: DaneLevel, facts: HostFacts, profile: Profile): Trouble | undefined {
  const { outcome, match, outcomeText } = facts
  switch (level) {
    case 'none':
      return undefined
    case 'failed':
      return { finding: 'dnssec-invalid', text: facts.reason }
    case 'authenticated':
    case 'encrypted':
  }
  // RFC 7672 §2.2: secure TLSA records, usable or not, promise STARTTLS.
  if (outcome === 'no-starttls') {
    return { finding: outcome, text: outcomeText ?? 'TLSA demands STARTTLS, which is not there' }
  }
  if (outcome === 'handshake-failed') {
    return { finding: outcome, text: outcomeText ?? 'TLSA demands TLS, and the handshake failed' }
  }
  if (level === 'encrypted') return undefined
  if (!match?.authenticated) {
    const finding = match?.failure ?? 'no-certificate'
    const record = match?.records.find(({ failure }) => failure === finding)
    return { finding, text: record?.text ?? 'No TLSA record matches' }
  }
  return profile === 'exchange' ? checkEndEntity(match) : undefined
}

/**
 * Exchange Online wants a certificate that is in date and has the name of the host, although
 * RFC 7672 §3.1.1 has both ignored for usage 3. Where usage 2 matches they were looked at already.
 */
function checkEndEntity({ records, endEntity }: MatchResult): Trouble | undefined {
  const isAnchored = records.some(({ matched, tlsa }) => {
    return matched && tlsa.record.usage === Usage.daneTa
  })
  if (isAnchored || !endEntity) return undefined
  if (endEntity.isExpired) {
    return { finding: 'expired', text: "The server's certificate has expired" }
  }
  if (endEntity.isNotYetValid) {
    const text = "The server's certificate is not valid yet"
    return { finding: 'not-yet-valid', text, report: 'tlsa-invalid' }
  }
  if (endEntity.hasName) return undefined
  return { finding: 'host-mismatch', text: "The server's certificate has another name" }
}

/** MTA-STS is asked where DANE does not decide, or does not protect. */
function stsDecides(level: DaneLevel, dane: Trouble | undefined, facts: HostFacts): boolean {
  const isDecided = level === 'authenticated' && !dane && facts.isProtected
  return !isDecided || facts.stsBesideDane === true
}

/** RFC 8461 §4.2, §5: the host is one of the policy's, and its certificate is right by WebPKI. */
function checkSts({ sts, outcome, outcomeText, domain }: HostFacts): Trouble | undefined {
  if (!sts || sts.mode === 'none') return undefined
  if (!sts.mxMatches) {
    const text = 'No mx pattern of the MTA-STS policy matches the host'
    return { finding: 'sts-mx-mismatch', text, words: { domain } }
  }
  if (outcome === 'no-starttls' || outcome === 'handshake-failed') {
    return { finding: outcome, text: outcomeText ?? 'The MTA-STS policy demands TLS' }
  }
  if (sts.certificateError === undefined) return undefined
  return {
    finding: 'sts-certificate',
    text: `The certificate is not right by WebPKI: ${sts.certificateError}`,
    words: { validityStatus: sts.certificateError },
    report: webPkiReportType(sts.certificateError),
  }
}

function kept(trouble: Trouble, facts: HostFacts): HostVerdict {
  return { ...dialects(trouble, facts), delivers: false, protection: 'none', temporary: true }
}

const lostTexts = {
  'no-address': 'It has no address',
  unreachable: 'No connection',
  rejected: 'It refuses mail',
} as const

function lost(facts: HostFacts): HostVerdict {
  const { outcome, isPermanent = false } = facts
  const found = outcome === 'no-address' || outcome === 'rejected' ? outcome : 'unreachable'
  return {
    delivers: false,
    protection: 'none',
    temporary: !(outcome === 'rejected' && isPermanent),
    exchange:
      outcome === 'no-address' || outcome === 'unreachable' ? exchangeStatus(outcome) : undefined,
    report: undefined,
    text: facts.outcomeText ?? lostTexts[found],
  }
}

function delivered(
  level: DaneLevel,
  dane: Trouble | undefined,
  sts: Trouble | undefined,
  facts: HostFacts,
): HostVerdict {
  const trouble = dane ?? sts
  const protection = protectionOf(level, dane, facts)
  const text = trouble ? `Delivered all the same: ${trouble.text}` : protectionTexts[protection]
  const told = trouble ? dialects(trouble, facts) : { exchange: undefined, report: undefined }
  return { ...told, delivers: true, protection, temporary: false, text }
}

function protectionOf(
  level: DaneLevel,
  dane: Trouble | undefined,
  { outcome, isProtected, sts }: HostFacts,
): 'dane' | 'encrypted' | 'sts' | 'opportunistic' | 'cleartext' {
  if (outcome !== 'tls') return 'cleartext'
  const holds = level !== 'none' && !dane
  // RFC 7672 §2.2.1: behind insecure MX records DANE must not be said to protect.
  if (holds && level === 'authenticated' && isProtected) return 'dane'
  if (sts?.mode === 'enforce') return 'sts'
  return holds ? 'encrypted' : 'opportunistic'
}

const protectionTexts = {
  dane: 'DANE authenticates the server',
  encrypted: 'TLS is demanded, and who the server is remains unproved',
  sts: 'MTA-STS authenticates the server',
  opportunistic: 'TLS is used because it is there; nothing demands it',
  cleartext: 'Nothing demands TLS, so the mail goes in clear',
} as const

function dialects(
  trouble: Trouble,
  facts: HostFacts,
): Pick<HostVerdict, 'exchange' | 'report' | 'text'> {
  const { finding, words = { domain: facts.domain } } = trouble
  return {
    exchange: exchangeStatus(finding, words),
    report: trouble.report ?? reportType(finding),
    text: trouble.text,
  }
}
