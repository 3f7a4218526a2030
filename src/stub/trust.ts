import type { Clock, UnixSeconds } from '../base/index.ts'
import type { TrustStore, ZoneTrust } from '../validator/index.ts'
import type { NameKey } from '../wire/index.ts'
import { TimedCache } from './cache.ts'

/** What an entry costs beside its keys, roughly, in octets. */
const linkOverheadOctets = 400

function trustOctets({ dnskeys, link }: ZoneTrust): number {
  const keys = dnskeys.reduce((sum, rdata) => sum + rdata.length + 100, 0)
  return keys + link.reason.text.length + linkOverheadOctets
}

/** Whether it is a failure, which must not be believed for long. */
function isFailure({ link: { security } }: ZoneTrust): boolean {
  return security === 'bogus' || security === 'indeterminate'
}

/** What is known of the keys of zones, bounded in octets; failures only for `failureSeconds`. */
export class TrustCache {
  readonly #cache: TimedCache<ZoneTrust>
  readonly #clock: Clock
  readonly #failureSeconds: number

  /** Nothing is trusted yet. */
  constructor(octetsMax: number, failureSeconds: number, clock: Clock) {
    this.#cache = new TimedCache(octetsMax, clock, trustOctets)
    this.#clock = clock
    this.#failureSeconds = failureSeconds
  }

  /** Octets held. */
  get octets(): number {
    return this.#cache.octets
  }

  /** The store for one validation; `failed` hears of each zone whose failure it puts there. */
  forRun(failed: (name: NameKey) => void): TrustStore {
    return {
      get: (name, now) => this.#get(name, now),
      set: (name, trust) => {
        if (isFailure(trust)) failed(name)
        this.#set(name, trust)
      },
    }
  }

  /** Whether anything is known of a zone. */
  has(name: NameKey): boolean {
    return this.#get(name, this.#clock.now()) !== undefined
  }

  /** Forgets a zone. */
  forget(name: NameKey): void {
    this.#cache.delete(name)
  }

  #get(name: NameKey, now: UnixSeconds): ZoneTrust | undefined {
    const trust = this.#cache.get(name)?.value
    return trust && trust.expires > now ? trust : undefined
  }

  #set(name: NameKey, trust: ZoneTrust): void {
    const seconds = trust.expires - this.#clock.now()
    const most = isFailure(trust) ? this.#failureSeconds : seconds
    this.#cache.set(name, trust, Math.min(seconds, most))
  }
}
