import t from 'tap'
import type { Ttl } from '../../src/rr/index.ts'
import { parseName } from '../../src/wire/index.ts'
import {
  includeDepthMax,
  includesMax,
  type MasterFileOptions,
  parseMasterFile,
  zoneErrorsMax,
} from '../../src/zonefile/index.ts'
import { recordsOf, showItems } from '../support/zone-items.ts'

const origin = parseName('example.test.')

/** Reads a text with a `$TTL` of 60 given by the caller. */
function read(text: string, options: Partial<MasterFileOptions> = {}): string[] {
  return showItems(parseMasterFile(text, { file: 'z', origin, ttl: 60 as Ttl, ...options }))
}

const readings: readonly [rule: string, text: string, expected: readonly string[]][] = [
  ['relative owner', 'www A 192.0.2.1', ['www.example.test. 60 IN A 192.0.2.1']],
  ['absolute owner', 'www.other. A 192.0.2.1', ['www.other. 60 IN A 192.0.2.1']],
  ['@ for the origin', '@ NS @', ['example.test. 60 IN NS example.test.']],
  [
    'blank owner repeats the last',
    'a A 192.0.2.1\n\tA 192.0.2.2\n\n; comment\n  A 192.0.2.3',
    [1, 2, 3].map((n) => `a.example.test. 60 IN A 192.0.2.${n}`),
  ],
  ['TTL before class', 'a 5 IN A 192.0.2.1', ['a.example.test. 5 IN A 192.0.2.1']],
  ['class before TTL', 'a in 5 a 192.0.2.1', ['a.example.test. 5 IN A 192.0.2.1']],
  ['TTL 0', 'a 0 A 192.0.2.1', ['a.example.test. 0 IN A 192.0.2.1']],
  ['TTL with units', 'a 1W2d3H4m5s A 192.0.2.1', ['a.example.test. 788645 IN A 192.0.2.1']],
  ['greatest TTL', 'a 2147483647 A 192.0.2.1', ['a.example.test. 2147483647 IN A 192.0.2.1']],
  ['a class as owner', 'IN IN A 192.0.2.1', ['IN.example.test. 60 IN A 192.0.2.1']],
  ['$TTL', '$TTL 1h\na A 192.0.2.1', ['a.example.test. 3600 IN A 192.0.2.1']],
  [
    '$ORIGIN, relative to the one before',
    '$ORIGIN sub\na A 192.0.2.1\n$ORIGIN org.\na NS b',
    ['a.sub.example.test. 60 IN A 192.0.2.1', 'a.org. 60 IN NS b.org.'],
  ],
  [
    'equal owner texts below two origins',
    'a A 192.0.2.1\n$ORIGIN x.\na A 192.0.2.1',
    ['a.example.test. 60 IN A 192.0.2.1', 'a.x. 60 IN A 192.0.2.1'],
  ],
  [
    'parentheses over lines, with comments',
    '@ 60 SOA ns. h. ( ; (((\n 1 ; ) serial\n\n2h 15m\n2w ) 5m ; end\nb 60 A 192.0.2.1',
    ['example.test. 60 IN SOA ns. h. 1 7200 900 1209600 300', 'b.example.test. 60 IN A 192.0.2.1'],
  ],
  ['parentheses nested', 'a ( A ( 192.0.2.1 ) )', ['a.example.test. 60 IN A 192.0.2.1']],
  ['parentheses without blanks', 'a TXT(x)', ['a.example.test. 60 IN TXT "x"']],
  [
    'base64 over lines',
    'a OPENPGPKEY ( AQID\n  BAUG )',
    ['a.example.test. 60 IN OPENPGPKEY AQIDBAUG'],
  ],
  ['quoted text', 'a TXT "b; (c)" d', ['a.example.test. 60 IN TXT "b; (c)" "d"']],
  ['a quote within a word', 'a TXT b"c d"e', ['a.example.test. 60 IN TXT "b" "c d" "e"']],
  ['an empty quoted word', 'a TXT ""', ['a.example.test. 60 IN TXT ""']],
  [
    'escapes in a name',
    '\\@.a\\.b\\032 NS \\$',
    ['\\@.a\\.b\\032.example.test. 60 IN NS \\$.example.test.'],
  ],
  ['an escaped semicolon', 'a TXT b\\;c', ['a.example.test. 60 IN TXT "b;c"']],
  ['an escaped quote', 'a TXT "b\\"c"', ['a.example.test. 60 IN TXT "b\\"c"']],
  [
    'key="value" of SVCB',
    'a SVCB 1 . alpn="h2,h3"',
    ['a.example.test. 60 IN SVCB 1 . alpn="h2,h3"'],
  ],
  ['unknown type', 'a TYPE65280 \\# 2 ( ab\n cd )', ['a.example.test. 60 IN TYPE65280 \\# 2 abcd']],
  ['known type by number', 'a TYPE1 192.0.2.1', ['a.example.test. 60 IN A 192.0.2.1']],
  ['known type, generic RDATA', 'a A \\# 4 c0000201', ['a.example.test. 60 IN A 192.0.2.1']],
  ['CLASS1', 'a CLASS1 A 192.0.2.1', ['a.example.test. 60 IN A 192.0.2.1']],
  [
    'CR LF',
    'a A 192.0.2.1\r\n A 192.0.2.2\r\n',
    [1, 2].map((n) => `a.example.test. 60 IN A 192.0.2.${n}`),
  ],
  ['byte order mark', '\ufeffa A 192.0.2.1', ['a.example.test. 60 IN A 192.0.2.1']],
  ['only blanks and comments', ' \t\n; x\n\r\n', []],
  ['no text', '', []],
]

