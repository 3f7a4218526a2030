import type { UnixSeconds } from '../base/index.ts'
import type { Profile, ReportType } from '../dane/index.ts'
import type { RptFailure, RptPolicy, RptReport } from '../tlsrpt/index.ts'
import type { AddressReport, CheckReport, HostReport } from './report.ts'

/** Who reports, and about which time. */
export interface TlsReportHead {
  readonly organization: string
  readonly contact: string
  readonly id: string
  readonly begin: UnixSeconds
  readonly end: UnixSeconds
}

/** One session, as TLS-RPT counts it. */
interface Session {
  readonly host: HostReport
  readonly address: AddressReport | undefined
  readonly failure: { readonly type: ReportType; readonly text: string } | undefined
}

/**
 * A check as a TLS report (RFC 8460 §4): each address that was met is a session, under the TLSA
 * records of its host, under the MTA-STS policy, under both, or under no policy. Connections that
 * never came to speak of TLS are left out (§4.3.4).
 */
export function tlsReportOf(report: CheckReport, profile: Profile, head: TlsReportHead): RptReport {
  const sessions = report.hosts.flatMap((host) => sessionsOf(host, profile))
  const policies = [
    ...report.hosts.map((host) => tlsaPolicy(report, host, sessions)),
    stsPolicy(report),
    noPolicy(report, sessions),
    lostDomain(report),
  ]
  return { ...head, policies: policies.filter((policy) => policy !== undefined) }
}

function textOf(name: string): string {
  return name.replace(/(?<=.)\.$/, '')
}

function sessionsOf(host: HostReport, profile: Profile): Session[] {
  if (host.addresses.length === 0) {
    const { reportType: type, reason: text } = host.verdicts[profile]
    return type === undefined ? [] : [{ host, address: undefined, failure: { type, text } }]
  }
  return host.addresses.flatMap((address): Session[] => {
    if (address.outcome === 'unreachable' || address.outcome === 'rejected') return []
    const { reportType, reason } = address.verdicts[profile]
    const type = reportType ?? missingTls[address.outcome]
    return [{ host, address, failure: type && { type, text: reason } }]
  })
}

const missingTls = {
  tls: undefined,
  'no-starttls': 'starttls-not-supported',
  'handshake-failed': 'validation-failure',
} as const

function underTlsa({ level }: HostReport): boolean {
  return level !== 'none'
}

function tlsaPolicy(
  { domain }: CheckReport,
  host: HostReport,
  sessions: readonly Session[],
): RptPolicy | undefined {
  const own = sessions.filter((session) => session.host === host)
  if (!underTlsa(host) || own.length === 0) return undefined
  return {
    type: 'tlsa',
    strings: host.tlsa.map(({ text }) => text),
    domain: textOf(domain),
    mxHosts: [textOf(host.name)],
    ...countSessions(own),
  }
}

function stsPolicy({ domain, sts, hosts }: CheckReport): RptPolicy | undefined {
  if (sts?.kind !== 'policy' || sts.mode === 'none') return undefined
  const sessions = hosts.flatMap((host) =>
    host.addresses.flatMap((address): Session[] => {
      if (address.sts === undefined) return []
      return [{ host, address, failure: address.sts.problem }]
    }),
  )
  const { lines: strings, mx: mxHosts } = sts
  return { type: 'sts', strings, domain: textOf(domain), mxHosts, ...countSessions(sessions) }
}

function noPolicy({ domain, sts }: CheckReport, sessions: readonly Session[]) {
  const free = sessions.filter(({ host }) => !underTlsa(host))
  if (free.length === 0 || (sts?.kind === 'policy' && sts.mode !== 'none')) return undefined
  const base = { strings: [], domain: textOf(domain), mxHosts: [] }
  return { type: 'no-policy-found', ...base, ...countSessions(free) } as const
}

/** A domain whose MX records cannot be had: one session that never found a host. */
function lostDomain({ domain, mx }: CheckReport): RptPolicy | undefined {
  if (mx.kind !== 'failed') return undefined
  const failures: RptFailure[] = [{ type: 'dnssec-invalid', sessions: 1, information: mx.reason }]
  return { type: 'tlsa', strings: [], domain: textOf(domain), mxHosts: [], successes: 0, failures }
}

/** RFC 8460 §4.4: successes are counted, failures told apart by all that is known of them. */
function countSessions(sessions: readonly Session[]): Pick<RptPolicy, 'successes' | 'failures'> {
  const failures = sessions.flatMap(({ host, address, failure }): RptFailure[] => {
    if (failure === undefined) return []
    return [
      {
        type: failure.type,
        sessions: 1,
        receivingHost: textOf(host.name),
        ...(address === undefined ? {} : { receivingAddress: address.address }),
        ...(address?.helo === undefined ? {} : { receivingHelo: address.helo }),
        information: failure.text,
      },
    ]
  })
  return { successes: sessions.length - failures.length, failures }
}
