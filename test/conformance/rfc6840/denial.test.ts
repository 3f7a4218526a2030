/** RFC 6840 §4: what denial records of the wrong side of a cut, or with CNAME, do not prove. */
import t from 'tap'
import { nsec3Hash } from '../../../src/crypto/index.ts'
import { parseName, toBase32hex } from '../../../src/wire/index.ts'
import { denialsOf, judge } from '../../support/denials.ts'

const hashOf = (name: string) => toBase32hex(nsec3Hash(parseName(name), 0, new Uint8Array(0)))

/** NSEC3 records that match names of `example.`, with white lies as next hashes. */
function matching(types: Readonly<Record<string, string>>): string {
  return Object.entries(types)
    .map(([name, list]) => `${hashOf(name)} NSEC3 1 0 0 - ${hashOf(`next.${name}`)} ${list}`)
    .join('\n')
}

t.test('RFC 6840 §4.1: an NSEC from above a cut denies nothing at or below it', (t) => {
  const cut = denialsOf('example.', 'sub NSEC z NS RRSIG NSEC')
  t.match(judge.nxdomain('www.sub.example.', cut), /^unproven EDE 6: .* denies nothing below it$/)
  t.match(judge.nodata('www.sub.example.', 'A', cut), /^unproven EDE 6/)
  t.match(judge.expansion('www.sub.example.', 2, cut), /^unproven EDE 6/)
  t.match(judge.noDs('www.sub.example.', cut), /^unproven EDE 6/)
  t.equal(
    judge.nodata('sub.example.', 'A', cut),
    'unproven EDE 6: NSEC of sub.example. comes from above a zone cut and denies nothing but DS',
  )
  t.match(judge.nodata('sub.example.', 'DS', cut), /^proven: /)
  t.end()
})

t.test('RFC 6840 §4.1: nor does an NSEC3', (t) => {
  const above = 'NS RRSIG'
  const denials = denialsOf('example.', matching({ 'sub.example.': above }))
  t.match(
    judge.nxdomain('www.sub.example.', denials),
    /^unproven EDE 6: NSEC3 of sub\.example\. comes from above a zone cut/,
  )
  t.match(judge.nodata('sub.example.', 'A', denials), /^unproven EDE 6/)
  t.match(judge.nodata('sub.example.', 'DS', denials), /^proven: /)
  t.end()
})

t.test('RFC 6840 §4.1: an NSEC or NSEC3 with DNAME denies nothing below it', (t) => {
  const nsec = denialsOf('example.', 'd NSEC z DNAME RRSIG NSEC')
  t.match(judge.nxdomain('www.d.example.', nsec), /^unproven EDE 6: .* lists DNAME/)
  t.match(judge.nodata('d.example.', 'A', nsec), /^proven: /, 'at it, it does')
  const nsec3 = denialsOf('example.', matching({ 'd.example.': 'DNAME RRSIG' }))
  t.match(judge.nxdomain('www.d.example.', nsec3), /^unproven EDE 6: .* lists DNAME/)
  t.end()
})

t.test('RFC 6840 §4.1: an apex that is both NS and SOA is no cut from its own side', (t) => {
  const apex = denialsOf('example.', '@ NSEC @ NS SOA RRSIG NSEC DNSKEY')
  t.match(judge.nxdomain('www.example.', apex), /^proven: /)
  t.match(judge.nodata('example.', 'MX', apex), /^proven: /)
  t.end()
})

t.test('RFC 6840 §4.3: a name with a CNAME has no NODATA', (t) => {
  const nsec = denialsOf('example.', 'www NSEC z CNAME RRSIG NSEC')
  t.equal(
    judge.nodata('www.example.', 'A', nsec),
    'unproven EDE 6: NSEC of www.example. lists CNAME',
  )
  const nsec3 = denialsOf('example.', matching({ 'www.example.': 'CNAME RRSIG' }))
  t.match(judge.nodata('www.example.', 'A', nsec3), /^unproven EDE 6: .* lists CNAME$/)
  const wildcard = denialsOf('example.', '* NSEC a CNAME RRSIG NSEC\na NSEC z A RRSIG NSEC')
  t.match(judge.nodata('www.example.', 'A', wildcard), /^unproven EDE 6: .* lists CNAME$/)
  t.end()
})

t.test('RFC 6840 §4.4: an insecure delegation has NS, and neither SOA nor DS', (t) => {
  const of = (types: string) =>
    judge.noDs('sub.example.', denialsOf('example.', `sub NSEC z ${types} RRSIG NSEC`))
  t.equal(of('NS'), 'proven cut: NSEC of sub.example. lists no DS')
  t.equal(of('A'), 'proven: NSEC of sub.example. lists no DS', 'without NS it is no delegation')
  t.equal(of('NS DS'), 'unproven EDE 6: NSEC of sub.example. lists DS')
  t.match(of('NS SOA'), /^unproven EDE 6: .* from below the zone cut/)
  for (const [types, want] of [
    ['NS', /^proven cut: /],
    ['A RRSIG', /^proven: /],
    ['NS DS RRSIG', /^unproven EDE 6: .* lists DS$/],
    ['NS SOA RRSIG', /^unproven EDE 6: .* from below the zone cut/],
  ] as const) {
    const nsec3 = denialsOf('example.', matching({ 'sub.example.': types }))
    t.match(judge.noDs('sub.example.', nsec3), want, `NSEC3 ${types}`)
  }
  t.end()
})

t.test('RFC 6840 §4.4: the root, which has no parent, denies its own DS', (t) => {
  const root = denialsOf('.', '. NSEC a. NS SOA RRSIG NSEC DNSKEY')
  t.match(judge.nodata('.', 'DS', root), /^proven: /)
  t.end()
})

t.test('RFC 6840 §4.2: NODATA for ANY is denied by any type', (t) => {
  t.match(
    judge.nodata('a.example.', 'ANY', denialsOf('example.', 'a NSEC z A RRSIG NSEC')),
    /^unproven EDE 6/,
  )
  t.match(
    judge.nodata('a.example.', 'ANY', denialsOf('example.', 'a NSEC z RRSIG NSEC')),
    /^proven: /,
  )
  t.end()
})
