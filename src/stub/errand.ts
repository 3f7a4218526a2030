import { Ede } from '../message/index.ts'
import type { Reason } from '../validator/index.ts'
import type { TraceEvent } from './stub.ts'

/**
 * One question of a caller under way: who listens, whether it is still wanted, and what it may
 * still cost.
 */
export class Errand {
  readonly #controller = new AbortController()
  readonly #queriesMax: number
  readonly #onTrace: ((event: TraceEvent) => void) | undefined
  #queries = 0
  #reason: Reason | undefined

  /** A question that may send `queriesMax` queries. */
  constructor(queriesMax: number, onTrace: ((event: TraceEvent) => void) | undefined) {
    this.#queriesMax = queriesMax
    this.#onTrace = onTrace
  }

  /** Fires when nobody wants to know any more. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Queries sent so far. */
  get queries(): number {
    return this.#queries
  }

  /** Why it is over before its time; undefined while it is not. */
  get over(): Reason | undefined {
    return this.#reason
  }

  /** Tells whoever listens. */
  trace(event: TraceEvent): void {
    this.#onTrace?.(event)
  }

  /** Counts one query; false, and over, when it is one too many. */
  spend(): boolean {
    if (this.#queries >= this.#queriesMax) {
      this.abandon(`More than ${this.#queriesMax} queries for one question`, 'queries')
    }
    if (this.#reason) return false
    this.#queries++
    return true
  }

  /** Ends it: waits are given up, and no query is sent any more. The first reason stays. */
  abandon(text: string, limit?: string): void {
    this.#reason ??= { text, ede: Ede.OTHER, ...(limit !== undefined && { limit }) }
    this.#controller.abort()
  }
}
