/** RFC 4035 §5.3: what an RRSIG must be like for its RRset to be secure, rule by rule. */
import t from 'tap'
import type { UnixSeconds } from '../../../src/base/index.ts'
import { generatePrivateKey, keyTag, type PrivateKey } from '../../../src/crypto/index.ts'
import type { Message, ResourceRecord } from '../../../src/message/index.ts'
import { formatRdata, RR, type Ttl } from '../../../src/rr/index.ts'
import { formatName, parentName, parseName } from '../../../src/wire/index.ts'
import {
  denialModes,
  faultQuestions,
  faultTree,
  inShort,
  judgeText,
  judgeWith,
} from '../../support/fault-tree.ts'
import { dnskeyRecord, type RrsigFields, records, rrsigOver, signed } from '../../support/forge.ts'
import { type TestSigning, testTime } from '../../support/served-zone.ts'
import type { Judged, Tree } from '../../support/signed-tree.ts'

const tree = faultTree(denialModes['nsec'] as TestSigning)
const keyOf = (apex: string, of: Tree = tree) => of.keys.get(apex) as PrivateKey
const key = keyOf('test.')
const a = records('mail.test. A 192.0.2.1')
const day = 86400

/** The verdict where these records answer for mail.test. A. */
function answered(answer: readonly ResourceRecord[], now = testTime): Judged {
  return judgeWith(
    tree,
    'mail.test. A',
    { 'mail.test. A': { answer } },
    { now: now as UnixSeconds },
  )
}

/** The verdict in short where the RRSIG has these fields. */
function withFields(fields: RrsigFields, apex = 'test.', by = key): string {
  return inShort(answered(signed(a, apex, by, fields)))
}

t.test('RFC 4035 §5.3.1: a signature as it should be makes the RRset secure', async (t) => {
  const verdict = answered(signed(a, 'test.', key))
  t.equal(inShort(verdict), 'secure NOERROR')
  t.match(verdict.reason.text, /^RRSIG of mail\.test\. A by \d+\/13 is good$/)
  t.strictSame(verdict.reason.subject?.type, 1)
})

t.test('RFC 4035 §5.3.1: owner and class of RRSIG and RRset are equal', async (t) => {
  const [over] = signed(a, 'test.', key).slice(1) as [ResourceRecord]
  const [elsewhere] = records('two.test. A 192.0.2.1') as [ResourceRecord]
  t.equal(inShort(answered([...a, { ...over, owner: elsewhere.owner }])), 'bogus 10')
  t.equal(inShort(answered([...a, { ...over, class: 3 }])), 'bogus 10')
})

t.test('RFC 4035 §5.3.1: the signer is the zone that contains the RRset', async (t) => {
  // sub.test. is a sibling of mail.test., and signs with its own good key.
  t.equal(withFields({}, 'sub.test.', keyOf('sub.test.')), 'bogus 6')
  // The signer says test., the key is another's.
  t.equal(withFields({}, 'test.', keyOf('sub.test.')), 'bogus 9')
  // A name below, with the zone's own key: no zone begins there.
  t.equal(withFields({ signer: 'mail.test.' }), 'bogus 6')
  t.equal(withFields({ signer: 'a.mail.test.' }), 'bogus 6')
  t.equal(withFields({ signer: 'elsewhere.' }), 'bogus 6')
  // Above, with a key of the zone below.
  t.equal(withFields({ signer: '.' }), 'bogus 9')
})

t.test('RFC 4035 §5.3.1: a zone above a cut that signs below it is believed', async (t) => {
  // It could as well have exchanged the DS: docs/decisions/0013-the-signer-says-its-zone.md.
  const below = records('extra.sub.test. A 192.0.2.1')
  const judgedBy = (by: PrivateKey, apex: string) =>
    inShort(
      judgeWith(tree, 'extra.sub.test. A', {
        'extra.sub.test. A': { answer: signed(below, apex, by) },
      }),
    )
  t.equal(judgedBy(keyOf('sub.test.'), 'sub.test.'), 'secure NOERROR')
  t.equal(judgedBy(key, 'test.'), 'secure NOERROR')
  t.equal(judgedBy(keyOf('sub.test.'), 'test.'), 'bogus 9', 'only with the key of that zone')
})

