/**
 * base: the ground that every room stands on.
 *
 * Nothing here knows DNS. It holds what would otherwise be invented five times: nominal types for
 * values the compiler cannot tell apart, the proof that a switch is exhaustive, time (clock and
 * timers) as a parameter, the end of waiting, and errors that carry a stable code and a place.
 *
 * Invariants: no imports, no input or output, no state. An error's code is one row of
 * `errorTable`; codes are never reused or renamed.
 */
export { assert, type Brand, unreachable } from './brand.ts'
export {
  type Clock,
  fixedClock,
  type MovableClock,
  systemClock,
  type UnixSeconds,
} from './clock.ts'
export { CodedError, type ErrorCode, errorTable, formatPlace, type Place } from './errors.ts'
export { onAbort } from './signals.ts'
export { systemTimers, type TimerHandle, type Timers } from './timers.ts'
