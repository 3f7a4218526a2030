import t from 'tap'
import { CodedError, formatPlace } from '../../src/base/index.ts'
import { formatReport, type Report, runScenario, type StepReport } from '../../src/rolling/index.ts'

const head = `SEED run
START 2026-03-01T00:00:00Z
ZONE test.
  CSK parent
ZONE example.test.
  SERVERS one two
  TTL 1h ds 2h
  CSK a
  RECORD www 30m A 192.0.2.80
  RECORD mx A 192.0.2.25
`
const headLines = head.split('\n').length - 1

async function play(steps: string): Promise<Report> {
  return await runScenario(`${head}${steps}`, { file: 'x.roll' })
}

/** What the questions of a scenario found, in order. */
async function found(steps: string): Promise<string[]> {
  const report = await play(steps)
  return report.steps.flatMap(({ answer, status }) =>
    answer && status === 'done' ? [answer.outcome] : [],
  )
}

const www = 'QUERY www.example.test. A'

t.test('QUERY: a resolver keeps what it has for its TTL, a fresh one has nothing', async (t) => {
  const steps = `${www} by anna\n${www} by ben
FAULT example.test. rrsig-no-all
${www} by anna\n${www} by carl\n${www} fresh
ADVANCE 30m
${www} by anna\n${www}
HEAL example.test.
ADVANCE 10s
${www}`
  t.same(await found(steps), [
    'secure',
    'secure',
    'secure',
    'bogus',
    'bogus',
    'bogus',
    'bogus',
    'secure',
  ])
})

t.test('QUERY: what was bogus is not looked at twice, what it rests on is kept', async (t) => {
  // Key and DS change at once; a resolver keeps the old DS for its two hours, and asks nobody.
  const steps = `${www} by anna
KEY example.test. publish csk b
KEY example.test. activate b
KEY example.test. remove a
DS example.test. b
ADVANCE 1h
${www} by anna\n${www} fresh
ADVANCE 59m
${www} by anna
ADVANCE 1m
${www} by anna`
  t.same(await found(steps), ['secure', 'bogus', 'secure', 'bogus', 'secure'])
})

t.test('QUERY at: the only server of its zone, and each such view is a resolver', async (t) => {
  const steps = `TRANSFER example.test. two stop
KEY example.test. publish csk b
KEY example.test. activate b
KEY example.test. remove a
DS example.test. b
${www} at one\n${www} at two\n${www}
FAULT example.test. silent at one
${www} fresh at one\n${www} fresh at two\n${www} at one
HEAL example.test.
TRANSFER example.test. two start
${www} fresh at two`
  const outcomes = await found(steps)
  const [one, two, any, ...rest] = outcomes
  t.same([one, two, ...rest], ['secure', 'bogus', 'unreachable', 'bogus', 'secure', 'secure'])
  t.match(any, /^(secure|bogus)$/, 'as chance has it')
})

t.test('SEND: protected, unprotected, refused', async (t) => {
  const steps = `CERT mx.example.test. c
SEND mx.example.test. fresh
TLSA mx.example.test. c d
SEND mx.example.test. fresh
CERT mx.example.test. e
SEND mx.example.test. fresh
TLSA mx.example.test. none
SEND mx.example.test. fresh
FAULT example.test. type-servfail
SEND mx.example.test. fresh
HEAL example.test.
DS example.test. none
TLSA mx.example.test. c
SEND mx.example.test. fresh
FAULT example.test. silent
SEND mx.example.test. fresh`
  t.same(await found(steps), [
    'unprotected',
    'protected',
    'refused',
    'unprotected',
    'refused',
    'unprotected',
    'refused',
  ])
})

t.test('KEY: a zone without keys is unsigned, which is well if its DS went before', async (t) => {
  const steps = `${www} fresh
DS example.test. none
${www} fresh
KEY example.test. remove a
${www} fresh
KEY example.test. publish csk b algorithm ED25519
KEY example.test. activate b
${www} fresh
DS example.test. b
${www} fresh`
  const outcomes = ['secure', 'insecure', 'insecure', 'insecure', 'secure']
  t.same(await found(steps), outcomes)
})

t.test('KEY: the root rolls its key, and nobody told those who trust the old one', async (t) => {
  const report = await runScenario(
    `ZONE .
  CSK old
QUERY . NS fresh
KEY . publish csk new
KEY . activate new
QUERY . NS fresh
KEY . remove old
QUERY . NS fresh
EXPECT bogus ede 9
`,
    { file: 'root.roll' },
  )
  t.ok(report.passed)
  const outcomes = report.steps.flatMap(({ answer }) => (answer ? [answer.outcome] : []))
  t.same(outcomes, ['secure', 'secure', 'bogus'])
})

