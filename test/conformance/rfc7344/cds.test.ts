import t from 'tap'
import { dsRdata } from '../../../src/crypto/index.ts'
import { RR, type RRset } from '../../../src/rr/index.ts'
import { parseName, toHex } from '../../../src/wire/index.ts'
import { labelsOf } from '../../support/labels.ts'
import { buildZone, TestServer, testTime } from '../../support/served-zone.ts'
import { validate } from '../../support/validate.ts'

const apex = parseName('test.')
const served = buildZone('test.', '@ SOA ns host 1 2 3 4 300\n@ NS ns.elsewhere.\na A 192.0.2.1', {
  denial: 'nsec',
})
const server = new TestServer([served])
const dnskey = served.zone.apexNode.rrsets.find(({ type }) => type === RR.DNSKEY) as RRset
const zones = [{ apex: labelsOf(apex), dnskeys: dnskey.rdatas }]

for (const type of ['CDS', 'CDNSKEY', 'DNSKEY'] as const) {
  t.test(`RFC 7344 §4.1: ${type} at the apex is signed by a key that the DS can name`, (t) => {
    const message = server.ask('test.', type, { dnssec: true })
    const question = { name: labelsOf(apex), type: RR[type] }
    t.equal(validate(question, message, zones, testTime).kind, 'positive')
    t.end()
  })
}

t.test('RFC 7344 §3: CDS is the SHA-256 digest of the CDNSKEY, which is the DNSKEY', (t) => {
  const [cds] = server.ask('test.', 'CDS').answer
  const [cdnskey] = server.ask('test.', 'CDNSKEY').answer
  const key = cdnskey?.rdata ?? new Uint8Array(0)
  t.equal(toHex(key), toHex(dnskey.rdatas[0] ?? new Uint8Array(0)))
  t.equal(toHex(cds?.rdata ?? new Uint8Array(0)), toHex(dsRdata(apex, key, 2)))
  t.end()
})

t.test('RFC 7344 §4.1: nowhere but at the apex', (t) => {
  t.equal(server.ask('a.test.', 'CDS').answer.length, 0)
  t.equal(server.ask('a.test.', 'CDNSKEY').answer.length, 0)
  t.end()
})