t.test(
  'bug: a zone above a cut was believed where the cut had been seen (RFC 4035 §5.3.1)',
  async (t) => {
    const below = records('extra.sub.test. A 192.0.2.1')
    /** Whoever iterates knows by a referral whose server it is. */
    const judgedBy = (by: PrivateKey, apex: string, zone: string) =>
      inShort(
        judgeText(tree, 'extra.sub.test. A', {
          tamper(message, { type }) {
            if (type !== RR.A) return message
            const answer = signed(below, apex, by)
            return { kind: 'message', message: { ...message, answer }, zone: parseName(zone) }
          },
        }),
      )
    t.equal(judgedBy(key, 'test.', 'sub.test.'), 'bogus 6')
    t.equal(judgedBy(keyOf('sub.test.'), 'sub.test.', 'sub.test.'), 'secure NOERROR')
    t.equal(
      judgedBy(keyOf('sub.test.'), 'sub.test.', 'test.'),
      'secure NOERROR',
      'one server for both',
    )
  },
)

for (const [mode, signing] of Object.entries(denialModes)) {
  t.test(
    `${mode}: referrals that nobody vouches for take nothing from the zone above`,
    async (t) => {
      const tree = faultTree(signing)
      for (const question of [...Object.values(faultQuestions), 'a.b.ent.test. A', 'test. ANY']) {
        const honest = inShort(judgeText(tree, question))
        for (let zone = parseName(question.split(' ')[0] ?? ''); ; zone = parentName(zone)) {
          const tamper = (message: Message) => ({ kind: 'message', message, zone }) as const
          t.equal(
            inShort(judgeText(tree, question, { tamper })),
            honest,
            `${question} of ${formatName(zone)}`,
          )
          if (zone.length === 1) break
        }
      }
    },
  )
}

t.test('RFC 4035 §5.3.1: a case difference in the signer is none', async (t) => {
  t.equal(withFields({ signer: 'TeST.' }), 'secure NOERROR')
})

t.test('RFC 4035 §5.3.1: type covered is the type of the RRset', async (t) => {
  const aaaa = records('mail.test. AAAA 2001:db8::1')
  const over = rrsigOver(aaaa, 'test.', key)
  t.equal(inShort(answered([...a, over])), 'bogus 10')
  t.equal(withFields({ typeCovered: 28 }), 'bogus 10')
})

t.test('RFC 4035 §5.3.1: labels do not exceed those of the owner', async (t) => {
  t.equal(withFields({ labels: 3 }), 'bogus 6')
  t.equal(withFields({ labels: 255 }), 'bogus 6')
})

t.test('RFC 4034 §3.1.3: the asterisk of a wildcard is not counted', async (t) => {
  const wildcard = records('*.wild.test. A 192.0.2.2')
  const ask = (fields: RrsigFields) =>
    judgeWith(tree, '*.wild.test. A', {
      '*.wild.test. A': { answer: signed(wildcard, 'test.', key, fields) },
    })
  t.equal(inShort(ask({})), 'secure NOERROR')
  t.equal(ask({}).data?.wildcard, undefined)
  t.equal(inShort(ask({ labels: 3 })), 'bogus 6')
})

t.test('RFC 4035 §5.3.1: now lies between inception and expiration, ends included', async (t) => {
  const at = (inception: number, expiration: number, now = testTime) =>
    inShort(answered(signed(a, 'test.', key, { inception, expiration }), now))
  t.equal(at(testTime, testTime + 10), 'secure NOERROR')
  t.equal(at(testTime - 10, testTime), 'secure NOERROR')
  t.equal(at(testTime, testTime), 'secure NOERROR')
  t.equal(at(testTime + 1, testTime + 10), 'bogus 8')
  t.equal(at(testTime - 10, testTime - 1), 'bogus 7')
  t.equal(at(testTime + 10, testTime - 10), 'bogus 25')
})

