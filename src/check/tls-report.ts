import type { UnixSeconds } from '../base/index.ts'
import type { Profile, ReportType } from '../dane/index.ts'
import {
  mergeSessions,
  type RptReport,
  type RptSession,
  type RptSessionPolicy,
  reportDay,
} from '../tlsrpt/index.ts'
import type { AddressReport, CheckReport, HostReport } from './report.ts'

/** Who reports. */
export interface Reporter {
  readonly organization: string
  readonly contact: string
  readonly id: string
}

/**
 * A check as a TLS report (RFC 8460 §4): each address that was met is a session, under the TLSA
 * records of its host, under the MTA-STS policy, under both, or under none. Connections that never
 * came to speak of TLS are left out (§4.3.4).
 */
export function tlsReportOf(report: CheckReport, profile: Profile, reporter: Reporter): RptReport {
  const time = Math.floor(Date.parse(report.time) / 1000) as UnixSeconds
  const sessions = [
    ...lostDomain(report),
    ...report.hosts.flatMap((host) => sessionsWith(host, report, profile)),
  ]
  return { ...reporter, ...reportDay(time), policies: mergeSessions(sessions) }
}

function withoutDot(name: string): string {
  return name.replace(/(?<=.)\.$/, '')
}

/** A domain whose MX records cannot be had: a session that never found a host. */
function lostDomain({ domain, mx }: CheckReport): RptSession[] {
  if (mx.kind !== 'failed') return []
  const failure = { type: 'dnssec-invalid', information: mx.reason }
  const base = { type: 'tlsa', strings: [], domain: withoutDot(domain), mxHosts: [] } as const
  return [[{ ...base, failures: [failure] }]]
}

function sessionsWith(host: HostReport, report: CheckReport, profile: Profile): RptSession[] {
  const isUnmet = host.addresses.length === 0 && host.level === 'failed'
  if (isUnmet) return [sessionWith(host, undefined, report, profile)]
  return host.addresses
    .filter(({ outcome }) => outcome !== 'unreachable' && outcome !== 'rejected')
    .map((address) => sessionWith(host, address, report, profile))
}

function sessionWith(
  host: HostReport,
  address: AddressReport | undefined,
  { domain: name, sts }: CheckReport,
  profile: Profile,
): RptSession {
  const domain = withoutDot(name)
  const failuresOf = (problem: Problem | undefined) =>
    problem ? [failureOf(problem, host, address)] : []
  const { reportType, reason } = (address ?? host).verdicts[profile]
  const problem = reportType && { type: reportType, text: reason }
  const policies: RptSessionPolicy[] = []
  if (host.level !== 'none') {
    policies.push({
      type: 'tlsa',
      strings: host.tlsa.map(({ policyString }) => policyString),
      domain,
      mxHosts: [withoutDot(host.name)],
      failures: failuresOf(problem),
    })
  }
  if (sts && address?.sts) {
    const { lines: strings, mx: mxHosts } = sts
    policies.push({
      type: 'sts',
      strings,
      domain,
      mxHosts,
      failures: failuresOf(address.sts.problem),
    })
  } else if (sts?.problem) {
    // RFC 8460 §4.3.2.2: a policy that could not be had is a failure of its own.
    const failures = [{ type: sts.problem.type, information: sts.problem.text }]
    policies.push({ type: 'sts', strings: [], domain, mxHosts: [], failures })
  }
  if (policies.length > 0) return policies
  const missing = problem ?? missingTls(address)
  const none = { type: 'no-policy-found', strings: [], domain, mxHosts: [] } as const
  return [{ ...none, failures: failuresOf(missing) }]
}

interface Problem {
  readonly type: ReportType
  readonly text: string
}

/** Without a policy nothing demands TLS; that it is missing is worth a line (RFC 8460 §4.3.1). */
function missingTls(address: AddressReport | undefined): Problem | undefined {
  switch (address?.outcome) {
    case 'no-starttls':
      return { type: 'starttls-not-supported', text: address.text }
    case 'handshake-failed':
      return { type: 'validation-failure', text: address.text }
    default:
      return undefined
  }
}

function failureOf(
  { type, text }: Problem,
  { name }: HostReport,
  address: AddressReport | undefined,
): RptSessionPolicy['failures'][number] {
  return {
    type,
    receivingHost: withoutDot(name),
    ...(address === undefined ? {} : { receivingAddress: address.address }),
    ...(address?.helo === undefined ? {} : { receivingHelo: address.helo }),
    information: text,
  }
}
