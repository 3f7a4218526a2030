import { type Certificate, sha256 } from '../crypto/index.ts'
import type { Profile, RecordMatch } from '../dane/index.ts'
import type { Host } from '../destination/index.ts'
import type { ProbeStep } from '../smtp/index.ts'
import { formatName, toHex } from '../wire/index.ts'
import type { Encounter } from './encounter.ts'
import { adviceForMatch, conversationAdvice } from './remedies.ts'
import type {
  AddressReport,
  ByProfile,
  CertificateReport,
  CheckStep,
  DeliveryVerdict,
  StepStatus,
  StsMatch,
} from './report.ts'
import { profileNames } from './tree.ts'
import { count, formatTime, printable, protectionWords } from './words.ts'

/** Names of a certificate that are kept. */
const namesMax = 20

/** The step that meets one address, with the conversation and the comparison below it. */
export function smtpStep(
  host: Host,
  encounter: Encounter,
  verdicts: ByProfile<DeliveryVerdict>,
  profiles: readonly Profile[],
): CheckStep {
  const { address, port, outcome, steps, helo, extensions, injected } = encounter.result
  const details: string[] = []
  if (helo !== undefined) details.push(`the server calls itself ${printable(helo)}`)
  if (extensions.length > 0) details.push(`offers ${printable(extensions.join(' '))}`)
  if (injected) details.push('it spoke in clear after STARTTLS: thrown away (RFC 3207 §4.2)')
  if (outcome.kind === 'tls' && outcome.tls.webPkiError !== undefined) {
    details.push(`for WebPKI the certificate is not right: ${printable(outcome.tls.webPkiError)}`)
  }
  const failed = profiles.every((profile) => !verdicts[profile].delivers)
  return {
    kind: 'smtp',
    title: `Talking to ${address} port ${port}`,
    status: deliveryStatus(verdicts, profiles),
    result: deliveryText(verdicts, profiles),
    details,
    advice: failed && outcome.kind !== 'tls' ? [conversationAdvice[outcome.kind]] : [],
    elapsedMs: encounter.result.elapsedMs,
    steps: [...steps.map(conversationStep), ...matchStep(host, encounter, verdicts, profiles)],
  }
}

/** Green where DANE protects in all profiles, red where none delivers. */
export function deliveryStatus(
  verdicts: ByProfile<DeliveryVerdict>,
  profiles: readonly Profile[],
): StepStatus {
  const delivering = profiles.filter((profile) => verdicts[profile].delivers)
  if (delivering.length === 0) return 'failed'
  if (delivering.length < profiles.length) return 'warning'
  const weakest = new Set(delivering.map((profile) => verdicts[profile].protection))
  if (weakest.has('cleartext')) return 'warning'
  return weakest.has('dane') || weakest.has('sts') ? 'ok' : 'note'
}

/** What the profiles say, once where they agree. */
export function deliveryText(
  verdicts: ByProfile<DeliveryVerdict>,
  profiles: readonly Profile[],
): string {
  const texts = profiles.map((profile) => verdictSentence(verdicts[profile]))
  if (new Set(texts).size === 1) return texts[0] ?? ''
  return profiles.map((profile, n) => `${profileNames[profile]}: ${texts[n]}`).join('. ')
}

function verdictSentence({ delivers, protection, reason, status }: DeliveryVerdict): string {
  const way =
    protection === 'none' ? 'Passed' : `Mail would be delivered ${protectionWords[protection]}`
  if (delivers) return status === undefined ? way : `${way}. ${reason}`
  return `No delivery: ${reason}${status === undefined ? '' : ` (${status.transient})`}`
}

const conversationTitles: Readonly<Record<ProbeStep['what'], string>> = {
  connect: 'Connecting',
  banner: 'Reading the banner',
  ehlo: 'Saying EHLO',
  starttls: 'Asking for STARTTLS',
  handshake: 'Shaking hands for TLS',
  'ehlo-tls': 'Saying EHLO again, under TLS',
  quit: 'Taking leave',
}

function conversationStep({ what, ok, text, elapsedMs }: ProbeStep): CheckStep {
  return {
    kind: 'conversation',
    title: conversationTitles[what],
    // How a server takes leave changes nothing.
    status: ok ? 'ok' : what === 'quit' ? 'note' : 'failed',
    result: printable(text),
    details: [],
    advice: [],
    elapsedMs,
    steps: [],
  }
}

