/** RFC 9824: Compact Denial of Existence in DNSSEC. Sections as there. */
import t from 'tap'
import {
  Ede,
  EdnsOption,
  ednsFlagCompact,
  ednsFlagDo,
  Flag,
  type Message,
  Rcode,
} from '../../../src/message/index.ts'
import { formatRdata, RR } from '../../../src/rr/index.ts'
import {
  compareNames,
  formatName,
  isSubdomain,
  nameLengthMax,
  parseName,
} from '../../../src/wire/index.ts'
import { printed, told } from '../../support/rfc-view.ts'
import { buildZone, type DenialKind, TestServer } from '../../support/served-zone.ts'

// MINIMUM is 300: the TTL of every denial (RFC 9077 §3).
const text = `
  @            SOA   ns1 hostmaster 1 3600 600 86400 300
  @            NS    ns1
  ns1          A     192.0.2.1
  www          A     192.0.2.80
  a.ent        A     192.0.2.2
  *.wild       A     192.0.2.7
  *.alias      CNAME www
  insecure     NS    ns.insecure
  ns.insecure  A     192.0.2.3
  secure       NS    ns.secure
  secure       DS    1 13 2 ${'ab'.repeat(32)}
  ns.secure    A     192.0.2.4`

const serverFor = (denial: DenialKind) => new TestServer([buildZone('example.', text, { denial })])
const server = serverFor('compact')
const ask = (name: string, type: string, ednsFlags = 0) =>
  server.ask(name, type, { dnssec: true, ednsFlags })

const soa = `
  example. 300 SOA ns1.example. hostmaster.example. 1 3600 600 86400 300
  example. 300 RRSIG SOA 1 3600 example.`

/** The NSEC of a name with its signature. */
function nsec(name: string, types: string): string {
  const labels = name.split('.').length - 1
  return `
    ${name} 300 NSEC \\000.${name} ${types}
    ${name} 300 RRSIG NSEC ${labels} 300 example.`
}

function infoCodes({ edns }: Message): number[] {
  const errors = edns?.options.filter(({ code }) => code === EdnsOption.EDE) ?? []
  return errors.map(({ data }) => Buffer.from(data).readUInt16BE())
}

t.test('§3.1: a name that does not exist is NODATA with NXNAME, at QNAME', async (t) => {
  for (const name of ['nope.example.', 'a.b.c.nope.example.', 'b.ent.example.']) {
    const reply = ask(name, 'A')
    t.equal(reply.rcode, Rcode.NOERROR)
    t.equal(reply.flags, Flag.QR | Flag.AA)
    t.equal(reply.edns?.flags, ednsFlagDo)
    t.same(reply.answer, [])
    t.same(told(reply.authority), printed(soa + nsec(name, 'RRSIG NSEC NXNAME')))
    t.same(reply.additional, [])
  }
})

t.test('§3.1: whoever does not ask for DNSSEC is told NXDOMAIN', async (t) => {
  for (const asking of [{}, { udpOctets: 1232 }, { udpOctets: 1232, ednsFlags: ednsFlagCompact }]) {
    const reply = server.ask('nope.example.', 'A', asking)
    t.equal(reply.rcode, Rcode.NXDOMAIN)
    t.same(told(reply.authority), printed(soa).slice(1))
    t.equal(reply.edns?.flags ?? 0, 0)
  }
})

t.test('§5.1: CO with DO restores NXDOMAIN and is echoed; the proof is the same', async (t) => {
  const reply = ask('nope.example.', 'A', ednsFlagCompact)
  t.equal(reply.rcode, Rcode.NXDOMAIN)
  t.equal(reply.edns?.flags, ednsFlagDo | ednsFlagCompact)
  t.same(told(reply.authority), printed(soa + nsec('nope.example.', 'RRSIG NSEC NXNAME')))
})

t.test('§5.1: CO leaves NODATA what it is', async (t) => {
  for (const name of ['www.example.', 'ent.example.', 'x.wild.example.']) {
    t.equal(ask(name, 'TXT', ednsFlagCompact).rcode, Rcode.NOERROR, name)
  }
})

t.test('§3.2: a type that does not exist: NSEC at the name with its types', async (t) => {
  const reply = ask('www.example.', 'TXT')
  t.equal(reply.rcode, Rcode.NOERROR)
  t.same(reply.answer, [])
  t.same(told(reply.authority), printed(soa + nsec('www.example.', 'A RRSIG NSEC')))
})

t.test('§3.2: an empty non-terminal has no types and no NXNAME', async (t) => {
  const reply = ask('ent.example.', 'A')
  t.equal(reply.rcode, Rcode.NOERROR)
  t.same(told(reply.authority), printed(soa + nsec('ent.example.', 'RRSIG NSEC')))
})