t.test('RFC 4034 §3.1.5: times compare in serial arithmetic, past 2106 too', async (t) => {
  const wrap = 2 ** 32
  const later = faultTree(denialModes['nsec'] as TestSigning)
  const its = keyOf('test.', later)
  const fields = { inception: wrap - 3600, expiration: wrap + 3600 }
  const chain = (now: number) => {
    const root = keyOf('.', later)
    const ds = judgeText(later, 'test. DS').data?.rrset.rdatas[0] as Uint8Array
    const dsRecord = { owner: a[0]?.owner, type: 43, class: 1, ttl: 60 as Ttl, rdata: ds }
    const own = (apex: string, by: PrivateKey) => signed([dnskeyRecord(apex, by)], apex, by, fields)
    const at = { ...dsRecord, owner: dnskeyRecord('test.', its).owner } as ResourceRecord
    return judgeWith(
      later,
      'mail.test. A',
      {
        '. DNSKEY': { answer: own('.', root) },
        'test. DS': { answer: signed([at], '.', root, fields) },
        'test. DNSKEY': { answer: own('test.', its) },
        'mail.test. A': { answer: signed(a, 'test.', its, fields) },
      },
      { now: now as UnixSeconds },
    )
  }
  t.equal(inShort(chain(wrap - 3600)), 'secure NOERROR')
  t.equal(inShort(chain(wrap - 1)), 'secure NOERROR')
  t.equal(inShort(chain(wrap)), 'secure NOERROR')
  t.equal(inShort(chain(wrap + 3600)), 'secure NOERROR')
  t.equal(inShort(chain(wrap + 3601)), 'bogus 7')
  t.equal(inShort(chain(wrap - 3601)), 'bogus 8')
})

/** The verdict on mail.test. A where the zone publishes and signs with these keys. */
function withKeys(published: readonly ResourceRecord[], answer: readonly ResourceRecord[]): Judged {
  return judgeWith(tree, 'mail.test. A', {
    'test. DNSKEY': { answer: signed(published, 'test.', key) },
    'mail.test. A': { answer },
  })
}

t.test('RFC 4035 §5.3.1: key tag, algorithm and signer name a DNSKEY of the zone', async (t) => {
  t.equal(withFields({ keyTag: 1 }), 'bogus 9')
  t.equal(withFields({ algorithm: 15 }), 'bogus 9')
  t.equal(withFields({ algorithm: 200 }), 'bogus 1')
})

t.test('RFC 4035 §5.3.1: the key is a zone key with protocol 3, and not revoked', async (t) => {
  const other = generatePrivateKey(13)
  for (const [flags, expected] of [
    [256, 'secure NOERROR'],
    [257, 'secure NOERROR'],
    [0, 'bogus 11'],
    [1, 'bogus 11'],
    // RFC 5011 §2.1
    [256 + 128, 'bogus 9'],
    [257 + 128, 'bogus 9'],
  ] as const) {
    const published = [dnskeyRecord('test.', key), dnskeyRecord('test.', other, { flags })]
    const verdict = withKeys(published, signed(a, 'test.', other, { flags }))
    t.equal(inShort(verdict), expected, `flags ${flags}`)
  }
})

t.test('RFC 4034 §2.1.2: a key of another protocol is not used', async (t) => {
  const other = generatePrivateKey(13)
  for (const protocol of [0, 2, 4, 255]) {
    const odd = dnskeyRecord('test.', other, { flags: 256, protocol })
    const over = rrsigOver(a, 'test.', other, { keyTag: keyTag(odd.rdata) })
    const verdict = withKeys([dnskeyRecord('test.', key), odd], [...a, over])
    t.equal(inShort(verdict), 'bogus 6', `protocol ${protocol}`)
    t.match(verdict.reason.text, `has protocol ${protocol}, not 3`)
  }
})

t.test('RFC 4035 §5.3.2: canonical form is what is verified, whatever was received', async (t) => {
  const mx = records('MAIL.tEsT. MX 10 Mail.TEST.', 'MAIL.tEsT. MX 5 a.test.')
  const over = rrsigOver(mx, 'test.', key)
  const shuffled = [mx[1], mx[0], mx[1], over] as ResourceRecord[]
  const verdict = judgeWith(tree, 'mail.test. MX', { 'mail.test. MX': { answer: shuffled } })
  t.equal(inShort(verdict), 'secure NOERROR')
  t.equal(verdict.data?.rrset.rdatas.length, 2, 'duplicates are removed (RFC 4034 §6.3)')
})

