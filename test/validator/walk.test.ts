import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import type { PrivateKey } from '../../src/crypto/index.ts'
import { RR, type Ttl } from '../../src/rr/index.ts'
import type { TrustAnchor } from '../../src/validator/index.ts'
import { formatName, nameKey, parseName } from '../../src/wire/index.ts'
import { inShort, judgeText } from '../support/fault-tree.ts'
import { forged, records, signed } from '../support/forge.ts'
import { testTime } from '../support/served-zone.ts'
import {
  anchorOf,
  apexText,
  buildTree,
  dnskeyOf,
  judge,
  trustStore,
} from '../support/signed-tree.ts'

const signing = { denial: 'nsec' } as const
const tree = buildTree([
  { apex: '.', text: apexText, signing },
  { apex: 'org.', text: `${apexText}\nwww A 192.0.2.9`, signing },
  { apex: 'far.away.org.', text: `${apexText}\nwww.deep A 192.0.2.1`, signing },
  { apex: 'plain.org.', text: `${apexText}\nwww A 192.0.2.2` },
  { apex: 'island.plain.org.', text: `${apexText}\nwww A 192.0.2.3`, signing },
  { apex: 'forgotten.org.', text: `${apexText}\nwww A 192.0.2.4`, signing, withoutDs: true },
])

t.test('walk: signers are hints that skip the labels between zones', async (t) => {
  const verdict = judgeText(tree, 'www.deep.far.away.org. A')
  t.equal(inShort(verdict), 'secure NOERROR')
  t.strictSame(verdict.lookups, [
    'www.deep.far.away.org. A',
    '. DNSKEY',
    // Signed by org., so that comes first; what was answered is not asked again.
    'far.away.org. DS',
    'org. DS',
    'org. DNSKEY',
    'far.away.org. DNSKEY',
  ])
  t.strictSame(
    verdict.chain.map(({ zone, security, by }) => `${formatName(zone)} ${security} ${by}`),
    ['. secure anchor', 'org. secure ds', 'far.away.org. secure ds'],
  )
})

t.test('walk: without signatures every label is asked for', async (t) => {
  const verdict = judgeText(tree, 'www.deep.far.away.org. A', {
    tamper: (message, { purpose }) =>
      purpose === 'answer'
        ? { ...message, answer: message.answer.filter(({ type }) => type !== RR.RRSIG) }
        : message,
  })
  t.equal(inShort(verdict), 'bogus 10')
  t.strictSame(
    verdict.lookups.filter((text) => text.endsWith('DS')),
    [
      'org. DS',
      'away.org. DS',
      'far.away.org. DS',
      'deep.far.away.org. DS',
      'www.deep.far.away.org. DS',
    ],
  )
})

t.test('walk: where nothing exists, nothing is asked for below', async (t) => {
  const verdict = judgeText(tree, 'a.b.c.d.nothing.org. A', {
    tamper: (message, { purpose }) => (purpose === 'answer' ? forged(message, {}) : message),
  })
  t.equal(inShort(verdict), 'bogus 12')
  t.equal(verdict.lookups.at(-1), 'nothing.org. DS', 'RFC 8020 §2')
})

t.test('walk: below an unsigned delegation everything is insecure', async (t) => {
  for (const question of ['www.plain.org. A', 'www.island.plain.org. A', 'www.forgotten.org. A']) {
    const verdict = judgeText(tree, question)
    t.equal(inShort(verdict), 'insecure NOERROR', question)
    t.match(verdict.reason.text, / has no DS in org\. \(NSEC of \S+ lists no DS\)$/)
    t.equal(verdict.reason.ede, undefined)
  }
})

const anchorAt = (apex: string) => anchorOf(apex, tree.keys.get(apex) as PrivateKey)
const anchored = (anchors: readonly TrustAnchor[], name: string) =>
  judge({ server: tree.server, anchors }, name, 'A')

