import t from 'tap'
import { readContent, readType } from '../../src/api/content.ts'
import { formatRdata, parseType } from '../../src/rr/index.ts'
import { parseName } from '../../src/wire/index.ts'

const apex = parseName('a.test.')

t.test('readContent takes what clients send', (t) => {
  const x255 = 'x'.repeat(255)
  const rows: readonly (readonly [type: string, content: string, means: string])[] = [
    ['A', ' 192.0.2.1 ', '192.0.2.1'],
    ['MX', '10 mail', '10 mail.a.test.'],
    ['MX', '10 mx.example.net', '10 mx.example.net.'],
    ['MX', '10 mx.example.net.', '10 mx.example.net.'],
    ['MX', '10 @', '10 a.test.'],
    ['CNAME', 'a\\.b', 'a\\.b.a.test.'],
    ['SOA', 'ns hostmaster.example.org 1 2 3 4 5', 'ns.a.test. hostmaster.example.org. 1 2 3 4 5'],
    ['TXT', '"one"', '"one"'],
    ['TXT', '"one" "two"', '"one" "two"'],
    ['TXT', 'v=spf1 -all', '"v=spf1 -all"'],
    ['TXT', 'say \\"hi\\"', '"say \\"hi\\""'],
    ['TXT', '', '""'],
    ['TXT', `"${x255}yz"`, `"${x255}" "yz"`],
    ['TXT', `${x255}yz`, `"${x255}" "yz"`],
    ['TXT', `"${'é'.repeat(128)}"`, `"${'\\195\\169'.repeat(127)}" "\\195\\169"`],
    ['TXT', `"${'x'.repeat(254)}\\195\\169"`, `"${'x'.repeat(254)}\\195" "\\169"`],
    ['TXT', '\\# 3 026869', '"hi"'],
    ['TLSA', '3 1 1 AB CD', '3 1 1 abcd'],
    ['TYPE65400', '\\# 2 ABCD', '\\# 2 abcd'],
  ]
  for (const [type, content, means] of rows) {
    const code = parseType(type)
    t.equal(formatRdata(code, readContent(code, content, apex)), means, `${type} ${content}`)
  }
  t.end()
})

t.test('readContent quotes what it refuses', (t) => {
  const rows = [
    ['A', '192.0.2.300'],
    ['MX', 'mail'],
    ['TXT', '"open'],
    ['TXT', '"a" b"'],
    ['TXT', 'a\\'],
    ['TYPE65400', 'x'],
    ['CNAME', 'bücher.example.'],
  ] as const
  for (const [type, content] of rows) {
    t.throws(() => readContent(parseType(type), content, apex), {
      message: new RegExp(`in ${type} "`),
      code: /^(rdata|name)-invalid$/,
    })
  }
  t.end()
})

t.test('readType refuses types that other servers make up', (t) => {
  for (const type of ['ALIAS', 'alias', 'LUA', 'ANAME']) {
    t.throws(() => readType(type), { code: 'type-unknown', message: /resolves nothing/ }, type)
  }
  t.equal(readType('txt'), 16)
  t.end()
})
