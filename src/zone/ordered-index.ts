/** Most keys in a chunk; one more and it is split in two. Bounds the cost of one insertion. */
const chunkKeysMax = 512

/**
 * A map from strings to values that knows the order of its keys (plain `<`). Keys lie in sorted
 * chunks of at most `chunkKeysMax`: finding is O(log n), changing one key moves one chunk.
 */
export class OrderedIndex<V> {
  readonly #keys: string[][] = []
  readonly #values: V[][] = []
  #size = 0

  /** How many keys there are. */
  get size(): number {
    return this.#size
  }

  /** The chunk that holds or would hold `key`: the last one whose first key is ≤ `key`, or 0. */
  #chunkOf(key: string): number {
    let low = 0
    let high = this.#keys.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (((this.#keys[middle] as string[])[0] as string) <= key) low = middle
      else high = middle - 1
    }
    return low
  }

  /** How many keys of the chunk are < `key`. */
  #positionOf(keys: readonly string[], key: string): number {
    let low = 0
    let high = keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((keys[middle] as string) < key) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The value of `key`, or undefined. O(log n). */
  get(key: string): V | undefined {
    const chunk = this.#chunkOf(key)
    const keys = this.#keys[chunk]
    if (!keys) return undefined
    const at = this.#positionOf(keys, key)
    return keys[at] === key ? this.#values[chunk]?.[at] : undefined
  }

  /** Puts or replaces. */
  set(key: string, value: V): void {
    const chunk = this.#chunkOf(key)
    const keys = this.#keys[chunk]
    const values = this.#values[chunk]
    if (!keys || !values) {
      this.#keys.push([key])
      this.#values.push([value])
      this.#size = 1
      return
    }
    const at = this.#positionOf(keys, key)
    if (keys[at] === key) {
      values[at] = value
      return
    }
    keys.splice(at, 0, key)
    values.splice(at, 0, value)
    this.#size++
    if (keys.length > chunkKeysMax) this.#split(chunk, keys, values, at === keys.length - 1)
  }

  /** Splits a full chunk; keys that arrive in order leave full chunks behind. */
  #split(chunk: number, keys: string[], values: V[], appended: boolean): void {
    const half = appended ? keys.length - 1 : keys.length >>> 1
    this.#keys.splice(chunk + 1, 0, keys.splice(half))
    this.#values.splice(chunk + 1, 0, values.splice(half))
  }

  /** Removes; tells whether the key was there. */
  delete(key: string): boolean {
    const chunk = this.#chunkOf(key)
    const keys = this.#keys[chunk]
    if (!keys) return false
    const at = this.#positionOf(keys, key)
    if (keys[at] !== key) return false
    keys.splice(at, 1)
    this.#values[chunk]?.splice(at, 1)
    this.#size--
    if (keys.length === 0) {
      this.#keys.splice(chunk, 1)
      this.#values.splice(chunk, 1)
    }
    return true
  }

  /** The value of the greatest key < `key`; undefined when there is none. */
  lower(key: string): V | undefined {
    const chunk = this.#chunkOf(key)
    const keys = this.#keys[chunk]
    if (!keys) return undefined
    const at = this.#positionOf(keys, key)
    return at > 0 ? this.#values[chunk]?.[at - 1] : this.#values[chunk - 1]?.at(-1)
  }

  /** The value of the least key > `key`; undefined when there is none. */
  higher(key: string): V | undefined {
    const chunk = this.#chunkOf(key)
    const keys = this.#keys[chunk]
    if (!keys) return undefined
    let at = this.#positionOf(keys, key)
    if (keys[at] === key) at++
    return at < keys.length ? this.#values[chunk]?.[at] : this.#values[chunk + 1]?.[0]
  }

  /** The value of the least key. */
  first(): V | undefined {
    return this.#values[0]?.[0]
  }

  /** The value of the greatest key. */
  last(): V | undefined {
    return this.#values.at(-1)?.at(-1)
  }

  /** The values in order of their keys, from the least key ≥ `key`. Do not change it meanwhile. */
  *from(key: string): Generator<V, void> {
    const start = this.#chunkOf(key)
    for (let chunk = start; chunk < this.#keys.length; chunk++) {
      const values = this.#values[chunk] as V[]
      const first = chunk === start ? this.#positionOf(this.#keys[chunk] as string[], key) : 0
      for (let at = first; at < values.length; at++) yield values[at] as V
    }
  }
}
