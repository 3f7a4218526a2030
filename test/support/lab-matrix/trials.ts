import { systemTimers } from '../../../src/base/index.ts'
import { randomOctets } from '../../../src/crypto/index.ts'
import { type Case, type Result, run } from '../../../src/trial/index.ts'

/** Milliseconds before nothing more is waited for: twice what the slowest takes to give up. */
const timeoutMs = 60_000

/** Questions that a resolver has at a time, so that a busy machine keeps up with four of them. */
const concurrency = 8

/** Asks a resolver about every case, each once: of what it remembers it says less. */
export function tryResolver(address: string, cases: readonly Case[]): Promise<readonly Result[]> {
  return run({
    ...{ cases, timeoutMs, concurrency, attempts: 1 },
    resolver: { address, port: 53, via: 'udp' },
    timers: systemTimers,
    random: randomOctets,
    monotonicMs: () => performance.now(),
  })
}

const failures: ReadonlySet<string> = new Set(['bogus', 'unreachable'])

/** What a client of the resolver sees: its opinion of the answer, or its rcode, or nothing. */
export function statusOf({ got, expected }: Result): string {
  if (!got) return 'not asked'
  const { status, rcode, ttl } = got
  if (rcode === 'none') return 'no answer'
  if (failures.has(status)) return rcode
  const { ttlMax } = expected
  const isLong = ttlMax !== undefined && ttl !== undefined && ttl > ttlMax
  return `${status}${rcode === 'NOERROR' ? '' : ` ${rcode}`}${isLong ? ', TTL too high' : ''}`
}

/** The codes of RFC 8914 that came with it, each once, in order. */
export function codesOf({ got }: Result): readonly number[] {
  return [...new Set(got?.ede.map(({ code }) => code))].sort((a, b) => a - b)
}

/** Status and codes, such as `SERVFAIL 9`. */
export function sayingOf(result: Result): string {
  return [statusOf(result), ...codesOf(result)].join(' ')
}
