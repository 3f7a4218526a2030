import t from 'tap'
import { CodedError } from '../../src/base/index.ts'
import { Class, readMessage, writeMessage } from '../../src/message/index.ts'
import {
  canonicalRdata,
  formatRdata,
  parseRdata,
  RR,
  rdataFromJson,
  rdataLayout,
  rdataToJson,
  readRdata,
  rrTypes,
  scanRdataText,
  type Ttl,
} from '../../src/rr/index.ts'
import { fromHex, rootName, toHex, WireReader } from '../../src/wire/index.ts'
import { badSamples, type RdataSample, rdataSamples } from '../support/rr-samples.ts'

function parse({ type }: Pick<RdataSample, 'type'>, text: string): Uint8Array {
  return parseRdata(RR[type], scanRdataText(text))
}

function isMalformed(error: unknown): boolean {
  return error instanceof CodedError && error.code === 'wire-malformed'
}

t.test('rdataSamples: every row has one', async (t) => {
  const sampled = new Set(rdataSamples.map(({ type }) => type as string))
  t.same(
    rrTypes.map(({ mnemonic }) => mnemonic).filter((type) => !sampled.has(type)),
    [],
  )
})

for (const sample of rdataSamples) {
  const type = RR[sample.type]
  t.test(`${sample.type} ${sample.text.slice(0, 60)}: four forms`, async (t) => {
    const rdata = parse(sample, sample.text)
    t.equal(formatRdata(type, rdata), sample.text, 'text → wire → text')
    if (sample.wire !== undefined) t.equal(toHex(rdata), sample.wire, 'text → wire')
    for (const text of sample.also ?? []) t.equal(toHex(parse(sample, text)), toHex(rdata), text)
    const json = rdataToJson(type, rdata)
    if (sample.json) t.match(json, sample.json, 'wire → JSON')
    const travelled = JSON.parse(JSON.stringify(json))
    t.equal(toHex(rdataFromJson(type, travelled)), toHex(rdata), 'wire → JSON → wire')
    t.equal(toHex(readRdata(type, new WireReader(rdata))), toHex(rdata), 'wire → wire')
    const generic = `\\# ${rdata.length} ${toHex(rdata)}`
    t.equal(toHex(parse(sample, generic)), toHex(rdata), 'RFC 3597 form')
    const canonical = canonicalRdata(type, rdata)
    t.equal(toHex(canonicalRdata(type, canonical)), toHex(canonical), 'canonical is idempotent')
    t.equal(canonical.length, rdata.length, 'canonical keeps the length')
  })

  t.test(`${sample.type} ${sample.text.slice(0, 60)}: cut short at every octet`, async (t) => {
    const rdata = parse(sample, sample.text)
    for (let length = 0; length < rdata.length; length++) {
      const cut = rdata.subarray(0, length)
      try {
        // Some prefixes are RDATA of the type too; then they must come out as they went in.
        t.equal(toHex(readRdata(type, new WireReader(cut))), toHex(cut))
      } catch (error) {
        t.ok(isMalformed(error), `${length} octets: ${error}`)
      }
    }
    const record = { owner: rootName, type, class: Class.IN, ttl: 60 as Ttl, rdata }
    const message = writeMessage({
      id: 1,
      flags: 0,
      opcode: 0,
      rcode: 0,
      questions: [],
      answer: [record],
      authority: [],
      additional: [],
      edns: undefined,
    })
    t.equal(toHex(readMessage(message).answer[0]?.rdata ?? new Uint8Array(0)), toHex(rdata))
    for (let length = 0; length < message.length; length++) {
      try {
        readMessage(message.subarray(0, length))
        t.fail(`a message cut to ${length} octets was read`)
      } catch (error) {
        t.ok(isMalformed(error), `message of ${length} octets: ${error}`)
      }
    }
  })
}

for (const [type, text, message] of badSamples) {
  t.test(`${type} ${text.slice(0, 60)}: refused with ${message}`, async (t) => {
    const refuse = () => parse({ type }, text)
    t.throws(refuse, { message })
    t.throws(refuse, CodedError)
    try {
      refuse()
    } catch (error) {
      t.notOk(isMalformed(error), 'bad text is not blamed on the wire')
    }
  })
}

