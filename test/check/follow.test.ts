import t from 'tap'
import { CodedError, fixedClock, type UnixSeconds } from '../../src/base/index.ts'
import { composeReport } from '../../src/check/compose.ts'
import { type FollowEnd, follow } from '../../src/check/follow.ts'
import { attemptsMax, expiryOf, nextAttempt } from '../../src/check/schedule.ts'
import {
  type Attempt,
  type FollowState,
  formatFollowState,
  newFollowState,
  parseFollowState,
} from '../../src/check/state.ts'
import { printable } from '../../src/check/words.ts'
import { formatName, nameFromLabels } from '../../src/wire/index.ts'
import { findings, metHost } from '../support/findings.ts'
import { manualTimers } from '../support/manual-timers.ts'

const start = 1_795_479_662
const minute = 60
const hour = 60 * minute
const day = 24 * hour

const failing = composeReport(findings([metHost({ level: 'failed' })]))
const working = composeReport(findings([metHost({ meets: [[]] })]))
const refusing = composeReport(findings([], { destination: { kind: 'null-mx' } }))

function at(seconds: number): UnixSeconds {
  return (start + seconds) as UnixSeconds
}

/** A world in which time passes when it is told to, and checks come out as they are told to. */
function makeWorld(outcome: (attempt: number) => typeof failing) {
  const clock = fixedClock(start)
  const timers = manualTimers()
  const giveUp = new AbortController()
  const saved: string[] = []
  const offsets: number[] = []
  const nexts: (number | undefined)[] = []
  let attempts = 0
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
  return {
    offsets,
    nexts,
    saved,
    giveUp,
    clock,
    run: (state: FollowState): Promise<FollowEnd> =>
      follow(state, {
        clock,
        timers,
        profile: 'rfc',
        signal: giveUp.signal,
        async check() {
          offsets.push(clock.now() - start)
          return outcome(attempts++)
        },
        saveSts: () => ({ domains: [] }),
        async save(state) {
          saved.push(formatFollowState(state))
        },
        async onAttempt(_, __, next) {
          nexts.push(next === undefined ? undefined : next - start)
        },
      }),
    /** Lets time pass until nothing waits any more, or so many seconds are over. */
    async pass(seconds: number): Promise<void> {
      const end = clock.now() + seconds
      await turn()
      while (clock.now() < end) {
        const [wait] = timers.waiting()
        if (wait === undefined) break
        const ms = Math.min(wait, (end - clock.now()) * 1000)
        clock.advance(ms / 1000)
        timers.advance(ms)
        await turn()
      }
    },
  }
}

/** 0, 15 and 30 minutes, then every hour as long as 24 hours have room. */
const plan = [0, 15 * minute, 30 * minute]
while ((plan.at(-1) ?? day) + hour <= day) plan.push((plan.at(-1) ?? day) + hour)

t.test('nextAttempt: 15 minutes, 15 minutes, then hourly until 24 hours', async (t) => {
  const offsets = [0]
  for (;;) {
    const next = nextAttempt(at(0), at(offsets.at(-1) ?? 0))
    if (next === undefined) break
    offsets.push(next - start)
  }
  t.same(offsets, plan)
  t.equal(offsets.length, attemptsMax)
  t.equal(expiryOf(at(0)), at(day))
})

t.test('nextAttempt: an attempt that took long does not move the schedule', async (t) => {
  t.equal(nextAttempt(at(0), at(14 * minute)), at(15 * minute))
  t.equal(nextAttempt(at(0), at(15 * minute)), at(30 * minute))
  t.equal(nextAttempt(at(0), at(29 * minute + 59)), at(30 * minute))
  t.equal(nextAttempt(at(0), at(30 * minute)), at(90 * minute))
  t.equal(nextAttempt(at(0), at(7 * hour)), at(7.5 * hour))
  t.equal(nextAttempt(at(0), at(day)), undefined)
})

t.test('follow: ends when mail is delivered, and keeps a state after each attempt', async (t) => {
  const world = makeWorld((attempt) => (attempt < 3 ? failing : working))
  const end = world.run(newFollowState('contoso.test.'))
  await world.pass(2 * hour)
  t.match(await end, { kind: 'delivered', state: { attempts: { length: 4 } } })
  t.same(world.offsets, plan.slice(0, 4))
  t.same(world.nexts, [...plan.slice(1, 4), undefined])
  t.equal(world.saved.length, 4)
})

t.test('follow: expires after 24 hours, with every attempt made', async (t) => {
  const world = makeWorld(() => failing)
  const end = world.run(newFollowState('contoso.test.'))
  await world.pass(2 * day)
  t.match(await end, { kind: 'failed', expired: true })
  t.same(world.offsets, plan)
  t.equal(world.clock.now(), start + day, 'at 24 hours, not before')
})

t.test('follow: what is refused for good is not tried again', async (t) => {
  const world = makeWorld(() => refusing)
  t.match(await world.run(newFollowState('contoso.test.')), { kind: 'failed', expired: false })
  t.same(world.offsets, [0])
})

