/** RFC 6672: DNAME Redirection in the DNS. Sections as there. */
import t from 'tap'
import { Flag, Rcode } from '../../../src/message/index.ts'
import { formatRdata, formatType, RR } from '../../../src/rr/index.ts'
import { formatName, nameLengthMax, parseName } from '../../../src/wire/index.ts'
import { told } from '../../support/rfc-view.ts'
import { buildZone, type DenialKind, lines, TestServer } from '../../support/served-zone.ts'

const top = `
  @ SOA ns hostmaster 1 3600 600 86400 300
  @ NS  ns`

// Table 1 of §2.2: QNAME, owner, target, result; undefined for no match.
const substitutions = [
  ['com.', 'example.com.', 'example.net.', undefined],
  ['example.com.', 'example.com.', 'example.net.', undefined],
  ['a.example.com.', 'example.com.', 'example.net.', 'a.example.net.'],
  ['a.b.example.com.', 'example.com.', 'example.net.', 'a.b.example.net.'],
  ['ab.example.com.', 'b.example.com.', 'example.net.', undefined],
  ['foo.example.com.', 'example.com.', 'example.net.', 'foo.example.net.'],
  ['a.x.example.com.', 'x.example.com.', 'example.net.', 'a.example.net.'],
  ['a.example.com.', 'example.com.', 'y.example.net.', 'a.y.example.net.'],
  ['cyc.example.com.', 'example.com.', 'example.com.', 'cyc.example.com.'],
  ['cyc.example.com.', 'example.com.', 'c.example.com.', 'cyc.c.example.com.'],
  ['shortloop.x.x.', 'x.', '.', 'shortloop.x.'],
  ['shortloop.x.', 'x.', '.', 'shortloop.'],
] as const

for (const [qname, owner, target, result] of substitutions) {
  t.test(`§2.2: ${qname} under DNAME ${owner} ${target}`, async (t) => {
    const apex = `${owner.split('.').at(-2)}.`
    const zone = buildZone(apex, `${top}\n${owner} DNAME ${target}`)
    const reply = new TestServer([zone]).ask(qname, 'A')
    // The whole chain may be longer; the table is about the first step.
    const first = lines(reply.answer).slice(0, 2)
    t.same(first, result ? [`${owner} 3600 DNAME ${target}`, `${qname} 3600 CNAME ${result}`] : [])
  })
}

const text = `${top}
  ns         A     192.0.2.1
  old   1234 DNAME new
  old        A     192.0.2.2
  hidden.old A     192.0.2.3
  www.new    A     192.0.2.4
  c          CNAME www.old
  plain      TXT   "between"`
const server = new TestServer([buildZone('example.', text, { denial: 'nsec' })])

t.test('§3.1, §3.2: DNAME, the CNAME made from it, then what that leads to', async (t) => {
  const reply = server.ask('www.old.example.', 'A')
  t.equal(reply.rcode, Rcode.NOERROR)
  t.equal(reply.flags, Flag.QR | Flag.AA)
  t.same(lines(reply.answer), [
    'old.example. 1234 DNAME new.example.',
    'www.old.example. 1234 CNAME www.new.example.',
    'www.new.example. 3600 A 192.0.2.4',
  ])
})

t.test('§3.2: a target that does not exist is a name error after the CNAME', async (t) => {
  const reply = server.ask('gone.old.example.', 'A')
  t.equal(reply.rcode, Rcode.NXDOMAIN)
  t.same(lines(reply.answer), [
    'old.example. 1234 DNAME new.example.',
    'gone.old.example. 1234 CNAME gone.new.example.',
  ])
})

t.test('§3.2: QTYPE CNAME gets the CNAME and goes no further', async (t) => {
  t.same(lines(server.ask('www.old.example.', 'CNAME').answer), [
    'old.example. 1234 DNAME new.example.',
    'www.old.example. 1234 CNAME www.new.example.',
  ])
})

t.test('§2.2: QTYPE DNAME gets the DNAME at its owner, and is redirected below it', async (t) => {
  t.same(lines(server.ask('old.example.', 'DNAME').answer), [
    'old.example. 1234 DNAME new.example.',
  ])
  const below = server.ask('www.old.example.', 'DNAME')
  t.same(lines(below.answer), [
    'old.example. 1234 DNAME new.example.',
    'www.old.example. 1234 CNAME www.new.example.',
  ])
  t.equal(below.rcode, Rcode.NOERROR)
})

t.test('§2.3: the owner keeps its other types and is not redirected itself', async (t) => {
  t.same(lines(server.ask('old.example.', 'A').answer), ['old.example. 3600 A 192.0.2.2'])
  const none = server.ask('old.example.', 'TXT')
  t.equal(none.rcode, Rcode.NOERROR)
  t.same(none.answer, [])
})

t.test('§2.3: a DNAME at the apex leaves the apex alone', async (t) => {
  const zone = buildZone('example.', `${top}\n@ DNAME target.test.`)
  const asked = new TestServer([zone])
  t.same(
    asked.ask('example.', 'NS').answer.map(({ type }) => type),
    [RR.NS],
  )
  t.same(lines(asked.ask('x.example.', 'A').answer), [
    'example. 3600 DNAME target.test.',
    'x.example. 3600 CNAME x.target.test.',
  ])
})

