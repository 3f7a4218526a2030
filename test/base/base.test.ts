import t from 'tap'
import {
  assert,
  CodedError,
  errorTable,
  fixedClock,
  formatPlace,
  systemClock,
  unreachable,
} from '../../src/base/index.ts'

t.test('CodedError: carries code, message and place', async (t) => {
  const place = { file: 'a.zone', line: 3, column: 7 }
  const error = new CodedError(
    'name-invalid',
    'Cannot read name "..": it has an empty label',
    place,
  )
  t.ok(error instanceof Error)
  t.match(error, { name: 'CodedError', code: 'name-invalid', place })
  t.equal(formatPlace(place), 'a.zone:3:7')
  t.equal(new CodedError('name-invalid', 'x').place, undefined)
})

t.test('errorTable: codes and meanings are worded alike', async (t) => {
  for (const [code, meaning] of Object.entries(errorTable)) {
    t.match(code, /^[a-z]+(?:-[a-z0-9]+)+$/)
    t.match(meaning, /^[A-Z0-9].*\.$/s, code)
  }
})

t.test('fixedClock: moves only when told, in whole seconds', async (t) => {
  const clock = fixedClock(1000.9)
  t.equal(clock.now(), 1000)
  clock.advance(2.5)
  t.equal(clock.now(), 1002)
  clock.advance(-3)
  t.equal(clock.now(), 999)
})

t.test('systemClock: whole seconds of the machine', async (t) => {
  const before = Math.floor(Date.now() / 1000)
  const now = systemClock.now()
  t.ok(Number.isInteger(now))
  t.ok(before <= now && now <= Math.floor(Date.now() / 1000))
})

t.test('assert, unreachable: a broken invariant is an error of ours', async (t) => {
  t.doesNotThrow(() => assert(true, 'one is one'))
  t.throws(() => assert(false, 'one is two'), { message: 'Broken invariant: one is two' })
  t.throws(() => unreachable({ kind: 'odd' } as never), {
    message: 'Unreachable value: {"kind":"odd"}',
  })
})