for (const [rule, text, expected] of readings) {
  t.test(`parseMasterFile: ${rule}`, async (t) => t.same(read(text), expected))
}

const faults: readonly [text: string, expected: readonly string[]][] = [
  [
    'a A',
    ['z:1:4 error rdata-invalid: Cannot read IPv4 address: the record ends too early (A address)'],
  ],
  ['a A 192.0.2.1 x', ['z:1:15 error rdata-invalid: Cannot read A: "x" follows its last field']],
  ['a', ['z:1:2 error rdata-invalid: Cannot read type: the record ends too early']],
  [
    'a FOO 1',
    ['z:1:3 error type-unknown: Cannot read type: "FOO" is neither a known mnemonic nor TYPEnnn'],
  ],
  ['a "A" 1', ['z:1:3 error zonefile-syntax: Cannot read type: "A" is quoted']],
  ['"a" A 1', ['z:1:1 error zonefile-syntax: Cannot read owner: "a" is quoted']],
  ['a ANY', ['z:1:3 error type-meta: Cannot read type: "ANY" is for queries, not for zones']],
  ['a OPT \\# 0', ['z:1:3 error type-meta: Cannot read type: "OPT" is for queries, not for zones']],
  [
    'a CH TXT x',
    ['z:1:3 error class-unsupported: Cannot read class: "CH" is not IN, the only class served'],
  ],
  [
    'a CLASS3 TXT x',
    ['z:1:3 error class-unsupported: Cannot read class: "CLASS3" is not IN, the only class served'],
  ],
  ['a IN IN A 1', ['z:1:6 error zonefile-syntax: Cannot read "IN": a second class']],
  ['a 1 2 A 1', ['z:1:5 error zonefile-syntax: Cannot read "2": a second TTL']],
  [
    'a 1x A 1',
    [
      'z:1:3 error ttl-invalid: ' +
        'Cannot read TTL: "1x" is not a number of seconds, nor one with units as in 1h30m',
    ],
  ],
  [
    'a 1h30 A 1',
    [
      'z:1:3 error ttl-invalid: ' +
        'Cannot read TTL: "1h30" is not a number of seconds, nor one with units as in 1h30m',
    ],
  ],
  [
    'a 2147483648 A 1',
    ['z:1:3 error ttl-invalid: Cannot read TTL: "2147483648" exceeds 2147483647 seconds'],
  ],
  [
    '$TTL -1',
    [
      'z:1:6 error ttl-invalid: ' +
        'Cannot read TTL: "-1" is not a number of seconds, nor one with units as in 1h30m',
    ],
  ],
  ['$TTL 1 2', ['z:1:8 error zonefile-syntax: Cannot read "2": $TTL has all it takes']],
  ['$ORIGIN', ['z:1:8 error rdata-invalid: Cannot read origin: the record ends too early']],
  ['$ORIGIN a..b', ['z:1:9 error name-invalid: Cannot read name "a..b": it has an empty label']],
  [
    '$FOO 1',
    [
      'z:1:1 error zonefile-syntax: ' +
        'Cannot read "$FOO": the directives are $ORIGIN, $TTL, $INCLUDE and $GENERATE',
    ],
  ],
  ['  A 192.0.2.1', ['z:1:1 error zonefile-syntax: Cannot read owner: no record precedes it']],
  [
    'a..b A 192.0.2.1\n  A 192.0.2.2\n  A x',
    [
      'z:1:1 error name-invalid: Cannot read name "a..b": it has an empty label',
      'z:3:5 error rdata-invalid: Cannot read IPv4 address: "x" is none (A address)',
    ],
  ],
  [
    'a MX (\n  10\n  b..c )\nd A 192.0.2.1',
    [
      'z:3:3 error name-invalid: Cannot read name "b..c": it has an empty label (MX exchange)',
      'd.example.test. 60 IN A 192.0.2.1',
    ],
  ],
  ['\ta MX 1 x', ['z:1:1 error zonefile-syntax: Cannot read owner: no record precedes it']],
  [
    'a TXT "b\nc A 192.0.2.1',
    [
      'z:1:7 error zonefile-syntax: ' +
        'Cannot read quoted text: the line ends before the closing quote',
      'c.example.test. 60 IN A 192.0.2.1',
    ],
  ],
  [
    'a TXT "b\\\nc" ',
    [
      'z:1:7 error zonefile-syntax: ' +
        'Cannot read quoted text: the line ends before the closing quote',
      'z:2:2 error zonefile-syntax: ' +
        'Cannot read quoted text: the line ends before the closing quote',
    ],
  ],
  [
    'a TXT b\\\nc A 192.0.2.1',
    [
      'z:1:8 error zonefile-syntax: Cannot read word: a backslash ends the line',
      'c.example.test. 60 IN A 192.0.2.1',
    ],
  ],
  [
    'a A 192.0.2.1 )\nb A 192.0.2.1',
    [
      'z:1:15 error zonefile-syntax: Cannot read ")": no parenthesis is open',
      'b.example.test. 60 IN A 192.0.2.1',
    ],
  ],
  [
    'a TXT ( b\nc A 192.0.2.1\n',
    [
      'z:1:7 error zonefile-syntax: Cannot read record: "(" is never closed',
      'c.example.test. 60 IN A 192.0.2.1',
    ],
  ],
  [
    '$INCLUDE x',
    ['z:1:10 error include-failed: Cannot include "x": included files cannot be read here'],
  ],
]

