import type { Errand } from './errand.ts'

/** Lets so many in at a time; so many more may wait, in order. */
export class Gate {
  readonly #roomFor: number
  readonly #waitingMax: number
  readonly #waiting = new Set<() => void>()
  #inside = 0

  /** Room for `roomFor`, and for `waitingMax` to wait. */
  constructor(roomFor: number, waitingMax: number) {
    this.#roomFor = roomFor
    this.#waitingMax = waitingMax
  }

  /**
   * `in`, perhaps after a wait: `leave` is owed. `full`: too many wait. `over`: no longer wanted.
   */
  async enter(errand: Errand): Promise<'in' | 'full' | 'over'> {
    if (errand.over) return 'over'
    if (this.#inside < this.#roomFor) {
      this.#inside++
      return 'in'
    }
    if (this.#waiting.size >= this.#waitingMax) return 'full'
    return await new Promise((resolve) => {
      const give = (): void => {
        this.#waiting.delete(enter)
        resolve('over')
      }
      const enter = (): void => {
        errand.signal.removeEventListener('abort', give)
        resolve('in')
      }
      this.#waiting.add(enter)
      errand.signal.addEventListener('abort', give)
    })
  }

  /** Gives the place to who has waited longest. */
  leave(): void {
    const [next] = this.#waiting
    if (!next) {
      this.#inside--
      return
    }
    this.#waiting.delete(next)
    next()
  }
}
