import type { Clock, Timers } from '../base/index.ts'
import type { Fault, Status } from '../lab/index.ts'
import { createStub, type Mode, type StubLimits } from '../stub/index.ts'
import type { Security } from '../validator/index.ts'
import { rootName } from '../wire/index.ts'
import type { OpenWorld, World } from '../world/index.ts'
import type { Case } from './cases.ts'
import { type Result, rcodeFor, type Said } from './compare.ts'
import { type TrialOptions, tryCases } from './trial.ts'

/** Which world is put to the test, and by what means. */
export interface VerifyOptions extends TrialOptions {
  readonly world: Pick<World, 'anchor' | 'hints'>
  /** Where it is heard. */
  readonly open: Pick<OpenWorld, 'port' | 'front'>
  readonly cases: readonly Case[]
  /** The world's. */
  readonly clock: Clock
  readonly timers: Timers
  /** So many octets that nobody can foresee. */
  readonly random: (octets: number) => Uint8Array
  /** Limits of the stub other than those of trials. */
  readonly limits?: Partial<StubLimits>
}

/** On loopback, what has not come after this long does not come; some of it never does. */
const trialLimits: Partial<StubLimits> = {
  udpTimeoutMs: 500,
  streamTimeoutMs: 2000,
  attempts: 3,
}

const statusOf: Readonly<Record<Security, Status>> = {
  secure: 'secure',
  insecure: 'insecure',
  bogus: 'bogus',
  indeterminate: 'unreachable',
}

/**
 * Asks danelaw's own stub about every case, over the sockets of the world. Each case has a stub of
 * its own: many zones share a server, and what one of them makes of it must not be held against it
 * in the next. At a front address the stub takes it for a resolver, and validates all the same.
 */
export function verify(options: VerifyOptions): Promise<readonly Result[]> {
  const { open, cases } = options
  const isFront = open.front !== undefined
  const asker = {
    excuse: ({ fault }: Case) => (isFront ? whyNotAtFront(fault) : undefined),
    ask: (asked: Case) => ask(asked, options),
  }
  return tryCases(cases, asker, { seesFailures: true, holdsEde: true }, options)
}

/** Why a fault cannot show where one address speaks for all servers. */
function whyNotAtFront({ acts }: Fault): string | undefined {
  for (const act of acts) {
    if (act.kind === 'glue') return 'one address speaks for all servers: glue is not followed'
    const server = act.kind === 'behave' ? act.when.server : 'server' in act && act.server
    if (typeof server === 'number') return 'one address speaks for all servers: they do not differ'
  }
  return undefined
}

function modeOf({ world, open: { front, port } }: VerifyOptions): Mode {
  return front === undefined
    ? { kind: 'iterate', hints: world.hints.map((hint) => ({ ...hint, port })), port }
    : { kind: 'forward', servers: [{ address: front, port, via: 'udp' }] }
}

async function ask({ name, type }: Case, options: VerifyOptions): Promise<Said> {
  const { world, clock, monotonicMs, timers, random, limits, signal } = options
  const stub = createStub({
    ...{ mode: modeOf(options), clock, monotonicMs, timers, random },
    anchors: [{ zone: rootName, ds: world.anchor, dnskeys: [] }],
    limits: { ...trialLimits, ...limits },
  })
  try {
    const resolution = await stub.resolve(name, type, signal && { signal })
    const { security, rcode, reason, answer } = resolution
    const status = statusOf[security]
    return {
      status,
      rcode: rcodeFor(status, rcode),
      ede: reason.ede === undefined ? [] : [{ code: reason.ede, text: reason.text }],
      ttl: answer.length > 0 ? Math.max(...answer.map(({ rrset }) => rrset.ttl)) : undefined,
      told: reason.text,
    }
  } finally {
    await stub.close()
  }
}
