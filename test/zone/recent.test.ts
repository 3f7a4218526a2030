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
})

t.test('Recent: counts what weighs more than others as more', async (t) => {
  const recent = new Recent<number, number>(10, (weight) => weight)
  for (let n = 0; n < 100; n++) recent.set(n, 1 + (n % 5))
  for (let n = 0; n < 50; n++) recent.set(99, 3 + (n % 3))
  const found = Array.from({ length: 100 }, (_, n) => recent.get(n)).filter(
    (it) => it !== undefined,
  )
  const weight = found.reduce((sum, one) => sum + one, 0)
  t.ok(weight >= 10 && weight <= 20, `${weight}`)
  recent.set(7, 1000)
  t.equal(recent.get(7), 1000, 'too heavy for any bound, and kept until the next comes')
  recent.set(8, 1)
  recent.set(9, 10)
  t.equal(recent.get(7), undefined)
})
