import t from 'tap'
import { formatZoneId, readOwner, readZoneId } from '../../src/api/names.ts'
import { formatName, parseName } from '../../src/wire/index.ts'

t.test('formatZoneId and readZoneId are inverse', (t) => {
  const rows = [
    ['.', '=2E'],
    ['a.test.', 'a.test.'],
    ['_x.test.', '=5Fx.test.'],
    ['0/25.2.0.192.in-addr.arpa.', '0=2F25.2.0.192.in-addr.arpa.'],
    ['a\\.b.test.', 'a=5C.b.test.'],
  ] as const
  for (const [name, id] of rows) {
    t.equal(formatZoneId(parseName(name)), id)
    t.equal(formatName(readZoneId(id)), name)
  }
  t.equal(formatName(readZoneId('A.Test')), 'a.test.', 'without dot, in any case')
  t.throws(() => readZoneId(''), { code: 'name-invalid' })
  t.throws(() => readZoneId('x'.repeat(1100)), { code: 'name-invalid' })
  t.end()
})

t.test('readOwner completes what has no final dot', (t) => {
  const apex = parseName('a.test.')
  const rows = [
    ['www', 'www.a.test.'],
    ['@', 'a.test.'],
    ['WWW.A.test', 'www.a.test.'],
    ['www.a.test.', 'www.a.test.'],
    ['a\\.b', 'a\\.b.a.test.'],
  ] as const
  for (const [text, name] of rows) t.equal(formatName(readOwner(text, apex)), name)
  t.end()
})
