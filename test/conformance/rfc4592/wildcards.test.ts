/** RFC 4592: The Role of Wildcards in the Domain Name System. Sections as there. */
import t from 'tap'
import { Flag, type Message, Rcode } from '../../../src/message/index.ts'
import { RR } from '../../../src/rr/index.ts'
import { formatName, nameKey, parseName } from '../../../src/wire/index.ts'
import { lookup } from '../../../src/zone/index.ts'
import { told } from '../../support/rfc-view.ts'
import { buildZone, type DenialKind, TestServer } from '../../support/served-zone.ts'

// The zone of §2.2.1, with RDATA where the RFC leaves it out.
const text = `
  @                SOA ns.example.com. hostmaster 1 3600 600 86400 3600
  @                NS  ns.example.com.
  @                NS  ns.example.net.
  *                TXT "this is a wildcard"
  *                MX  10 host1
  sub.*            TXT "this is not a wildcard"
  host1            A   192.0.2.1
  _ssh._tcp.host1  SRV 0 0 22 host1
  _ssh._tcp.host2  SRV 0 0 22 host1
  subdel           NS  ns.example.com.
  subdel           NS  ns.example.net.`

const served = buildZone('example.', text)
const server = new TestServer([served])

/** What a reply is, in the words of RFC 2308 §2. */
function kindOf(reply: Message): string {
  if (reply.answer.length > 0) return 'answer'
  if (reply.rcode === Rcode.NXDOMAIN) return 'name error'
  if (reply.rcode !== Rcode.NOERROR) return `rcode ${reply.rcode}`
  return reply.authority.some(({ type }) => type === RR.SOA) ? 'no data' : 'referral'
}

t.test('§2.2.1: these responses are synthesized from a wildcard', async (t) => {
  const mx = server.ask('host3.example.', 'MX')
  t.same(told(mx.answer), ['host3.example. 3600 MX 10 host1.example.'])
  t.equal(mx.flags, Flag.QR | Flag.AA)
  t.equal(kindOf(server.ask('host3.example.', 'A')), 'no data')
  const txt = server.ask('foo.bar.example.', 'TXT')
  t.same(told(txt.answer), ['foo.bar.example. 3600 TXT "this is a wildcard"'])
})

t.test('§2.2.1: these are not, because the name or one on the way to it exists', async (t) => {
  const cases = [
    ['host1.example.', 'MX', 'no data', 'host1.example. exists'],
    ['sub.*.example.', 'MX', 'no data', 'sub.*.example. exists'],
    ['_telnet._tcp.host1.example.', 'SRV', 'name error', '_tcp.host1.example. exists'],
    ['host.subdel.example.', 'A', 'referral', 'subdel.example. exists, and is a zone cut'],
    ['ghost.*.example.', 'MX', 'name error', '*.example. exists'],
  ] as const
  for (const [name, type, kind, why] of cases) {
    t.equal(kindOf(server.ask(name, type)), kind, `${name} ${type}: ${why}`)
  }
})

// The table of §3.3.2: QNAME, closest encloser, source of synthesis.
const sources = [
  ['host3.example.', 'example.', '*.example.'],
  ['_telnet._tcp.host1.example.', '_tcp.host1.example.', undefined],
  ['_dns._udp.host2.example.', 'host2.example.', undefined],
  ['_telnet._tcp.host3.example.', 'example.', '*.example.'],
  ['_chat._udp.host3.example.', 'example.', '*.example.'],
  ['foobar.*.example.', '*.example.', undefined],
] as const

for (const [qname, encloser, source] of sources) {
  t.test(`§3.3.2: closest encloser and source of synthesis of ${qname}`, async (t) => {
    const outcome = lookup(served.zone, nameKey(parseName(qname)), RR.A)
    t.equal(outcome.kind, source ? 'wildcardNodata' : 'nxdomain')
    if (outcome.kind !== 'wildcardNodata' && outcome.kind !== 'nxdomain') return
    const { closestEncloser } = outcome.expansion
    t.equal(formatName(closestEncloser.owner), encloser)
    const { wildcard } = closestEncloser
    t.equal(wildcard && formatName(wildcard.owner), source)
  })
}