t.test('walk: the closest anchor counts, and makes an island secure', async (t) => {
  const anchors = [...tree.anchors, anchorAt('island.plain.org.')]
  t.equal(inShort(anchored(anchors, 'www.island.plain.org.')), 'secure NOERROR')
  t.equal(inShort(anchored(anchors, 'www.plain.org.')), 'insecure NOERROR')
  t.equal(inShort(anchored([anchorAt('org.')], 'www.deep.far.away.org.')), 'secure NOERROR')
})

t.test('RFC 4033 §5: above every anchor the status is indeterminate', async (t) => {
  const verdict = anchored([anchorAt('far.away.org.')], 'www.org.')
  t.equal(inShort(verdict), 'indeterminate RCODE2')
  t.equal(verdict.reason.ede, 5)
  t.equal(verdict.data, undefined)
})

t.test('walk: an anchor may be a DNSKEY, or several of either kind', async (t) => {
  const zone = parseName('.')
  const dnskey = dnskeyOf(tree.keys.get('.') as PrivateKey)
  const other = dnskeyOf(tree.keys.get('org.') as PrivateKey)
  const good = { zone, ds: [], dnskeys: [dnskey] }
  const wrong = { zone, ds: [], dnskeys: [other] }
  t.equal(inShort(anchored([good], 'www.org.')), 'secure NOERROR')
  t.equal(inShort(anchored([wrong, good], 'www.org.')), 'secure NOERROR')
  t.equal(inShort(anchored([wrong], 'www.org.')), 'bogus 9')
  t.equal(inShort(anchored([wrong, ...tree.anchors], 'www.org.')), 'secure NOERROR')
})

t.test('RFC 7646 §2: below a negative anchor nothing is validated', async (t) => {
  const negative = { zone: parseName('org.'), ds: [], dnskeys: [] }
  const verdict = anchored([...tree.anchors, negative], 'www.org.')
  t.equal(inShort(verdict), 'insecure NOERROR')
  t.match(verdict.reason.text, /A negative trust anchor at org\. turns validation off$/)
  t.strictSame(verdict.lookups, ['www.org. A'])
  const both = [...tree.anchors, negative, anchorAt('far.away.org.')]
  t.equal(inShort(anchored(both, 'www.deep.far.away.org.')), 'secure NOERROR')
  t.equal(inShort(anchored([anchorAt('org.'), negative], 'www.org.')), 'insecure NOERROR')
})

t.test('walk: what was found is kept, and asked for once', async (t) => {
  const trust = trustStore()
  const context = { trust }
  t.equal(judgeText(tree, 'www.org. A', { context }).lookups.length, 4)
  const again = judgeText(tree, 'www.org. A', { context })
  t.strictSame(again.lookups, ['www.org. A'])
  t.equal(inShort(again), 'secure NOERROR')
  t.strictSame(
    again.chain.map(({ zone }) => formatName(zone)),
    ['.', 'org.'],
    'the chain is told all the same',
  )
  const below = judgeText(tree, 'www.plain.org. A', { context })
  t.strictSame(below.lookups, ['www.plain.org. A', 'plain.org. DS'])
  t.strictSame(judgeText(tree, 'mx.plain.org. MX', { context }).lookups, ['mx.plain.org. MX'])
})

t.test('walk: what was found is kept no longer than its TTL', async (t) => {
  const trust = trustStore()
  judgeText(tree, 'www.org. A', { context: { trust } })
  const kept = trust.entries.get(nameKey(parseName('org.')))
  t.equal(kept?.expires, testTime + 3600)
  const later = (testTime + 3600) as UnixSeconds
  const again = judgeText(tree, 'www.org. A', { context: { trust, now: later } })
  t.equal(again.lookups.length, 4)
})

