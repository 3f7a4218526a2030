import t from 'tap'
import { Flag, Rcode } from '../../src/message/index.ts'
import { aliasesMax } from '../../src/query/index.ts'
import { RR } from '../../src/rr/index.ts'
import { buildZone, lines, TestServer } from '../support/served-zone.ts'

const soa = '@ 600 SOA ns.elsewhere. host.elsewhere. 1 2 3 4 300\n@ NS ns.elsewhere.'

function zone(apex: string, text: string, denial?: 'nsec' | 'compact') {
  return buildZone(apex, `${soa}\n${text}`, denial ? { denial } : undefined)
}

t.test('bug: parent and child do not put two NSECs of one owner into an answer', (t) => {
  const server = new TestServer([
    zone('test.', 'sub NS ns.elsewhere.\n* CNAME sub', 'nsec'),
    zone('sub.test.', '', 'nsec'),
  ])
  // The parent's NSEC at sub.test. proves the expansion; the child's own would prove NODATA.
  const { authority, answer } = server.ask('x.test.', 'A', { dnssec: true })
  t.equal(authority.filter(({ type }) => type === RR.NSEC).length, 1)
  t.equal(answer[0]?.type, RR.CNAME)
  const plain = server.ask('x.test.', 'A')
  t.strictSame(
    plain.authority.map(({ type }) => type),
    [RR.SOA],
    'without DNSSEC the chain is followed to its end',
  )
  t.end()
})

t.test('walk: follows aliases through the zones of the server, and stops outside', (t) => {
  const server = new TestServer([
    zone('a.', 'x CNAME y.b.\nout CNAME far.away.'),
    zone('b.', 'y CNAME z\nz A 192.0.2.1'),
  ])
  t.strictSame(lines(server.ask('x.a.', 'A').answer), [
    'x.a. 3600 CNAME y.b.',
    'y.b. 3600 CNAME z.b.',
    'z.b. 3600 A 192.0.2.1',
  ])
  const out = server.ask('out.a.', 'A')
  t.strictSame(lines(out.answer), ['out.a. 3600 CNAME far.away.'])
  t.equal(out.rcode, Rcode.NOERROR)
  t.strictSame(out.authority, [])
  t.end()
})

t.test('walk: a chain that ends in no name says NXDOMAIN (RFC 6604 §3)', (t) => {
  const server = new TestServer([zone('a.', 'x CNAME y.b.'), zone('b.', '')])
  const message = server.ask('x.a.', 'A')
  t.equal(message.rcode, Rcode.NXDOMAIN)
  t.equal(lines(message.authority)[0]?.split(' ')[0], 'b.')
  t.end()
})

t.test('walk: a chain into a delegation refers, and stays authoritative for the alias', (t) => {
  const server = new TestServer([zone('a.', 'x CNAME y.sub\nsub NS ns.sub\nns.sub A 192.0.2.1')])
  const message = server.ask('x.a.', 'A')
  t.ok(message.flags & Flag.AA)
  t.strictSame(lines(message.authority), ['sub.a. 3600 NS ns.sub.a.'])
  t.strictSame(lines(message.additional), ['ns.sub.a. 3600 A 192.0.2.1'])
  t.notOk(server.ask('y.sub.a.', 'A').flags & Flag.AA)
  t.end()
})

t.test('walk: loops end where they close', (t) => {
  const server = new TestServer([
    zone('a.', 'one CNAME two\ntwo CNAME one\nself CNAME self\nd DNAME d\n* CNAME w.a.'),
  ])
  t.equal(server.ask('one.a.', 'A').answer.length, 2)
  t.equal(server.ask('self.a.', 'A').answer.length, 1)
  t.equal(server.ask('x.d.a.', 'A').answer.length, 2, 'the DNAME and its CNAME')
  t.equal(server.ask('x.a.', 'A').answer.length, 2, 'a wildcard that leads to itself')
  t.equal(server.ask('one.a.', 'A').rcode, Rcode.NOERROR)
  t.end()
})

t.test('walk: follows at most aliasesMax aliases', (t) => {
  const chain = Array.from({ length: 40 }, (_, n) => `n${n} CNAME n${n + 1}`).join('\n')
  const server = new TestServer([zone('a.', `${chain}\nn40 A 192.0.2.1`)])
  t.equal(server.ask('n0.a.', 'A', { stream: true }).answer.length, aliasesMax + 1)
  t.equal(server.ask(`n${40 - aliasesMax}.a.`, 'A', { stream: true }).answer.length, aliasesMax + 1)
  t.end()
})

t.test('walk: DNAMEs that make names longer end in YXDOMAIN (RFC 6672 §2.2)', (t) => {
  const server = new TestServer([zone('a.', `d DNAME ${'x'.repeat(60)}.d`)])
  const message = server.ask('q.d.a.', 'A', { stream: true })
  t.equal(message.rcode, Rcode.YXDOMAIN)
  t.ok(message.answer.every(({ owner }) => owner.length <= 255))
  t.equal(message.answer.filter(({ type }) => type === RR.DNAME).length, 1, 'given once')
  t.end()
})

t.test('bug: a DNAME that leads to itself, asked for by its type, is given once', (t) => {
  const server = new TestServer([zone('a.', 'd DNAME a.')])
  const message = server.ask('d.d.a.', 'DNAME')
  t.strictSame(lines(message.answer), ['d.a. 3600 DNAME a.', 'd.d.a. 3600 CNAME d.a.'])
  t.end()
})

t.test('walk: DS is the business of the zone above, up to the root (RFC 4035 §3.1.4.1)', (t) => {
  const ds = `DS 1 13 2 ${'ab'.repeat(32)}`
  const server = new TestServer([
    zone('.', `test. NS ns.elsewhere.\ntest. ${ds}`),
    zone('test.', `sub NS ns.elsewhere.\nsub ${ds}`),
    zone('sub.test.', 'www A 192.0.2.1'),
  ])
  for (const name of ['test.', 'sub.test.']) {
    const message = server.ask(name, 'DS')
    t.equal(message.answer[0]?.type, RR.DS, name)
    t.ok(message.flags & Flag.AA, name)
  }
  const root = server.ask('.', 'DS')
  t.equal(root.rcode, Rcode.NOERROR)
  t.equal(lines(root.authority)[0]?.split(' ')[0], '.')
  t.equal(lines(server.ask('www.sub.test.', 'DS').authority)[0]?.split(' ')[0], 'sub.test.')
  t.equal(server.ask('sub.test.', 'NS').authority.length, 0, 'all else is the child’s to answer')
  t.end()
})

t.test('walk: for class ANY the same answer, not authoritative (RFC 1035 §6.2)', (t) => {
  const server = new TestServer([zone('a.', 'x A 192.0.2.1')])
  const any = server.ask('x.a.', 'A', { class: 255 })
  t.strictSame(lines(any.answer), ['x.a. 3600 A 192.0.2.1'])
  t.notOk(any.flags & Flag.AA)
  t.end()
})
