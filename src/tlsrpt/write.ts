import { gzipSync } from 'node:zlib'
import type { UnixSeconds } from '../base/index.ts'
import type { RptFailure, RptPolicy, RptReport } from './types.ts'

/** `rfc`: as RFC 8460 §4.4 has it. `exchange`: as Exchange Online sends it. */
export type ReportProfile = 'rfc' | 'exchange'

/**
 * A report as JSON (RFC 8460 §4.4). What is not known is left out. Exchange Online names no MX
 * hosts, and its `policy-string` for TLSA is an array of one string, which is itself JSON.
 */
export function writeReport(report: RptReport, profile: ReportProfile = 'rfc'): string {
  return JSON.stringify(
    {
      'organization-name': report.organization,
      'date-range': {
        'start-datetime': formatTime(report.begin),
        'end-datetime': formatTime(report.end),
      },
      'contact-info': report.contact,
      'report-id': report.id,
      policies: report.policies.map((policy) => policyJson(policy, profile)),
    },
    // RFC 7493 §2.1: I-JSON has no surrogates that stand alone.
    (_, value: unknown) => (typeof value === 'string' ? Buffer.from(value).toString() : value),
  )
}

/** JSON of a report, compressed as reports SHOULD be (RFC 8460 §5.2). */
export function compressReport(json: string): Uint8Array {
  return gzipSync(json)
}

/** RFC 3339 §5.6, in UTC. */
function formatTime(time: UnixSeconds): string {
  return new Date(time * 1000).toISOString().replace('.000Z', 'Z')
}

function policyJson(policy: RptPolicy, profile: ReportProfile): object {
  const { type, strings, domain, mxHosts, successes, failures } = policy
  const failedSessions = failures.reduce((sum, { sessions }) => sum + sessions, 0)
  const isQuirky = profile === 'exchange'
  return {
    policy: {
      'policy-type': type,
      ...(strings.length === 0
        ? {}
        : { 'policy-string': isQuirky && type === 'tlsa' ? [JSON.stringify(strings)] : strings }),
      'policy-domain': domain,
      ...(isQuirky || mxHosts.length === 0 ? {} : { 'mx-host': mxHosts }),
    },
    summary: {
      'total-successful-session-count': successes,
      'total-failure-session-count': policy.failedSessions ?? failedSessions,
    },
    ...(failures.length === 0 ? {} : { 'failure-details': failures.map(failureJson) }),
  }
}

function failureJson(failure: RptFailure): object {
  // JSON leaves out what is undefined.
  return {
    'result-type': failure.type,
    'sending-mta-ip': failure.sendingAddress,
    'receiving-mx-hostname': failure.receivingHost,
    'receiving-mx-helo': failure.receivingHelo,
    'receiving-ip': failure.receivingAddress,
    'failed-session-count': failure.sessions,
    'additional-information': failure.information,
    'failure-reason-code': failure.reasonCode,
  }
}