t.test('§2.4: what lies below a DNAME is not served', async (t) => {
  t.same(lines(server.ask('hidden.old.example.', 'A').answer), [
    'old.example. 1234 DNAME new.example.',
    'hidden.old.example. 1234 CNAME hidden.new.example.',
  ])
})

t.test('§3.2: a CNAME that leads below a DNAME is followed through it', async (t) => {
  t.same(lines(server.ask('c.example.', 'A').answer), [
    'c.example. 3600 CNAME www.old.example.',
    'old.example. 1234 DNAME new.example.',
    'www.old.example. 1234 CNAME www.new.example.',
    'www.new.example. 3600 A 192.0.2.4',
  ])
})

for (const denial of ['nsec', 'nsec3', 'minimal', 'compact'] as const) {
  t.test(`§5.3.1: DNAME is signed, the CNAME made from it never, ${denial}`, async (t) => {
    const asked = new TestServer([buildZone('example.', text, { denial })])
    const reply = asked.ask('www.old.example.', 'A', { dnssec: true })
    t.same(lines(reply.answer), [
      'old.example. 1234 DNAME new.example.',
      'old.example. 1234 RRSIG DNAME 13 2',
      'www.old.example. 1234 CNAME www.new.example.',
      'www.new.example. 3600 A 192.0.2.4',
      'www.new.example. 3600 RRSIG A 13 3',
    ])
    t.same(reply.authority, [])
  })

  t.test(`§5.3.2: denials at the owner tell of the DNAME, ${denial}`, async (t) => {
    const asked = new TestServer([buildZone('example.', text, { denial })])
    t.ok(bitmapAt(asked, denial, 'TXT').includes('DNAME'))
  })
}

/** The types that the denial at old.example. lists. */
function bitmapAt(asked: TestServer, denial: DenialKind, type: string): string[] {
  const reply = asked.ask('old.example.', type, { dnssec: true })
  const wanted = denial === 'nsec3' ? RR.NSEC3 : RR.NSEC
  const record = reply.authority.find((r) => r.type === wanted)
  return record ? formatRdata(wanted, record.rdata).split(' ') : []
}

t.test('§2.4: an NSEC steps over the names that the DNAME hides', async (t) => {
  const reply = server.ask('old.example.', 'TXT', { dnssec: true })
  t.ok(told(reply.authority).includes('old.example. 300 NSEC plain.example. A DNAME RRSIG NSEC'))
})

t.test('§2.5: the target of a DNAME is not compressed', async (t) => {
  const query = Buffer.concat([
    Buffer.from('4711000000010000' + '00000000', 'hex'),
    parseName('www.old.example.'),
    Buffer.from('00010001', 'hex'),
  ])
  const reply = Buffer.from(server.exchange(query) ?? [])
  const rdata = Buffer.concat([Buffer.from([0, 13]), parseName('new.example.')])
  t.ok(reply.includes(rdata), 'RDLENGTH 13 and the name in full')
})

/** A name in example. of `octets` octets whose first label is `old`'s child. */
function below(octets: number): string {
  const left = octets - parseName('old.example.').length
  const labels: string[] = []
  for (let rest = left; rest > 0; rest -= 64) labels.unshift('a'.repeat(Math.min(63, rest - 1)))
  return `${labels.join('.')}.old.example.`
}

t.test('§2.2: a name that becomes too long is YXDOMAIN, with the DNAME', async (t) => {
  // The target is eight octets longer than the owner.
  const zone = buildZone('example.', `${top}\nold DNAME longer-than`)
  const asked = new TestServer([zone])
  const growth = 'longer-than'.length - 'old'.length
  // By TCP: with such names the answer exceeds 512 octets.
  const fits = asked.ask(below(nameLengthMax - growth), 'A', { stream: true })
  t.equal(fits.rcode, Rcode.NXDOMAIN, 'a name of 255 octets is looked up')
  t.same(
    fits.answer.map(({ type, rdata }) => [formatType(type), rdata.length]),
    [
      ['DNAME', parseName('longer-than.example.').length],
      ['CNAME', nameLengthMax],
    ],
  )
  for (const octets of [nameLengthMax - growth + 1, nameLengthMax]) {
    const reply = asked.ask(below(octets), 'A')
    t.equal(reply.rcode, Rcode.YXDOMAIN)
    t.same(lines(reply.answer), ['old.example. 3600 DNAME longer-than.example.'])
    t.same(reply.authority, [])
  }
})

t.test('§3.1: the owner of the CNAME is QNAME, spelt as asked', async (t) => {
  const [, cname] = server.ask('WwW.OlD.example.', 'A').answer
  t.equal(cname && formatName(cname.owner), 'WwW.OlD.example.')
})

t.test('§3.2: a chain through several DNAMEs gives each once and ends', async (t) => {
  const zone = buildZone('example.', `${top}\na DNAME b\nb DNAME a`)
  const reply = new TestServer([zone]).ask('x.a.example.', 'A')
  t.same(lines(reply.answer), [
    'a.example. 3600 DNAME b.example.',
    'x.a.example. 3600 CNAME x.b.example.',
    'b.example. 3600 DNAME a.example.',
    'x.b.example. 3600 CNAME x.a.example.',
  ])
})
