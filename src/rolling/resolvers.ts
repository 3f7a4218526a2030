import type { TimerHandle, Timers } from '../base/index.ts'
import { type Carried, createStub, type Heard, type Network, type Stub } from '../stub/index.ts'
import { seededRandom } from './secrets.ts'
import type { Stage } from './stage.ts'

/** Nothing takes time here but ADVANCE, so that nothing can take too long. */
const noTimers: Timers = {
  set: () => ({}) as TimerHandle,
  clear: () => undefined,
}

const port = 53

/** The servers of a stage without a wire between: an answer is there at once, or never comes. */
function networkOf(stage: Stage, shut: ReadonlySet<string>): Network {
  const carry = <T>(
    { server, octets, hear }: Carried<T>,
    via: 'udp' | 'tcp',
  ): Promise<Heard<T>> => {
    const { address } = server
    const reply = shut.has(address) ? undefined : stage.answer(octets, address, via)
    const value = reply && hear(reply)
    if (reply === undefined || value === undefined) {
      return Promise.resolve({ kind: 'silent', text: 'no answer' })
    }
    return Promise.resolve({ kind: 'heard', value, octets: reply.length })
  }
  return {
    byUdp: (carried) => carry(carried, 'udp'),
    byStream: (carried) => carry(carried, 'tcp'),
    close: () => undefined,
  }
}

/**
 * The resolvers of a scenario, each with a cache of its own: danelaw's stub, from the root down.
 * They do not look twice: what they have in their caches counts, as it does for most who will ask.
 */
export class Resolvers {
  readonly #stage: Stage
  readonly #seed: string
  readonly #known = new Map<string, Stub>()
  #fresh = 0

  /** Nobody has asked anything yet. */
  constructor(stage: Stage, seed: string) {
    this.#stage = stage
    this.#seed = seed
  }

  /**
   * The resolver of a name, as far as it can reach; without a name, one that knows nothing and is
   * closed after `use`.
   */
  async use<T>(
    by: string | undefined,
    at: string | undefined,
    use: (stub: Stub) => Promise<T>,
  ): Promise<T> {
    if (by === undefined) {
      const stub = this.#open(`fresh ${this.#fresh++}`, at)
      try {
        return await use(stub)
      } finally {
        await stub.close()
      }
    }
    const key = `${by} ${at ?? ''}`
    const stub = this.#known.get(key) ?? this.#open(key, at)
    this.#known.set(key, stub)
    return await use(stub)
  }

  /** Closes them all. */
  async close(): Promise<void> {
    await Promise.all([...this.#known.values()].map((stub) => stub.close()))
  }

  #open(purpose: string, at: string | undefined): Stub {
    const stage = this.#stage
    const shut = at === undefined ? new Set<string>() : stage.shutBy(at)
    return createStub({
      mode: { kind: 'iterate', hints: stage.hints, port },
      ...{ anchors: stage.anchors, clock: stage.clock, timers: noTimers, looksTwice: false },
      monotonicMs: () => stage.clock.now() * 1000,
      random: seededRandom(this.#seed, purpose),
      network: networkOf(stage, shut),
    })
  }
}