for (const [text, expected] of faults) {
  t.test(`parseMasterFile: ${JSON.stringify(text)}`, async (t) => t.same(read(text), expected))
}

t.test('parseMasterFile: a record knows its place, be its owner blank or not', async (t) => {
  const text = '\n; one\na A 192.0.2.1\n\t  A (\n192.0.2.2 )\nb A 192.0.2.3'
  const places = recordsOf(parseMasterFile(text, { file: 'z', origin, ttl: 1 as Ttl })).map(
    ({ place }) => `${place.line}:${place.column}`,
  )
  t.same(places, ['3:1', '4:4', '6:1'])
})

t.test('parseMasterFile: owners that repeat are one name, not many', async (t) => {
  const text = 'a 1 A 192.0.2.1\na 1 A 192.0.2.2\n 1 A 192.0.2.3'
  const [one, two, three] = recordsOf(parseMasterFile(text, { file: 'z', origin }))
  t.ok(one && one.owner === two?.owner && one.owner === three?.owner)
})

t.test('parseMasterFile: TTL from the SOA, the last record, or nowhere', async (t) => {
  const soa = 'SOA . . 1 2 3 4 300'
  const record = 'A 192.0.2.1'
  const withoutDefault = (text: string) => showItems(parseMasterFile(text, { file: 'z', origin }))
  t.same(withoutDefault(`@ ${soa}\na ${record}`), [
    'z:1:1 warning ttl-assumed: Assumed TTL 300, the minimum of the SOA: write $TTL',
    'example.test. 300 IN SOA . . 1 2 3 4 300',
    'a.example.test. 300 IN A 192.0.2.1',
  ])
  t.same(withoutDefault(`@ 7 ${soa}\na ${record}\nb 8 ${record}\nc ${record}`), [
    'example.test. 7 IN SOA . . 1 2 3 4 300',
    'z:2:1 warning ttl-assumed: Assumed TTL 7, the last one given: write $TTL',
    'a.example.test. 7 IN A 192.0.2.1',
    'b.example.test. 8 IN A 192.0.2.1',
    'c.example.test. 8 IN A 192.0.2.1',
  ])
  t.same(withoutDefault(`$TTL 9\n@ ${soa}\nb 8 ${record}\nc ${record}`), [
    'example.test. 9 IN SOA . . 1 2 3 4 300',
    'b.example.test. 8 IN A 192.0.2.1',
    'c.example.test. 9 IN A 192.0.2.1',
  ])
  t.same(withoutDefault(`a ${record}`), [
    'z:1:1 error ttl-missing: Cannot read record: it has no TTL, nor has $TTL',
  ])
})

