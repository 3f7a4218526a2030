import t from 'tap'
import { generatePrivateKey } from '../../src/crypto/index.ts'
import type { ResourceRecord } from '../../src/message/index.ts'
import { defaultValidatorLimits, type ValidatorLimits } from '../../src/validator/index.ts'
import { Run } from '../../src/validator/run.ts'
import { type ReceivedSet, receivedSets } from '../../src/validator/sections.ts'
import { type SetVerdict, verifySet } from '../../src/validator/signatures.ts'
import { zoneKey } from '../../src/validator/zone-key.ts'
import { parseName } from '../../src/wire/index.ts'
import { dnskeyRecord, records, rrsigOver, signed } from '../support/forge.ts'
import { contextFor } from '../support/signed-tree.ts'

const key = generatePrivateKey(15)
const a = records('mail.test. A 192.0.2.1')

/** The verdict on the first RRset among these records, of the zone test. */
function verify(
  set: readonly ResourceRecord[],
  keys: readonly ResourceRecord[] = [dnskeyRecord('test.', key)],
  limits: Partial<ValidatorLimits> = {},
): SetVerdict {
  const run = new Run(contextFor([], { limits: { ...defaultValidatorLimits, ...limits } }))
  const [received] = receivedSets(set) as [ReceivedSet]
  return verifySet(
    run,
    received,
    parseName('test.'),
    keys.map(({ rdata }) => zoneKey(rdata)),
  )
}

t.test('verifySet says which signature and key are good', async (t) => {
  const verdict = verify(signed(a, 'test.', key))
  t.equal(verdict.kind, 'good')
  if (verdict.kind !== 'good') return
  t.equal(verdict.isExpanded, false)
  t.equal(verdict.key.algorithm, 15)
  t.equal(verdict.rrsig.keyTag, verdict.key.keyTag)
  t.equal(verdict.rrset.ttl, 3600)
})

t.test('verifySet says when a wildcard was expanded', async (t) => {
  const verdict = verify(signed(records('a.b.test. A 192.0.2.1'), 'test.', key, { labels: 1 }))
  t.equal(verdict.kind === 'good' && verdict.isExpanded, true)
})

t.test('RFC 4035 §5.3.1: verifySet refuses a name outside the zone, whoever signed', async (t) => {
  const outside = verify(signed(records('mail.best. A 192.0.2.1'), 'test.', key))
  t.equal(outside.kind, 'bad')
  t.match(outside.reason.text, 'covers a name outside its zone, test.')
})

t.test('verifySet without keys finds none to verify with', async (t) => {
  const verdict = verify(signed(a, 'test.', key), [])
  t.equal(verdict.kind, 'bad')
  t.equal(verdict.reason.ede, 9)
})

t.test('verifySet stops after so many signatures that do not fit', async (t) => {
  const bad = [1, 2, 3].map((octet) => {
    const over = rrsigOver(a, 'test.', key)
    over.rdata[over.rdata.length - octet] = (over.rdata.at(-octet) ?? 0) ^ 1
    return over
  })
  const set = [...a, ...bad, rrsigOver(a, 'test.', key)]
  t.equal(verify(set, undefined, { signaturesPerRRset: 4 }).kind, 'good')
  const verdict = verify(set, undefined, { signaturesPerRRset: 3 })
  t.equal(verdict.kind, 'bad')
  t.equal(verdict.reason.limit, 'signaturesPerRRset')
})