t.test('RFC 4035 §5.3.3: TTL is the least of received, original and what is left', async (t) => {
  const ttl = (received: number, originalTtl: number, left: number, rrsigTtl = received) => {
    const set = a.map((one) => ({ ...one, ttl: received as Ttl }))
    const over = rrsigOver(set, 'test.', key, { originalTtl, expiration: testTime + left })
    const verdict = answered([...set, { ...over, ttl: rrsigTtl as Ttl }])
    t.equal(inShort(verdict), 'secure NOERROR')
    return verdict.data?.rrset.ttl
  }
  t.equal(ttl(300, 3600, 7200), 300)
  t.equal(ttl(7200, 3600, 7200), 3600)
  t.equal(ttl(7200, 3600, 60), 60)
  t.equal(ttl(7200, 3600, 0), 0)
  t.equal(ttl(300, 3600, 7200, 30), 30)
})

t.test('RFC 4035 §5.3.4: a wildcard answer needs proof that nothing is closer', async (t) => {
  const verdict = judgeText(tree, 'x.wild.test. A')
  t.equal(inShort(verdict), 'secure NOERROR')
  t.equal(formatName(verdict.data?.wildcard ?? (new Uint8Array(1) as never)), '*.wild.test.')
  t.ok(verdict.authority.length > 0)
  t.equal(verdict.ttl, 300, 'it lives no longer than the proof')
  const bare = (m: Parameters<typeof judgeWith>[2][string]) =>
    inShort(judgeWith(tree, 'x.wild.test. A', { 'x.wild.test. A': m }))
  const expanded = records('x.wild.test. A 192.0.2.2')
  t.equal(bare({ answer: signed(expanded, 'test.', key, { labels: 2 }) }), 'bogus 12')
  // Labels that say nothing was expanded: then the signature is over another owner.
  const asWildcard = rrsigOver(records('*.wild.test. A 192.0.2.2'), 'test.', key)
  const lie = { ...asWildcard, rdata: asWildcard.rdata.slice() }
  lie.rdata[3] = 3
  t.equal(
    bare({ answer: [...expanded, { ...lie, owner: expanded[0]?.owner } as never] }),
    'bogus 6',
  )
})

t.test('RFC 4035 §5.3.4: a wildcard does not answer for a name that exists', async (t) => {
  // The signature is genuine, made by expansion of *.wild.test.; the name is there by itself.
  const expanded = signed(records('mail.test. A 192.0.2.2'), 'test.', key, { labels: 1 })
  const proof = judgeText(tree, 'mail.test. AAAA')
  t.ok(proof.authority.length > 0)
  const verdict = judgeText(tree, 'mail.test. A', {
    tamper: (message, lookup) =>
      lookup.purpose === 'answer'
        ? { ...tree.server.ask('mail.test.', 'AAAA', { dnssec: true }), answer: expanded }
        : message,
  })
  t.equal(inShort(verdict), 'bogus 6')
  t.match(verdict.reason.text, /shows that the name exists/)
})

t.test('RFC 4035 §5.5: an RRset none of whose RRSIGs is valid is bad', async (t) => {
  const verdict = answered([
    ...a,
    rrsigOver(a, 'test.', key, { keyTag: 1 }),
    rrsigOver(a, 'test.', key, { inception: testTime - 5 * day, expiration: testTime - 3 * day }),
  ])
  t.equal(inShort(verdict), 'bogus 7', 'the one that came furthest is told')
  t.equal(verdict.rcode, 2)
  t.equal(verdict.data, undefined)
  t.strictSame(verdict.answer, [])
  t.match(verdict.reason.text, /^RRSIG of mail\.test\. A expired 3 days ago$/)
  t.match(
    formatRdata(1 as never, verdict.hops[0]?.data?.rrset.rdatas[0] as Uint8Array),
    '192.0.2.1',
  )
})
