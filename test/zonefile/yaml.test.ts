import t from 'tap'
import type { Ttl } from '../../src/rr/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { parseYamlZone, type YamlZoneOptions, zoneErrorsMax } from '../../src/zonefile/index.ts'
import { recordsOf, showItems } from '../support/zone-items.ts'

const origin = parseName('example.test.')
const soa =
  'example.test. 3600 IN SOA example.test. hostmaster.example.test. 7 7200 900 1209600 300'

function read(text: string, options: Partial<YamlZoneOptions> = {}): string[] {
  return showItems(parseYamlZone(text, { file: 'z', origin, serial: 7, ...options }))
}

/** The RDATA of one value, as text; the SOA that is made up left out. */
function value(type: string, yaml: string): string {
  const [first = ''] = read(`a: { type: ${type}, value: ${yaml} }`)
  return first.replace(`a.example.test. 3600 IN ${type} `, '')
}

const mapping =
  '{ order: 1, preference: 2, flags: U, service: E2U+sip, ' +
  'regexp: "!^.*$!sip:a@b!", replacement: . }'
const loc =
  '{ lat_degrees: 31, lat_minutes: 58, lat_seconds: 52.1, lat_direction: S, long_degrees: 115, ' +
  'long_minutes: 49, long_seconds: 11.7, long_direction: E, altitude: 20, size: 10, ' +
  'precision_horz: 10, precision_vert: 2 }'

const values: readonly [type: string, yaml: string, expected: string][] = [
  ['A', '192.0.2.1', '192.0.2.1'],
  ['CNAME', 'www.example.test.', 'www.example.test.'],
  ['MX', '{ preference: 10, exchange: m.example.test. }', '10 m.example.test.'],
  ['MX', '{ priority: 10, value: m.example.test. }', '10 m.example.test.'],
  ['MX', '10 m.example.test.', '10 m.example.test.'],
  ['SRV', '{ priority: 1, weight: 2, port: 3, target: s.example.test. }', '1 2 3 s.example.test.'],
  ['CAA', '{ flags: 128, tag: issue, value: ca.test }', '128 issue "ca.test"'],
  ['CAA', '{ tag: issue, value: ";" }', '0 issue ";"'],
  [
    'TLSA',
    '{ certificate_usage: 3, selector: 1, matching_type: 0, certificate_association_data: 0012 }',
    '3 1 0 0012',
  ],
  ['TLSA', '{ usage: 3, selector: 1, matchingType: 0, data: "0012" }', '3 1 0 0012'],
  [
    'SSHFP',
    '{ algorithm: 4, fingerprint_type: 1, fingerprint: 1234567890123456789012345678901234567890 }',
    '4 1 1234567890123456789012345678901234567890',
  ],
  ['NAPTR', mapping, '1 2 "U" "E2U+sip" "!^.*$!sip:a@b!" .'],
  ['LOC', loc, '31 58 52.100 S 115 49 11.700 E 20m 10m 10m 2m'],
  [
    'DS',
    `{ key_tag: 1, algorithm: 13, digest_type: 2, digest: ${'0a'.repeat(32)} }`,
    `1 13 2 ${'0a'.repeat(32)}`,
  ],
  ['URI', '{ priority: 1, weight: 2, target: "https://a/" }', '1 2 "https://a/"'],
  [
    'HTTPS',
    '{ svcpriority: 1, targetname: ., svcparams: ' +
      '{ alpn: [h2, h3], no-default-alpn: null, port: 443, ipv4hint: 192.0.2.1 } }',
    '1 . alpn="h2,h3" no-default-alpn port=443 ipv4hint=192.0.2.1',
  ],
  ['SVCB', '{ svcpriority: 0, targetname: a.test. }', '0 a.test.'],
  ['TXT', "'v=DMARC1\\; p=none'", '"v=DMARC1; p=none"'],
  ['TXT', 'v=DMARC1; p=none', '"v=DMARC1; p=none"'],
  ['TXT', `'"one" "two"'`, '"one" "two"'],
  ['TXT', '\'say "hi"\'', '"say \\"hi\\""'],
  ['TXT', 'é', '"\\195\\169"'],
  ['TXT', "''", '""'],
  ['TXT', 'x'.repeat(256), `"${'x'.repeat(255)}" "x"`],
  ['TYPE65280', "'\\# 2 abcd'", '\\# 2 abcd'],
]

