import fc from 'fast-check'
import t from 'tap'
import { parseStsPolicy, parseStsRecord } from '../../src/mtasts/index.ts'

t.test('parseStsPolicy and parseStsRecord take anything', (t) => {
  const line = fc.constantFrom('version: STSv1', 'mode: none', 'max_age: 1', 'mx: *.a', '\r', ':')
  const text = fc.array(fc.oneof(line, fc.string({ unit: 'binary' }))).map((all) => all.join('\n'))
  fc.assert(
    fc.property(fc.oneof(text.map(Buffer.from), fc.uint8Array()), (octets) => {
      t.match(parseStsPolicy(octets).kind, /^(policy|invalid)$/)
    }),
  )
  fc.assert(
    fc.property(fc.array(fc.string().map((rest) => `v=STSv1;${rest}`)), (texts) => {
      t.match(parseStsRecord(texts).kind, /^(record|none|invalid)$/)
    }),
  )
  t.end()
})

t.test('parseStsRecord and parseStsPolicy are done at once with blanks by the thousand', (t) => {
  const blanks = ' '.repeat(60_000)
  t.match(parseStsRecord([`v=STSv1; id=1${blanks}x;`]), { kind: 'invalid' })
  t.match(parseStsPolicy(Buffer.from(`mode: a${blanks}b`)), { kind: 'invalid' })
  t.end()
})
