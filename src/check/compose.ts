import {
  type HostFacts,
  type JudgedTlsa,
  judgeHost,
  type Profile,
  type StsFacts,
  webPkiReportType,
} from '../dane/index.ts'
import type { Host } from '../destination/index.ts'
import { checkStsCertificate, matchesMx } from '../mtasts/index.ts'
import type { ProbeOutcome } from '../smtp/index.ts'
import { formatName, type Name, toHex } from '../wire/index.ts'
import { addressesStep, chainStep, mxStep, tlsaSteps } from './dns-steps.ts'
import type { Encounter, Findings, MetHost } from './encounter.ts'
import { lintFindings } from './lints.ts'
import { lookupReport, zoneReport } from './lookup-text.ts'
import { stsReport, stsStep, tlsRptReport, tlsRptStep } from './policy-steps.ts'
import type {
  ByProfile,
  CheckReport,
  CheckStep,
  DeliveryVerdict,
  DomainVerdict,
  HostReport,
  StsMatch,
  TlsaReport,
} from './report.ts'
import { addressReport, deliveryStatus, deliveryText, smtpStep } from './smtp-steps.ts'
import { profileNames } from './tree.ts'
import { deliveryVerdict, domainStatus, judgeAddresses, judgeDomain } from './verdict.ts'
import { count, formatTime, printable } from './words.ts'

/** A host judged: for the report, and for the tree. */
interface JudgedHost {
  readonly report: HostReport
  readonly step: CheckStep
}

/** Makes the report of a check from what it gathered. Pure. */
export function composeReport(findings: Findings): CheckReport {
  const { request, destination, sts, tlsRpt, time, elapsedMs, queries } = findings
  const { mode, policy, profiles, families, port } = request
  const judged = findings.hosts.map((met) => judgeMetHost(met, findings))
  const hosts = judged.map(({ report }) => report)
  const verdicts = byProfile((profile) => judgeDomain({ mode, destination, hosts, profile }))
  const steps = [
    chainStep(destination),
    mxStep(destination),
    ...(sts ? [stsStep(sts)] : []),
    ...(tlsRpt ? [tlsRptStep(tlsRpt)] : []),
    ...judged.map(({ step }) => step),
  ]
  return {
    version: 1,
    domain: formatName(destination.domain),
    expanded: formatName(destination.expanded),
    mode,
    policy,
    families,
    port,
    profiles,
    time: formatTime(time),
    elapsedMs,
    queries,
    verdicts,
    mx: { ...lookupReport(destination.mx), kind: destination.kind },
    chain: destination.mx.chain.map(zoneReport),
    hosts,
    sts: sts && stsReport(sts.state),
    tlsRpt: tlsRpt && tlsRptReport(tlsRpt.state),
    lints: lintFindings(findings, hosts),
    tree: rootStep(findings, verdicts, steps),
  }
}

const rootTitles = {
  'dnssec-only': 'Validating DNSSEC on the way of mail to',
  dane: 'Testing DANE, including DNSSEC, for',
  'inbound-smtp': 'Testing inbound SMTP for',
} as const

function rootStep(
  { request, destination, elapsedMs }: Findings,
  verdicts: ByProfile<DomainVerdict>,
  steps: readonly CheckStep[],
): CheckStep {
  const { mode, profiles } = request
  const texts = profiles.map((profile) => verdicts[profile].reason)
  const alike = new Set(texts).size === 1
  const apart = profiles.map((profile, n) => `${profileNames[profile]}: ${texts[n]}`)
  return {
    kind: 'domain',
    title: `${rootTitles[mode]} '${formatName(destination.domain)}'`,
    status: domainStatus(
      profiles.map((profile) => verdicts[profile]),
      mode === 'inbound-smtp',
    ),
    result: alike ? (texts[0] ?? '') : apart.join('. '),
    details: [],
    advice: [],
    elapsedMs,
    steps,
  }
}

function byProfile<T>(judge: (profile: Profile) => T): ByProfile<T> {
  return { rfc: judge('rfc'), exchange: judge('exchange') }
}

function judgeMetHost(met: MetHost, findings: Findings): JudgedHost {
  const { host, encounters } = met
  const { profiles, mode } = findings.request
  const verdictsOf = encounters.map((encounter) =>
    byProfile((profile) =>
      deliveryVerdict(judgeHost(hostFacts(met, encounter, findings), profile)),
    ),
  )
  const verdicts = byProfile((profile) => {
    const met = judgeAddresses(verdictsOf.map((verdict) => verdict[profile]))
    return met ?? unmetVerdict(host, findings, profile)
  })
  const addresses = encounters.map((encounter, n) =>
    addressReport(encounter, verdictsOf[n] ?? verdicts, stsMatch(met, encounter, findings)),
  )
  const { name, preference, expanded, security, level, reason, tlsaBase, tlsa } = host
  const report: HostReport = {
    name: formatName(name),
    preference,
    expanded: formatName(expanded),
    security,
    level,
    reason: printable(reason.text),
    tlsaBase: tlsaBase && formatName(tlsaBase),
    tlsa: (tlsa?.all ?? []).map(tlsaReport),
    addresses,
    verdicts,
  }
  const talks = encounters.map((encounter, n) =>
    smtpStep(host, encounter, verdictsOf[n] ?? verdicts, profiles),
  )
  const unmet = mode === 'dnssec-only' ? 0 : host.addresses.length - encounters.length
  const below = [addressesStep(host), ...(mode === 'inbound-smtp' ? [] : tlsaSteps(host)), ...talks]
  return { report, step: hostStep(report, profiles, below, unmet) }
}

