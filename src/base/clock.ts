import type { Brand } from './brand.ts'

/** Whole seconds since 1970-01-01T00:00:00Z, not wrapped at 2^32. */
export type UnixSeconds = Brand<number, 'UnixSeconds'>

/** Time as a parameter: the only way any room but `main` may learn what time it is. */
export interface Clock {
  /** The present, in whole seconds. */
  now(): UnixSeconds
}

/** A clock that stands still until it is told to move; for tests, tools and the lab. */
export interface MovableClock extends Clock {
  /** Moves forward (or back, when negative) by so many seconds. */
  advance(seconds: number): void
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Math.floor(Date.now() / 1000) as UnixSeconds,
}

/** A clock that starts at `start` and moves only by `advance`. */
export function fixedClock(start: number): MovableClock {
  let current = Math.floor(start)
  return {
    now: () => current as UnixSeconds,
    advance(seconds) {
      current += Math.floor(seconds)
    },
  }
}
