/**
 * Every combination of some choices, of which each may depend on those before it: the same is done
 * again and again, with other choices, until there are no others.
 */
export class Choices {
  readonly #picked: number[] = []
  readonly #counts: number[] = []
  #at = 0

  /** The next choice among so many, from 0; at first always 0. */
  next(count: number): number {
    const at = this.#at++
    this.#counts[at] = count
    const picked = this.#picked[at] ?? 0
    this.#picked[at] = picked
    return picked
  }

  /** Begins again with another combination; false when all of them have been tried. */
  advance(): boolean {
    while (this.#at > 0) {
      const at = --this.#at
      const next = (this.#picked[at] ?? 0) + 1
      this.#picked.length = at
      if (next < (this.#counts[at] ?? 0)) {
        this.#picked.push(next)
        this.#at = 0
        return true
      }
    }
    return false
  }
}