t.test('follow: a restart goes on where the schedule is', async (t) => {
  const before = makeWorld(() => failing)
  const first = before.run(newFollowState('contoso.test.'))
  await before.pass(20 * minute)
  before.giveUp.abort()
  t.match(await first, { kind: 'stopped', state: { attempts: { length: 2 } } })
  const state = parseFollowState(before.saved.at(-1) ?? '', 'contoso.test.', 'state.json')

  const soon = makeWorld(() => working)
  soon.clock.advance(25 * minute)
  const second = soon.run(state)
  await soon.pass(hour)
  t.match(await second, { kind: 'delivered' })
  t.same(soon.offsets, [30 * minute], 'what is not due yet is waited for')

  const late = makeWorld(() => failing)
  late.clock.advance(5 * hour + 10 * minute)
  const third = late.run(state)
  await late.pass(hour)
  late.giveUp.abort()
  t.match(await third, { kind: 'stopped' })
  t.same(late.offsets, [5 * hour + 10 * minute, 5.5 * hour], 'what is overdue is tried at once')

  const tooLate = makeWorld(() => working)
  tooLate.clock.advance(3 * day)
  t.match(await tooLate.run(state), { kind: 'failed', expired: true })
  t.same(tooLate.offsets, [], 'what has expired is not tried again')
})

t.test('follow: a check that was broken off is no attempt', async (t) => {
  const world = makeWorld(() => {
    world.giveUp.abort()
    return failing
  })
  t.match(await world.run(newFollowState('contoso.test.')), {
    kind: 'stopped',
    state: { attempts: [] },
  })
  t.same(world.saved, [])
})

t.test('follow: a clock that is set back does not end the waiting early', async (t) => {
  const world = makeWorld(() => failing)
  const end = world.run(newFollowState('contoso.test.'))
  await world.pass(10 * minute)
  world.clock.advance(-5 * minute)
  await world.pass(9 * minute)
  t.same(world.offsets, [0])
  await world.pass(minute)
  t.same(world.offsets, [0, 15 * minute])
  world.giveUp.abort()
  await end
})

const attempt: Attempt = {
  at: at(0),
  outcome: 'delayed',
  host: 'mx.contoso.test.',
  reason: 'no',
  status: { transient: '4.7.323', permanent: '5.7.323', text: 'x', reply: '450 4.7.323 x' },
}

t.test('parseFollowState reads what formatFollowState writes', async (t) => {
  const state: FollowState = {
    ...newFollowState('contoso.test.'),
    attempts: [attempt, { ...attempt, at: at(900), host: undefined }],
    sts: { domains: [] },
  }
  t.same(parseFollowState(formatFollowState(state), 'contoso.test.', 'f'), state)
})

t.test('bug: a state whose names and errors are all escapes was not taken up again', async (t) => {
  const label = Buffer.alloc(62, 0x1b)
  const host = formatName(nameFromLabels([label, label, label, label]))
  const reason = `None of 20 hosts takes the mail: ${host}: ${printable('\u2028'.repeat(300))}`
  const attempts = [{ ...attempt, host, reason }]
  const state: FollowState = { ...newFollowState('contoso.test.'), attempts }
  t.match(parseFollowState(formatFollowState(state), 'contoso.test.', 'f'), { attempts })
})

const malformed: readonly (readonly [why: string, change: (state: object) => unknown])[] = [
  ['it is not a state of version 1', () => []],
  ['it is not a state of version 1', (state) => ({ ...state, version: 2 })],
  ['it is about "other.test."', (state) => ({ ...state, domain: 'other.test.' })],
  ['its attempts are no list', (state) => ({ ...state, attempts: {} })],
  ['too many', (state) => ({ ...state, attempts: Array(100).fill(attempt) })],
  ['an attempt is malformed', (state) => ({ ...state, attempts: [null] })],
  ...[
    { at: 1.5 },
    { at: -1 },
    { at: '2026' },
    { outcome: 'perhaps' },
    { host: 7 },
    { reason: 'two\r\nlines' },
    { reason: 'x'.repeat(9000) },
    { status: undefined },
    { status: { ...attempt.status, permanent: '5.7.323\r\nBcc: x' } },
    { status: { ...attempt.status, transient: '9.7.323' } },
  ].map(
    (part) =>
      [
        'an attempt is malformed',
        (state: object) => ({ ...state, attempts: [{ ...attempt, ...part }] }),
      ] as const,
  ),
  [
    'its attempts are not in order',
    (state) => ({ ...state, attempts: [{ ...attempt, at: at(9) }, attempt] }),
  ],
]

t.test('parseFollowState believes nothing', async (t) => {
  const good = { ...newFollowState('contoso.test.'), attempts: [attempt] }
  for (const [why, change] of malformed) {
    try {
      parseFollowState(JSON.stringify(change(good)), 'contoso.test.', 'f.json')
      t.fail(`took what should say: ${why}`)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      t.equal(error.code, 'state-invalid')
      t.match(error.message, why)
    }
  }
  t.throws(() => parseFollowState('{', 'contoso.test.', 'f'), { code: 'state-invalid' })
  const long = JSON.stringify({ ...good, more: 'x'.repeat(1 << 21) })
  t.throws(() => parseFollowState(long, 'contoso.test.', 'f'), { code: 'state-invalid' })
})
