import t from 'tap'
import { RR } from '../../src/rr/index.ts'
import { because, Foremost, keyText, setText, spanText } from '../../src/validator/reason.ts'
import { parseName } from '../../src/wire/index.ts'

t.test('because makes a reason, with a code where something is wrong', async (t) => {
  t.strictSame(because('all is well'), { text: 'all is well', ede: undefined })
  t.strictSame(because('it is not', 6, { limit: 'aliases' }), {
    text: 'it is not',
    ede: 6,
    limit: 'aliases',
  })
})

t.test('setText and keyText name what a reason is about', async (t) => {
  t.equal(setText(parseName('mail.test.'), RR.TLSA), 'mail.test. TLSA')
  t.equal(keyText({ keyTag: 45756, algorithm: 13 }), '45756/13')
})

t.test('spanText gives a span in its greatest unit', async (t) => {
  for (const [seconds, text] of [
    [0, '0 seconds'],
    [1, '1 second'],
    [59, '59 seconds'],
    [60, '1 minute'],
    [3599, '59 minutes'],
    [3600, '1 hour'],
    [86_399, '23 hours'],
    [86_400, '1 day'],
    [3 * 86_400, '3 days'],
  ] as const) {
    t.equal(spanText(seconds), text)
  }
})

t.test('Foremost keeps the failure that came furthest, of equals the first', async (t) => {
  const failures = new Foremost()
  t.equal(failures.reason, undefined)
  failures.note(2, because('second step'))
  failures.note(1, because('first step'))
  t.equal(failures.reason?.text, 'second step')
  failures.note(2, because('second step again'))
  t.equal(failures.reason?.text, 'second step')
  failures.note(3, because('third step'))
  t.equal(failures.reason?.text, 'third step')
})
