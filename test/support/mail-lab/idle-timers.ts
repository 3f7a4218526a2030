import { performance } from 'node:perf_hooks'
import type { TimerHandle, Timers } from '../../../src/base/index.ts'

interface Waiting {
  readonly due: number
  readonly callback: () => void
}

/** Time that passes only while nothing happens. */
export interface IdleTimers extends Timers {
  /** Milliseconds that have passed. */
  readonly monotonicMs: () => number
  /** Forgets every timer. */
  close(): void
}

/** Real milliseconds between looks, and how many in a row must have found nothing. */
const turnMs = 1
const idleTurns = 2
/** How much faster than the clock on the wall time passes while nothing happens. */
const usualHaste = 500

/**
 * Timers for a world that lies in one process: everything that can happen without waiting happens
 * first, then time passes at `haste`. So a timeout of twenty seconds takes as long as it takes to
 * see that nobody does anything, and the outcome does not depend on how fast the machine is:
 * loopback delivers in the turn in which it is written, so a few turns of the event loop without a
 * single event are the end of all activity. What counts is turns, of which there are no more than
 * one in `turnMs`, so that a machine that stands still for a while is not taken for idle. Where
 * somebody waits by timers of the machine, less haste leaves them room.
 */
export function idleTimers(haste = usualHaste): IdleTimers {
  const waiting = new Set<Waiting>()
  let now = 0
  let seen = -1
  let idle = 0
  let ticking: NodeJS.Timeout | undefined

  const tick = (): void => {
    ticking = undefined
    const { events } = performance.nodeTiming.uvMetricsInfo
    if (events !== seen) {
      seen = events
      idle = 0
    } else if (++idle >= idleTurns && waiting.size > 0) {
      const next = [...waiting].reduce((one, other) => (other.due < one.due ? other : one))
      if (idle * turnMs * haste >= next.due - now) {
        seen = -1
        waiting.delete(next)
        now = Math.max(now, next.due)
        next.callback()
      }
    }
    start()
  }
  const start = (): void => {
    if (waiting.size > 0) ticking ??= setTimeout(tick, turnMs)
  }
  const stop = (): void => {
    if (waiting.size > 0) return
    clearTimeout(ticking)
    ticking = undefined
  }
  return {
    monotonicMs: () => now,
    set(ms, callback) {
      const timer: Waiting = { due: now + ms, callback }
      waiting.add(timer)
      seen = -1
      start()
      return timer as object as TimerHandle
    },
    clear(handle) {
      waiting.delete(handle as object as Waiting)
      stop()
    },
    close() {
      waiting.clear()
      stop()
    },
  }
}
