import { CodedError } from '../base/index.ts'

/** Items that wait for one group; more are refused, as nobody would wait that long. */
const waitingMax = 10_000
/** Items that one group takes. */
const groupMax = 512

interface Waiting<T, R> {
  readonly item: T
  readonly resolve: (result: R) => void
  readonly reject: (error: unknown) => void
}

/** Gathers what comes while a group is being run, and runs it as the next group. */
export class GroupQueue<T, R> {
  readonly #run: (items: readonly T[]) => Promise<readonly R[]>
  #waiting: Waiting<T, R>[] = []
  #running = false

  /** `run` gives back one result for each item, in their order, or fails for all. */
  constructor(run: (items: readonly T[]) => Promise<readonly R[]>) {
    this.#run = run
  }

  /**
   * Resolves with what became of the item.
   *
   * @throws {CodedError} `store-unavailable` when too many wait, or what `run` rejects with
   */
  add(item: T): Promise<R> {
    if (this.#waiting.length >= waitingMax) {
      const why = `${waitingMax} changes are waiting already`
      return Promise.reject(new CodedError('store-unavailable', `Cannot take change: ${why}`))
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
      if (!this.#running) void this.#work()
    })
  }

  async #work(): Promise<void> {
    this.#running = true
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, groupMax)
      try {
        const results = await this.#run(group.map(({ item }) => item))
        for (const [index, { resolve }] of group.entries()) resolve(results[index] as R)
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    this.#running = false
  }
}
