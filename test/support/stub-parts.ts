import { createHash } from 'node:crypto'
import { fixedClock, type MovableClock, systemTimers, type Timers } from '../../src/base/index.ts'
import {
  defaultStubLimits,
  type StubLimits,
  type StubOptions,
  type TraceEvent,
} from '../../src/stub/index.ts'
import { testTime } from './served-zone.ts'

/** Octets that look random and are the same in each run. */
export function seededRandom(seed: string): (octets: number) => Uint8Array {
  let count = 0
  return (octets) => {
    const parts: Uint8Array[] = []
    for (let length = 0; length < octets; length += 32) {
      parts.push(createHash('sha256').update(`${seed} ${count++}`).digest())
    }
    return Uint8Array.from(Buffer.concat(parts).subarray(0, octets))
  }
}

/** With the machine's timers nothing may depend on how fast the machine is. */
export const patience = { udpTimeoutMs: 60_000, streamTimeoutMs: 60_000, resolveTimeoutMs: 120_000 }

/** What a stub in a test is made of, but for whom it asks and what it trusts. */
export interface StubParts extends Omit<StubOptions, 'mode' | 'anchors'> {
  readonly clock: MovableClock
  readonly limits: StubLimits
  readonly validatorLimits: NonNullable<StubOptions['validatorLimits']>
  readonly events: TraceEvent[]
  readonly onTrace: (event: TraceEvent) => void
  /** The texts of all troubles so far. */
  troubles(): string[]
}

/** Parts with a fixed clock, the machine's timers and repeatable randomness. */
export function stubParts(
  seed: string,
  { timers = systemTimers, limits = {} }: { timers?: Timers; limits?: Partial<StubLimits> } = {},
): StubParts {
  const events: TraceEvent[] = []
  return {
    clock: fixedClock(testTime),
    monotonicMs: () => 0,
    timers,
    random: seededRandom(seed),
    limits: { ...defaultStubLimits, ...(timers === systemTimers && patience), ...limits },
    validatorLimits: {},
    events,
    onTrace: (event) => void events.push(event),
    troubles: () => events.flatMap((event) => (event.kind === 'trouble' ? [event.text] : [])),
  }
}
