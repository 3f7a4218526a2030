import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { parseRdata, RR, scanRdataText, type Ttl, ttlMax } from '../../src/rr/index.ts'
import { joinNames, type Name, nameLengthMax, parseName, rootName } from '../../src/wire/index.ts'
import { formatZone, type PlainRecord, parseMasterFile } from '../../src/zonefile/index.ts'
import { arbitraryName } from '../support/arbitrary.ts'
import { rdataSamples } from '../support/rr-samples.ts'
import { recordsOf } from '../support/zone-items.ts'

const example = parseName('Example.test.')

const records: readonly PlainRecord[] = (
  [
    ['ns', 'A', '192.0.2.1', 3600],
    ['Example.test.', 'NS', 'ns.Example.test.', 3600],
    ['Example.test.', 'MX', '10 mail.example.test.', 300],
    ['Example.test.', 'SOA', 'ns.Example.test. . 7 7200 900 1209600 300', 3600],
    ['www.example.test.', 'CNAME', 'Example.test.', 3600],
  ] as const
).map(([owner, type, text, ttl]) => ({
  owner: parseName(owner, example),
  type: RR[type],
  ttl: ttl as Ttl,
  rdata: parseRdata(RR[type], scanRdataText(text)),
}))

t.test('formatZone: SOA first, columns, relative names, TTL only where it differs', async (t) => {
  t.equal(
    formatZone(records, { origin: example }),
    `$ORIGIN Example.test.
$TTL 3600

@                     IN SOA   ns . (
                               7          ; serial
                               7200       ; refresh
                               900        ; retry
                               1209600    ; expire
                               300        ; minimum
                               )
ns                    IN A     192.0.2.1
@                     IN NS    ns
                  300 IN MX    10 mail.example.test.
www.example.test.     IN CNAME @
`,
  )
})

t.test('formatZone: a zone without records has no more than its head', async (t) => {
  t.equal(formatZone([], { origin: rootName }), '$ORIGIN .\n$TTL 0\n\n')
})

const rdata = fc
  .constantFrom(...rdataSamples)
  .map(({ type, text }) => ({ type: RR[type], rdata: parseRdata(RR[type], scanRdataText(text)) }))
/** Of private use, and not `LIKE`, whose RDATA is a name. */
const unknown = fc
  .tuple(
    fc.integer({ min: 65280, max: 65534 }).filter((type) => type !== RR.LIKE),
    fc.uint8Array({ maxLength: 300 }),
  )
  .map(([type, octets]) => ({ type: type as PlainRecord['type'], rdata: octets }))
const ttl = fc.oneof(fc.constantFrom(0, 300, 3600), fc.integer({ min: 0, max: ttlMax }))

function below(origin: Name, name: Name): Name {
  return name.length + origin.length - 1 > nameLengthMax ? origin : joinNames(name, origin)
}

t.test('formatZone: what it writes of any types and names reads back the same', async (t) => {
  const record = fc.record({
    owner: arbitraryName,
    ttl,
    data: fc.oneof({ weight: 9, arbitrary: rdata }, { weight: 1, arbitrary: unknown }),
    isInside: fc.boolean(),
    isRepeat: fc.boolean(),
  })
  const property = fc.property(
    arbitraryName,
    fc.array(record, { maxLength: 12 }),
    (origin, drafts) => {
      let last = origin
      const given = drafts.map(({ owner, ttl, data, isInside, isRepeat }): PlainRecord => {
        if (!isRepeat) last = isInside ? below(origin, owner) : owner
        return { owner: last, ttl: ttl as Ttl, ...data }
      })
      const text = formatZone(given, { origin })
      const read = recordsOf(parseMasterFile(text, { file: 'z', origin: rootName }))
      const isSoa = ({ type }: PlainRecord) => type === RR.SOA
      const expected = [...given.filter(isSoa), ...given.filter((one) => !isSoa(one))]
      return isDeepStrictEqual(read.map(plain), expected.map(plain))
    },
  )
  t.doesNotThrow(() => fc.assert(property, { numRuns: 300 }))
})

function plain({ owner, type, ttl, rdata }: PlainRecord): string {
  const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex')
  return `${hex(owner)} ${ttl} ${type} ${hex(rdata)}`
}

t.test('formatZone: every sample of every type reads back the same', async (t) => {
  for (const { type, text } of rdataSamples) {
    const record = { owner: example, type: RR[type], ttl: 1 as Ttl }
    const given = { ...record, rdata: parseRdata(RR[type], scanRdataText(text)) }
    const written = formatZone([given], { origin: example })
    const [read] = recordsOf(parseMasterFile(written, { file: 'z', origin: example }))
    t.equal(read && plain(read), plain(given), `${type} ${text.slice(0, 60)}`)
  }
})
