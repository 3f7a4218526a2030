/** RFC 4035 §5.2: from DS to DNSKEY, zone by zone. */
import t from 'tap'
import { dsRdata, generatePrivateKey, keyTag, type PrivateKey } from '../../../src/crypto/index.ts'
import type { ResourceRecord } from '../../../src/message/index.ts'
import { RR, type Ttl } from '../../../src/rr/index.ts'
import { formatName, parseName } from '../../../src/wire/index.ts'
import { denialModes, faultTree, inShort, judgeText, judgeWith } from '../../support/fault-tree.ts'
import { dnskeyRecord, records, rrsigOver, signed } from '../../support/forge.ts'
import type { TestSigning } from '../../support/served-zone.ts'
import type { Judged } from '../../support/signed-tree.ts'

const tree = faultTree(denialModes['nsec'] as TestSigning)
const rootKey = tree.keys.get('.') as PrivateKey
const key = tree.keys.get('test.') as PrivateKey
const a = records('mail.test. A 192.0.2.1')

type Key = Pick<PrivateKey, 'algorithm' | 'publicKey' | 'sign'>

/** The DS of a key, perhaps with some octets of its RDATA changed. */
function ds(
  of: Key,
  { flags = 257, protocol = 3, type = 2, at = -1, value = 0 } = {},
): ResourceRecord {
  const dnskey = dnskeyRecord('test.', of, { flags, protocol })
  const rdata = dsRdata(parseName('test.'), dnskey.rdata, type)
  if (at >= 0) rdata[at] = value
  return { owner: parseName('test.'), type: RR.DS, class: 1, ttl: 3600 as Ttl, rdata }
}

/** The verdict on mail.test. A where test. has these DS and DNSKEY RRsets, and this answer. */
function chain(
  dsSet: readonly ResourceRecord[],
  dnskeys: readonly ResourceRecord[],
  answer: readonly ResourceRecord[] = signed(a, 'test.', key),
): Judged {
  return judgeWith(tree, 'mail.test. A', {
    'test. DS': { answer: signed(dsSet, '.', rootKey) },
    'test. DNSKEY': { answer: dnskeys },
    'mail.test. A': { answer },
  })
}

const own = signed([dnskeyRecord('test.', key)], 'test.', key)

t.test(
  'RFC 4035 §5.2: a DS matches by tag, algorithm and digest over owner and RDATA',
  async (t) => {
    t.equal(inShort(chain([ds(key)], own)), 'secure NOERROR')
    const tag = ds(key).rdata
    t.equal(inShort(chain([ds(key, { at: 0, value: (tag[0] ?? 0) ^ 1 })], own)), 'bogus 9')
    t.equal(inShort(chain([ds(key, { at: 2, value: 15 })], own)), 'bogus 9', 'algorithm')
    const off = chain([ds(key, { at: 4, value: (tag[4] ?? 0) ^ 1 })], own)
    t.equal(inShort(off), 'bogus 9', 'digest')
    t.match(off.reason.text, /^DS \d+\/13\/2 of test\. has another digest than DNSKEY \d+\/13$/)
    // The digest of the same key under another owner.
    const elsewhere = dsRdata(parseName('tset.'), dnskeyRecord('tset.', key).rdata, 2)
    t.equal(inShort(chain([{ ...ds(key), rdata: elsewhere }], own)), 'bogus 9')
  },
)

t.test('RFC 4035 §5.2: the key that the DS matches has signed the DNSKEY RRset', async (t) => {
  const zsk = generatePrivateKey(13)
  const both = [dnskeyRecord('test.', key), dnskeyRecord('test.', zsk, { flags: 256 })]
  const answer = signed(a, 'test.', zsk, { flags: 256 })
  const byKsk = rrsigOver(both, 'test.', key)
  const byZsk = rrsigOver(both, 'test.', zsk, { flags: 256 })
  t.equal(inShort(chain([ds(key)], [...both, byKsk, byZsk], answer)), 'secure NOERROR')
  t.equal(inShort(chain([ds(key)], [...both, byKsk], answer)), 'secure NOERROR')
  const missing = chain([ds(key)], [...both, byZsk], answer)
  t.equal(inShort(missing), 'bogus 10')
  t.match(missing.reason.text, /^DNSKEY of test\. has no RRSIG by \d+\/13, which is the key/)
  t.equal(inShort(chain([ds(key)], both, answer)), 'bogus 10')
  const expired = rrsigOver(both, 'test.', key, { inception: 1, expiration: 2 })
  t.equal(inShort(chain([ds(key)], [...both, expired, byZsk], answer)), 'bogus 7')
})

