/**
 * RFC 4035 App. B: the example responses, from the zone of App. A. Compared are header, rcode and
 * sections; of signatures all that does not follow from key and clock.
 *
 * Where danelaw departs from the print:
 *
 * - Key and algorithm are its own, and it publishes CDS and CDNSKEY (RFC 7344): the NSEC of the
 *   apex lists both.
 * - Answers are minimal: no NS RRset beside an answer (B.1, B.6), no addresses of mail exchangers
 *   and name servers beside it. RFC 1034 §4.3.2 step 6 leaves both to the server. Glue is there.
 */
import t from 'tap'
import { ednsFlagDo, Flag, Rcode } from '../../../src/message/index.ts'
import { formatRdata } from '../../../src/rr/index.ts'
import { formatName } from '../../../src/wire/index.ts'
import { printed, told } from '../../support/rfc-view.ts'
import { rfc4035Zone } from '../../support/rfc-zones.ts'
import { buildZone, TestServer } from '../../support/served-zone.ts'

const served = buildZone('example.', rfc4035Zone, { denial: 'nsec' })
const server = new TestServer([served])

const soa = `
  example. 3600 SOA ns1.example. bugs.x.w.example. 1081539377 3600 300 3600000 3600
  example. 3600 RRSIG SOA 1 3600 example.`
const apexNsec = `
  example. 3600 NSEC a.example. NS SOA MX RRSIG NSEC DNSKEY CDS CDNSKEY
  example. 3600 RRSIG NSEC 1 3600 example.`
const wildcardCover = `
  x.y.w.example. 3600 NSEC xx.example. MX RRSIG NSEC
  x.y.w.example. 3600 RRSIG NSEC 4 3600 example.`

interface Example {
  readonly title: string
  readonly name: string
  readonly type: string
  readonly rcode?: number
  readonly referral?: boolean
  readonly answer?: string
  readonly authority?: string
  readonly additional?: string
}

const examples: readonly Example[] = [
  {
    title: 'B.1: answer',
    name: 'x.w.example.',
    type: 'MX',
    answer: `
      x.w.example. 3600 MX 1 xx.example.
      x.w.example. 3600 RRSIG MX 3 3600 example.`,
  },
  {
    title: 'B.2: name error',
    name: 'ml.example.',
    type: 'A',
    rcode: Rcode.NXDOMAIN,
    authority: `${soa} ${apexNsec}
      b.example. 3600 NSEC ns1.example. NS RRSIG NSEC
      b.example. 3600 RRSIG NSEC 2 3600 example.`,
  },
  {
    title: 'B.3: no data error',
    name: 'ns1.example.',
    type: 'MX',
    authority: `${soa}
      ns1.example. 3600 NSEC ns2.example. A RRSIG NSEC
      ns1.example. 3600 RRSIG NSEC 2 3600 example.`,
  },
  {
    title: 'B.4: referral to signed zone',
    name: 'mc.a.example.',
    type: 'MX',
    referral: true,
    authority: `
      a.example. 3600 NS ns1.a.example.
      a.example. 3600 NS ns2.a.example.
      a.example. 3600 DS 57855 5 1 b6dcd485719adca18e5f3d48a2331627fdd3636b
      a.example. 3600 RRSIG DS 2 3600 example.`,
    additional: `
      ns1.a.example. 3600 A 192.0.2.5
      ns2.a.example. 3600 A 192.0.2.6`,
  },
  {
    title: 'B.5: referral to unsigned zone',
    name: 'mc.b.example.',
    type: 'MX',
    referral: true,
    authority: `
      b.example. 3600 NS ns1.b.example.
      b.example. 3600 NS ns2.b.example.
      b.example. 3600 NSEC ns1.example. NS RRSIG NSEC
      b.example. 3600 RRSIG NSEC 2 3600 example.`,
    additional: `
      ns1.b.example. 3600 A 192.0.2.7
      ns2.b.example. 3600 A 192.0.2.8`,
  },
  {
    title: 'B.6: wildcard expansion',
    name: 'a.z.w.example.',
    type: 'MX',
    answer: `
      a.z.w.example. 3600 MX 1 ai.example.
      a.z.w.example. 3600 RRSIG MX 2 3600 example.`,
    authority: wildcardCover,
  },
  {
    title: 'B.7: wildcard no data error',
    name: 'a.z.w.example.',
    type: 'AAAA',
    authority: `${soa} ${wildcardCover}
      *.w.example. 3600 NSEC x.w.example. MX RRSIG NSEC
      *.w.example. 3600 RRSIG NSEC 2 3600 example.`,
  },
  {
    title: 'B.8: DS child zone no data error',
    name: 'example.',
    type: 'DS',
    authority: `${soa} ${apexNsec}`,
  },
]

for (const example of examples) {
  t.test(`RFC 4035 App. ${example.title}`, async (t) => {
    const reply = server.ask(example.name, example.type, { dnssec: true })
    t.equal(reply.rcode, example.rcode ?? Rcode.NOERROR)
    t.equal(reply.flags, example.referral ? Flag.QR : Flag.QR | Flag.AA)
    t.equal(reply.edns?.flags, ednsFlagDo)
    t.same(told(reply.answer), printed(example.answer ?? ''))
    t.same(told(reply.authority), printed(example.authority ?? ''))
    t.same(told(reply.additional), printed(example.additional ?? ''))
  })

  t.test(`RFC 4035 §3.1: no DNSSEC records without DO, ${example.title}`, async (t) => {
    const reply = server.ask(example.name, example.type)
    const plain = (text = '') => printed(text).filter((line) => !/ (RRSIG|NSEC|DS) /.test(line))
    t.equal(reply.rcode, example.rcode ?? Rcode.NOERROR)
    t.same(told(reply.answer), plain(example.answer))
    t.same(told(reply.authority), plain(example.authority))
    t.same(told(reply.additional), plain(example.additional))
  })
}

t.test('RFC 4035 App. A: the NSEC chain is the one that is printed', async (t) => {
  const { zone } = served
  const chain = [...zone.chainNodes()].map((node) => {
    const { owner, type, rdatas } = zone.nsecAt(node)
    return `${formatName(owner)} ${formatRdata(type, rdatas[0] as Uint8Array)}`
  })
  t.same(chain, [
    'example. a.example. NS SOA MX RRSIG NSEC DNSKEY CDS CDNSKEY',
    'a.example. ai.example. NS DS RRSIG NSEC',
    'ai.example. b.example. A HINFO AAAA RRSIG NSEC',
    'b.example. ns1.example. NS RRSIG NSEC',
    'ns1.example. ns2.example. A RRSIG NSEC',
    'ns2.example. *.w.example. A RRSIG NSEC',
    '*.w.example. x.w.example. MX RRSIG NSEC',
    'x.w.example. x.y.w.example. MX RRSIG NSEC',
    'x.y.w.example. xx.example. MX RRSIG NSEC',
    'xx.example. example. A HINFO AAAA RRSIG NSEC',
  ])
})
