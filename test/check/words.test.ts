import t from 'tap'
import { count, formatMs, printable, verdictLabel } from '../../src/check/words.ts'

t.test('printable shows control and direction characters, and cuts', async (t) => {
  t.equal(
    printable('a\u001b[31mb\r\n\u009b\u200f\u2028'),
    'a\\u{1b}[31mb\\u{d}\\u{a}\\u{9b}\\u{200f}\\u{2028}',
  )
  t.equal(printable('münchen ✔'), 'münchen ✔')
  t.equal(printable('abcdef', 3), 'abc…')
})

t.test('formatMs and count', async (t) => {
  t.same([formatMs(0.4), formatMs(999), formatMs(1234)], ['<1 ms', '999 ms', '1.2 s'])
  t.same(
    [count(1, 'host'), count(2, 'host'), count(0, 'address', 'addresses')],
    ['1 host', '2 hosts', '0 addresses'],
  )
})

t.test('verdictLabel', async (t) => {
  const base = { host: undefined, reason: '', status: undefined, isProtected: true }
  t.equal(verdictLabel({ ...base, outcome: 'delivers', protection: 'dane' }), 'delivers, DANE')
  t.equal(verdictLabel({ ...base, outcome: 'delivers', protection: 'none' }), 'delivers')
  const status = { transient: '4.7.324', permanent: '5.7.324', text: '', reply: '' }
  t.equal(
    verdictLabel({ ...base, outcome: 'delayed', protection: 'none', status }),
    'delayed, 4.7.324',
  )
  t.equal(
    verdictLabel({ ...base, outcome: 'refused', protection: 'none', status }),
    'refused, 5.7.324',
  )
})
