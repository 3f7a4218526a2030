import fc from 'fast-check'
import t from 'tap'
import { OrderedIndex } from '../../src/zone/index.ts'

/** The same by brute force. */
class Model {
  readonly map = new Map<string, number>()

  keys(): string[] {
    return [...this.map.keys()].sort((a, b) => (a < b ? -1 : 1))
  }

  lower(key: string): number | undefined {
    return this.map.get(
      this.keys()
        .filter((one) => one < key)
        .at(-1) ?? '',
    )
  }

  higher(key: string): number | undefined {
    return this.map.get(this.keys().find((one) => one > key) ?? '')
  }

  from(key: string): (number | undefined)[] {
    return this.keys()
      .filter((one) => one >= key)
      .map((one) => this.map.get(one))
  }
}

const keys = fc.string({
  unit: fc.constantFrom('\0', '\u0001', 'a', 'ÿ'),
  minLength: 1,
  maxLength: 4,
})
const steps = fc.array(fc.tuple(fc.boolean(), keys), { maxLength: 60 })

t.test('OrderedIndex: agrees with a sorted list after any sequence of steps', (t) => {
  fc.assert(
    fc.property(steps, keys, (taken, probe) => {
      const index = new OrderedIndex<number>()
      const model = new Model()
      taken.forEach(([isPut, key], at) => {
        if (isPut) {
          index.set(key, at)
          model.map.set(key, at)
        } else if (index.delete(key) !== model.map.delete(key)) throw new Error('delete disagrees')
      })
      t.equal(index.size, model.map.size)
      t.equal(index.get(probe), model.map.get(probe))
      t.equal(index.lower(probe), model.lower(probe))
      t.equal(index.higher(probe), model.higher(probe))
      t.equal(index.first(), model.from('')[0])
      t.equal(index.last(), model.from('').at(-1))
      t.strictSame([...index.from(probe)], model.from(probe))
    }),
    { seed: 7 },
  )
  t.end()
})

for (const [title, order] of [
  ['ascending', (n: number) => n],
  ['descending', (n: number) => 4999 - n],
  ['scattered', (n: number) => (n * 3571) % 5000],
] as const) {
  t.test(`OrderedIndex: holds 5000 ${title} keys across its chunks`, (t) => {
    const index = new OrderedIndex<number>()
    const text = (n: number) => String(n).padStart(4, '0')
    for (let n = 0; n < 5000; n++) index.set(text(order(n)), order(n))
    t.equal(index.size, 5000)
    t.strictSame(
      [...index.from('')],
      Array.from({ length: 5000 }, (_, n) => n),
    )
    for (let n = 0; n < 5000; n++) {
      if (index.lower(text(n)) !== (n === 0 ? undefined : n - 1)) t.fail(`lower of ${n}`)
      if (index.higher(text(n)) !== (n === 4999 ? undefined : n + 1)) t.fail(`higher of ${n}`)
    }
    for (let n = 0; n < 5000; n += 2) if (!index.delete(text(n))) t.fail(`delete ${n}`)
    t.equal(index.size, 2500)
    t.equal(index.lower(text(2001)), 1999)
    for (let n = 1; n < 5000; n += 2) index.delete(text(n))
    t.equal(index.size, 0)
    t.strictSame([...index.from('')], [])
    t.end()
  })
}
