import t from 'tap'
import { formatRdata, RR } from '../../src/rr/index.ts'
import { formatName } from '../../src/wire/index.ts'
import { buildZone, TestServer } from '../support/served-zone.ts'

const soa = '@ SOA ns host 1 2 3 4 300\n@ NS ns.elsewhere.'

function nsecs(text: string, name: string, type: string): string[] {
  const server = new TestServer([buildZone('test.', `${soa}\n${text}`, { denial: 'minimal' })])
  return server
    .ask(name, type, { dnssec: true })
    .authority.filter((record) => record.type === RR.NSEC)
    .map(({ owner, rdata }) => `${formatName(owner)} ${formatRdata(RR.NSEC, rdata)}`)
    .sort()
}

t.test('bug: a made-up owner has the types that a wildcard would give it', (t) => {
  // Before a\000 come a and all below it: *.test answers A there (RFC 8198 §5.2). The owner is
  // the last name that can be there, so that only it is spoken for, and truly.
  const full = (octets: number) => '\\255'.repeat(octets)
  const last = `${full(54)}.${full(63)}.${full(63)}.${full(63)}.a.test.`
  t.strictSame(nsecs('* A 192.0.2.1', 'a\\000.test.', 'DS'), [
    '*.test. \\000.*.test. A RRSIG NSEC',
    `${last} a\\000\\000.test. A RRSIG NSEC`,
  ])
  t.end()
})

t.test('minimalDenial.nxdomain: covers the next closer name and the wildcard, little more', (t) => {
  t.strictSame(nsecs('x A 192.0.2.1', 'd.b.test.', 'A'), [
    '\\)\\255.test. *\\000.test. RRSIG NSEC',
    'a\\255.test. b\\000.test. RRSIG NSEC',
  ])
  t.end()
})

t.test('minimalDenial.nxdomain: a real name between is the owner, with its types', (t) => {
  t.strictSame(nsecs('a\\255z A 192.0.2.1', 'b.test.', 'A'), [
    '\\)\\255.test. *\\000.test. RRSIG NSEC',
    'a\\255z.test. b\\000.test. A RRSIG NSEC',
  ])
  t.end()
})

t.test('bug: one made-up owner for both covers: the record is the one that covers both', (t) => {
  t.strictSame(nsecs('x A 192.0.2.1', '\\)\\255\\000.test.', 'A'), [
    '\\)\\255.test. *\\000.test. RRSIG NSEC',
  ])
  t.end()
})