t.test('walk: a bogus zone is kept for a minute, a failed lookup not at all', async (t) => {
  const trust = trustStore()
  const without = (type: number, rcode: number) =>
    judgeText(tree, 'www.org. A', {
      context: { trust },
      tamper: (message, lookup) =>
        formatName(lookup.name) === 'org.' && lookup.type === type
          ? forged(message, { rcode })
          : message,
    })
  t.equal(inShort(without(RR.DNSKEY, 2)), 'indeterminate RCODE2')
  t.equal(trust.entries.get(nameKey(parseName('org.'))), undefined)
  const bogus = without(RR.DNSKEY, 0)
  t.equal(inShort(bogus), 'bogus 9')
  t.equal(bogus.ttl, 60)
  t.equal(trust.entries.get(nameKey(parseName('org.')))?.expires, testTime + 60)
  const again = judgeText(tree, 'www.org. A', { context: { trust } })
  t.equal(inShort(again), 'bogus 9')
  t.strictSame(again.lookups, ['www.org. A'])
})

t.test('walk: an alias or DNAME at a name shows that no zone begins there', async (t) => {
  const its = buildTree([
    { apex: '.', text: apexText, signing },
    {
      apex: 'org.',
      text: `${apexText}\nalias CNAME www\nwww A 192.0.2.1\nold DNAME www\n*.wild CNAME www`,
      signing,
    },
  ])
  const bare = (name: string) =>
    judge(its, name, 'A', {
      tamper: (message, { purpose }) =>
        purpose === 'answer'
          ? forged(message, { answer: records(`${name} A 192.0.2.66`) })
          : message,
    })
  for (const [name, last] of [
    ['alias.org.', 'alias.org. DS'],
    ['x.old.org.', 'x.old.org. DS'],
    ['c.b.a.old.org.', 'a.old.org. DS'],
    ['x.wild.org.', 'x.wild.org. DS'],
    ['y.x.wild.org.', 'x.wild.org. DS'],
  ] as const) {
    const verdict = bare(name)
    t.equal(inShort(verdict), 'bogus 10', name)
    t.equal(verdict.lookups.at(-1), last)
  }
})

t.test('walk: an expanded alias without proof does not show that there is no zone', async (t) => {
  const its = buildTree([
    { apex: '.', text: apexText, signing },
    { apex: 'org.', text: `${apexText}\n* CNAME www\nwww A 192.0.2.1`, signing },
  ])
  const key = its.keys.get('org.') as PrivateKey
  const verdict = judge(its, 'x.org.', 'A', {
    tamper(message, { purpose, name }) {
      if (purpose === 'answer') return forged(message, { answer: records('x.org. A 192.0.2.66') })
      return formatName(name) === 'x.org.'
        ? forged(message, {
            answer: signed(records('x.org. CNAME www.org.'), 'org.', key, { labels: 1 }),
          })
        : message
    },
  })
  t.equal(inShort(verdict), 'bogus 12')
})

t.test('walk: where compact denial says NXNAME, nothing is asked for below', async (t) => {
  const compact = { denial: 'compact' } as const
  const its = buildTree([
    { apex: '.', text: apexText, signing: compact },
    { apex: 'org.', text: apexText, signing: compact },
  ])
  const verdict = judge(its, 'a.b.nothing.org.', 'A', {
    tamper: (message, { purpose }) => (purpose === 'answer' ? forged(message, {}) : message),
  })
  t.equal(inShort(verdict), 'bogus 12')
  t.equal(verdict.lookups.at(-1), 'nothing.org. DS')
})

t.test('walk: keys are kept no longer than the DS that vouches for them', async (t) => {
  const trust = trustStore()
  const rootKey = tree.keys.get('.') as PrivateKey
  const verdict = judgeText(tree, 'www.org. A', {
    context: { trust },
    tamper(message, { purpose }) {
      if (purpose !== 'ds') return message
      const brief = message.answer
        .filter(({ type }) => type === RR.DS)
        .map((record) => ({ ...record, ttl: 60 as Ttl }))
      return forged(message, { answer: signed(brief, '.', rootKey) })
    },
  })
  t.equal(inShort(verdict), 'secure NOERROR')
  t.equal(trust.entries.get(nameKey(parseName('org.')))?.expires, testTime + 60)
  t.equal(verdict.ttl, 60)
})
