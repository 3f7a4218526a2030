/**
 * RFC 5155 App. B: the example responses, from the zone of App. A: 12 iterations, salt AABBCCDD,
 * opt-out. Compared are header, rcode and sections; of signatures all that does not follow from
 * key and clock.
 *
 * Where danelaw departs from the print:
 *
 * - Key and algorithm are its own, and it publishes CDS and CDNSKEY (RFC 7344): the NSEC3 of the
 *   apex lists both.
 * - Answers are minimal: no NS RRset beside an answer (B.4), no addresses of the mail exchanger.
 *
 * The chain is that of the RFC link by link: nothing here is an empty non-terminal above unsigned
 * delegations alone, the one kind of name that RFC 5155 §7.1 lets a signer leave out and danelaw
 * keeps.
 */
import t from 'tap'
import { nsec3Hash } from '../../../src/crypto/index.ts'
import { ednsFlagDo, Flag, Rcode } from '../../../src/message/index.ts'
import { formatName, parseName, toBase32hex } from '../../../src/wire/index.ts'
import { printed, told } from '../../support/rfc-view.ts'
import { rfc5155Zone } from '../../support/rfc-zones.ts'
import { buildZone, TestServer } from '../../support/served-zone.ts'
import { hex } from '../../support/signed-data.ts'

const served = buildZone('example.', rfc5155Zone, {
  denial: 'nsec3',
  nsec3: { iterations: 12, salt: hex('aabbccdd'), optOut: true },
})
const server = new TestServer([served])

/** The records of App. A by the name that is hashed: hash, then types. */
const chain = {
  'example.': '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom NS SOA MX RRSIG DNSKEY NSEC3PARAM CDS CDNSKEY',
  'ns1.example.': '2t7b4g4vsa5smi47k61mv5bv1a22bojr A RRSIG',
  'x.y.w.example.': '2vptu5timamqttgl4luu9kg21e0aor3s MX RRSIG',
  'a.example.': '35mthgpgcu1qg68fab165klnsnk3dpvl NS DS RRSIG',
  'x.w.example.': 'b4um86eghhds6nea196smvmlo4ors995 MX RRSIG',
  'ai.example.': 'gjeqe526plbf1g8mklp59enfd789njgi A HINFO AAAA RRSIG',
  'y.w.example.': 'ji6neoaepv8b5o6k4ev33abha8ht9fgc',
  'w.example.': 'k8udemvp1j2f7eg6jebps17vp3n8i58h',
  '2t7b4g4vsa5smi47k61mv5bv1a22bojr.example.': 'kohar7mbb8dc2ce8a9qvl8hon4k53uhi A RRSIG',
  'ns2.example.': 'q04jkcevqvmu85r014c7dkba38o0ji5r A RRSIG',
  '*.w.example.': 'r53bq7cc2uvmubfu5ocmm6pers9tk9en MX RRSIG',
  'xx.example.': 't644ebqk9bibcna874givr6joj62mlhv A HINFO AAAA RRSIG',
} as const
type Hashed = keyof typeof chain
const hashed = Object.keys(chain) as Hashed[]
const hashOf = (name: Hashed): string => chain[name].split(' ')[0] as string

/** The NSEC3 record of a name, and its signature. */
function nsec3(name: Hashed): string {
  const next = hashed[(hashed.indexOf(name) + 1) % hashed.length] as Hashed
  const [hash, ...types] = chain[name].split(' ')
  return `
    ${hash}.example. 3600 NSEC3 1 1 12 aabbccdd ${hashOf(next)} ${types.join(' ')}
    ${hash}.example. 3600 RRSIG NSEC3 2 3600 example.`
}

const soa = `
  example. 3600 SOA ns1.example. bugs.x.w.example. 1 3600 300 3600000 3600
  example. 3600 RRSIG SOA 1 3600 example.`

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
    title: 'B.1: name error',
    name: 'a.c.x.w.example.',
    type: 'A',
    rcode: Rcode.NXDOMAIN,
    // Covers c.x.w.example., matches x.w.example., covers *.x.w.example.
    authority: soa + nsec3('example.') + nsec3('x.w.example.') + nsec3('a.example.'),
  },
  {
    title: 'B.2: no data error',
    name: 'ns1.example.',
    type: 'MX',
    authority: soa + nsec3('ns1.example.'),
  },
  {
    title: 'B.2.1: no data error, empty non-terminal',
    name: 'y.w.example.',
    type: 'A',
    authority: soa + nsec3('y.w.example.'),
  },
  {
    title: 'B.3: referral to an opt-out unsigned zone',
    name: 'mc.c.example.',
    type: 'MX',
    referral: true,
    // Covers c.example., matches example.
    authority: `
      c.example. 3600 NS ns1.c.example.
      c.example. 3600 NS ns2.c.example.
      ${nsec3('a.example.')} ${nsec3('example.')}`,
    additional: `
      ns1.c.example. 3600 A 192.0.2.7
      ns2.c.example. 3600 A 192.0.2.8`,
  },
  {
    title: 'B.4: wildcard expansion',
    name: 'a.z.w.example.',
    type: 'MX',
    answer: `
      a.z.w.example. 3600 MX 1 ai.example.
      a.z.w.example. 3600 RRSIG MX 2 3600 example.`,
    // Covers z.w.example.
    authority: nsec3('ns2.example.'),
  },
  {
    title: 'B.5: wildcard no data error',
    name: 'a.z.w.example.',
    type: 'AAAA',
    // Matches w.example., covers z.w.example., matches *.w.example.
    authority: soa + nsec3('w.example.') + nsec3('ns2.example.') + nsec3('*.w.example.'),
  },
  {
    title: 'B.6: DS child zone no data error',
    name: 'example.',
    type: 'DS',
    authority: soa + nsec3('example.'),
  },
]

