/** RFC 4592 read by the validator: wildcards and what is proved of them. */
import t from 'tap'
import { denialsOf, judge } from '../../support/denials.ts'

// The zone of §2.2.1 without its delegation, in canonical order.
const chain = denialsOf(
  'example.',
  `
  @               NSEC *  NS SOA RRSIG NSEC DNSKEY
  *               NSEC sub.* MX TXT RRSIG NSEC
  sub.*           NSEC host1 TXT RRSIG NSEC
  host1           NSEC _ssh._tcp.host1 A RRSIG NSEC
  _ssh._tcp.host1 NSEC _ssh._tcp.host2 SRV RRSIG NSEC
  _ssh._tcp.host2 NSEC @ SRV RRSIG NSEC`,
)

t.test('RFC 4592 §2.2.1: synthesized, as nothing closer exists', (t) => {
  t.match(judge.expansion('host3.example.', 1, chain), /^proven: /)
  t.match(judge.expansion('foo.bar.example.', 1, chain), /^proven: .* covers bar\.example\. /)
  t.match(
    judge.nodata('host3.example.', 'A', chain),
    /^proven: .*; NSEC of \*\.example\. lists no A$/,
  )
  t.end()
})

t.test('RFC 4592 §2.2.1: not synthesized', (t) => {
  t.match(judge.expansion('host1.example.', 1, chain), /^unproven EDE 6/, 'it exists')
  t.match(judge.expansion('sub.*.example.', 1, chain), /^unproven EDE 6/, '*.example. exists')
  t.match(judge.expansion('_telnet._tcp.host1.example.', 1, chain), /^unproven EDE 6/, 'host1 does')
  t.match(judge.nxdomain('_telnet._tcp.host1.example.', chain), /^proven: .*\*\._tcp\.host1\./)
  t.match(judge.nxdomain('host3.example.', chain), /^unproven EDE 6: .* name exists$/)
  t.end()
})

t.test('RFC 4592 §2.2.2: an empty non-terminal exists, and so it stops the wildcard', (t) => {
  t.match(judge.nodata('host2.example.', 'MX', chain), /^proven: .* nothing at host2\.example\.$/)
  t.match(judge.expansion('host2.example.', 1, chain), /^unproven EDE 6: .*, so the name exists$/)
  t.match(judge.expansion('x.host2.example.', 1, chain), /^unproven EDE 6/)
  t.end()
})

t.test(
  'RFC 4592 §2.2.3, §4.9: a wildcard that is an empty non-terminal has nothing to give',
  (t) => {
    const denials = denialsOf('example.', '@ NSEC a.* NS SOA RRSIG NSEC\na.* NSEC @ A RRSIG NSEC')
    t.match(
      judge.nodata('b.example.', 'A', denials),
      /^proven: .*; NSEC of example\. leads to a\.\*\.example\., with nothing at \*\.example\.$/,
    )
    t.match(judge.nxdomain('b.example.', denials), /^unproven EDE 6: .*, so the name exists$/)
    t.end()
  },
)

t.test('RFC 4592 §2.3: the wildcard itself is a name like any other', (t) => {
  t.equal(judge.nodata('*.example.', 'A', chain), 'proven: NSEC of *.example. lists no A')
  t.equal(judge.nodata('*.example.', 'MX', chain), 'unproven EDE 6: NSEC of *.example. lists MX')
  t.end()
})

t.test('RFC 4592 §4.2: what a wildcard with NS delegates, nobody can say', (t) => {
  const denials = denialsOf('example.', '@ NSEC * NS SOA RRSIG NSEC\n* NSEC @ NS RRSIG NSEC')
  t.match(judge.noDs('b.example.', denials), /^unproven EDE 6: .*; NSEC of \*\.example\. lists NS$/)
  t.end()
})
