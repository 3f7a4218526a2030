import t from 'tap'
import { Flag } from '../../../src/message/index.ts'
import { buildZone, lines, TestServer } from '../../support/served-zone.ts'

/** Fourteen name servers of a domain, below another (or the same) one. */
function servers(domain: string, below: string): string {
  const labels = Array.from({ length: 14 }, (_, n) => n)
  return labels
    .map((n) => `${domain} NS n${n}.${below}\nn${n}.${below} AAAA 2001:db8::${n}`)
    .join('\n')
}

const server = new TestServer([
  buildZone(
    'test.',
    `@ SOA ns host 1 2 3 4 300
     @ NS ns.elsewhere.
     foo NS ns.foo
     ns.foo A 192.0.2.1
     ns.foo AAAA 2001:db8::1
     bar NS ns.foo
     baz NS ns.bar
     bar NS ns.bar
     ns.bar A 192.0.2.2
     self NS self
     self A 192.0.2.3
     out NS ns.elsewhere.
     ${servers('big', 'big')}
     ${servers('side', 'sister')}
     sister NS ns.elsewhere.`,
  ),
])

function glue(name: string): string[] {
  return lines(server.ask(name, 'A').additional).sort()
}

t.test('RFC 9471 §2.1: glue of servers in the delegated domain is there', (t) => {
  t.strictSame(glue('www.foo.test.'), [
    'ns.foo.test. 3600 A 192.0.2.1',
    'ns.foo.test. 3600 AAAA 2001:db8::1',
  ])
  t.strictSame(glue('self.test.'), ['self.test. 3600 A 192.0.2.3'], 'the domain itself')
  t.end()
})

t.test('RFC 9471 §2.2: glue of servers in sibling domains is there while it fits', (t) => {
  t.strictSame(glue('www.baz.test.'), ['ns.bar.test. 3600 A 192.0.2.2'])
  t.end()
})

t.test('RFC 9471: no address for servers outside the zone', (t) => {
  t.strictSame(glue('www.out.test.'), [])
  t.end()
})

t.test(
  'RFC 9471 §3.1: in-domain glue that does not fit sets TC; over a stream all is there',
  (t) => {
    const udp = server.ask('www.big.test.', 'A')
    t.ok(udp.flags & Flag.TC)
    const tcp = server.ask('www.big.test.', 'A', { stream: true })
    t.notOk(tcp.flags & Flag.TC)
    t.equal(tcp.additional.length, 14)
    t.end()
  },
)

t.test('RFC 9471 §3.2: sibling glue that does not fit is left out, without TC', (t) => {
  const udp = server.ask('www.side.test.', 'A')
  t.notOk(udp.flags & Flag.TC)
  t.equal(udp.authority.length, 14)
  t.ok(udp.additional.length < 14 && udp.additional.length > 0)
  t.equal(server.ask('www.side.test.', 'A', { stream: true }).additional.length, 14)
  t.end()
})
