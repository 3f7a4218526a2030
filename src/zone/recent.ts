/**
 * A map that keeps what was asked for of late, in two generations of at most `weightMax`: a full
 * young one becomes the old one, and what nobody asked for meanwhile goes with the old. So the last
 * `weightMax` are there for sure, and never more than twice as many. What is heavier than that by
 * itself is a generation of its own.
 */
export class Recent<K, V> {
  readonly #weightMax: number
  readonly #weightOf: (value: V) => number
  #youngWeight = 0
  #young = new Map<K, V>()
  #old = new Map<K, V>()

  /** `weightOf` says the same of a value each time; every value weighs 1 without it. */
  constructor(weightMax: number, weightOf: (value: V) => number = () => 1) {
    this.#weightMax = weightMax
    this.#weightOf = weightOf
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
    const before = this.#young.get(key)
    const weight = this.#weightOf(value)
    const grown = this.#youngWeight + weight - (before === undefined ? 0 : this.#weightOf(before))
    if (grown > this.#weightMax && this.#young.size > 0) {
      this.#old = this.#young
      this.#young = new Map()
      this.#youngWeight = weight
    } else this.#youngWeight = grown
    this.#young.set(key, value)
  }
}
