import type { TimerHandle, Timers } from '../base/index.ts'

/** Those who want to know that something changed: told once, a moment later, however much did. */
export class Watchers {
  readonly #timers: Timers
  readonly #callbacks = new Set<() => void>()
  #due: TimerHandle | undefined

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** Adds one; returns what takes it away. */
  add(onChange: () => void): () => void {
    // A function of its own, so that the same callback may come twice.
    const callback = () => onChange()
    this.#callbacks.add(callback)
    return () => this.#callbacks.delete(callback)
  }

  /** Something changed. */
  tell(): void {
    if (this.#due !== undefined || this.#callbacks.size === 0) return
    this.#due = this.#timers.set(0, () => {
      this.#due = undefined
      for (const callback of this.#callbacks) callback()
    })
  }

  /** Tells nobody any more. */
  clear(): void {
    if (this.#due !== undefined) this.#timers.clear(this.#due)
    this.#callbacks.clear()
  }
}
