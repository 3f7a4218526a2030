/**
 * A map that keeps what was asked for of late: at most `entriesMax` entries, in two generations. A
 * full young one becomes the old one, and what nobody asked for meanwhile goes with the old.
 */
export class Recent<K, V> {
  readonly #youngMax: number
  #young = new Map<K, V>()
  #old = new Map<K, V>()

  constructor(entriesMax: number) {
    this.#youngMax = Math.max(1, Math.floor(entriesMax / 2))
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
    if (this.#young.size >= this.#youngMax && !this.#young.has(key)) {
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
