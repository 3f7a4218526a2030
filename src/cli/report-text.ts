import { type Paint, printable } from '../check/index.ts'
import type { ReportType } from '../dane/index.ts'
import type { RptFailure, RptPolicy, RptReport } from '../tlsrpt/index.ts'

/** Lines that people are shown of one list; `--json` has them all. */
const linesMax = 10

const policyNames: Readonly<Record<RptPolicy['type'], string>> = {
  tlsa: 'DANE',
  sts: 'MTA-STS',
  'no-policy-found': 'no policy',
}

/** What the result types of RFC 8460 §4.3 mean to those who are reported on. */
const meanings: Readonly<Record<ReportType, string>> = {
  'starttls-not-supported': 'the server offers no STARTTLS',
  'certificate-host-mismatch': 'the certificate is for other names',
  'certificate-expired': 'the certificate is out of date',
  'certificate-not-trusted': 'no authority that the sender trusts vouches for the certificate',
  'validation-failure': 'TLS failed for a reason that has no name of its own',
  'tlsa-invalid': 'the certificate fits none of the TLSA records, or they are wrong',
  'dnssec-invalid': 'DNSSEC did not validate, or a lookup failed',
  'dane-required': 'the sender insists on DANE, and found no TLSA records to go by',
  'sts-policy-fetch-error': 'the MTA-STS policy could not be fetched',
  'sts-policy-invalid': 'the MTA-STS policy is malformed',
  'sts-webpki-invalid': 'the certificate of the host of the MTA-STS policy is wrong',
}

/** A TLS report for people: who, when, and by policy what succeeded, what failed, and where. */
export function formatReport(report: RptReport, paint: Paint): string[] {
  const { organization, contact, id, begin, end, policies } = report
  return [
    paint('bold', `TLS report of ${printable(organization)}`),
    `  period   ${formatTime(begin)} to ${formatTime(end)}`,
    `  contact  ${printable(contact)}`,
    `  id       ${printable(id)}`,
    ...(policies.length === 0 ? ['', 'It tells of no session.'] : []),
    ...policies.flatMap((policy) => ['', ...formatPolicy(policy, paint)]),
  ]
}

function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}

function formatPolicy(policy: RptPolicy, paint: Paint): string[] {
  const { type, domain, mxHosts, strings, successes, failures } = policy
  const failed = policy.failedSessions ?? sessionsOf(failures)
  const [mark, style] =
    failed > 0 ? (['✘', 'red'] as const) : successes > 0 ? (['✔', 'green'] as const) : ['·']
  const what = `${printable(domain)}, ${policyNames[type]}`
  const sessions = successes === 1 ? '1 session' : `${successes} sessions`
  const painted = style ? paint(style, mark) : mark
  return [
    `${painted} ${paint('bold', what)}: ${sessions} succeeded, ${failed} failed`,
    ...labelled('hosts', mxHosts, paint),
    ...labelled('policy', strings, paint),
    ...byType(failures).flatMap((group) => formatGroup(group, paint)),
  ]
}

/** A list beside its label, cut. */
function labelled(label: string, texts: readonly string[], paint: Paint): string[] {
  return cut(texts.map((text) => printable(text))).map((text, index) =>
    paint('dim', `    ${(index === 0 ? label : '').padEnd(7)} ${text}`),
  )
}

function cut(lines: readonly string[]): readonly string[] {
  if (lines.length <= linesMax) return lines
  return [...lines.slice(0, linesMax), `… and ${lines.length - linesMax} more, see --json`]
}

/** Failures of one type together, those that befell most sessions first. */
function byType(failures: readonly RptFailure[]): (readonly RptFailure[])[] {
  const groups = new Map<string, RptFailure[]>()
  for (const failure of failures) {
    const group = groups.get(failure.type)
    if (group) group.push(failure)
    else groups.set(failure.type, [failure])
  }
  return [...groups.values()].sort((one, other) => sessionsOf(other) - sessionsOf(one))
}

function formatGroup(group: readonly RptFailure[], paint: Paint): string[] {
  const type = group[0]?.type ?? ''
  const isKnown = Object.hasOwn(meanings, type)
  const meaning = isKnown ? meanings[type as ReportType] : 'no type of RFC 8460'
  const sorted = [...group].sort((one, other) => other.sessions - one.sessions)
  return [
    `    ${sessionsOf(group)} × ${paint('red', printable(type))}: ${meaning}`,
    ...cut(sorted.map(formatFailure)).map((line) => `      ${line}`),
  ]
}

function formatFailure(failure: RptFailure): string {
  const { receivingHost, receivingAddress, receivingHelo, sendingAddress } = failure
  const address = receivingAddress && `[${receivingAddress}]`
  const where = [receivingHost, address].filter((text) => text).join(' ')
  const parts = [
    ['at', where],
    ['in EHLO', receivingHelo],
    ['from', sendingAddress],
    ['reason', failure.reasonCode],
    ['–', failure.information],
  ] as const
  const told = parts.flatMap(([word, text]) => (text ? [`${word} ${printable(text)}`] : []))
  return `${failure.sessions} ${told.join(' ')}`.trimEnd()
}

function sessionsOf(failures: readonly RptFailure[]): number {
  return failures.reduce((sum, { sessions }) => sum + sessions, 0)
}
