// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax of $GENERATE
import t from 'tap'
import type { Ttl } from '../../src/rr/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { generateCountMax, parseMasterFile } from '../../src/zonefile/index.ts'
import { recordsOf, showItems } from '../support/zone-items.ts'

const origin = parseName('test.')

function read(text: string): string[] {
  return showItems(parseMasterFile(text, { file: 'z', origin, ttl: 60 as Ttl }))
}

const readings: readonly [text: string, expected: readonly string[]][] = [
  ['1-2 h$ A 192.0.2.$', ['h1.test. 60 IN A 192.0.2.1', 'h2.test. 60 IN A 192.0.2.2']],
  ['0-5/3 $ 5 IN A 192.0.2.$', ['0.test. 5 IN A 192.0.2.0', '3.test. 5 IN A 192.0.2.3']],
  ['7-7 ${3}.${-7} NS x', ['10.0.test. 60 IN NS x.test.']],
  [
    '10-10 ${0,4}.${0,4,d}.${0,4,o}.${0,4,x}.${0,4,X} NS x',
    ['0010.0010.0012.000a.000A.test. 60 IN NS x.test.'],
  ],
  ['171-171 ${0,0,n}.${0,7,n}.${0,5,N} NS x', ['b.a.b.a.0.0.B.A.0.test. 60 IN NS x.test.']],
  ['1-1 a$$b.\\$c NS x$', ['a\\$b.\\$c.test. 60 IN NS x1.test.']],
  ['1-1 @ MX 10 mx$', ['test. 60 IN MX 10 mx1.test.']],
  ['1-1 @ MX "10 mx$"', ['test. 60 IN MX 10 mx1.test.']],
  ['1-1 @ TXT "a \\"b $\\""', ['test. 60 IN TXT "a" "b 1"']],
  ['1-1 @ TXT "a b" $', ['test. 60 IN TXT "a b" "1"']],
]

for (const [text, expected] of readings) {
  t.test(`$GENERATE ${text}`, async (t) => t.same(read(`$GENERATE ${text}`), expected))
}

const faults: readonly [text: string, expected: string][] = [
  [
    '1',
    'z:1:11 error generate-invalid: Cannot read range: "1" is not start-stop or start-stop/step',
  ],
  ['1-2/0 a A 1', 'z:1:11 error generate-invalid: Cannot read range: "1-2/0" has a step of 0'],
  ['2-1 a A 1', 'z:1:11 error generate-invalid: Cannot read range: "2-1" starts above its end'],
  [
    '0-2147483648 a A 1',
    'z:1:11 error generate-invalid: ' +
      'Cannot read range: "0-2147483648" is not start-stop or start-stop/step',
  ],
  [
    '1-2 ${1,2,z} A 1',
    'z:1:15 error generate-invalid: ' +
      'Cannot read ${1,2,z}: it is not ${offset,width,base}, base one of d o x X n N',
  ],
  [
    '1-2 ${1,999} A 1',
    'z:1:15 error generate-invalid: ' +
      'Cannot read ${1,999}: it is not ${offset,width,base}, base one of d o x X n N',
  ],
  ['1-2 ${1 A 1', 'z:1:15 error generate-invalid: Cannot read "${1": "${" is never closed'],
  [
    '1-2 ${-2} A 192.0.2.1',
    'z:1:15 error generate-invalid: Cannot read ${-2}: 1 with the offset is -1, out of range',
  ],
  [
    '1-2 a A 192.0.2.$$',
    'z:1:19 error rdata-invalid: Cannot read IPv4 address: "192.0.2.\\\\$" is none (A address)',
  ],
  [
    '1-2 a..$ A 192.0.2.$',
    'z:1:15 error name-invalid: Cannot read name "a..1": it has an empty label',
  ],
  ['1-2 a', 'z:1:16 error rdata-invalid: Cannot read type: the record ends too early'],
  ['1-2 a A', 'z:1:18 error rdata-invalid: Cannot read RDATA: the record ends too early'],
  [
    `0-${generateCountMax} a A 192.0.2.1`,
    `z:1:1 error zonefile-limit: Cannot generate records: more than ${generateCountMax} in all`,
  ],
]

for (const [text, expected] of faults) {
  t.test(`$GENERATE ${text}`, async (t) => t.same(read(`$GENERATE ${text}`), [expected]))
}

t.test('$GENERATE: the bound is on all lines of a zone together', async (t) => {
  const half = `$GENERATE 1-${generateCountMax}/2 a A 192.0.2.1\n`
  let records = 0
  let last = ''
  for (const item of parseMasterFile(half.repeat(3), { file: 'z', origin, ttl: 1 as Ttl })) {
    if (item.kind === 'record') records++
    else last = item.finding.code
  }
  t.same([records, last], [generateCountMax, 'zonefile-limit'])
})

t.test('$GENERATE: an error ends it, the next line is read', async (t) => {
  t.same(read('$GENERATE 255-257 a$ A 192.0.2.$\nb A 192.0.2.1'), [
    'a255.test. 60 IN A 192.0.2.255',
    'z:1:24 error rdata-invalid: Cannot read IPv4 address: "192.0.2.256" is none (A address)',
    'b.test. 60 IN A 192.0.2.1',
  ])
})

t.test('$GENERATE: its records stand where the line does', async (t) => {
  const text = '\n$GENERATE 1-2 a A 192.0.2.$'
  const records = recordsOf(parseMasterFile(text, { file: 'z', origin, ttl: 1 as Ttl }))
  t.same(
    records.map(({ place }) => place),
    [1, 2].map(() => ({ file: 'z', line: 2, column: 1 })),
  )
})
