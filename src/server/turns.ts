/**
 * Turns of the event loop after which what the kernel held at the start has been seen. The first
 * `setImmediate` may fire in the turn under way, whose poll is over; before the second, the kernel
 * has been asked once more.
 */
export const turnsUntilSeen = 2
