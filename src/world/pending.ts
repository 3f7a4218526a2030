import type { TimerHandle, Timers } from '../base/index.ts'

/** Replies that wait for their time, for all sockets of a world. */
export class Pending {
  readonly #timers: Timers
  readonly #max: number
  readonly #waiting = new Set<TimerHandle>()

  /** None waits yet; at most `max` ever will. */
  constructor(timers: Timers, max: number) {
    this.#timers = timers
    this.#max = max
  }

  /** Sends now, or after a delay; returns whether there was room to wait. */
  send(delayMs: number, send: () => void): boolean {
    if (delayMs <= 0) {
      send()
      return true
    }
    if (this.#waiting.size >= this.#max) return false
    const handle = this.#timers.set(delayMs, () => {
      this.#waiting.delete(handle)
      send()
    })
    this.#waiting.add(handle)
    return true
  }

  /** Forgets all that waits. */
  clear(): void {
    for (const handle of this.#waiting) this.#timers.clear(handle)
    this.#waiting.clear()
  }
}
