import fc from 'fast-check'
import t from 'tap'
import { formatTlsa, judgeTlsas, readTlsa } from '../../src/dane/index.ts'
import { activeTlsasMax } from '../../src/dane/tlsa.ts'

const digest = (matching: number, fill: number): Uint8Array =>
  Uint8Array.of(3, 1, matching, ...new Uint8Array(matching === 1 ? 32 : 64).fill(fill))

t.test('readTlsa takes the three numbers and the data apart', async (t) => {
  t.same(readTlsa(Uint8Array.of(3, 1, 2, 9, 8)), {
    usage: 3,
    selector: 1,
    matching: 2,
    data: Uint8Array.of(9, 8),
  })
  t.same(readTlsa(Uint8Array.of(3, 1, 1))?.data, new Uint8Array(), 'no data')
  t.equal(readTlsa(Uint8Array.of(3, 1)), undefined)
})

t.test('formatTlsa writes the record as zone files have it, and cuts what is long', async (t) => {
  const short = { usage: 3, selector: 1, matching: 1, data: Uint8Array.of(0x0a, 0x1b) }
  t.equal(formatTlsa(short), '3 1 1 0a1b')
  const long = { usage: 2, selector: 0, matching: 0, data: new Uint8Array(65) }
  t.equal(formatTlsa(long), `2 0 0 ${'00'.repeat(64)}… (65 octets)`)
})

t.test('judgeTlsas keeps every record, in order, with its reason', async (t) => {
  const { all, active } = judgeTlsas([Uint8Array.of(3), digest(1, 1), Uint8Array.of(1, 1, 1)])
  t.same(
    all.map(({ usable }) => usable),
    [false, true, false],
  )
  t.match(all[0]?.why, /has 1 octets/)
  t.same(active, [all[1]])
  t.same(judgeTlsas([]), { all: [], active: [] })
})

t.test('judgeTlsas lets a bounded number of records take part', async (t) => {
  const many = Array.from({ length: activeTlsasMax + 2 }, (_, at) => digest(1, at))
  const { all, active } = judgeTlsas(many)
  t.equal(active.length, activeTlsasMax)
  t.match(all.at(-1)?.why, /64 usable records precede/)
  t.equal(all.at(-1)?.usable, true)
})

t.test('judgeTlsas never throws; what takes part can be used and has no reason', async (t) => {
  const rdata = fc
    .tuple(fc.nat(4), fc.nat(2), fc.nat(3), fc.uint8Array({ maxLength: 70 }))
    .map(([usage, selector, matching, data]) => Uint8Array.of(usage, selector, matching, ...data))
  const any = fc.array(fc.oneof(rdata, fc.uint8Array({ maxLength: 4 })), { maxLength: 12 })
  fc.assert(
    fc.property(any, (rdatas) => {
      const { all, active } = judgeTlsas(rdatas)
      const usable = all.filter((one) => one.usable)
      const some = usable.length > 0 === active.length > 0
      return all.length === rdatas.length && some && active.every((one) => one.why === undefined)
    }),
  )
  t.pass('nothing was thrown')
})
