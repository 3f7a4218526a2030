/** Each bound on the work that strangers can cause is hit, named, and leaves no secure verdict. */
import t from 'tap'
import { generatePrivateKey, keyTag, type PrivateKey } from '../../src/crypto/index.ts'
import type { ResourceRecord } from '../../src/message/index.ts'
import { defaultValidatorLimits, type ValidatorLimits } from '../../src/validator/index.ts'
import { denialModes, faultTree, inShort, judgeText, judgeWith } from '../support/fault-tree.ts'
import { dnskeyRecord, records, rrsigOver, signed } from '../support/forge.ts'
import type { TestSigning } from '../support/served-zone.ts'
import { apexText, buildTree, judge, trustStore } from '../support/signed-tree.ts'

const tree = faultTree(denialModes['nsec3'] as TestSigning)
const key = tree.keys.get('test.') as PrivateKey
const a = records('mail.test. A 192.0.2.1')

function limited(limits: Partial<ValidatorLimits>) {
  return { limits: { ...defaultValidatorLimits, ...limits } }
}

/** So many DNSKEYs that are no keys, all with the tag of another. */
function colliding(count: number, of: PrivateKey): ResourceRecord[] {
  const wanted = keyTag(dnskeyRecord('test.', of).rdata)
  return Array.from({ length: count }, (_, index) => {
    const publicKey = new Uint8Array(of.publicKey.length)
    publicKey[0] = index
    for (let tail = 0; ; tail++) {
      publicKey[62] = tail >> 8
      publicKey[63] = tail & 255
      const record = dnskeyRecord('test.', { algorithm: of.algorithm, publicKey })
      if (keyTag(record.rdata) === wanted) return record
    }
  })
}

/** An RRSIG that names the key and does not fit. */
function misfit(index: number): ResourceRecord {
  const over = rrsigOver(a, 'test.', key)
  const rdata = over.rdata.slice()
  rdata[rdata.length - 1 - index] = (rdata.at(-1 - index) ?? 0) ^ 0x55
  return { ...over, rdata }
}

t.test('CVE-2023-50387: keys that share a tag are tried up to a limit', async (t) => {
  const { collidingKeys } = defaultValidatorLimits
  const ask = (count: number) => {
    // In canonical order those that are no keys come first.
    const keys = [...colliding(count, key), dnskeyRecord('test.', key)]
    return judgeWith(
      tree,
      'mail.test. A',
      { 'test. DNSKEY': { answer: signed(keys, 'test.', key) } },
      limited({ dsMismatches: 1000 }),
    )
  }
  t.equal(inShort(ask(collidingKeys - 1)), 'secure NOERROR')
  const flood = ask(60)
  t.equal(inShort(flood), 'bogus 6')
  t.equal(flood.reason.limit, 'collidingKeys')
})

t.test('CVE-2023-50387: bad signatures of one RRset are tried up to a limit', async (t) => {
  const { signaturesPerRRset } = defaultValidatorLimits
  const ask = (count: number) => {
    const bad = Array.from({ length: count }, (_, index) => misfit(index))
    const answer = [...a, ...bad, rrsigOver(a, 'test.', key)]
    return judgeWith(tree, 'mail.test. A', { 'mail.test. A': { answer } })
  }
  t.equal(inShort(ask(signaturesPerRRset - 1)), 'secure NOERROR')
  const flood = ask(60)
  t.equal(inShort(flood), 'bogus 6')
  t.equal(flood.reason.limit, 'signaturesPerRRset')
})

t.test('bug: a zone reached after a limit was hit was bogus for others too', async (t) => {
  for (const signaturesPerValidation of [0, 1, 2, 3]) {
    const trust = trustStore()
    const { limits } = limited({ signaturesPerValidation })
    const verdict = judgeText(tree, 'mail.test. A', { context: { limits, trust } })
    t.equal(verdict.reason.limit, 'signaturesPerValidation')
    const kept = [...trust.entries.values()]
    t.strictSame(
      kept.filter(({ link }) => link.security === 'bogus'),
      [],
    )
    t.equal(inShort(judgeText(tree, 'mail.test. A', { context: { trust } })), 'secure NOERROR')
  }
})

