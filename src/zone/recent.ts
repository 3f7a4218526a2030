/**
 * A map that keeps what was asked for of late, in two generations of at most `entriesMax` entries:
 * a full young one becomes the old one, and what nobody asked for meanwhile goes with the old. So
 * the last `entriesMax` are there for sure, and never more than twice as many.
 */
export class Recent<K, V> {
  readonly #entriesMax: number
  #young = new Map<K, V>()
  #old = new Map<K, V>()

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax
  }

  /** The value of a key, or undefined. O(1). */
  get(key: K): V | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }

  /** Puts or replaces. O(1). */
  set(key: K, value: V): void {
    if (this.#young.size >= this.#entriesMax && !this.#young.has(key)) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }

  /** Forgets everything. */
  clear(): void {
    this.#young.clear()
    this.#old.clear()
  }
}
