import {
  type Clock,
  CodedError,
  type TimerHandle,
  type Timers,
  type UnixSeconds,
} from '../base/index.ts'
import type { Store } from '../store/index.ts'
import type { WhenLive } from './types.ts'

/** Nodes that were not heard of for so long are waited for no more. */
const silenceSeconds = 10
/** How often the store is asked how far other nodes are while somebody waits, in milliseconds. */
const lookAgainMs = 10

/** What waiting needs to know of a node. */
export interface WaitParts {
  readonly store: Store
  readonly node: string
  readonly clock: Clock
  readonly timers: Timers
  /** All change sets up to this one are live on this node. */
  readonly sequence: () => number
  readonly onFault: (error: unknown) => void
}

const stopped: WhenLive = { live: false, waitingFor: [], reason: 'the server stops' }

interface Wait {
  readonly sequence: number
  readonly resolve: (result: WhenLive) => void
  readonly due: TimerHandle
}

/**
 * Those who wait until all nodes serve a change set. This node says itself how far it is; others
 * are asked for in the store, once for all who wait, and only while one of them lags.
 */
export class Waits {
  readonly #parts: WaitParts
  readonly #waits = new Set<Wait>()
  #others: readonly { readonly node: string; readonly sequence: number }[] = []
  /** Why it is not known how far the others are. */
  #doubt: string | undefined = 'nobody was asked yet'
  #isLooking = false
  #isClosed = false
  #again: TimerHandle | undefined

  constructor(parts: WaitParts) {
    this.#parts = parts
  }

  /** Resolves when every node that was heard of lately serves the sequence, or `ms` went by. */
  wait(sequence: number, ms: number): Promise<WhenLive> {
    if (this.#isClosed) return Promise.resolve(stopped)
    return new Promise((resolve) => {
      const due = this.#parts.timers.set(ms, () => this.#end(wait, this.#stateOf(wait)))
      const wait = { sequence, resolve, due }
      this.#waits.add(wait)
      this.look()
    })
  }

  /** This node is further, or others may be. */
  look(): void {
    if (this.#waits.size === 0 || this.#isLooking || this.#isClosed) return
    this.#isLooking = true
    void this.#look()
  }

  /** Nobody waits any longer. */
  close(): void {
    this.#isClosed = true
    for (const wait of this.#waits) this.#end(wait, { ...this.#stateOf(wait), ...stopped })
    if (this.#again) this.#parts.timers.clear(this.#again)
  }

  async #look(): Promise<void> {
    const { store, node, clock, timers } = this.#parts
    if (this.#again) timers.clear(this.#again)
    this.#again = undefined
    try {
      const nodes = await store.nodes((clock.now() - silenceSeconds) as UnixSeconds)
      this.#others = nodes.filter((other) => other.node !== node)
      this.#doubt = undefined
    } catch (error) {
      if (!(error instanceof CodedError)) this.#parts.onFault(error)
      this.#doubt = error instanceof Error ? error.message : String(error)
    }
    this.#isLooking = false
    for (const wait of this.#waits) {
      const state = this.#stateOf(wait)
      if (state.live) this.#end(wait, state)
    }
    if (this.#hasToAsk()) this.#again = timers.set(lookAgainMs, () => this.look())
  }

  /** Whether the store may soon have better news; how far this node is it says by itself. */
  #hasToAsk(): boolean {
    if (this.#doubt !== undefined) return this.#waits.size > 0
    const least = Math.min(...this.#others.map(({ sequence }) => sequence))
    for (const { sequence } of this.#waits) if (sequence > least) return true
    return false
  }

  #stateOf({ sequence }: Wait): WhenLive {
    const { node } = this.#parts
    const mine = { node, sequence: this.#parts.sequence() }
    const behind = [mine, ...this.#others].filter((one) => one.sequence < sequence)
    const waitingFor = behind.map((one) => one.node)
    if (this.#doubt !== undefined) return { live: false, waitingFor, reason: this.#doubt }
    return { live: waitingFor.length === 0, waitingFor }
  }

  #end(wait: Wait, result: WhenLive): void {
    this.#parts.timers.clear(wait.due)
    this.#waits.delete(wait)
    wait.resolve(result)
  }
}
