import type { Clock } from '../base/index.ts'
import { RR } from '../rr/index.ts'
import type { Lookup } from '../validator/index.ts'
import { type Name, nameKey } from '../wire/index.ts'
import { TimedCache } from './cache.ts'
import type { Errand } from './errand.ts'
import { abandoned, type Found, formatLookup, type Source } from './found.ts'
import type { StubLimits } from './limits.ts'
import { agedMessage, messageOctets, messageTtl } from './ttl.ts'

type Kept = Exclude<Found, { kind: 'abandoned' }>

/** What came of a lookup, and whether it was kept from before. */
export type LookedUp = Found & { readonly isCached?: boolean }

/** What lookups are made with. */
export interface LookupsOptions {
  readonly source: Source
  readonly clock: Clock
  readonly limits: StubLimits
  /** Nothing is kept longer than this, whatever its TTL. */
  readonly ttlSecondsMax: number
}

/** The name and type of a lookup as one string. */
export function lookupKey({ name, type }: Pick<Lookup, 'name' | 'type'>): string {
  return `${type} ${nameKey(name)}`
}

/**
 * Lookups, each asked of the network once while its answer holds: kept by TTL, failures for
 * `failureSeconds` (RFC 9520 §3.2), and shared by all who want the same at the same time
 * (RFC 5452 §5: many queries for one question make forging easy).
 */
export class Lookups {
  readonly #options: LookupsOptions
  readonly #cache: TimedCache<Kept>
  readonly #flights = new Map<string, Promise<Found>>()

  /** Nothing is known yet. */
  constructor(options: LookupsOptions) {
    this.#options = options
    const { limits, clock } = options
    this.#cache = new TimedCache(limits.cacheOctets, clock, (found) =>
      found.kind === 'message' ? messageOctets(found.message) : found.reason.text.length,
    )
  }

  /** Octets of messages kept. */
  get octets(): number {
    return this.#cache.octets
  }

  /** Finds an answer, whether it is kept, on its way, or still to be asked for. */
  async find(lookup: Lookup, errand: Errand, avoid: ReadonlySet<string>): Promise<LookedUp> {
    const key = lookupKey(lookup)
    for (;;) {
      if (errand.over) return abandoned(errand)
      const kept = this.#kept(lookup, errand)
      if (kept) return { ...kept, isCached: true }
      const flight = this.#flights.get(key)
      if (!flight) break
      const found = await unlessAbandoned(flight, errand)
      // Whose flight it was no longer wanted it, or had asked enough: that says nothing to us.
      if (found.kind !== 'abandoned' || errand.over) return found
    }
    const flight = this.findAlone(lookup, errand, avoid)
    this.#flights.set(key, flight)
    try {
      return await flight
    } finally {
      this.#flights.delete(key)
    }
  }

  /**
   * The same without waiting for anybody else's: for lookups within lookups, which might wait for
   * each other in a ring.
   */
  async findAlone(
    lookup: Lookup,
    errand: Errand,
    avoid: ReadonlySet<string>,
    source: Source = this.#options.source,
  ): Promise<Found> {
    const kept = this.#kept(lookup, errand)
    if (kept) return kept
    const found = await source.find(lookup, errand, avoid)
    if (found.kind !== 'abandoned')
      this.#cache.set(lookupKey(lookup), found, this.#keep(found, lookup))
    return found
  }

  /** Forgets what came of a lookup, so that it is asked for again. */
  forget(key: string): void {
    this.#cache.delete(key)
  }

  /** Forgets a zone: what vouches for its keys, these themselves, and where its servers are. */
  forgetZone(zone: Name): void {
    for (const type of [RR.DS, RR.DNSKEY]) this.forget(lookupKey({ name: zone, type }))
    this.#options.source.forgetZone?.(zone)
  }

  #keep(found: Kept, { type }: Lookup): number {
    const { limits, ttlSecondsMax } = this.#options
    if (found.kind === 'failed') return limits.failureSeconds
    return Math.min(messageTtl(found.message, type), ttlSecondsMax)
  }

  #kept(lookup: Lookup, errand: Errand): Kept | undefined {
    const kept = this.#cache.get(lookupKey(lookup))
    if (!kept) return undefined
    const { value, age } = kept
    const { name, type } = lookup
    const text = `${formatLookup(lookup)}: kept for ${age} s`
    errand.trace({ kind: 'cached', name, type, text })
    if (value.kind === 'failed') return value
    return { ...value, message: agedMessage(value.message, age) }
  }
}

/** Waits for somebody else's lookup, but no longer than this errand is wanted. */
function unlessAbandoned(flight: Promise<Found>, errand: Errand): Promise<Found> {
  return new Promise((resolve, reject) => {
    const give = (): void => resolve(abandoned(errand))
    errand.signal.addEventListener('abort', give)
    flight.finally(() => errand.signal.removeEventListener('abort', give)).then(resolve, reject)
  })
}