t.test('RFC 4035 §5.2: the key that the DS matches has the zone key flag', async (t) => {
  for (const [flags, expected] of [
    [256, 'secure NOERROR'],
    [0, 'bogus 11'],
    [1, 'bogus 11'],
    [385, 'bogus 9'],
  ] as const) {
    const set = [dnskeyRecord('test.', key, { flags })]
    const answer = signed(a, 'test.', key, { flags })
    const verdict = chain([ds(key, { flags })], signed(set, 'test.', key, { flags }), answer)
    t.equal(inShort(verdict), expected, `flags ${flags}`)
  }
})

t.test('RFC 4034 §2.1.2: the key that the DS matches has protocol 3', async (t) => {
  const odd = dnskeyRecord('test.', key, { protocol: 2 })
  const verdict = chain([ds(key, { protocol: 2 })], [odd])
  t.equal(inShort(verdict), 'bogus 6')
  t.match(verdict.reason.text, 'has protocol 2, not 3')
})

t.test('RFC 4035 §5.2: one good DS suffices, among others that match nothing', async (t) => {
  const other = ds(generatePrivateKey(13))
  const wrong = ds(key, { at: 10, value: 0 })
  t.equal(inShort(chain([other, ds(key)], own)), 'secure NOERROR')
  t.equal(inShort(chain([ds(key), other], own)), 'secure NOERROR')
  t.equal(inShort(chain([wrong, ds(key)], own)), 'secure NOERROR')
  t.equal(inShort(chain([other], own)), 'bogus 9')
})

t.test(
  'RFC 4035 §5.2: without a supported algorithm the zone is insecure, not bogus',
  async (t) => {
    for (const [algorithm, why] of [
      [1, 'RSA/MD5'],
      [3, 'DSA'],
      [5, 'RSA/SHA-1: RFC 9905 §2'],
      [6, 'DSA-NSEC3-SHA1'],
      [7, 'RSASHA1-NSEC3-SHA1: RFC 9905 §2'],
      [12, 'GOST: RFC 9906'],
      [100, 'unassigned'],
      [200, 'unassigned'],
      [253, 'private'],
      [255, 'reserved'],
    ] as const) {
      const verdict = chain([ds(key, { at: 2, value: algorithm })], own)
      t.equal(inShort(verdict), 'insecure NOERROR', why)
      t.equal(verdict.reason.ede, 1, why)
    }
  },
)

t.test(
  'RFC 4035 §5.2, RFC 6840 §5.2: without a supported digest the zone is insecure',
  async (t) => {
    for (const type of [0, 3, 5, 100, 255]) {
      const verdict = chain([ds(key, { at: 3, value: type })], own)
      t.equal(inShort(verdict), 'insecure NOERROR', `digest type ${type}`)
      t.equal(verdict.reason.ede, 2)
    }
  },
)

t.test('RFC 6840 §5.2: a supported DS that fails is not excused by unsupported ones', async (t) => {
  const unknown = ds(key, { at: 3, value: 100 })
  const wrong = ds(key, { at: 10, value: 0 })
  t.equal(inShort(chain([unknown, ds(key, { at: 2, value: 200 }), wrong], own)), 'bogus 9')
  t.equal(inShort(chain([unknown, ds(key)], own)), 'secure NOERROR')
})

t.test('RFC 4035 §5.2: a DS RRset is authenticated by the parent', async (t) => {
  const bySelf = signed([ds(key)], 'test.', key)
  const verdict = judgeWith(tree, 'mail.test. A', { 'test. DS': { answer: bySelf } })
  t.equal(inShort(verdict), 'bogus 6')
  t.equal(
    inShort(judgeWith(tree, 'mail.test. A', { 'test. DS': { answer: [ds(key)] } })),
    'bogus 10',
  )
})

