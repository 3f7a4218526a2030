/** A resolver on trial, played by a script: what it says becomes a row. */
import t, { type Test } from 'tap'
import { systemTimers, type Timers } from '../../src/base/index.ts'
import { faultById } from '../../src/lab/index.ts'
import { Flag, Rcode } from '../../src/message/index.ts'
import { casesUnder, type RunOptions, run } from '../../src/trial/index.ts'
import { formatName, parseName } from '../../src/wire/index.ts'
import { manualTimers } from '../support/manual-timers.ts'
import {
  type Received,
  type Reply,
  replyTo,
  type ScriptedServer,
  scriptedServer,
} from '../support/scripted-dns.ts'
import { seededRandom } from '../support/stub-parts.ts'

const answered = Flag.QR | Flag.RD | Flag.RA
const codes = (...given: readonly number[]) =>
  given.map((code) => ({ code: 15, data: Uint8Array.of(code >>> 8, code & 0xff, 0x68, 0x69) }))

/** What the resolver says about the zone of each fault, with CD set or not. */
type Plan = Readonly<Record<string, (checkingDisabled: boolean) => Reply | undefined>>

async function trialOf(
  t: Test,
  plan: Plan,
  timers: Timers = systemTimers,
  turnTime?: (server: ScriptedServer) => Promise<void>,
  more: Partial<RunOptions> = {},
) {
  const script = (query: Received) => {
    const [question] = query.message.questions
    const name = question ? formatName(question.name) : ''
    const id = Object.keys(plan).find((each) => name.endsWith(`${each}.lab.test.`))
    const reply = plan[id ?? '']?.((query.message.flags & Flag.CD) !== 0)
    if (!reply) return []
    const answer = reply.answer?.map((rest) => `${name} ${rest}`)
    return [replyTo(query, { flags: answered, ...reply, ...(answer && { answer }) })]
  }
  const server = await scriptedServer(t, script)
  const faults = Object.keys(plan).flatMap((id) => {
    const fault = faultById(id)
    return fault ? [fault] : []
  })
  const running = run({
    ...{ cases: casesUnder(faults, parseName('lab.test.')), timers, concurrency: 1 },
    resolver: { address: server.address, port: server.port, via: 'udp' },
    ...{ monotonicMs: () => 0, random: seededRandom(t.fullname), timeoutMs: 60_000 },
    ...more,
  })
  await turnTime?.(server)
  const results = await running
  const rows = results.map(({ id, agreement, ede, got }) => [
    ...[id, agreement, ede, got?.status, got?.rcode, got?.told],
  ])
  return { rows, results, server }
}

const data = ['300 A 192.0.2.80']
const secure: Reply = { answer: data, flags: answered | Flag.AD }
const servfail: Reply = { rcode: Rcode.SERVFAIL }

t.test('what a resolver says is mapped to a status', async (t) => {
  const { rows, results } = await trialOf(t, {
    valid: () => secure,
    unsigned: () => ({ answer: data }),
    'denial-nsec': () => ({ rcode: Rcode.NXDOMAIN, flags: answered | Flag.AD }),
    'rrsig-exp-a': (isOff) => (isOff ? { answer: data } : { ...servfail, options: codes(7) }),
    'rrsig-no-a': (isOff) => (isOff ? { answer: data } : { ...servfail, options: codes(6) }),
    'allow-query-none': () => servfail,
    'rcode-yxdomain': () => ({ rcode: Rcode.YXDOMAIN }),
  })
  t.strictSame(rows, [
    ['valid', 'as-expected', 'by-the-book', 'secure', 'NOERROR', 'no extended error'],
    ['unsigned', 'as-expected', 'by-the-book', 'insecure', 'NOERROR', 'no extended error'],
    ['denial-nsec', 'as-expected', 'by-the-book', 'secure', 'NXDOMAIN', 'no extended error'],
    [
      ...['rrsig-exp-a', 'as-expected', 'by-the-book', 'bogus', 'SERVFAIL'],
      'EDE 7: hi; with CD NOERROR',
    ],
    ['rrsig-no-a', 'as-expected', 'another', 'bogus', 'SERVFAIL', 'EDE 6: hi; with CD NOERROR'],
    [
      ...['allow-query-none', 'as-expected', 'none', 'unreachable', 'SERVFAIL'],
      'no extended error; with CD SERVFAIL',
    ],
    ['rcode-yxdomain', 'also-right', 'none', 'insecure', 'YXDOMAIN', 'no extended error'],
  ])
  t.equal(results[0]?.got?.ttl, 300)
  t.equal(results[3]?.got?.ttl, undefined)
})

