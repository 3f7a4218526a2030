import { LRUCache } from 'lru-cache'
import type { Clock, UnixSeconds } from '../base/index.ts'

interface Entry<V> {
  readonly value: V
  readonly since: UnixSeconds
  readonly until: UnixSeconds
}

/** What an entry costs beside its value, roughly, in octets. */
const entryOverheadOctets = 300

/** What is kept, and for how long it has been. */
export interface Kept<V> {
  readonly value: V
  /** Seconds since it was put there. */
  readonly age: number
}

/**
 * Values by key, each for its time, bounded in octets; the least recently used go first. Time is
 * that of the clock, so an entry is gone to the second.
 */
export class TimedCache<V extends object> {
  readonly #clock: Clock
  readonly #entries: LRUCache<string, Entry<V>>

  /** At most `octetsMax` octets, as `sizeOf` counts them. */
  constructor(octetsMax: number, clock: Clock, sizeOf: (value: V) => number) {
    this.#clock = clock
    this.#entries = new LRUCache({
      maxSize: octetsMax,
      sizeCalculation: ({ value }, key) => sizeOf(value) + key.length + entryOverheadOctets,
    })
  }

  /** Octets held. */
  get octets(): number {
    return this.#entries.calculatedSize
  }

  /** What is kept under the key and not past its time. */
  get(key: string): Kept<V> | undefined {
    const entry = this.#entries.get(key)
    if (!entry) return undefined
    const now = this.#clock.now()
    if (now < entry.until) return { value: entry.value, age: Math.max(0, now - entry.since) }
    this.#entries.delete(key)
    return undefined
  }

  /** Keeps a value for so many seconds; for none, not at all. */
  set(key: string, value: V, seconds: number): void {
    const now = this.#clock.now()
    if (seconds <= 0) this.#entries.delete(key)
    else this.#entries.set(key, { value, since: now, until: (now + seconds) as UnixSeconds })
  }

  /** Forgets what is under the key. */
  delete(key: string): void {
    this.#entries.delete(key)
  }
}
