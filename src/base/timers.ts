import type { Brand } from './brand.ts'

/** What `set` returned: to be handed back to `clear`, and to nothing else. */
export type TimerHandle = Brand<object, 'TimerHandle'>

/** The passing of time as a parameter. */
export interface Timers {
  /** Calls `callback` once, `ms` milliseconds (≥ 0) from now, unless cleared before. */
  set(ms: number, callback: () => void): TimerHandle
  /** Forgets a timer. One that has fired, or was cleared before, is left in peace. */
  clear(handle: TimerHandle): void
}

/** The machine's timers. They do not keep the process alive: the sockets do. */
export const systemTimers: Timers = {
  set(ms, callback) {
    const timeout: object = setTimeout(callback, ms).unref()
    return timeout as TimerHandle
  },
  clear(handle) {
    clearTimeout(handle as object as NodeJS.Timeout)
  },
}
