import t from 'tap'
import { parseTtl } from '../../src/zonefile/index.ts'

t.test('parseTtl: seconds and units in any case and order', async (t) => {
  const readings: readonly [string, number][] = [
    ['0', 0],
    ['007', 7],
    ['2147483647', 2147483647],
    ['1s', 1],
    ['1M', 60],
    ['1h30m', 5400],
    ['30m1h', 5400],
    ['2W', 1209600],
    ['1d1d', 172800],
  ]
  for (const [text, seconds] of readings) t.equal(parseTtl(text), seconds, text)
})

t.test('parseTtl: refuses all else', async (t) => {
  for (const text of ['', 'h', '1h1', '-1', '+1', '1.5', '1y', ' 1', '12345678901', '１']) {
    t.throws(() => parseTtl(text), { code: 'ttl-invalid' }, JSON.stringify(text))
  }
  t.throws(() => parseTtl('2147483648'), { message: /"2147483648" exceeds 2147483647 seconds/ })
  t.throws(() => parseTtl('3551w'), { message: /"3551w" exceeds 2147483647 seconds/ })
})