function tlsaReport({ record, text, usable, why }: JudgedTlsa): TlsaReport {
  const { usage, selector, matching, data } = record
  const policyString = `${usage} ${selector} ${matching} ${toHex(data).toUpperCase()}`
  return { text, usable, active: why === undefined, why, policyString }
}

function hostStep(
  { name, preference, verdicts }: HostReport,
  profiles: readonly Profile[],
  steps: readonly CheckStep[],
  unmet: number,
): CheckStep {
  const left = `${count(unmet, 'address', 'addresses')} not connected to`
  return {
    kind: 'host',
    title: `Testing the mail host '${name}' (preference ${preference})`,
    status: deliveryStatus(verdicts, profiles),
    result: deliveryText(verdicts, profiles),
    details: unmet > 0 ? [left] : [],
    advice: [],
    elapsedMs: steps.reduce((sum, step) => sum + step.elapsedMs, 0),
    steps,
  }
}

/** What is judged where nobody was connected to: DNS alone, or a host out of reach. */
function unmetVerdict(
  host: Host,
  { request, destination }: Findings,
  profile: Profile,
): DeliveryVerdict {
  const facts = baseFacts(host, { request, destination })
  if (facts.failedLookup === undefined && host.addresses.length === 0) {
    const text = printable(host.reason.text)
    const lost = { ...facts, outcome: 'no-address', outcomeText: text } as const
    return deliveryVerdict(judgeHost(lost, profile))
  }
  if (facts.failedLookup !== undefined) return deliveryVerdict(judgeHost(facts, profile))
  if (request.mode !== 'dnssec-only') {
    // Nothing is said to deliver that nobody has seen deliver.
    const outcomeText = 'Nobody connected to it: the limit of conversations was reached'
    return deliveryVerdict(judgeHost({ ...facts, outcome: 'unreachable', outcomeText }, profile))
  }
  return {
    delivers: true,
    temporary: false,
    protection: 'none',
    reason: printable(host.reason.text),
    status: undefined,
    reportType: undefined,
  }
}

function baseFacts(
  host: Host,
  { request, destination }: Pick<Findings, 'request' | 'destination'>,
): HostFacts {
  return {
    domain: formatName(destination.domain).slice(0, -1),
    level: host.level,
    reason: printable(host.reason.text),
    failedLookup: host.failedLookup,
    isProtected: destination.isProtected,
    outcome: 'tls',
    match: undefined,
    sts: undefined,
    policy: request.mode === 'inbound-smtp' ? 'none' : request.policy,
  }
}

function hostFacts(met: MetHost, encounter: Encounter, findings: Findings): HostFacts {
  const { outcome } = encounter.result
  return {
    ...baseFacts(met.host, findings),
    outcome: outcome.kind,
    ...(outcome.kind === 'tls' ? {} : { outcomeText: outcome.text }),
    ...(outcome.kind === 'rejected' ? { isPermanent: outcome.reply.code >= 500 } : {}),
    match: encounter.match,
    sts: stsFacts(met, encounter, findings),
  }
}

function stsFacts(
  { host }: MetHost,
  { result }: Encounter,
  { sts }: Findings,
): StsFacts | undefined {
  if (sts?.state.kind !== 'policy') return undefined
  const { policy } = sts.state
  return {
    mode: policy.mode,
    mxMatches: matchesMx(policy, host.name),
    certificateError: certificateError(host.name, result.outcome),
  }
}

/** What is wrong with a certificate by MTA-STS (RFC 8461 §4.2), as the code that TLS has for it. */
function certificateError(host: Name, outcome: ProbeOutcome): string | undefined {
  if (outcome.kind !== 'tls') return undefined
  const { chain, webPkiError } = outcome.tls
  const problem = checkStsCertificate(chain[0], webPkiError, host)
  if (problem === undefined) return undefined
  const mismatch = 'ERR_TLS_CERT_ALTNAME_INVALID'
  return problem.type === 'certificate-host-mismatch' ? mismatch : (webPkiError ?? mismatch)
}

/** How an address meets the MTA-STS policy, whatever DANE says of it. */
function stsMatch(met: MetHost, encounter: Encounter, findings: Findings): StsMatch | undefined {
  const facts = stsFacts(met, encounter, findings)
  const { outcome } = encounter.result
  if (!facts || facts.mode === 'none') return undefined
  if (outcome.kind === 'unreachable' || outcome.kind === 'rejected') return undefined
  if (!facts.mxMatches) {
    const text = 'No mx pattern of the policy matches the host'
    return { problem: { type: 'validation-failure', text } }
  }
  if (outcome.kind !== 'tls') {
    const type = outcome.kind === 'no-starttls' ? 'starttls-not-supported' : 'validation-failure'
    return { problem: { type, text: printable(outcome.text) } }
  }
  const { certificateError: error } = facts
  if (error === undefined) return { problem: undefined }
  return { problem: { type: webPkiReportType(error), text: printable(error) } }
}