t.test('CVE-2023-50387: signatures of one validation are tried up to a limit', async (t) => {
  t.equal(inShort(judgeText(tree, 'mail.test. A')), 'secure NOERROR')
  const context = limited({ signaturesPerValidation: 3 })
  const verdict = judgeText(tree, 'mail.test. A', { context })
  t.equal(inShort(verdict), 'bogus 6')
  t.equal(verdict.reason.limit, 'signaturesPerValidation')
  const enough = limited({ signaturesPerValidation: 4 })
  t.equal(inShort(judgeText(tree, 'mail.test. A', { context: enough })), 'secure NOERROR')
})

t.test('CVE-2023-50387: keys that fail their DS are tried up to a limit', async (t) => {
  const keys = [...colliding(20, key), dnskeyRecord('test.', key)]
  const verdict = judgeWith(tree, 'mail.test. A', {
    'test. DNSKEY': { answer: signed(keys, 'test.', key) },
  })
  t.equal(inShort(verdict), 'bogus 6')
  t.equal(verdict.reason.limit, 'dsMismatches')
})

t.test('CVE-2023-50868: rounds of hashing are counted over a validation', async (t) => {
  const deep = `${'a.'.repeat(100)}test. A`
  t.equal(inShort(judgeText(tree, deep)), 'secure NXDOMAIN')
  const verdict = judgeText(tree, deep, { context: limited({ nsec3Hashes: 20 }) })
  t.equal(verdict.security, 'bogus')
  t.equal(verdict.reason.limit, 'nsec3Hashes')
})

t.test('aliases are followed up to a limit', async (t) => {
  const { aliases } = defaultValidatorLimits
  const lines = Array.from({ length: aliases + 2 }, (_, at) => `c${at} CNAME c${at + 1}`)
  const chain = buildTree([
    { apex: '.', text: apexText, signing: { denial: 'nsec' } },
    {
      apex: 'test.',
      text: `${apexText}\n${lines.join('\n')}\nc${aliases + 2} A 192.0.2.1`,
      signing: { denial: 'nsec' },
    },
  ])
  t.equal(inShort(judge(chain, 'c2.test.', 'A')), 'secure NOERROR')
  const verdict = judge(chain, 'c1.test.', 'A')
  t.equal(inShort(verdict), 'indeterminate RCODE2')
  t.equal(verdict.reason.limit, 'aliases')
})

t.test('lookups are made up to a limit', async (t) => {
  const verdict = judgeText(tree, 'www.sub.test. A', { context: limited({ lookups: 3 }) })
  t.equal(inShort(verdict), 'indeterminate RCODE2')
  t.equal(verdict.reason.limit, 'lookups')
  t.equal(verdict.lookups.length, 3)
})

t.test('lookups that an answer with invented signers causes are bounded', async (t) => {
  const owner = `${'x.'.repeat(60)}test.`
  const data = records(`${owner} A 192.0.2.1`)
  const own = generatePrivateKey(13)
  const answer = [
    ...data,
    ...Array.from({ length: 60 }, (_, skip) =>
      rrsigOver(data, 'test.', own, { signer: owner.slice(2 * skip) }),
    ),
  ]
  const verdict = judgeWith(tree, `${owner} A`, { [`${owner} A`]: { answer } })
  t.equal(verdict.security, 'bogus')
  t.ok(verdict.lookups.length <= 70, `${verdict.lookups.length} lookups`)
})

t.test('nothing is believed for longer than a limit', async (t) => {
  const verdict = judgeText(tree, 'mail.test. A', { context: limited({ ttlSecondsMax: 60 }) })
  t.equal(inShort(verdict), 'secure NOERROR')
  t.equal(verdict.ttl, 60)
  t.equal(verdict.data?.rrset.ttl, 60)
})
