/** Calls that may wait for one key. */
const waitingMax = 64

interface Line {
  tail: Promise<unknown>
  waiting: number
}

/** Lets those who work on one thing do so one after another, in this process. */
export class Turns {
  readonly #lines = new Map<string, Line>()

  /** Works when all who came before for that key are done; undefined when too many wait. */
  async take<T>(key: string, work: () => Promise<T>): Promise<T | undefined> {
    const line = this.#lines.get(key) ?? { tail: Promise.resolve(), waiting: 0 }
    if (line.waiting >= waitingMax) return undefined
    line.waiting++
    this.#lines.set(key, line)
    const mine = line.tail.then(work)
    line.tail = mine.then(
      () => undefined,
      () => undefined,
    )
    try {
      return await mine
    } finally {
      if (--line.waiting === 0) this.#lines.delete(key)
    }
  }
}
