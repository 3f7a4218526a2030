import { type LintFinding, lintTlsas } from '../dane/index.ts'
import { isFailure } from '../destination/index.ts'
import { formatType } from '../rr/index.ts'
import type { Resolution } from '../stub/index.ts'
import { equalNames, formatName } from '../wire/index.ts'
import type { Findings, MetHost } from './encounter.ts'
import { defaultCheckLimits } from './limits.ts'
import { signatureFacts } from './lookup-text.ts'
import type { HostReport, Lint } from './report.ts'
import { formatTime, printable } from './words.ts'

/** What works, and should be better: about the domain, its hosts, their records and signatures. */
export function lintFindings(findings: Findings, hosts: readonly HostReport[]): Lint[] {
  const { mode } = findings.request
  const lints =
    mode === 'inbound-smtp'
      ? lintServers(findings)
      : [
          ...lintPreferences(findings, hosts),
          ...lintSecurity(findings),
          ...findings.hosts.flatMap((met) => lintHost(met, findings)),
          ...lintServers(findings),
          ...lintPolicies(findings, hosts),
          ...lintSignatures(findings),
        ]
  const seen = new Set<string>()
  return lints.filter(({ code, subject, text }) => {
    const key = `${code} ${subject} ${text}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

function lint(code: string, subject: string, text: string, advice: string): Lint {
  return { code, severity: 'warning', subject, text: printable(text), advice }
}

/** DANE on some hosts is DANE on none for whoever can choose the host (RFC 7672 §2.2.1). */
function lintPreferences({ destination }: Findings, hosts: readonly HostReport[]): Lint[] {
  const good = hosts.filter(({ level }) => level === 'authenticated')
  const plain = hosts.filter(({ level }) => level === 'none')
  const [best] = good
  const [open] = plain
  if (best === undefined || open === undefined) return []
  const domain = formatName(destination.domain)
  if (open.preference < best.preference) {
    const text =
      `${open.name} (preference ${open.preference}) has no TLSA records in force and comes ` +
      `before ${best.name} (${best.preference}), which has`
    const advice =
      'Publish TLSA records for every host: their presence never changes the order of preference ' +
      '(RFC 7672 §2.2.1)'
    return [lint('mx-plain-before-dane', domain, text, advice)]
  }
  const text =
    `${open.name} has no TLSA records in force: who keeps senders from the other hosts has mail ` +
    'sent there'
  return [lint('mx-partly-dane', domain, text, 'Publish TLSA records for every host')]
}

function lintSecurity({ destination, hosts }: Findings): Lint[] {
  const { mx, isProtected } = destination
  const domain = formatName(destination.domain)
  const lints: Lint[] = []
  if (!isProtected && mx.security === 'insecure' && hosts.some(({ host }) => host.tlsa)) {
    const text = 'The hosts have TLSA records, but the MX records that lead to them are not signed'
    const advice = 'Sign the zone of the domain: until then DANE protects nobody (RFC 7672 §2.2.1)'
    lints.push(lint('mx-insecure', domain, text, advice))
  }
  for (const { host } of hosts) {
    const name = formatName(host.name)
    const failed = [host.a, host.aaaa].filter(isFailure)
    if (failed.length === 1 && failed[0]) {
      const type = formatType(failed[0].question.type)
      const text = `The lookup of its ${type} records fails, that of the other family does not`
      const advice = 'Mend it: strict senders pass the host over, others use what is left'
      lints.push(lint('host-family-failed', name, text, advice))
    }
    if (!equalNames(host.name, host.expanded)) {
      const text = `The MX record names an alias of ${formatName(host.expanded)}`
      lints.push(lint('mx-alias', name, text, 'Name the host itself (RFC 2181 §10.3)'))
    }
  }
  return lints
}

const tlsaAdvice: Readonly<Record<string, string>> = {
  'RFC 7671 §8':
    'Each combination of usage, selector and matching type has to have a record that fits what ' +
    'the server presents: publish the missing one, or remove the combination',
  'RFC 7671 §10.1.2': 'Publish a digest instead: 3 1 1 for the server, 2 0 1 for an authority',
  'RFC 7672 §3.1': 'Publish 3 1 1, and before a change of keys a second one for the next key',
  'RFC 7672 §3.1.1': 'Renew the certificate, with the same key if you like',
  'RFC 7671 §5.2.3': 'Make the server send the certificate of its trust anchor along',
}

function lintHost({ host, encounters }: MetHost, { time }: Findings): Lint[] {
  const { tlsa, referenceNames, tlsaBase } = host
  if (!tlsa || tlsaBase === undefined) return []
  const chains = encounters.map(({ result }) =>
    result.outcome.kind === 'tls' ? result.outcome.tls.chain : [],
  )
  const subject = formatName(host.name)
  return (chains.length === 0 ? [[]] : chains)
    .flatMap((chain) => lintTlsas({ tlsa, chain, referenceNames, now: time }))
    .map((finding) => tlsaLint(finding, subject))
}

function tlsaLint({ severity, text, rfc }: LintFinding, subject: string): Lint {
  const advice = tlsaAdvice[rfc] ?? 'See the section'
  return {
    code: `tlsa-${severity}`,
    severity: severity === 'advice' ? 'advice' : 'warning',
    subject,
    text: `${printable(text)} (${rfc})`,
    advice,
  }
}

function lintServers({ hosts, time }: Findings): Lint[] {
  return hosts.flatMap(({ host, encounters }) =>
    encounters.flatMap(({ result }) => {
      const subject = `${formatName(host.name)} ${result.address}`
      const lints: Lint[] = []
      if (result.injected) {
        const text = 'It sends replies in clear after it has agreed to STARTTLS'
        const advice = 'Empty the buffers when TLS begins (RFC 3207 §4.2), or update the server'
        lints.push(lint('smtp-injection', subject, text, advice))
      }
      if (result.outcome.kind !== 'tls') return lints
      const [leaf] = result.outcome.tls.chain
      const left = leaf === undefined ? 0 : leaf.notAfter - time
      if (leaf && left >= 0 && left < defaultCheckLimits.certificateSeconds) {
        const text = `Its certificate ends ${formatTime(leaf.notAfter)}`
        const advice = 'Renew it; with a new key, publish its TLSA record twice its TTL before'
        lints.push({ ...lint('certificate-ends', subject, text, advice), severity: 'advice' })
      }
      return lints
    }),
  )
}

function lintPolicies(
  { sts, tlsRpt, destination }: Findings,
  hosts: readonly HostReport[],
): Lint[] {
  const domain = formatName(destination.domain)
  const lints: Lint[] = []
  if (tlsRpt?.state.kind === 'none' && hosts.length > 0) {
    const text = 'Nobody is told when senders fail: there is no TLS-RPT record'
    const advice = `Publish _smtp._tls.${domain} TXT "v=TLSRPTv1; rua=mailto:…" (RFC 8460 §3)`
    lints.push({ ...lint('tls-rpt-none', domain, text, advice), severity: 'advice' })
  }
  if (sts?.state.kind === 'policy' && sts.state.policy.mode === 'testing') {
    const text = 'The MTA-STS policy is in mode testing: it protects nothing'
    const advice = 'Change its mode to enforce, and the id of the record, once reports are clean'
    lints.push({ ...lint('sts-testing', domain, text, advice), severity: 'advice' })
  }
  return lints
}

/** Signatures that end soon: a signer that has stopped is seen before its zone goes dark. */
function lintSignatures({ destination, time }: Findings): Lint[] {
  const lookups = [
    destination.mx,
    ...destination.hosts.flatMap(({ a, aaaa, tlsaLookups }) => [
      a,
      aaaa,
      ...tlsaLookups.map(({ resolution }) => resolution),
    ]),
  ]
  return lookups.flatMap((lookup) => lintExpiry(lookup, time))
}

function lintExpiry({ answer, authority }: Resolution, time: number): Lint[] {
  return [...answer, ...authority].flatMap(({ rrset, rrsigs, security }) => {
    if (security !== 'secure') return []
    const ends = rrsigs.flatMap((rdata) => signatureFacts(rdata)?.expiration ?? [])
    const last = Math.max(...ends)
    const left = last - time
    if (ends.length === 0 || left < 0 || left >= defaultCheckLimits.signatureSeconds) return []
    const subject = `${formatName(rrset.owner)} ${formatType(rrset.type)}`
    const text = `Its signature ends ${formatTime(last)}`
    const advice = 'See that the signer runs: signatures are renewed well before they end'
    return [{ ...lint('signature-ends', subject, text, advice), severity: 'advice' as const }]
  })
}