for (const [type, yaml, expected] of values) {
  t.test(`parseYamlZone: ${type} ${yaml.slice(0, 60)}`, async (t) =>
    t.equal(value(type, yaml), expected),
  )
}

t.test('parseYamlZone: owners, one record or a list, value or values, TTL', async (t) => {
  const text = `---
? ''
: - { type: NS, ttl: 5m, values: [ns.example.test., ns.other.] }
  - type: A
    value: 192.0.2.1
www: { type: A, ttl: 60, values: [192.0.2.2, 192.0.2.3] }
'*.b': { type: A, value: 192.0.2.4 }
0012: { type: A, value: 192.0.2.5 }
`
  t.same(read(text), [
    'example.test. 300 IN NS ns.example.test.',
    'example.test. 300 IN NS ns.other.',
    'example.test. 3600 IN A 192.0.2.1',
    'www.example.test. 60 IN A 192.0.2.2',
    'www.example.test. 60 IN A 192.0.2.3',
    '*.b.example.test. 3600 IN A 192.0.2.4',
    '0012.example.test. 3600 IN A 192.0.2.5',
    soa.replace('SOA example.test.', 'SOA ns.example.test.'),
  ])
})

t.test('parseYamlZone: an SOA of the file stands, none is made', async (t) => {
  const text = '{"": {type: SOA, value: ns.test. h.test. 1 2 3 4 5}}'
  t.same(read(text), ['example.test. 3600 IN SOA ns.test. h.test. 1 2 3 4 5'])
})

t.test('parseYamlZone: an SOA below the apex is not that of the zone', async (t) => {
  const text = 'a: { type: SOA, value: ns.test. h.test. 1 2 3 4 5 }'
  t.equal(read(text).at(-1), soa)
})

t.test('parseYamlZone: options give the TTL and the serial', async (t) => {
  t.same(read('a: { type: A, value: 192.0.2.1 }', { ttl: 9 as Ttl, serial: 8 }), [
    'a.example.test. 9 IN A 192.0.2.1',
    soa.replace('3600', '9').replace(' 7 ', ' 8 '),
  ])
})

t.test('parseYamlZone: a record stands where its value does', async (t) => {
  const text = 'a:\n  type: A\n  values:\n  - 192.0.2.1\n  -   192.0.2.2'
  const records = recordsOf(parseYamlZone(text, { file: 'z', origin }))
  t.same(
    records.map(({ place }) => `${place.file}:${place.line}:${place.column}`),
    ['z:4:5', 'z:5:7', 'z:1:1'],
  )
})