for (const example of examples) {
  t.test(`RFC 5155 App. ${example.title}`, async (t) => {
    const reply = server.ask(example.name, example.type, { dnssec: true })
    t.equal(reply.rcode, example.rcode ?? Rcode.NOERROR)
    t.equal(reply.flags, example.referral ? Flag.QR : Flag.QR | Flag.AA)
    t.equal(reply.edns?.flags, ednsFlagDo)
    t.same(told(reply.answer), printed(example.answer ?? ''))
    t.same(told(reply.authority), printed(example.authority ?? ''))
    t.same(told(reply.additional), printed(example.additional ?? ''))
  })
}

t.test('RFC 5155 App. A: the NSEC3 chain is the one that is printed', async (t) => {
  const links = [...(served.zone.nsec3?.entries() ?? [])]
  t.same(
    links.map(({ node, hash }) => `${toBase32hex(hash)} ${formatName(node.owner)}`),
    hashed.map((name) => `${hashOf(name)} ${name}`),
  )
})

t.test('RFC 5155 App. A: NSEC3PARAM carries the parameters with flags of 0', async (t) => {
  const reply = server.ask('example.', 'NSEC3PARAM', { dnssec: true })
  t.same(told(reply.answer), [
    'example. 3600 NSEC3PARAM 1 0 12 aabbccdd',
    'example. 3600 RRSIG NSEC3PARAM 1 3600 example.',
  ])
})

t.test('RFC 5155 §7.2.8: an NSEC3 owner name is no name of the zone', async (t) => {
  // The hash of the apex itself: asked for as a name it does not exist, whatever the type.
  for (const type of ['NSEC3', 'A']) {
    const reply = server.ask(`${hashOf('example.')}.example.`, type, { dnssec: true })
    t.equal(reply.rcode, Rcode.NXDOMAIN)
    t.same(reply.answer, [])
  }
  // And one that an ordinary record owns answers as that record (App. A: 192.0.2.127).
  const own = server.ask(`${hashOf('ns1.example.')}.example.`, 'A')
  t.same(told(own.answer), [`${hashOf('ns1.example.')}.example. 3600 A 192.0.2.127`])
  const none = server.ask(`${hashOf('ns1.example.')}.example.`, 'NSEC3', { dnssec: true })
  const proof = nsec3('2t7b4g4vsa5smi47k61mv5bv1a22bojr.example.')
  t.same(told(none.authority), printed(soa + proof))
})

t.test('RFC 5155 §7.2.4: DS at an opted-out delegation is denied by opt-out', async (t) => {
  const reply = server.ask('c.example.', 'DS', { dnssec: true })
  t.equal(reply.rcode, Rcode.NOERROR)
  t.equal(reply.flags, Flag.QR | Flag.AA)
  t.same(told(reply.authority), printed(soa + nsec3('a.example.') + nsec3('example.')))
})

t.test('RFC 5155 §7.1: an empty non-terminal above unsigned delegations stays', async (t) => {
  const zone = buildZone(
    'example.',
    `@      SOA ns1 bugs.x.w 1 3600 300 3600000 3600
     @      NS  ns1
     b.ent  NS  ns1`,
    { denial: 'nsec3', nsec3: { iterations: 0, salt: hex(''), optOut: true } },
  )
  const owners = [...(zone.zone.nsec3?.entries() ?? [])].map(({ node }) => formatName(node.owner))
  t.same(owners.sort(), ['ent.example.', 'example.'])
  const reply = new TestServer([zone]).ask('ent.example.', 'A', { dnssec: true })
  t.equal(reply.rcode, Rcode.NOERROR)
  const hash = toBase32hex(nsec3Hash(parseName('ent.example.'), 0, hex('')))
  const [matching] = told(reply.authority).filter((line) => line.startsWith(hash))
  t.match(matching, /^\S+ 3600 NSEC3 1 1 0 - \S+$/)
})