t.test('$INCLUDE: origin and owner stay with their file, $TTL does not', async (t) => {
  const files: Readonly<Record<string, string>> = {
    'sub zone': '$TTL 5\nx A 192.0.2.1\n$ORIGIN y\nz A 192.0.2.2\n',
    deep: '$INCLUDE "sub zone"\nd A 192.0.2.3',
  }
  const asked: string[] = []
  const include: MasterFileOptions['include'] = (path, { file, line, column }) => {
    asked.push(`${file}:${line}:${column} ${path}`)
    return { file: path, text: files[path] ?? '' }
  }
  const text = 'a A 192.0.2.9\n$INCLUDE sub\\ zone sub ; comment\n  A 192.0.2.8\n$INCLUDE deep'
  t.same(read(text, { include }), [
    'a.example.test. 60 IN A 192.0.2.9',
    'x.sub.example.test. 5 IN A 192.0.2.1',
    'z.y.sub.example.test. 5 IN A 192.0.2.2',
    'a.example.test. 5 IN A 192.0.2.8',
    'x.example.test. 5 IN A 192.0.2.1',
    'z.y.example.test. 5 IN A 192.0.2.2',
    'd.example.test. 5 IN A 192.0.2.3',
  ])
  t.same(asked, ['z:2:10 sub zone', 'z:4:10 deep', 'deep:1:10 sub zone'])
})

t.test('$INCLUDE: an error in a file has the place there; reading goes on after it', async (t) => {
  const include = () => ({ file: 'inner', text: '\na A x\n  A 192.0.2.1' })
  t.same(read('$INCLUDE f\nb A 192.0.2.2', { include }), [
    'inner:2:5 error rdata-invalid: Cannot read IPv4 address: "x" is none (A address)',
    'a.example.test. 60 IN A 192.0.2.1',
    'b.example.test. 60 IN A 192.0.2.2',
  ])
})

t.test('$INCLUDE: a blank owner does not reach into another file', async (t) => {
  const include = () => ({ file: 'inner', text: '  A 192.0.2.1' })
  t.same(read('a A 192.0.2.2\n$INCLUDE f', { include }), [
    'a.example.test. 60 IN A 192.0.2.2',
    'inner:1:1 error zonefile-syntax: Cannot read owner: no record precedes it',
  ])
})

t.test('$INCLUDE: what cannot be read is told at the path', async (t) => {
  const include = () => {
    throw new Error('no such file')
  }
  t.same(read('$INCLUDE a.zone b..c\n$INCLUDE a.zone b c\n$INCLUDE a.zone', { include }), [
    'z:1:17 error name-invalid: Cannot read name "b..c": it has an empty label',
    'z:2:19 error zonefile-syntax: Cannot read "c": $INCLUDE has all it takes',
    'z:3:10 error include-failed: Cannot include "a.zone": no such file',
  ])
})

t.test('$INCLUDE: circles, depth and number are bounded', async (t) => {
  const circle = () => ({ file: 'z', text: '' })
  t.same(read('$INCLUDE z', { include: circle }), [
    'z:1:10 error include-failed: Cannot include "z": z is being read already',
  ])
  let file = 0
  const endless = () => ({ file: String(++file), text: '$INCLUDE x' })
  t.same(read('$INCLUDE x', { include: endless }), [
    `${includeDepthMax}:1:10 error include-failed: ` +
      `Cannot include "x": depth exceeds ${includeDepthMax}`,
  ])
  const empty = () => ({ file: 'e', text: '' })
  t.same(read('$INCLUDE x\n'.repeat(includesMax + 1), { include: empty }), [
    `z:${includesMax + 1}:10 error include-failed: ` +
      `Cannot include "x": more than ${includesMax} files are included`,
  ])
})

t.test('parseMasterFile: stops after zoneErrorsMax errors', async (t) => {
  const lines = read('a A x\n'.repeat(zoneErrorsMax + 5))
  t.equal(lines.length, zoneErrorsMax + 1)
  t.match(lines.at(-1), `error zonefile-limit: Stopped reading: ${zoneErrorsMax} errors found`)
})

t.test('parseMasterFile: a bug is not taken for an error of the text', async (t) => {
  const include = () => ({ file: 'x', text: undefined as unknown as string })
  t.throws(() => read('$INCLUDE x', { include }), TypeError)
})
