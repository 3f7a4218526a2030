import t from 'tap'
import {
  canonicalRdata,
  compareRdata,
  formatRdata,
  makeRRset,
  parseRdata,
  RR,
  scanRdataText,
  type Ttl,
} from '../../../src/rr/index.ts'
import { compareNames, formatName, nameKey, parseName, toHex } from '../../../src/wire/index.ts'

const ordered = [
  'example.',
  'a.example.',
  'yljkjljk.a.example.',
  'Z.a.example.',
  'zABC.a.EXAMPLE.',
  'z.example.',
  '\\001.z.example.',
  '*.z.example.',
  '\\200.z.example.',
].map((text) => parseName(text))

t.test('RFC 4034 §6.1: the example is in canonical order, by names and by keys', async (t) => {
  const shuffled = [...ordered].sort((a, b) => (toHex(a) < toHex(b) ? -1 : 1))
  t.same([...shuffled].sort(compareNames).map(formatName), ordered.map(formatName))
  const byKey = [...shuffled].sort((a, b) => (nameKey(a) < nameKey(b) ? -1 : 1))
  t.same(byKey.map(formatName), ordered.map(formatName))
})

t.test('RFC 4034 §6.2, RFC 6840 §5.1: MX is lower-cased, NSEC is not', async (t) => {
  const canonical = (type: 'MX' | 'NSEC' | 'RRSIG', text: string) =>
    formatRdata(RR[type], canonicalRdata(RR[type], parseRdata(RR[type], scanRdataText(text))))
  t.equal(canonical('MX', '10 Mail.EXAMPLE.'), '10 mail.example.')
  t.equal(canonical('NSEC', 'Next.EXAMPLE. A'), 'Next.EXAMPLE. A')
  const rrsig = 'A 13 2 300 20260301000000 20260201000000 1 Example. AAAA'
  t.equal(canonical('RRSIG', rrsig), rrsig.replace('Example', 'example'))
})

t.test('RFC 4034 §6.3: RDATA is ordered by canonical form, the shorter first', async (t) => {
  const texts = ['"b"', '"aa"', '"a"', '"a" ""']
  const rdatas = texts.map((text) => parseRdata(RR.TXT, scanRdataText(text)))
  const { rdatas: sorted } = makeRRset(parseName('e.'), RR.TXT, 1 as Ttl, rdatas)
  t.same(
    sorted.map((rdata) => formatRdata(RR.TXT, rdata)),
    ['"a"', '"a" ""', '"b"', '"aa"'],
  )
  t.ok(sorted.every((rdata, n) => n === 0 || compareRdata(sorted[n - 1] ?? rdata, rdata) < 0))
})

t.test('RFC 4034 §4.3: the NSEC example octet for octet', async (t) => {
  const rdata = parseRdata(RR.NSEC, scanRdataText('host.example.com. A MX RRSIG NSEC TYPE1234'))
  t.equal(
    toHex(rdata),
    `04686f7374076578616d706c6503636f6d00${'0006400100000003'}${'041b'}${'00'.repeat(26)}20`,
  )
})
