import t from 'tap'
import { generatePrivateKey } from '../../src/crypto/index.ts'
import { RR, type Ttl } from '../../src/rr/index.ts'
import { findSet, receivedSets, signerHint } from '../../src/validator/sections.ts'
import { formatName, parseName } from '../../src/wire/index.ts'
import { records, rrsigOver, signed } from '../support/forge.ts'

const key = generatePrivateKey(15)

t.test('receivedSets groups by owner and type, case ignored, signatures beside', async (t) => {
  const a = records('mail.test. A 192.0.2.2', 'MAIL.test. A 192.0.2.1', 'mail.test. A 192.0.2.2')
  const sets = receivedSets([...a, ...signed(records('mail.test. MX 1 a.test.'), 'test.', key)])
  t.equal(sets.length, 2)
  const [first, second] = sets
  t.equal(first?.rrset.rdatas.length, 2, 'a duplicate is dropped')
  t.equal(first?.rrsigs.length, 0)
  t.equal(second?.rrsigs.length, 1)
})

t.test('receivedSets takes the least TTL where they differ (RFC 2181 §5.2)', async (t) => {
  const sets = receivedSets(records('a.test. 60 A 192.0.2.1', 'a.test. 30 A 192.0.2.2'))
  t.equal(sets[0]?.rrset.ttl, 30)
  const signedSet = signed(records('a.test. 60 A 192.0.2.1'), 'test.', key)
  const late = [signedSet[1], signedSet[0]] as typeof signedSet
  t.equal(receivedSets(late)[0]?.rrset.ttl, 60, 'that of a signature is its own')
})

t.test('receivedSets leaves out signatures of nothing, and other classes', async (t) => {
  const over = rrsigOver(records('a.test. A 192.0.2.1'), 'test.', key)
  t.strictSame(receivedSets([over]), [])
  const chaos = records('a.test. A 192.0.2.1').map((record) => ({ ...record, class: 3 }))
  t.strictSame(receivedSets(chaos), [])
})

t.test('findSet finds by owner and type', async (t) => {
  const sets = receivedSets(records('a.test. A 192.0.2.1', 'a.test. AAAA ::1'))
  t.equal(findSet(sets, parseName('A.test.'), RR.AAAA)?.rrset.type, RR.AAAA)
  t.equal(findSet(sets, parseName('b.test.'), RR.A), undefined)
})

t.test('signerHint is the deepest signer at or above the name, or above it only', async (t) => {
  const a = records('a.b.test. A 192.0.2.1')
  const by = (...signers: readonly string[]) =>
    receivedSets([...a, ...signers.map((signer) => rrsigOver(a, 'test.', key, { signer }))])
  const hint = (name: string, isAbove: boolean, ...signers: readonly string[]) => {
    const found = signerHint(by(...signers), parseName(name), isAbove)
    return found && formatName(found)
  }
  t.equal(hint('a.b.test.', false, '.', 'b.test.', 'test.'), 'b.test.')
  t.equal(hint('a.b.test.', false, 'a.b.test.', 'test.'), 'a.b.test.')
  t.equal(hint('a.b.test.', true, 'a.b.test.', 'test.'), 'test.')
  t.equal(hint('a.b.test.', false, 'c.test.', 'x.a.b.test.'), undefined)
  t.equal(hint('a.b.test.', false), undefined)
})

t.test('receivedSets keeps a TTL of zero', async (t) => {
  const [set] = receivedSets(records('a.test. 0 A 192.0.2.1'))
  t.equal(set?.rrset.ttl, 0 as Ttl)
})