t.test('§2.1.1: an asterisk is a wildcard only as a whole first label', async (t) => {
  const odd = buildZone(
    'example.',
    `@    SOA ns hostmaster 1 3600 600 86400 3600
     @    NS  ns
     a*   TXT "a"
     *b   TXT "b"
     **   TXT "c"
     *.d  TXT "d"`,
  )
  const asked = new TestServer([odd])
  for (const name of ['ax', 'xb', 'xx', 'x', 'x.a*', 'd.x']) {
    t.equal(kindOf(asked.ask(`${name}.example.`, 'TXT')), 'name error', name)
  }
  t.equal(kindOf(asked.ask('x.d.example.', 'TXT')), 'answer')
})

t.test('§2.1.2: an escaped asterisk is the same octet, so the same wildcard', async (t) => {
  const reply = server.ask('\\042.example.', 'TXT')
  t.same(told(reply.answer), ['*.example. 3600 TXT "this is a wildcard"'])
})

t.test('§2.2: asked by its own name, a wildcard is a name like any other', async (t) => {
  t.same(told(server.ask('*.example.', 'MX').answer), ['*.example. 3600 MX 10 host1.example.'])
  t.equal(kindOf(server.ask('*.example.', 'A')), 'no data')
  t.same(told(server.ask('sub.*.example.', 'TXT').answer), [
    'sub.*.example. 3600 TXT "this is not a wildcard"',
  ])
})

t.test('§2.2.2: empty non-terminals exist: no wildcard answers for them', async (t) => {
  for (const name of ['host2.example.', '_tcp.host2.example.', '_tcp.host1.example.']) {
    t.equal(kindOf(server.ask(name, 'TXT')), 'no data', name)
  }
  t.equal(kindOf(server.ask('x.host2.example.', 'TXT')), 'name error')
})

t.test(
  'RFC 1034 §4.3.2 step 3c: the owner of a synthesized record is QNAME, spelt as asked',
  async (t) => {
    const [record] = server.ask('HoSt3.eXample.', 'MX').answer
    t.equal(record && formatName(record.owner), 'HoSt3.eXample.')
  },
)

t.test('§4.3: a wildcard CNAME is synthesized and followed', async (t) => {
  const zone = buildZone(
    'example.',
    `@    SOA   ns hostmaster 1 3600 600 86400 3600
     @    NS    ns
     *    CNAME host1
     host1 A    192.0.2.1`,
  )
  const asked = new TestServer([zone])
  t.same(told(asked.ask('x.example.', 'A').answer), [
    'host1.example. 3600 A 192.0.2.1',
    'x.example. 3600 CNAME host1.example.',
  ])
  t.same(told(asked.ask('x.example.', 'CNAME').answer), ['x.example. 3600 CNAME host1.example.'])
})

t.test('§4.9: an empty non-terminal wildcard gives no data, not a name error', async (t) => {
  const zone = buildZone(
    'example.',
    `@       SOA ns hostmaster 1 3600 600 86400 3600
     @       NS  ns
     sub.*   TXT "below"`,
  )
  const asked = new TestServer([zone])
  t.equal(kindOf(asked.ask('foo.example.', 'TXT')), 'no data')
  t.equal(kindOf(asked.ask('foo.bar.example.', 'TXT')), 'no data')
})

for (const denial of ['nsec', 'minimal', 'compact'] as const satisfies readonly DenialKind[]) {
  t.test(`§4.7: no NSEC is synthesized from a wildcard, ${denial}`, async (t) => {
    const asked = new TestServer([buildZone('example.', text, { denial })])
    const reply = asked.ask('host3.example.', 'NSEC', { dnssec: true })
    t.same(reply.answer, [])
    t.equal(kindOf(reply), 'no data')
    const own = asked.ask('*.example.', 'NSEC', { dnssec: true })
    t.same(
      own.answer.map(({ type }) => type),
      [RR.NSEC, RR.RRSIG],
    )
  })
}

t.test('RFC 4035 §3.1.3.2: no proof is owned by a wildcard that does not exist', async (t) => {
  for (const denial of ['nsec', 'minimal'] as const) {
    const asked = new TestServer([buildZone('example.', text, { denial })])
    // In the zone *.example. is the only wildcard: below host1 there is none to be shown.
    const reply = asked.ask('x.host1.example.', 'A', { dnssec: true })
    t.equal(reply.rcode, Rcode.NXDOMAIN)
    const owners = reply.authority.map(({ owner }) => formatName(owner))
    t.notOk(owners.includes('*.host1.example.'), denial)
  }
})