t.test('EXPECT: outcome, rcode, info code and reason; what was found instead', async (t) => {
  const report = await play(`QUERY nothing.example.test. A
EXPECT secure NXDOMAIN
EXPECT secure NOERROR
EXPECT insecure
EXPECT secure ede 9
EXPECT secure because "not"
EXPECT secure because "moon"`)
  const statuses = report.steps.map(({ status }) => status)
  t.same(statuses, ['done', 'met', 'unmet', 'unmet', 'unmet', 'met', 'unmet'])
  t.notOk(report.passed)
})

/** Steps that make no sense by the time they come, and what is said of the last of them. */
const senseless: readonly (readonly [steps: string, says: RegExp])[] = [
  ['KEY example.test. activate a', /Cannot activate key: "a" is active$/],
  ['KEY example.test. retire a', /Cannot retire key: none would be left that signs$/],
  [
    'KEY example.test. remove a\nKEY example.test. retire a',
    /Cannot retire key: "a" is not published$/,
  ],
  [
    'KEY example.test. publish csk b\nKEY example.test. remove a',
    /Cannot remove key: none would be left that signs$/,
  ],
]

t.test('runScenario: a step that makes no sense has its place', async (t) => {
  for (const [steps, says] of senseless) {
    const line = headLines + steps.split('\n').length
    const error: unknown = await play(steps).catch((thrown: unknown) => thrown)
    if (!(error instanceof CodedError) || !error.place) throw error
    t.equal(error.code, 'roll-invalid')
    t.equal(formatPlace(error.place), `x.roll:${line}:1`)
    t.match(error.message, says)
  }
})

t.test('runScenario: steps are told as they are taken, with the time of each', async (t) => {
  const told: (StepReport | string)[] = []
  const text = `TITLE "A title"\n${head}ADVANCE 90m\n${www}\nEXPECT secure\nADVANCE 1d\nHEAL test.`
  const report = await runScenario(text, {
    file: 'x.roll',
    seed: 'other',
    onTitle: (title) => told.push(title),
    onStep: (step) => told.push(step),
  })
  t.same(told, ['A title', ...report.steps])
  t.match(report, { file: 'x.roll', title: 'A title', seed: 'other', passed: true })
  const start = Date.UTC(2026, 2, 1) / 1000
  const times = report.steps.map(({ line, at }) => [line - headLines - 1, at - start])
  t.same(times, [
    [1, 0],
    [2, 5400],
    [3, 5400],
    [4, 5400],
    [5, 91_800],
  ])
})

t.test(
  'formatReport: a line for each step, what was found below it, and how it ended',
  async (t) => {
    const report = await play(`CERT mx.example.test. a
TLSA mx.example.test. a
SEND mx.example.test.
EXPECT refused
WATCH SEND mx.example.test. every 1h
ADVANCE 30m
EXPECT always protected
TLSA mx.example.test. b
CERT mx.example.test. b
ADVANCE 30m
EXPECT always protected`)
    const margin = ' '.repeat(23)
    const good = 'protected: DANE authenticates the server'
    const bad = "refused: It does not match the server's certificate"
    const old = ', in a cache with _25._tcp.mx.example.test. TLSA of 2026-03-01 00:30:00'
    t.equal(
      formatReport(report),
      `x.roll
  2026-03-01 00:00:00  CERT mx.example.test. a
  2026-03-01 00:00:00  TLSA mx.example.test. a
  2026-03-01 00:00:00  SEND mx.example.test.
${margin}${good}
✗ 2026-03-01 00:00:00  EXPECT refused
${margin}found ${good}
  2026-03-01 00:00:00  WATCH SEND mx.example.test. every 1h
  2026-03-01 00:00:00  ADVANCE 30m
✓ 2026-03-01 00:30:00  EXPECT always protected
${margin}2 looks at one kind of cache
${margin}2026-03-01 00:00:00 to 2026-03-01 00:30:00: ${good}
  2026-03-01 00:30:00  TLSA mx.example.test. b
  2026-03-01 00:30:00  CERT mx.example.test. b
  2026-03-01 00:30:00  ADVANCE 30m
✗ 2026-03-01 01:00:00  EXPECT always protected
${margin}2 looks at up to 2 kinds of caches
${margin}2026-03-01 00:30:00 to 2026-03-01 01:00:00: ${good}
${margin}2026-03-01 00:30:00 to 2026-03-01 01:00:00${old}: ${bad}
x.roll: 1 of 3 expectations were met; see line 14
`,
    )
  },
)
