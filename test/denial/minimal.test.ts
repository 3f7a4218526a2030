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
  // The name before a\000 is a: it does not exist, but *.test answers A there (RFC 8198 §5.2).
  t.strictSame(nsecs('* A 192.0.2.1', 'a\\000.test.', 'DS'), [
    '*.test. \\000.*.test. A RRSIG NSEC',
    'a.test. a\\000\\000.test. A RRSIG NSEC',
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