const faults: readonly [text: string, expected: string][] = [
  ['[a]', 'z:1:1 error yaml-invalid: Cannot read zone: expected a mapping from owners to records'],
  ['a: 1', 'z:1:4 error yaml-invalid: Cannot read records of "a": expected a mapping with type'],
  ['a:', 'z:1:3 error yaml-invalid: Cannot read records of "a": expected a mapping with type'],
  [
    'a: { value: x }',
    'z:1:4 error yaml-invalid: Cannot read record: expected a type, such as "type: MX"',
  ],
  ['a: { type: FOO, value: x }', 'z:1:12 error type-unknown: Cannot read type: "FOO" is not one'],
  ['a: { type: ANY, value: x }', 'z:1:12 error type-meta: Cannot store ANY: only queries use it'],
  [
    'a: { type: ALIAS, value: x. }',
    'z:1:12 error yaml-invalid: Cannot serve type ALIAS: ' +
      'it is no record on the wire; give the records it stands for',
  ],
  [
    'a: { type: A }',
    'z:1:4 error yaml-invalid: Cannot read record: expected value or values, one of them',
  ],
  [
    'a: { type: A, value: 192.0.2.1, values: [] }',
    'z:1:4 error yaml-invalid: Cannot read record: expected value or values, one of them',
  ],
  [
    'a: { type: A, values: [] }',
    'z:1:23 error yaml-invalid: Cannot read values: the list is empty',
  ],
  [
    'a: { type: A, value: [[x]] }',
    'z:1:23 error yaml-invalid: Cannot read value: it is a list; expected text or a mapping',
  ],
  [
    'a: { type: A, value: 192.0.2 }',
    'z:1:22 error rdata-invalid: Cannot read IPv4 address: "192.0.2" is none (A address)',
  ],
  [
    'a: { type: A, ttl: x, value: 192.0.2.1 }',
    'z:1:20 error ttl-invalid: Cannot read TTL: "x" is not a number of seconds, ' +
      'nor one with units as in 1h30m',
  ],
  [
    'a: { type: A, tll: 1, value: 192.0.2.1 }',
    'z:1:15 error yaml-invalid: Cannot read key "tll" of a record: ' +
      'expected type, ttl, value or values',
  ],
  [
    'a: { type: A, octodns: {}, value: 192.0.2.1 }',
    'z:1:15 warning yaml-ignored: "octodns" has no effect here',
  ],
  ['a..b: { type: A }', 'z:1:1 error name-invalid: Cannot read name "a..b": it has an empty label'],
  [
    'a: { type: NS, value: ns.other }',
    'z:1:23 error yaml-invalid: Cannot read NS: "ns.other" must be a full name with its final dot',
  ],
  [
    'a: { type: MX, value: { preference: 1, exchange: m } }',
    'z:1:23 error yaml-invalid: ' +
      'Cannot read MX exchange: "m" must be a full name with its final dot',
  ],
  [
    'a: { type: MX, value: { preference: 1 } }',
    'z:1:23 error yaml-invalid: Cannot read MX: expected field exchange',
  ],
  [
    'a: { type: MX, value: { preference: 1, exchang: m. } }',
    'z:1:23 error rdata-invalid: Cannot read MX: it has no field "exchang"',
  ],
]

for (const [text, expected] of faults) {
  t.test(`parseYamlZone: ${text}`, async (t) => t.equal(read(text)[0], expected))
}

t.test('parseYamlZone: an error costs its value, the rest is read', async (t) => {
  t.same(read('a: { type: A, values: [x, 192.0.2.1] }'), [
    'z:1:24 error rdata-invalid: Cannot read IPv4 address: "x" is none (A address)',
    'a.example.test. 3600 IN A 192.0.2.1',
    soa,
  ])
})

t.test('parseYamlZone: a text that is no YAML, or has an owner twice', async (t) => {
  t.match(read('a: {').join('\n'), /^z:1:5 error yaml-invalid: Cannot read YAML: /)
  t.match(
    read('a: { type: A, value: 192.0.2.1 }\na: { type: A, value: 192.0.2.1 }').join('\n'),
    /^z:2:1 error yaml-invalid: Cannot read YAML: Map keys must be unique$/,
  )
})

t.test('parseYamlZone: a text out of step is told once, where it begins', async (t) => {
  t.same(read("\n ''\n: a\nb: { type: HTTPS\n value: x }\n"), [
    'z:3:1 error yaml-invalid: ' +
      'Cannot read YAML: Unexpected map-value-ind token in YAML stream: ":"',
  ])
})

t.test('parseYamlZone: stops after zoneErrorsMax errors', async (t) => {
  const lines = read(`a: { type: A, values: [${'x, '.repeat(zoneErrorsMax + 5)}] }`)
  t.equal(lines.length, zoneErrorsMax + 1)
  t.match(lines.at(-1), / error zonefile-limit: Stopped reading: 100 errors found$/)
})
