/** RFC 6840 §4.2 and §5, as far as they speak of signatures and keys. */
import t from 'tap'
import { dsRdata, generatePrivateKey, type PrivateKey } from '../../../src/crypto/index.ts'
import type { ResourceRecord } from '../../../src/message/index.ts'
import { RR, type Ttl } from '../../../src/rr/index.ts'
import { parseName } from '../../../src/wire/index.ts'
import { denialModes, faultTree, inShort, judgeWith } from '../../support/fault-tree.ts'
import { dnskeyRecord, records, rrsigOver, signed } from '../../support/forge.ts'
import type { TestSigning } from '../../support/served-zone.ts'

const tree = faultTree(denialModes['nsec'] as TestSigning)
const rootKey = tree.keys.get('.') as PrivateKey
const key = tree.keys.get('test.') as PrivateKey
const a = records('mail.test. A 192.0.2.1')
const mx = records('mail.test. MX 10 mail.test.')

function ask(question: string, answer: readonly ResourceRecord[], more = {}): string {
  return inShort(judgeWith(tree, question, { [question]: { answer }, ...more }))
}

t.test('RFC 6840 §4.2: every RRset of an answer to ANY is validated', async (t) => {
  const good = [...signed(a, 'test.', key), ...signed(mx, 'test.', key)]
  t.equal(ask('mail.test. ANY', good), 'secure NOERROR')
  const verdict = judgeWith(tree, 'mail.test. ANY', { 'mail.test. ANY': { answer: good } })
  t.equal(verdict.answer.length, 2)
  t.equal(ask('mail.test. ANY', [...signed(a, 'test.', key), ...mx]), 'bogus 10')
  t.equal(ask('mail.test. ANY', [...a, ...signed(mx, 'test.', key)]), 'bogus 10')
  const bad = rrsigOver(mx, 'test.', key, { originalTtl: 1 })
  bad.rdata[bad.rdata.length - 1] = (bad.rdata.at(-1) ?? 0) ^ 1
  t.equal(ask('mail.test. ANY', [...signed(a, 'test.', key), ...mx, bad]), 'bogus 6')
})

t.test('RFC 6840 §5.1: the next name of an NSEC keeps its case, the signer loses it', async (t) => {
  const [soa] = tree.server.ask('test.', 'SOA', { dnssec: true }).answer
  const nsec = records('mail.test. NSEC NS.TeSt. A RRSIG NSEC')
  const authority = [
    ...signed([soa as ResourceRecord], 'test.', key),
    ...signed(nsec, 'test.', key, { signer: 'TEST.' }),
  ]
  const question = 'mail.test. AAAA'
  t.equal(inShort(judgeWith(tree, question, { [question]: { authority } })), 'secure NOERROR')
  const lowered = records('mail.test. NSEC ns.test. A RRSIG NSEC')
  const swapped = [...nsec, rrsigOver(lowered, 'test.', key)]
  const verdict = judgeWith(tree, question, { [question]: { authority: swapped } })
  t.equal(inShort(verdict), 'bogus 6')
})

t.test('RFC 6840 §5.4: any one RRSIG that is valid suffices', async (t) => {
  const good = rrsigOver(a, 'test.', key)
  const expired = rrsigOver(a, 'test.', key, { inception: 1, expiration: 2 })
  const broken = { ...good, rdata: good.rdata.slice() }
  broken.rdata[broken.rdata.length - 1] = (broken.rdata.at(-1) ?? 0) ^ 1
  t.equal(ask('mail.test. A', [...a, expired, broken, good]), 'secure NOERROR')
  t.equal(ask('mail.test. A', [...a, good, broken, expired]), 'secure NOERROR')
  t.equal(ask('mail.test. A', [...a, broken, expired]), 'bogus 7')
})

t.test('RFC 6840 §5.11: not every algorithm of the DS RRset has to be there', async (t) => {
  const other = generatePrivateKey(15)
  const ds = [key, other].map(
    (of): ResourceRecord => ({
      owner: parseName('test.'),
      type: RR.DS,
      class: 1,
      ttl: 3600 as Ttl,
      rdata: dsRdata(parseName('test.'), dnskeyRecord('test.', of).rdata, 2),
    }),
  )
  const vouched = { 'test. DS': { answer: signed(ds, '.', rootKey) } }
  const only = signed([dnskeyRecord('test.', key)], 'test.', key)
  const one = { ...vouched, 'test. DNSKEY': { answer: only } }
  t.equal(ask('mail.test. A', signed(a, 'test.', key), one), 'secure NOERROR')
  const both = [dnskeyRecord('test.', key), dnskeyRecord('test.', other)]
  const two = { ...vouched, 'test. DNSKEY': { answer: signed(both, 'test.', key) } }
  t.equal(ask('mail.test. A', signed(a, 'test.', other), two), 'secure NOERROR')
})

t.test('RFC 6840 §5.12: signatures by keys that are not there are ignored', async (t) => {
  const stranger = rrsigOver(a, 'test.', generatePrivateKey(13))
  t.equal(ask('mail.test. A', [...a, stranger, rrsigOver(a, 'test.', key)]), 'secure NOERROR')
  t.equal(ask('mail.test. A', [...a, stranger]), 'bogus 9')
  const unknown = rrsigOver(a, 'test.', key, { algorithm: 77 })
  t.equal(ask('mail.test. A', [...a, unknown, rrsigOver(a, 'test.', key)]), 'secure NOERROR')
})
