import t from 'tap'
import { Recent } from '../../src/zone/recent.ts'

t.test('Recent: has the last that were asked for', async (t) => {
  const recent = new Recent<number, number>(10)
  for (let n = 0; n < 100; n++) {
    recent.set(n, -n)
    t.equal(recent.get(0), 0, 'asked for each time')
    if (n > 5) t.equal(recent.get(n - 4), 4 - n)
  }
})

t.test('Recent: never has more than twice as many as it is to keep', async (t) => {
  const recent = new Recent<number, number>(10)
  for (let n = 0; n < 100; n++) recent.set(n, n)
  // From the oldest on, so that finding one brings none back.
  const found = Array.from({ length: 100 }, (_, n) => recent.get(n)).filter(
    (it) => it !== undefined,
  )
  t.ok(found.length >= 10 && found.length <= 20, `${found.length}`)
  recent.set(99, 1)
  t.equal(recent.get(99), 1, 'replaced')
  recent.clear()
  t.equal(recent.get(99), undefined)
})
