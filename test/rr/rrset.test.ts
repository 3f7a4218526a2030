import fc from 'fast-check'
import t from 'tap'
import { CodedError } from '../../src/base/index.ts'
import {
  bitmapHas,
  canonicalRdata,
  compareRdata,
  formatRdata,
  formatRecord,
  formatType,
  isMetaType,
  makeRRset,
  negativeTtl,
  parseRdata,
  parseType,
  RR,
  type RRType,
  rdataFromJson,
  rdataToJson,
  readRdata,
  readTypeBitmap,
  rrTypes,
  scanRdataText,
  type Ttl,
  ttlFromOctets,
  typeBitmap,
} from '../../src/rr/index.ts'
import { parseName, toHex, WireReader } from '../../src/wire/index.ts'
import { arbitraryName, arbitraryOctets } from '../support/arbitrary.ts'

const types = fc.array(
  fc.nat(65535).map((code) => code as RRType),
  { maxLength: 20 },
)
const ttl = 300 as Ttl

t.test('typeBitmap: readTypeBitmap gives the types back, ascending and once', async () => {
  fc.assert(
    fc.property(types, fc.nat(65535), (list, other) => {
      const bitmap = typeBitmap(list)
      const sorted = [...new Set(list)].sort((a, b) => a - b)
      return (
        readTypeBitmap(bitmap).join() === sorted.join() &&
        list.every((type) => bitmapHas(bitmap, type)) &&
        bitmapHas(bitmap, other as RRType) === sorted.includes(other as RRType)
      )
    }),
  )
})

t.test('readTypeBitmap: any octets give types that encode to them, or a CodedError', async () => {
  fc.assert(
    fc.property(arbitraryOctets(40), (octets) => {
      try {
        return toHex(typeBitmap(readTypeBitmap(octets))) === toHex(octets)
      } catch (error) {
        return error instanceof CodedError && error.code === 'wire-malformed'
      }
    }),
    { numRuns: 2000 },
  )
})

t.test('readRdata: random octets are RDATA in all forms, or malformed', async (t) => {
  let read = 0
  for (const { type, mnemonic } of rrTypes) {
    fc.assert(
      fc.property(arbitraryOctets(60), (octets) => {
        let rdata: Uint8Array
        try {
          rdata = readRdata(type, new WireReader(octets))
        } catch (error) {
          return error instanceof CodedError && error.code === 'wire-malformed'
        }
        read++
        const texted = parseRdata(type, scanRdataText(formatRdata(type, rdata)))
        const jsoned = rdataFromJson(type, JSON.parse(JSON.stringify(rdataToJson(type, rdata))))
        const canonical = canonicalRdata(type, rdata)
        const again = canonicalRdata(type, canonical)
        return (
          [texted, jsoned].every((one) => toHex(one) === toHex(rdata)) &&
          toHex(again) === toHex(canonical)
        )
      }),
    )
    t.pass(mnemonic)
  }
  t.ok(read > 100, 'many are valid')
})

t.test('parseRdata: any name survives text and JSON in NS and DNAME', async () => {
  fc.assert(
    fc.property(arbitraryName, (name) => {
      return [RR.NS, RR.DNAME].every((type) => {
        const text = parseRdata(type, scanRdataText(formatRdata(type, name)))
        const json = rdataFromJson(type, rdataToJson(type, name))
        return toHex(text) === toHex(name) && toHex(json) === toHex(name)
      })
    }),
  )
})

t.test('parseRdata: any strings survive text and JSON in TXT', async () => {
  fc.assert(
    fc.property(fc.array(arbitraryOctets(255), { minLength: 1, maxLength: 4 }), (strings) => {
      const rdata = Uint8Array.from(strings.flatMap((string) => [string.length, ...string]))
      const text = parseRdata(RR.TXT, scanRdataText(formatRdata(RR.TXT, rdata)))
      const json = rdataFromJson(RR.TXT, rdataToJson(RR.TXT, rdata))
      return toHex(text) === toHex(rdata) && toHex(json) === toHex(rdata)
    }),
  )
})

t.test('parseType: formatType inverts it for every code', async (t) => {
  for (let code = 0; code <= 65535; code++) {
    const type = code as RRType
    if (parseType(formatType(type)) !== type) t.fail(formatType(type))
  }
  t.equal(parseType('mx'), RR.MX)
  t.equal(parseType('type15'), RR.MX)
  for (const text of ['', 'NOPE', 'TYPE65536', 'TYPE', 'TYPE-1', 'constructor']) {
    t.throws(() => parseType(text), { code: 'type-unknown' })
  }
})

t.test('isMetaType: what no zone may hold', async (t) => {
  for (const type of [RR.OPT, RR.ANY, RR.AXFR, RR.NXNAME, RR.TSIG]) t.ok(isMetaType(type))
  for (const type of [RR.A, RR.URI, RR.DLV]) t.notOk(isMetaType(type))
})

t.test('makeRRset: distinct RDATA in canonical order, case kept', async (t) => {
  const owner = parseName('example.')
  const read = (text: string) => parseRdata(RR.MX, scanRdataText(text))
  const rrset = makeRRset(owner, RR.MX, ttl, ['20 a.', '10 B.', '10 b.', '10 A.'].map(read))
  t.same(
    rrset.rdatas.map((rdata) => formatRdata(RR.MX, rdata)),
    ['10 A.', '10 B.', '20 a.'],
  )
  t.throws(() => makeRRset(owner, RR.MX, ttl, []), { code: 'rdata-invalid' })
  t.equal(formatRecord(owner, ttl, RR.MX, read('10 b.')), 'example.\t300\tIN\tMX\t10 b.')
})

t.test('compareRdata: a prefix sorts first, octets are unsigned (RFC 4034 §6.3)', async (t) => {
  const sorted = [[], [0], [0, 0], [1], [0x7f], [0x80], [0xff]].map((list) => Uint8Array.from(list))
  t.same([...sorted].reverse().sort(compareRdata), sorted)
})

t.test('ttlFromOctets: the top bit means zero (RFC 2181 §8)', async (t) => {
  t.equal(ttlFromOctets(0x7fffffff), 0x7fffffff)
  t.equal(ttlFromOctets(0x80000000), 0)
})

t.test('scanRdataText: words, quotes and what is neither', async (t) => {
  const words = (text: string) => {
    const tokens = scanRdataText(text)
    const found: string[] = []
    while (tokens.peek()) {
      const { text: word, quoted } = tokens.next('word')
      found.push(quoted ? `"${word}"` : word)
    }
    return found
  }
  t.same(words('  a\\ b "c d"\t"" e"f" '), ['a\\ b', '"c d"', '""', 'e', '"f"'])
  t.same(words('a\\"b'), ['a\\"b'])
  t.throws(() => words('a "b'), { code: 'rdata-invalid', message: /into words/ })
  t.throws(() => words('a\\'), { code: 'rdata-invalid' })
})

t.test('negativeTtl: the lesser of the TTL and MINIMUM (RFC 2308 §5)', async (t) => {
  const soa = parseRdata(RR.SOA, scanRdataText('ns.example. root.example. 1 2 3 4 300'))
  t.equal(negativeTtl(3600, soa), 300)
  t.equal(negativeTtl(60, soa), 60)
  t.equal(negativeTtl(60, soa.subarray(0, 3)), 0)
})
