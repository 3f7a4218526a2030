import type { TimerHandle, Timers } from '../../src/base/index.ts'

interface ManualTimer {
  readonly due: number
  readonly callback: () => void
}

/** Timers that stand still until a test moves them on. */
export interface ManualTimers extends Timers {
  /** Moves time on by `ms`, firing what falls due, in order of time. */
  advance(ms: number): void
  /** How far from now each waiting timer is, in milliseconds, soonest first. */
  waiting(): number[]
}

/** Timers at time 0 with nothing waiting. */
export function manualTimers(): ManualTimers {
  let now = 0
  const timers = new Set<ManualTimer>()
  const soonestFirst = () => [...timers].sort((a, b) => a.due - b.due)
  return {
    set(ms, callback) {
      const timer: ManualTimer = { due: now + ms, callback }
      timers.add(timer)
      return timer as object as TimerHandle
    },
    clear(handle) {
      timers.delete(handle as object as ManualTimer)
    },
    advance(ms) {
      const end = now + ms
      for (;;) {
        const next = soonestFirst()[0]
        if (next === undefined || next.due > end) break
        now = next.due
        timers.delete(next)
        next.callback()
      }
      now = end
    },
    waiting: () => soonestFirst().map((timer) => timer.due - now),
  }
}
