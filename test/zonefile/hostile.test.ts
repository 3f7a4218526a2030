// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax of $GENERATE
import fc from 'fast-check'
import t from 'tap'
import { parseName } from '../../src/wire/index.ts'
import {
  parseMasterFile,
  parseYamlZone,
  type ZoneItem,
  zoneErrorsMax,
} from '../../src/zonefile/index.ts'

const origin = parseName('example.test.')

const master = `$TTL 1h
@ IN SOA ns hostmaster ( 1 2h ; serial
  15m 2w 5m )
  NS ns
ns A 192.0.2.1
  TXT "a \\" b" c\\;d
$ORIGIN sub
$GENERATE 1-3/2 h-\${0,3,x} A 192.0.2.$
a TYPE65280 \\# 2 ( ab cd )
_25._tcp TLSA 3 1 1 ${'ab'.repeat(32)}
$INCLUDE inner deep
s SVCB 1 . alpn="h2,h3"
`

const yaml = `---
? ''
: - { type: NS, ttl: 5m, values: [ns.example.test., &a ns.other.] }
  - type: MX
    value: { preference: 10, exchange: m.example.test. }
www: { type: A, octodns: {}, value: 192.0.2.1 }
txt: { type: TXT, value: 'v=DMARC1\\; p=none' }
svc: { type: HTTPS, value: { svcpriority: 1, targetname: ., svcparams: { alpn: [h2] } } }
tlsa: { type: TLSA, value: { usage: 3, selector: 1, matchingType: 0, data: "00" } }
`

const pieces = [
  ...'\n\r\t ;()"\\$@.{}[],:?-&*!|>#\'~\0\u00e9',
  '\n  ',
  'null',
  '<<',
  '*a',
  '&a',
  '$INCLUDE x',
  '${',
  'TYPE1',
  '65536',
  '\ud800',
]

/** A text with pieces put in, cut out and put in place of others. */
function mutated(text: string): fc.Arbitrary<string> {
  const change = fc.tuple(
    fc.nat(text.length),
    fc.oneof(fc.constant(0), fc.nat(8)),
    fc.oneof(fc.constant(''), fc.constantFrom(...pieces)),
  )
  return fc
    .array(change, { minLength: 1, maxLength: 6 })
    .map((changes) =>
      changes.reduce(
        (now, [at, cut, piece]) => now.slice(0, at) + piece + now.slice(at + cut),
        text,
      ),
    )
}

/** Whether every place is one of the text, and reading stopped in time. */
function isSound(items: Iterable<ZoneItem>, text: string): boolean {
  const lines = text.split('\n')
  let errors = 0
  for (const item of items) {
    const place = item.kind === 'record' ? item.record.place : item.finding.place
    if (item.kind === 'finding' && item.finding.severity === 'error') errors++
    if (!place) return false
    if (place.file !== 'z') continue
    const line = lines[place.line - 1]
    if (line === undefined || place.column < 1 || place.column > line.length + 1) return false
  }
  return errors <= zoneErrorsMax + 1
}

t.test('parseMasterFile: any text is read to its end, and every place is in it', async (t) => {
  const include = () => ({ file: 'inner', text: 'x A 192.0.2.1\n  A (' })
  const property = fc.property(mutated(master), (text) =>
    isSound(parseMasterFile(text, { file: 'z', origin, include }), text),
  )
  t.doesNotThrow(() => fc.assert(property, { numRuns: 500 }))
})

t.test('parseYamlZone: any text is read to its end, and every place is in it', async (t) => {
  const property = fc.property(mutated(yaml), (text) =>
    isSound(parseYamlZone(text, { file: 'z', origin }), text),
  )
  t.doesNotThrow(() => fc.assert(property, { numRuns: 500 }))
})

t.test('parseYamlZone: parameters of a service that are no mapping', async (t) => {
  for (const params of ['null', 'x', '[]']) {
    const value = `{ svcpriority: 1, targetname: ., svcparams: ${params} }`
    const [item] = parseYamlZone(`a: { type: SVCB, value: ${value} }`, { file: 'z', origin })
    t.match(item, {
      finding: { message: 'Cannot read SVCB svcparams: expected a mapping from keys to values' },
    })
  }
})
