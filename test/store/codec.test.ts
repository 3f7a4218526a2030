import fc from 'fast-check'
import t from 'tap'
import {
  type Codec,
  choice,
  decode,
  encode,
  flag,
  list,
  maybe,
  octets,
  struct,
  text,
  uint,
} from '../../src/store/codec.ts'
import { changeSetForm, keyForm, rrsetForm, tokenForm, zoneForm } from '../../src/store/forms.ts'
import { parseName } from '../../src/wire/index.ts'
import { address, change, zoneAt } from './samples.ts'

interface Everything {
  readonly number: number
  readonly octets: Uint8Array
  readonly text: string
  readonly flag: boolean
  readonly kind: 'a' | 'b'
  readonly perhaps: number | undefined
  readonly many: readonly string[]
  readonly absent?: number
}

const everything = struct<Everything>({
  number: uint(),
  octets,
  text,
  flag,
  kind: choice(['a', 'b']),
  perhaps: maybe(uint()),
  many: list(text),
  absent: { sparse: uint() },
})

t.test('decode gives back what encode took', async (t) => {
  const arbitrary = fc.record(
    {
      number: fc.maxSafeNat(),
      octets: fc.uint8Array({ maxLength: 300 }),
      text: fc.string({ unit: 'binary' }),
      flag: fc.boolean(),
      kind: fc.constantFrom('a' as const, 'b' as const),
      perhaps: fc.option(fc.maxSafeNat(), { nil: undefined }),
      many: fc.array(fc.string({ unit: 'binary' })),
      absent: fc.nat(),
    },
    {
      noNullPrototype: true,
      requiredKeys: ['number', 'octets', 'text', 'flag', 'kind', 'perhaps', 'many'],
    },
  )
  fc.assert(
    fc.property(arbitrary, (value) => {
      const back = decode(everything, encode(everything, value), 'a test')
      t.strictSame(back, value)
      return 'absent' in back === 'absent' in value
    }),
    { numRuns: 300 },
  )
  for (const number of [0, 127, 128, 2 ** 31, 2 ** 32, 2 ** 49, Number.MAX_SAFE_INTEGER]) {
    t.equal(decode(uint(), encode(uint(), number), 'a test'), number)
  }
})

t.test('what comes out shares no memory with what went in', async (t) => {
  const encoded = encode(octets, Uint8Array.of(1, 2, 3))
  const decoded = decode(octets, encoded, 'a test')
  encoded.fill(0)
  t.strictSame(decoded, Uint8Array.of(1, 2, 3))
})

const samples: readonly (readonly [string, Codec<never>, Uint8Array])[] = (() => {
  const apex = parseName('example.')
  const one = address(apex, 'a', 1)
  const { changeSet } = change(apex, 1, [one, { ...one, before: one.after, after: undefined }])
  const rrset = one.after
  if (!rrset) throw new Error('The sample has no RRset')
  return [
    ['zone', zoneForm as Codec<never>, encode(zoneForm, zoneAt(apex, 3))],
    ['rrset', rrsetForm as Codec<never>, encode(rrsetForm, rrset)],
    ['change set', changeSetForm as Codec<never>, encode(changeSetForm, changeSet)],
  ]
})()

t.test('decode refuses every cut and every addition, and says where', async (t) => {
  for (const [name, form, whole] of samples) {
    for (let length = 0; length < whole.length; length++) {
      const cut = whole.subarray(0, length)
      const message = new RegExp(`^Cannot read store at octet [0-9]+ of ${name}: `)
      t.throws(() => decode(form, cut, name), { code: 'store-corrupt', message }, `${length}`)
    }
    const longer = Buffer.concat([whole, Buffer.of(0)])
    t.throws(() => decode(form, longer, name), {
      code: 'store-corrupt',
      message: /1 octets follow/,
    })
  }
})

t.test('decode of damaged octets is a value or store-corrupt, and soon over', async () => {
  const forms = [zoneForm, rrsetForm, changeSetForm, keyForm, tokenForm] as Codec<unknown>[]
  const sound = (form: Codec<unknown>, octets: Uint8Array) => {
    try {
      decode(form, octets, 'a test')
      return true
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'store-corrupt'
    }
  }
  fc.assert(
    fc.property(fc.constantFrom(...forms), fc.uint8Array({ maxLength: 100 }), (form, tail) =>
      sound(form, Uint8Array.of(1, ...tail)),
    ),
    { numRuns: 3000 },
  )
  const damage = fc.record({
    sample: fc.constantFrom(...samples),
    at: fc.nat(),
    value: fc.nat(255),
  })
  fc.assert(
    fc.property(damage, ({ sample: [, form, whole], at, value }) => {
      const damaged = Uint8Array.from(whole)
      damaged[at % whole.length] = value
      return sound(form as Codec<unknown>, damaged)
    }),
    { numRuns: 3000 },
  )
})

t.test('decode refuses numbers, choices and texts that encode never writes', async (t) => {
  const refused = <T>(codec: Codec<T>, octets: readonly number[], message: RegExp) => {
    const read = () => decode(codec, Uint8Array.of(1, ...octets), 'a test')
    t.throws(read, { code: 'store-corrupt', message })
  }
  refused(uint(10), [11], /11 exceeds 10/)
  refused(uint(), Array(9).fill(0xff), /has no end/)
  refused(uint(), [...Array(7).fill(0xff), 0x7f], /exceeds 9007199254740991/)
  refused(flag, [2], /choice 2 is not one of 2/)
  refused(text, [1, 0xff], /not UTF-8/)
  refused(octets, [0xff, 0xff, 0x7f], /announced and not there/)
  refused(list(flag), [0xff, 0xff, 0x7f], /exceeds/)
  t.throws(() => decode(flag, Uint8Array.of(2, 0), 'a test'), { message: /its layout is 2/ })
})

t.test('encode refuses what is larger than an entry may be', async (t) => {
  const quarter = new Uint8Array(2 ** 26)
  const value = Array.from({ length: 4 }, () => quarter)
  t.throws(() => encode(list(octets), value), { code: 'store-entry-too-large' })
})

t.test('bug: a negative number was written, and could not be read again', (t) => {
  for (const value of [-1, -62_167_219_200, 0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY]) {
    t.throws(() => encode(uint(), value), /cannot be stored/, String(value))
  }
  t.equal(decode(uint(), encode(uint(), Number.MAX_SAFE_INTEGER), 'x'), Number.MAX_SAFE_INTEGER)
  t.end()
})