t.test('a resolver that is wrong is told so', async (t) => {
  const { rows, results } = await trialOf(t, {
    valid: () => ({ answer: data }),
    unsigned: () => secure,
    'rrsig-exp-a': () => secure,
    'rrsig-no-a': () => ({ rcode: Rcode.REFUSED }),
    'denial-nsec': () => ({ flags: answered | Flag.AD }),
    'ttl-zero': () => secure,
  })
  t.strictSame(
    rows.map(([, agreement]) => agreement),
    rows.map(() => 'otherwise'),
  )
  t.strictSame(
    results.map(({ why }) => why.split(';')[0]),
    [
      'insecure instead of secure',
      'secure instead of insecure',
      'secure instead of bogus',
      'REFUSED instead of SERVFAIL',
      'NOERROR instead of NXDOMAIN',
      'TTL 300 instead of at most 0',
    ],
  )
})

t.test('a resolver may be silent, before or after SERVFAIL', async (t) => {
  const timers = manualTimers()
  const plan: Plan = {
    valid: () => undefined,
    'rrsig-exp-a': (isOff) => (isOff ? undefined : servfail),
  }
  const { rows, server } = await trialOf(t, plan, timers, async ({ heard }) => {
    // The fourth is the one that is answered.
    for (const count of [1, 2, 3, 5, 6, 7]) {
      await heard(count)
      timers.advance(timers.waiting()[0] ?? 0)
    }
  })
  const tired = 'no answer within 240000 ms'
  t.strictSame(rows, [
    ['valid', 'otherwise', 'by-the-book', 'unreachable', 'none', tired],
    [
      ...['rrsig-exp-a', 'as-expected', 'none', 'unreachable', 'SERVFAIL'],
      `no extended error; with CD ${tired}`,
    ],
  ])
  const checked = [true, true, true, true, false, false, false]
  t.strictSame(
    server.received.map(({ message }) => (message.flags & Flag.CD) === 0),
    checked,
  )
})

t.test('compact answers are welcome where a case says so (RFC 9824 §5.1)', async (t) => {
  const nothing: Reply = { rcode: Rcode.NXDOMAIN, flags: answered | Flag.AD }
  const { server } = await trialOf(t, { 'compact-co': () => nothing, valid: () => secure })
  t.strictSame(
    server.received.map(({ message }) => message.edns?.flags),
    [0xc000, 0x8000],
  )
})

t.test('a question is put as often as is wanted', async (t) => {
  const timers = manualTimers()
  const impatient = async ({ heard }: ScriptedServer) => {
    await heard(1)
    timers.advance(timers.waiting()[0] ?? 0)
  }
  const plan: Plan = { valid: () => undefined }
  const { server, results } = await trialOf(t, plan, timers, impatient, { attempts: 1 })
  t.equal(server.received.length, 1)
  t.equal(results[0]?.got?.told, 'no answer within 60000 ms')
})

t.test('through one address, what cannot show there is not asked', async (t) => {
  const faults = ['v4-doc', 'one-server-lame', 'upward-referral'].flatMap((id) => {
    const fault = faultById(id)
    return fault ? [fault] : []
  })
  const server = await scriptedServer(t, () => [])
  const results = await run({
    ...{ cases: casesUnder(faults, parseName('lab.test.')), timers: systemTimers },
    resolver: { address: server.address, port: server.port, via: 'udp' },
    ...{ monotonicMs: () => 0, random: seededRandom(t.fullname), throughFront: true },
  })
  const why = 'one address speaks for all servers'
  t.strictSame(
    results.map(({ agreement, why: told }) => [agreement, told.split(':')[0]]),
    faults.map(() => ['not-asked', why]),
  )
  t.equal(server.received.length, 0)
})