t.test('§3.3: a wildcard answers as QNAME, signed so, with nothing to prove', async (t) => {
  const reply = ask('x.y.wild.example.', 'A')
  t.same(
    told(reply.answer),
    printed(`
      x.y.wild.example. 3600 A 192.0.2.7
      x.y.wild.example. 3600 RRSIG A 4 3600 example.`),
  )
  t.same(reply.authority, [])
})

t.test('§3.3: a wildcard CNAME likewise, and what it leads to', async (t) => {
  const reply = ask('x.alias.example.', 'A')
  t.same(
    told(reply.answer),
    printed(`
      x.alias.example. 3600 CNAME www.example.
      x.alias.example. 3600 RRSIG CNAME 3 3600 example.
      www.example. 3600 A 192.0.2.80
      www.example. 3600 RRSIG A 2 3600 example.`),
  )
  t.same(reply.authority, [])
})

t.test('§3.3: a wildcard without the type: NSEC at QNAME with the types of it', async (t) => {
  const reply = ask('x.wild.example.', 'AAAA')
  t.equal(reply.rcode, Rcode.NOERROR)
  t.same(told(reply.authority), printed(soa + nsec('x.wild.example.', 'A RRSIG NSEC')))
})

t.test('§3.4: a referral without DS has the NSEC of the cut', async (t) => {
  const reply = ask('host.insecure.example.', 'A')
  t.equal(reply.rcode, Rcode.NOERROR)
  t.equal(reply.flags, Flag.QR)
  const ns = 'insecure.example. 3600 NS ns.insecure.example.'
  t.same(told(reply.authority), printed(`${ns} ${nsec('insecure.example.', 'NS RRSIG NSEC')}`))
  t.same(told(reply.additional), ['ns.insecure.example. 3600 A 192.0.2.3'])
})

t.test('§3.4: DS at such a cut is denied by the same NSEC', async (t) => {
  const reply = ask('insecure.example.', 'DS')
  t.equal(reply.flags, Flag.QR | Flag.AA)
  t.same(told(reply.authority), printed(soa + nsec('insecure.example.', 'NS RRSIG NSEC')))
})

t.test('RFC 4035 §3.1.4: a referral with DS has no NSEC', async (t) => {
  const types = ask('host.secure.example.', 'A').authority.map(({ type }) => type)
  t.same(types, [RR.NS, RR.DS, RR.RRSIG])
})

for (const denial of ['compact', 'nsec', 'nsec3', 'minimal'] as const) {
  t.test(`§3.5: a question for NXNAME is FORMERR with EDE 30, ${denial}`, async (t) => {
    const asked = serverFor(denial)
    for (const name of ['www.example.', 'nope.example.']) {
      const reply = asked.ask(name, 'NXNAME', { dnssec: true })
      t.equal(reply.rcode, Rcode.FORMERR)
      t.same(infoCodes(reply), [Ede.INVALID_QUERY_TYPE])
      t.same([reply.answer, reply.authority, reply.additional], [[], [], []])
    }
    const plain = asked.ask('www.example.', 'NXNAME')
    t.equal(plain.rcode, Rcode.FORMERR)
    t.equal(plain.edns, undefined)
  })
}

/** A name in example. that has `octets` octets on the wire, its labels made of one character. */
function longName(octets: number, character: string): string {
  const first = octets - (3 * 64 + 'example'.length + 2) - 1
  const labels = [first, 63, 63, 63].map((length) => character.repeat(length))
  return `${labels.join('.')}.example.`
}

t.test('§3.1: names near 255 octets get a next name that is one', async (t) => {
  for (const octets of [252, 253, 254, 255]) {
    for (const character of ['a', 'z', '@', '\\000', '\\254', '\\255']) {
      const text = longName(octets, character)
      const name = parseName(text)
      t.equal(name.length, octets)
      const reply = ask(text, 'A')
      t.equal(reply.rcode, Rcode.NOERROR)
      const record = reply.authority.find(({ type }) => type === RR.NSEC)
      t.ok(record, `an NSEC for ${octets} octets of ${character}`)
      if (!record) continue
      t.equal(compareNames(record.owner, name), 0)
      const [nextText = '', ...types] = formatRdata(RR.NSEC, record.rdata).split(' ')
      t.same(types, ['RRSIG', 'NSEC', 'NXNAME'])
      const next = parseName(nextText)
      const apex = parseName('example.')
      t.ok(isSubdomain(next, apex))
      t.ok(next.length <= nameLengthMax)
      if (octets <= 253) t.equal(nextText, `\\000.${formatName(name)}`)
      else if (octets === nameLengthMax && character === '\\255')
        t.equal(nextText, 'example.', 'nothing sorts after: wraps')
      else {
        t.ok(compareNames(next, name) > 0)
        t.equal(compareNames(parseName(nextText.toUpperCase()), next), 0)
        t.notOk(isSubdomain(next, name))
      }
    }
  }
})
