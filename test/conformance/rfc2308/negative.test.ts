import t from 'tap'
import { Flag, Rcode } from '../../../src/message/index.ts'
import { buildZone, lines, TestServer } from '../../support/served-zone.ts'

function serverWith(soa: string): TestServer {
  const text = `@ ${soa}\n@ NS ns.elsewhere.\na A 192.0.2.1\nx CNAME missing\ny CNAME a`
  return new TestServer([buildZone('test.', text)])
}

const server = serverWith('900 SOA ns host 1 2 3 4 300')
const soa = 'test. 300 SOA ns.test. host.test. 1 2 3 4 300'

t.test('RFC 2308 §2.1: a name error has NXDOMAIN, AA and the SOA in the authority section', (t) => {
  const message = server.ask('missing.test.', 'A')
  t.equal(message.rcode, Rcode.NXDOMAIN)
  t.ok(message.flags & Flag.AA)
  t.strictSame([lines(message.answer), lines(message.authority)], [[], [soa]])
  t.end()
})

t.test('RFC 2308 §2.1: after a CNAME the name error is that of its target', (t) => {
  const message = server.ask('x.test.', 'A')
  t.equal(message.rcode, Rcode.NXDOMAIN)
  t.strictSame(lines(message.answer), ['x.test. 3600 CNAME missing.test.'])
  t.strictSame(lines(message.authority), [soa])
  t.end()
})

t.test('RFC 2308 §2.2: no data is NOERROR with the SOA, after a CNAME too', (t) => {
  for (const name of ['a.test.', 'y.test.']) {
    const message = server.ask(name, 'TXT')
    t.equal(message.rcode, Rcode.NOERROR, name)
    t.strictSame(lines(message.authority), [soa], name)
  }
  t.end()
})

t.test('RFC 2308 §3: the SOA has the lesser of its TTL and MINIMUM', (t) => {
  const small = serverWith('60 SOA ns host 1 2 3 4 300')
  const [record] = lines(small.ask('missing.test.', 'A').authority)
  t.equal(record, 'test. 60 SOA ns.test. host.test. 1 2 3 4 300')
  t.equal(lines(server.ask('test.', 'SOA').answer)[0]?.split(' ')[1], '900', 'asked for: its own')
  t.end()
})

t.test('RFC 2308 §2.2.1, RFC 9077 §3: NSEC has the TTL of the SOA beside it', (t) => {
  const signed = new TestServer([
    buildZone('test.', '@ 60 SOA ns host 1 2 3 4 300\n@ NS ns.elsewhere.', { denial: 'nsec' }),
  ])
  const ttls = signed.ask('missing.test.', 'A', { dnssec: true }).authority.map(({ ttl }) => ttl)
  t.strictSame([...new Set(ttls)], [60])
  t.end()
})
