import type { UnixSeconds } from '../base/index.ts'

/** Seconds from the first attempt to the second, and from the second to the third. */
const earlySeconds = 15 * 60
/** Seconds between all later attempts. */
const lateSeconds = 60 * 60

/** Seconds from the first attempt until a message expires, as with Exchange Online. */
export const expirySeconds = 24 * 60 * 60

/** The most attempts that the schedule has room for. */
export const attemptsMax = 3 + Math.floor((expirySeconds - 2 * earlySeconds) / lateSeconds)

/**
 * When to try again: after 15 minutes, after 15 more, then every hour, counted from the first
 * attempt, so that a process that was away takes up the schedule where it would be by now.
 *
 * @returns undefined when the message expires before there would be another attempt
 */
export function nextAttempt(first: UnixSeconds, last: UnixSeconds): UnixSeconds | undefined {
  const elapsed = last - first
  const hours = Math.floor((elapsed - 2 * earlySeconds) / lateSeconds) + 1
  const offset =
    elapsed < 2 * earlySeconds
      ? (Math.floor(elapsed / earlySeconds) + 1) * earlySeconds
      : 2 * earlySeconds + hours * lateSeconds
  return offset > expirySeconds ? undefined : ((first + offset) as UnixSeconds)
}

/** When a message expires. */
export function expiryOf(first: UnixSeconds): UnixSeconds {
  return (first + expirySeconds) as UnixSeconds
}
