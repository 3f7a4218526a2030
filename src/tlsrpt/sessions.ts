import type { UnixSeconds } from '../base/index.ts'
import { toHex } from '../wire/index.ts'
import type { RptFailure, RptPolicy } from './types.ts'

/** What one SMTP session came to under one policy that was in force for it. */
export interface RptSessionPolicy extends Pick<RptPolicy, 'type' | 'strings' | 'domain'> {
  readonly mxHosts: readonly string[]
  /** Empty when the session did as the policy demands. */
  readonly failures: readonly Omit<RptFailure, 'sessions'>[]
}

/** One SMTP session: each policy that was in force (RFC 8460 §4.4: MTA-STS and TLSA alike). */
export type RptSession = readonly RptSessionPolicy[]

const daySeconds = 86_400

/** The UTC day that a moment is in, which is what a report is about (RFC 8460 §4.1). */
export function reportDay(now: UnixSeconds): { begin: UnixSeconds; end: UnixSeconds } {
  const begin = now - (now % daySeconds)
  return { begin: begin as UnixSeconds, end: (begin + daySeconds - 1) as UnixSeconds }
}

/** TLSA RDATA as a policy string: `3 1 1 0A1B…` (RFC 8460 §4.4). */
export function tlsaPolicyString(rdata: Uint8Array): string {
  return `${[...rdata.subarray(0, 3)].join(' ')} ${toHex(rdata.subarray(3)).toUpperCase()}`
}

/**
 * Adds sessions up by policy, in order of their first appearance. A session counts once for each
 * of its policies, as a success or as a failure; each kind of failure counts the sessions that
 * had it (RFC 8460 §4.2, §4.3).
 */
export function mergeSessions(sessions: readonly RptSession[]): RptPolicy[] {
  const tallies = new Map<string, Tally>()
  for (const session of sessions) {
    for (const under of session) {
      const { type, strings, domain, mxHosts } = under
      const key = JSON.stringify([type, strings, domain, mxHosts])
      const tally = tallies.get(key) ?? { under, successes: 0, failed: 0, failures: new Map() }
      tallies.set(key, tally)
      if (under.failures.length === 0) tally.successes++
      else tally.failed++
      countFailures(tally, under)
    }
  }
  return [...tallies.values()].map(({ under, successes, failed, failures }) => ({
    type: under.type,
    strings: under.strings,
    domain: under.domain,
    mxHosts: under.mxHosts,
    successes,
    failedSessions: failed,
    failures: [...failures.values()],
  }))
}

interface Tally {
  readonly under: RptSessionPolicy
  successes: number
  failed: number
  readonly failures: Map<string, RptFailure>
}

function countFailures({ failures }: Tally, session: RptSessionPolicy): void {
  const kinds = new Map(session.failures.map((failure) => [failureKey(failure), failure]))
  for (const [key, failure] of kinds) {
    failures.set(key, { ...failure, sessions: (failures.get(key)?.sessions ?? 0) + 1 })
  }
}

function failureKey(failure: Omit<RptFailure, 'sessions'>): string {
  const { type, sendingAddress, receivingHost, receivingHelo, receivingAddress } = failure
  const where = [sendingAddress, receivingHost, receivingHelo, receivingAddress]
  return JSON.stringify([type, ...where, failure.information, failure.reasonCode])
}