t.test('RFC 4035 §5.2: a referral without DS needs a proof that there is none', async (t) => {
  const stripped = judgeWith(tree, 'mail.test. A', { 'test. DS': {} })
  t.equal(inShort(stripped), 'bogus 12')
  t.match(stripped.reason.text, /^\. does not prove that test\. has no DS/)
  const insecure = judgeText(tree, 'www.plain.test. A')
  t.equal(inShort(insecure), 'insecure NOERROR')
  t.equal(
    insecure.reason.text,
    'www.plain.test. is not secured: ' +
      'plain.test. has no DS in test. (NSEC of plain.test. lists no DS)',
  )
  t.strictSame(
    insecure.chain.map(({ zone, security }) => `${formatName(zone)} ${security}`),
    ['. secure', 'test. secure', 'plain.test. insecure'],
  )
})

t.test('RFC 4035 §2.4: a DS that the child signed itself is none', async (t) => {
  const childKey = tree.keys.get('sub.test.') as PrivateKey
  const child = { ...ds(childKey), owner: parseName('sub.test.') }
  const verdict = judgeWith(tree, 'sub.test. DS', {
    'sub.test. DS': { answer: signed([child], 'sub.test.', childKey) },
  })
  t.equal(inShort(verdict), 'bogus 6')
  t.match(verdict.reason.text, 'was made by sub.test., which is not its zone, test.')
})

t.test("RFC 4035 §5.2: the child's NSEC, which has SOA, does not deny DS", async (t) => {
  const apex = tree.server.ask('sub.test.', 'NSEC', { dnssec: true })
  const message = { authority: apex.answer }
  const verdict = judgeWith(tree, 'www.sub.test. A', { 'sub.test. DS': message })
  t.equal(verdict.security, 'bogus')
  const bySub = judgeWith(tree, 'sub.test. DS', { 'sub.test. DS': message })
  t.equal(bySub.security, 'bogus')
})

t.test('RFC 4035 §5: every supported algorithm makes a chain', async (t) => {
  for (const algorithm of [13, 14, 15]) {
    const other = generatePrivateKey(algorithm)
    const set = signed([dnskeyRecord('test.', other)], 'test.', other)
    for (const type of [2, 4]) {
      const verdict = chain([ds(other, { type })], set, signed(a, 'test.', other))
      t.equal(inShort(verdict), 'secure NOERROR', `algorithm ${algorithm}, digest type ${type}`)
    }
  }
})

/** Two keys of one algorithm that have the same tag; among some hundreds there are two. */
function collidingKeys(): [PrivateKey, PrivateKey] {
  const byTag = new Map<number, PrivateKey>()
  for (;;) {
    const made = generatePrivateKey(15)
    const tag = keyTag(dnskeyRecord('test.', made).rdata)
    const twin = byTag.get(tag)
    if (twin) return [twin, made]
    byTag.set(tag, made)
  }
}

t.test('RFC 4034 App. B: a tag is no name, so the key itself has to have signed', async (t) => {
  const [one, other] = collidingKeys()
  const both = [dnskeyRecord('test.', one), dnskeyRecord('test.', other)]
  const answer = signed(a, 'test.', other)
  t.equal(inShort(chain([ds(one)], signed(both, 'test.', one), answer)), 'secure NOERROR')
  t.equal(inShort(chain([ds(one)], signed(both, 'test.', other), answer)), 'bogus 6')
  t.equal(inShort(chain([ds(other)], signed(both, 'test.', other), answer)), 'secure NOERROR')
})

t.test('RFC 4592 §4.2: a wildcard delegates nothing', async (t) => {
  const child = { ...ds(key), owner: parseName('sub.test.') }
  const verdict = judgeWith(tree, 'www.sub.test. A', {
    'sub.test. DS': { answer: signed([child], 'test.', key, { labels: 1 }) },
  })
  t.equal(inShort(verdict), 'bogus 6')
  t.equal(verdict.reason.text, 'DS of sub.test. comes from a wildcard')
})
