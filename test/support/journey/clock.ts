import { type MovableClock, systemClock, type UnixSeconds } from '../../../src/base/index.ts'

/**
 * The machine's time and whatever it was moved on by. What danelaw waits for is injected so; other
 * programs go by the machine's time, and are told to be generous about signatures.
 */
export function shiftedClock(): MovableClock {
  let shift = 0
  return {
    now: () => (systemClock.now() + shift) as UnixSeconds,
    advance(seconds) {
      shift += seconds
    },
  }
}
