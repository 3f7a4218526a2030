import type { Clock, Timers, UnixSeconds } from '../base/index.ts'
import type { Profile } from '../dane/index.ts'
import type { CheckReport } from './report.ts'
import { expiryOf, nextAttempt } from './schedule.ts'
import type { Attempt, FollowState } from './state.ts'

/** The longest wait in one piece: a machine that sleeps wakes up to a clock that has moved. */
const waitMsMax = 900_000

/** The world of a followed check. */
export interface FollowWorld {
  readonly clock: Clock
  readonly timers: Timers
  /** Whose verdict decides whether a message is delivered. */
  readonly profile: Profile
  /** One whole check, from the first DNS query on. */
  check(): Promise<CheckReport>
  /** What is to be kept of MTA-STS after a check. */
  saveSts(): unknown
  /** Keeps a state, so that a later run can take it up. */
  save(state: FollowState): Promise<void>
  /** Hears of each attempt, and when the next one will be; undefined when there is none. */
  onAttempt(attempt: Attempt, report: CheckReport, next: UnixSeconds | undefined): Promise<void>
  /** Ends the waiting; the state is kept. */
  readonly signal: AbortSignal
}

/** How following ended. */
export type FollowEnd =
  | { readonly kind: 'delivered'; readonly state: FollowState }
  /** Refused, or expired after 24 hours: time for the NDR. */
  | { readonly kind: 'failed'; readonly state: FollowState; readonly expired: boolean }
  | { readonly kind: 'stopped'; readonly state: FollowState }

/**
 * Repeats a check as Exchange Online repeats its attempts, until mail would be delivered, is
 * refused, or expires. Takes up a state where it stands: what is overdue is tried at once.
 */
export async function follow(begin: FollowState, world: FollowWorld): Promise<FollowEnd> {
  let state = begin
  for (;;) {
    const last = state.attempts.at(-1)
    if (last?.outcome === 'delivers') return { kind: 'delivered', state }
    if (last?.outcome === 'refused') return { kind: 'failed', state, expired: false }
    const due = dueOf(state)
    await waitUntil(due.at, world)
    if (world.signal.aborted) return { kind: 'stopped', state }
    const isLate = last !== undefined && world.clock.now() >= expiryOf(firstOf(state, world.clock))
    if (due.expires || isLate) return { kind: 'failed', state, expired: true }
    state = await attempt(state, world)
  }
}

function firstOf({ attempts }: FollowState, clock: Clock): UnixSeconds {
  return attempts[0]?.at ?? clock.now()
}

function dueOf({ attempts }: FollowState): { readonly at: UnixSeconds; readonly expires: boolean } {
  const [first] = attempts
  const last = attempts.at(-1)
  if (first === undefined || last === undefined) return { at: 0 as UnixSeconds, expires: false }
  const next = nextAttempt(first.at, last.at)
  return next === undefined
    ? { at: expiryOf(first.at), expires: true }
    : { at: next, expires: false }
}

async function attempt(state: FollowState, world: FollowWorld): Promise<FollowState> {
  const at = world.clock.now()
  const report = await world.check()
  // What was broken off halfway says nothing about the domain.
  if (world.signal.aborted) return state
  const { outcome, host, reason, status } = report.verdicts[world.profile]
  const made: Attempt = { at, outcome, host, reason, status }
  const next: FollowState = {
    ...state,
    attempts: [...state.attempts, made],
    sts: world.saveSts(),
  }
  await world.save(next)
  const { at: due, expires } = dueOf(next)
  await world.onAttempt(made, report, outcome === 'delayed' && !expires ? due : undefined)
  return next
}

async function waitUntil(due: UnixSeconds, { clock, timers, signal }: FollowWorld): Promise<void> {
  for (;;) {
    const seconds = due - clock.now()
    if (seconds <= 0 || signal.aborted) return
    await new Promise<void>((resolve) => {
      const done = () => {
        timers.clear(handle)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const handle = timers.set(Math.min(seconds * 1000, waitMsMax), done)
      signal.addEventListener('abort', done)
    })
  }
}
