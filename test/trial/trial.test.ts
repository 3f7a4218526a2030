/** Cases, in which order and how many at a time; and what results look like. */
import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import { catalogue, faultById } from '../../src/lab/index.ts'
import { casesOf, casesUnder, formatQuestion } from '../../src/trial/cases.ts'
import type { Result, Said } from '../../src/trial/compare.ts'
import { resultToJson } from '../../src/trial/json.ts'
import { formatResults, formatSummary } from '../../src/trial/text.ts'
import { tryCases } from '../../src/trial/trial.ts'
import { parseName } from '../../src/wire/index.ts'
import { buildWorld, catalogueWorld, faultApex, faultZone } from '../../src/world/index.ts'
import { testTime } from '../support/served-zone.ts'

const lab = parseName('lab.test.')
const some = ['valid', 'rrsig-exp-a', 'type-timeout', 'nsec3-missing'].flatMap((id) => {
  const fault = faultById(id)
  return fault ? [fault] : []
})
const now = () => testTime as UnixSeconds
const standard = { seesFailures: true, holdsEde: true }
const secure: Said = { status: 'secure', rcode: 'NOERROR', ede: [], ttl: 600, told: 'verified' }

t.test('each fault has a question in its own zone', async (t) => {
  t.strictSame(casesUnder(some, lab).map(formatQuestion), [
    'valid.lab.test. A',
    'rrsig-exp-a.lab.test. A',
    '_25._tcp.ns1.type-timeout.lab.test. TLSA',
    'nothing.nsec3-missing.lab.test. A',
  ])
  t.equal(casesUnder(catalogue, lab).length, catalogue.length)
})

t.test('a world has the cases of zones with one fault, where it is at home', async (t) => {
  const spec = catalogueWorld({ seed: 'cases', now, faults: some })
  t.strictSame(casesOf(buildWorld(spec)), casesUnder(some, lab))
  const [valid, expired] = some
  if (!valid || !expired) throw new Error('no faults')
  const zone = { ...faultZone(valid), apex: faultApex('more') }
  const faults = [{ fault: valid }, { fault: expired }]
  const elsewhere = [{ fault: expired, at: { owner: 'ns1', type: 'any' as const } }]
  const odd = [
    { ...zone, faults },
    { ...zone, apex: faultApex('moved'), faults: elsewhere },
  ]
  const world = buildWorld({ ...spec, zones: [...spec.zones, ...odd] })
  t.strictSame(casesOf(world), casesUnder(some, lab))
})

t.test('so many at a time, results in order, each told once', async (t) => {
  const cases = casesUnder(catalogue, lab)
  let under = 0
  let most = 0
  let time = 0
  const told: [string, number][] = []
  const asker = {
    excuse: ({ fault }: { fault: { id: string } }) =>
      fault.id === 'valid' ? 'too easy' : undefined,
    async ask(): Promise<Said> {
      most = Math.max(most, ++under)
      for (let turn = time++ % 3; turn >= 0; turn--) await new Promise(setImmediate)
      under--
      return secure
    },
  }
  const results = await tryCases(cases, asker, standard, {
    monotonicMs: () => time,
    concurrency: 5,
    onResult: ({ id }, done) => told.push([id, done]),
  })
  t.equal(most, 5)
  t.strictSame(
    results.map(({ id }) => id),
    catalogue.map(({ id }) => id),
  )
  t.strictSame(
    told.map(([, done]) => done),
    catalogue.map((_, at) => at + 1),
  )
  t.strictSame(told.map(([id]) => id).sort(), catalogue.map(({ id }) => id).sort())
  t.equal(results.find(({ id }) => id === 'valid')?.why, 'too easy')
  t.strictSame(await tryCases([], asker, standard, { monotonicMs: () => 0 }), [])
})

const [valid, expired] = casesUnder(some, lab).map((asked) => ({
  ...{ id: asked.fault.id, question: formatQuestion(asked), expected: asked.fault.expect },
}))
if (!valid || !expired) throw new Error('no cases')
const explained = { ...secure, ede: [{ code: 22, text: 'at delegation' }] }
const results: readonly Result[] = [
  {
    ...{ ...valid, got: secure, why: 'verified', elapsedMs: 3.4 },
    ...{ agreement: 'as-expected', ede: 'by-the-book' },
  },
  {
    ...{ ...expired, got: explained, why: 'secure instead', elapsedMs: 12 },
    ...{ agreement: 'otherwise', ede: 'another' },
  },
  {
    ...{ ...valid, got: undefined, why: 'given up', elapsedMs: 0 },
    ...{ agreement: 'not-asked', ede: undefined },
  },
]

t.test('a table for people', async (t) => {
  t.strictSame(formatResults(results), [
    'case         expected          got                EDE          ms           why',
    'valid        secure NOERROR    secure NOERROR     by the book  3   ok',
    'rrsig-exp-a  bogus SERVFAIL 7  secure NOERROR 22  another      12  DIFFERS  secure instead',
    'valid        secure NOERROR    not asked                           –        given up',
  ])
  t.equal(
    formatSummary(results),
    '1 as expected, 0 also right, 1 otherwise, 1 not asked of 3 cases',
  )
  t.equal(formatSummary(results.slice(0, 1)), '1 as expected, 0 also right, 0 otherwise of 1 case')
})

t.test('and JSON for programs', async (t) => {
  const [, otherwise, notAsked] = results.map(resultToJson)
  t.strictSame(otherwise, {
    id: 'rrsig-exp-a',
    question: 'rrsig-exp-a.lab.test. A',
    agreement: 'otherwise',
    why: 'secure instead',
    expected: {
      ...{ status: 'bogus', rcode: 'SERVFAIL', ede: [7], edeToo: [] },
      references: some[1]?.expect.why,
    },
    got: explained,
    ede: 'another',
    elapsedMs: 12,
  })
  t.equal(notAsked?.got, null)
  t.equal(notAsked?.ede, null)
})
