/** A seeded source of numbers, so that a failing test fails the same way again (mulberry32). */
export interface Random {
  /** An integer from 0 up to, not including, `bound`. */
  below(bound: number): number
  /** One element of a list that is not empty. */
  pick<T>(list: readonly T[]): T
}

/** The same seed gives the same sequence, everywhere. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const below = (bound: number): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000) * bound)
  }
  return {
    below,
    pick(list) {
      const item = list[below(list.length)]
      if (item === undefined) throw new Error('Cannot pick: the list is empty')
      return item
    },
  }
}
