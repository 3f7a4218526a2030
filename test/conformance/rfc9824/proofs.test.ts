/** RFC 9824 read by the validator: NXNAME. */
import t from 'tap'
import { denialsIn, denialsOf, judge } from '../../support/denials.ts'
import { buildZone, TestServer } from '../../support/served-zone.ts'

const server = new TestServer([
  buildZone('test.', '@ SOA ns host 1 2 3 4 300\n@ NS ns.elsewhere.\na.ent A 192.0.2.1', {
    denial: 'compact',
  }),
])
const asked = (name: string) => denialsIn(server.ask(name, 'MX', { dnssec: true }), 'test.')

t.test('RFC 9824 §3.1: NXNAME is NODATA of every type, and says that no name is there', (t) => {
  const denials = asked('gone.test.')
  const told = 'proven nxname: NSEC of gone.test. lists NXNAME: gone.test. does not exist'
  t.equal(judge.nodata('gone.test.', 'MX', denials), told)
  t.equal(judge.nodata('gone.test.', 'DS', denials), told)
  t.equal(judge.nxdomain('gone.test.', denials), told, 'RFC 9824 §5.1: as NXDOMAIN')
  t.equal(judge.noDs('gone.test.', denials), told, 'and so no zone cut')
  t.match(judge.nxdomain('other.test.', denials), /^unproven EDE 12/, 'of this name only')
  t.end()
})

t.test('RFC 9824 §3.1: NXNAME beside other types is no proof', (t) => {
  const denials = denialsOf('test.', 'odd NSEC \\000.odd A RRSIG NSEC NXNAME')
  t.match(judge.nodata('odd.test.', 'MX', denials), /^unproven EDE 6: .* beside other types$/)
  t.match(judge.nxdomain('odd.test.', denials), /^unproven EDE 6: .* the name exists$/)
  t.end()
})

t.test('RFC 9824 §3.2: an empty non-terminal exists', (t) => {
  const denials = asked('ent.test.')
  t.equal(judge.nodata('ent.test.', 'MX', denials), 'proven: NSEC of ent.test. lists no MX')
  t.match(judge.nxdomain('ent.test.', denials), /^unproven EDE 6: .* the name exists$/)
  t.end()
})

t.test('RFC 9824 §3.3: NODATA of a name that exists', (t) => {
  t.equal(
    judge.nodata('a.ent.test.', 'MX', asked('a.ent.test.')),
    'proven: NSEC of a.ent.test. lists no MX',
  )
  t.end()
})