function matchStep(
  host: Host,
  { result, match }: Encounter,
  verdicts: ByProfile<DeliveryVerdict>,
  profiles: readonly Profile[],
): CheckStep[] {
  if (result.outcome.kind !== 'tls') return []
  const { chain } = result.outcome.tls
  const base = formatName(host.tlsaBase ?? host.name)
  const details = chain.flatMap(certificateLines)
  if (!match) {
    const nothing = host.level === 'encrypted' ? 'no usable TLSA records' : 'no TLSA records'
    const text = `Nothing to compare: there are ${nothing} for ${base}`
    return [comparison('skipped', text, details, [])]
  }
  const [leaf] = chain
  const spki = leaf && toHex(sha256(leaf.spki))
  const owner = `_${result.port}._tcp.${base}`
  const advice =
    match.failure === undefined ? [] : [adviceForMatch(match.failure, { owner, base, spki })]
  const agreed = match.authenticated && profiles.every((profile) => verdicts[profile].delivers)
  const strict = match.authenticated && !agreed ? endEntityAdvice(match.endEntity, owner, base) : []
  const status = agreed ? 'ok' : match.authenticated ? 'warning' : 'failed'
  const failure = match.records.find(({ failure }) => failure === match.failure)
  const text = match.by
    ? `Authenticated: ${match.by.text}`
    : `No TLSA record fits: ${failure?.text ?? 'the server sent no certificate'}`
  return [
    comparison(
      status,
      printable(text),
      [...match.records.map(matchLine), ...details],
      [...advice, ...strict],
    ),
  ]
}

function comparison(
  status: StepStatus,
  result: string,
  details: readonly string[],
  advice: readonly string[],
): CheckStep {
  const title = 'Comparing the certificate with the TLSA records'
  return { kind: 'match', title, status, result, details, advice, elapsedMs: 0, steps: [] }
}

/** What Exchange Online objects to although a record of usage 3 matches. */
function endEntityAdvice(
  endEntity: { readonly isExpired: boolean; readonly isNotYetValid: boolean } | undefined,
  owner: string,
  base: string,
): string[] {
  const failure = endEntity?.isExpired
    ? 'expired'
    : endEntity?.isNotYetValid
      ? 'not-yet-valid'
      : 'host-mismatch'
  return [adviceForMatch(failure, { owner, base, spki: undefined })]
}

function matchLine({ tlsa, matched, text }: RecordMatch): string {
  return `${matched ? '✔' : '✘'} ${tlsa.text}: ${printable(text)}`
}

function certificateLines(certificate: Certificate, depth: number): string[] {
  const { subject, issuer, notBefore, notAfter, dnsNames } = certificateReport(certificate)
  const names = dnsNames.length === 0 ? '' : `, names ${dnsNames.join(' ')}`
  const key = depth === 0 ? [`its key has SHA-256 ${toHex(sha256(certificate.spki))}`] : []
  return [
    `certificate ${depth}: ${subject}, issued by ${issuer}, ${notBefore} to ${notAfter}${names}`,
    ...key,
  ]
}

/** A certificate as plain data. */
export function certificateReport(certificate: Certificate): CertificateReport {
  const { subject, issuer, notBefore, notAfter, dnsNames, spki, der } = certificate
  return {
    subject: printable(subject),
    issuer: printable(issuer),
    notBefore: formatTime(notBefore),
    notAfter: formatTime(notAfter),
    dnsNames: dnsNames.slice(0, namesMax).map((name) => printable(name)),
    spkiSha256: toHex(sha256(spki)),
    certificateSha256: toHex(sha256(der)),
  }
}

/** An address as plain data. */
export function addressReport(
  { result, match }: Encounter,
  verdicts: ByProfile<DeliveryVerdict>,
  sts: StsMatch | undefined,
): AddressReport {
  const { address, outcome, helo, extensions, elapsedMs } = result
  const tls = outcome.kind === 'tls' ? outcome.tls : undefined
  const text =
    outcome.kind === 'tls'
      ? `TLS with ${count(outcome.tls.chain.length, 'certificate')}`
      : outcome.text
  return {
    address,
    outcome: outcome.kind,
    text: printable(text),
    helo: helo === undefined ? undefined : printable(helo),
    extensions: extensions.map((extension) => printable(extension)),
    protocol: tls?.protocol,
    cipher: tls?.cipher,
    chain: (tls?.chain ?? []).map(certificateReport),
    webPkiError: tls?.webPkiError === undefined ? undefined : printable(tls.webPkiError),
    matches: (match?.records ?? []).map(({ tlsa, matched, text: why }) => ({
      tlsa: tlsa.text,
      matched,
      text: printable(why),
    })),
    sts,
    verdicts,
    elapsedMs,
  }
}