t.test(
  'canonicalRdata: names are lower-cased in the types of RFC 4034 §6.2, but NSEC',
  async (t) => {
    const lowered =
      'NS MD MF CNAME SOA MB MG MR PTR MINFO MX RP AFSDB RT SIG PX NXT NAPTR KX SRV DNAME'
    const expected = new Set([...lowered.split(' '), 'RRSIG'])
    for (const row of rrTypes) {
      t.equal(row.hasCanonicalNames, expected.has(row.mnemonic), row.mnemonic)
    }
    for (const { type, text } of rdataSamples) {
      const rdata = parse({ type }, text)
      const printed = formatRdata(RR[type], canonicalRdata(RR[type], rdata))
      const names = /(?:[^ "]+\.)+(?= |$)/g
      const wanted = expected.has(type)
        ? formatRdata(RR[type], rdata).replace(names, (name) => name.toLowerCase())
        : formatRdata(RR[type], rdata)
      t.equal(printed, wanted, `${type} ${text}`)
    }
  },
)

t.test('rdataLayout: names may be compressed in the types of RFC 1035 only', async (t) => {
  const layouts = rrTypes
    .map((row) => [row.mnemonic, rdataLayout(row.type)] as const)
    .filter(([, layout]) => layout !== undefined)
    .map(([mnemonic, layout]) => `${mnemonic} ${layout?.prefixOctets}/${layout?.names}`)
  t.same(layouts, [
    'NS 0/1',
    'MD 0/1',
    'MF 0/1',
    'CNAME 0/1',
    'SOA 0/2',
    'MB 0/1',
    'MG 0/1',
    'MR 0/1',
    'PTR 0/1',
    'MINFO 0/2',
    'MX 2/1',
  ])
  t.equal(rdataLayout(RR.NULL), undefined)
})

t.test('rdataFromJson: refuses what does not fit, by name', async (t) => {
  const mx = (json: Record<string, never> | object) => () => rdataFromJson(RR.MX, { ...json })
  t.throws(mx({ preference: 10 }), { message: 'Cannot read MX: field exchange is missing' })
  t.throws(mx({ preference: 10, exchange: 'a.', ttl: 1 }), { message: /has no field "ttl"/ })
  t.throws(mx({ preference: '10', exchange: 'a.' }), { message: /"10" is not a number from 0/ })
  t.throws(mx({ preference: 1.5, exchange: 'a.' }), { message: /1\.5 is not a number/ })
  t.throws(mx({ preference: 1, exchange: 7 }), { message: /7 is not a string \(MX exchange\)/ })
  t.throws(() => rdataFromJson(RR.NULL, { data: '00' }), { message: /give { "unknown": "hex" }/ })
  t.throws(() => rdataFromJson(RR.A, { unknown: 'zz' }), { message: /"zz" is not hexadecimal/ })
  t.throws(() => rdataFromJson(RR.A, { unknown: '00' }), { code: 'rdata-invalid' })
  t.same(rdataFromJson(RR.NULL, { unknown: '00ff' }), fromHex('00ff'))
  t.same(rdataToJson(RR.NULL, Uint8Array.of(0, 255)), { unknown: '00ff' })
})

t.test('rdataFromJson: a long text is cut into character-strings', async (t) => {
  const rdata = rdataFromJson(RR.TXT, { strings: 'x'.repeat(300) })
  t.same(rdataToJson(RR.TXT, rdata), { strings: ['x'.repeat(255), 'x'.repeat(45)] })
  t.same(rdataFromJson(RR.TXT, { strings: '' }), Uint8Array.of(0))
})

t.test('parseRdata: RDATA over 65535 octets is invalid, not an overflow', async (t) => {
  const words = Array.from({ length: 300 }, () => 'x'.repeat(255)).join(' ')
  t.throws(() => parseRdata(RR.TXT, scanRdataText(words)), { code: 'rdata-invalid' })
})
