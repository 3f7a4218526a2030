import type { Clock, Timers } from '../base/index.ts'
import type { Status } from '../lab/index.ts'
import {
  createStub,
  defaultStubLimits,
  type Mode,
  type Network,
  type Resolution,
  type StubLimits,
  socketNetwork,
  type Upstream,
} from '../stub/index.ts'
import type { Security } from '../validator/index.ts'
import { rootName } from '../wire/index.ts'
import type { OpenWorld, World } from '../world/index.ts'
import { type Case, whyNotAtFront } from './cases.ts'
import { type Result, rcodeFor, type Said } from './compare.ts'
import { type TrialOptions, tryCases } from './trial.ts'

/** Which world is put to the test, and by what means. */
export interface VerifyOptions extends TrialOptions {
  readonly world: Pick<World, 'anchor' | 'hints'>
  /** Where it is heard. */
  readonly open: Pick<OpenWorld, 'port' | 'front' | 'addresses'>
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

function modeOf({ world, open: { front, port } }: VerifyOptions): Mode {
  return front === undefined
    ? { kind: 'iterate', hints: world.hints.map((hint) => ({ ...hint, port })), port }
    : { kind: 'forward', servers: [{ address: front, port, via: 'udp' }] }
}

/** Glue may lead anywhere: what is not of this world is not asked, and nothing leaves it. */
function withinWorld(network: Network, { addresses }: Pick<OpenWorld, 'addresses'>): Network {
  const beyond = ({ address }: Upstream) => {
    const text = `${address} is not of this world`
    return addresses.includes(address) ? undefined : ({ kind: 'unreachable', text } as const)
  }
  return {
    byUdp: async (carried) => beyond(carried.server) ?? (await network.byUdp(carried)),
    byStream: async (carried) => beyond(carried.server) ?? (await network.byStream(carried)),
    close: () => network.close(),
  }
}

/** The highest TTL that is left after a wait, in seconds. */
function ttlOf(answer: Resolution['answer'], waited: number): number | undefined {
  if (answer.length === 0) return undefined
  return Math.max(0, Math.max(...answer.map(({ rrset }) => rrset.ttl)) - waited)
}

async function ask({ name, type }: Case, options: VerifyOptions): Promise<Said> {
  const { world, open, clock, monotonicMs, timers, random, signal } = options
  const limits = { ...defaultStubLimits, ...trialLimits, ...options.limits }
  const stub = createStub({
    ...{ mode: modeOf(options), clock, monotonicMs, timers, random },
    anchors: [{ zone: rootName, ds: world.anchor, dnskeys: [] }],
    limits,
    network: withinWorld(socketNetwork({ timers, random, limits }), open),
  })
  try {
    const begun = clock.now()
    const resolution = await stub.resolve(name, type, signal && { signal })
    // TTLs are counted from when the stub was asked, and some name a moment, not a span.
    const waited = clock.now() - begun
    const { security, rcode, reason, answer } = resolution
    const status = statusOf[security]
    return {
      status,
      rcode: rcodeFor(status, rcode),
      ede: reason.ede === undefined ? [] : [{ code: reason.ede, text: reason.text }],
      ttl: ttlOf(answer, waited),
      told: reason.text,
    }
  } finally {
    await stub.close()
  }
}
