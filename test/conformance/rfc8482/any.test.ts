/** RFC 8482: Minimal-Sized Responses to DNS Queries That Have QTYPE=ANY. Sections as there. */
import t from 'tap'
import { Flag, Rcode } from '../../../src/message/index.ts'
import { RR } from '../../../src/rr/index.ts'
import { buildZone, lines, TestServer } from '../../support/served-zone.ts'

const text = `
  @          SOA   ns1 hostmaster 1 3600 600 86400 300
  @          NS    ns1
  @          MX    10 mail
  @          TXT   "v=spf1 -all"
  ns1        A     192.0.2.1
  www   60   A     192.0.2.2
  www   60   A     192.0.2.3
  www        AAAA  2001:db8::2
  www        TXT   "www"
  odd        TLSA  3 1 1 ${'ab'.repeat(32)}
  alias      CNAME www
  a.ent      A     192.0.2.4
  *.wild     A     192.0.2.5
  *.wild     TXT   "wild"
  sub        NS    ns.sub
  ns.sub     A     192.0.2.6
  old        DNAME new`
const denials = ['nsec', 'nsec3', 'minimal', 'compact'] as const
const server = new TestServer([buildZone('example.', text)])
const signed = denials.map(
  (denial) => [denial, new TestServer([buildZone('example.', text, { denial })])] as const,
)

t.test('§4.1: ANY gets one RRset, whole, with its own TTL', async (t) => {
  t.same(lines(server.ask('www.example.', 'ANY').answer), [
    'www.example. 60 A 192.0.2.2',
    'www.example. 60 A 192.0.2.3',
  ])
  t.same(lines(server.ask('example.', 'ANY').answer), ['example. 3600 MX 10 mail.example.'])
  const [odd] = server.ask('odd.example.', 'ANY').answer
  t.equal(odd?.type, RR.TLSA)
})

t.test('§4.4: the same by TCP: nothing more is to be had there', async (t) => {
  const stream = server.ask('www.example.', 'ANY', { stream: true })
  t.same(stream.answer, server.ask('www.example.', 'ANY').answer)
  t.equal(stream.flags, Flag.QR | Flag.AA)
})

for (const [denial, asked] of signed) {
  t.test(`§4.1: with DO the RRset comes with its signature, ${denial}`, async (t) => {
    t.same(lines(asked.ask('www.example.', 'ANY', { dnssec: true }).answer), [
      'www.example. 60 A 192.0.2.2',
      'www.example. 60 A 192.0.2.3',
      'www.example. 60 RRSIG A 13 2',
    ])
  })

  t.test(`§4.1: what does not exist is denied as for any type, ${denial}`, async (t) => {
    const any = asked.ask('nope.example.', 'ANY', { dnssec: true })
    const a = asked.ask('nope.example.', 'A', { dnssec: true })
    t.equal(any.rcode, a.rcode)
    t.same(any.answer, [])
    t.same(lines(any.authority), lines(a.authority))
  })

  t.test(
    `RRSIG is asked for like ANY and gets the signature of one RRset, ${denial}`,
    async (t) => {
      for (const dnssec of [true, false]) {
        const reply = asked.ask('www.example.', 'RRSIG', { dnssec })
        t.same(lines(reply.answer), ['www.example. 60 RRSIG A 13 2'])
      }
    },
  )
}

t.test('RRSIG in a zone that is not signed is no data', async (t) => {
  const reply = server.ask('www.example.', 'RRSIG')
  t.equal(reply.rcode, Rcode.NOERROR)
  t.same(lines(reply.authority), [
    'example. 300 SOA ns1.example. hostmaster.example. 1 3600 600 86400 300',
  ])
})

t.test('a CNAME is the answer and is not followed', async (t) => {
  t.same(lines(server.ask('alias.example.', 'ANY').answer), [
    'alias.example. 3600 CNAME www.example.',
  ])
})

t.test('an empty non-terminal has nothing to show', async (t) => {
  const reply = server.ask('ent.example.', 'ANY')
  t.equal(reply.rcode, Rcode.NOERROR)
  t.same(reply.answer, [])
  t.equal(reply.authority[0]?.type, RR.SOA)
})

t.test('a wildcard shows one of its RRsets under QNAME', async (t) => {
  t.same(lines(server.ask('x.wild.example.', 'ANY').answer), ['x.wild.example. 3600 A 192.0.2.5'])
})

t.test('a delegation is a referral, whatever the type', async (t) => {
  for (const name of ['sub.example.', 'x.sub.example.']) {
    const reply = server.ask(name, 'ANY')
    t.same(reply.answer, [])
    t.equal(reply.flags, Flag.QR)
    t.same(lines(reply.authority), ['sub.example. 3600 NS ns.sub.example.'])
  }
})

t.test('a DNAME redirects, and what it makes is the answer', async (t) => {
  t.same(lines(server.ask('x.old.example.', 'ANY').answer), [
    'old.example. 3600 DNAME new.example.',
    'x.old.example. 3600 CNAME x.new.example.',
  ])
})
