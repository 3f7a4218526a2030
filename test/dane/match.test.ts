import fc from 'fast-check'
import t from 'tap'
import { type Certificate, readCertificate } from '../../src/crypto/index.ts'
import { type AnchorDates, chainLengthMax, judgeTlsas, matchChain } from '../../src/dane/index.ts'
import { matchAnchor } from '../../src/dane/path.ts'
import { parseName } from '../../src/wire/index.ts'
import { authority, type Issued, issue, tlsaFor } from '../support/certificates.ts'
import { certificates, future, matchFor, matchTime, past } from '../support/chain-cases.ts'

const names = ['mx.example.com']

t.test('matchChain says which record matched, and where', async (t) => {
  const ca = await authority()
  const leaf = await issue({ names, issuer: ca })
  const result = matchFor([leaf, ca], [tlsaFor(ca, 3, 1, 1), tlsaFor(ca, 2, 0, 1)])
  t.equal(result.authenticated, true)
  t.equal(result.by, result.records[1])
  t.equal(result.failure, undefined)
  t.same(
    result.records.map(({ matched, failure, depth }) => ({ matched, failure, depth })),
    [
      { matched: false, failure: 'no-match', depth: undefined },
      { matched: true, failure: undefined, depth: 1 },
    ],
  )
  t.match(result.by?.text, /trust anchor CN=Test Authority/)
  t.equal(matchFor([leaf], [tlsaFor(leaf, 3, 1, 1)]).by?.depth, 0)
  const supplied = matchFor([leaf], [tlsaFor(ca, 2, 0, 0)])
  t.equal(supplied.by?.depth, undefined, 'the record brought it')
  const key = matchFor([leaf], [tlsaFor(ca, 2, 1, 0)])
  t.match(key.by?.text, /the key of a trust anchor/)
})

t.test('matchChain has nothing to say without certificates or records', async (t) => {
  const leaf = await issue({ names })
  const none = matchFor([], [tlsaFor(leaf, 3, 1, 1), tlsaFor(leaf, 2, 0, 1)])
  t.equal(none.failure, 'no-certificate')
  t.equal(none.endEntity, undefined)
  const unusable = matchFor([leaf], [tlsaFor(leaf, 1, 1, 1)])
  t.match(unusable, { authenticated: false, records: [], failure: undefined, by: undefined })
  t.same(unusable.endEntity, { isExpired: false, isNotYetValid: false, hasName: true })
})

t.test('matchChain tells of the end entity what usage 3 ignores', async (t) => {
  const facts = async (options: Parameters<typeof issue>[0]) => {
    const leaf = await issue(options)
    return matchFor([leaf], [tlsaFor(leaf, 3, 1, 1)])
  }
  const stale = await facts({ names, ...past })
  t.equal(stale.authenticated, true)
  t.same(stale.endEntity, { isExpired: true, isNotYetValid: false, hasName: true })
  const early = await facts({ names: ['other.example'], ...future })
  t.equal(early.authenticated, true)
  t.same(early.endEntity, { isExpired: false, isNotYetValid: true, hasName: false })
  const exact = await facts({ names, from: matchTime, to: matchTime })
  t.same(
    exact.endEntity,
    { isExpired: false, isNotYetValid: false, hasName: true },
    'both ends count (RFC 5280 §4.1.2.5)',
  )
})

t.test('matchChain gives the failure that came nearest, whatever the order', async (t) => {
  const root = await authority()
  const staleRoot = await authority({ subject: 'CN=Stale', ...past })
  const stranger = await authority({ subject: 'CN=Stranger' })
  const leaf = await issue({ names: ['other.example'], issuer: root })
  const stale = await issue({ names, issuer: staleRoot })
  const ladder: [string, Issued[], Uint8Array[]][] = [
    ['no-match', [leaf, root], [tlsaFor(stranger, 3, 1, 1)]],
    ['trust-anchor-missing', [leaf, root], [tlsaFor(stranger, 2, 0, 1)]],
    ['chain-broken', [leaf, root, stranger], [tlsaFor(stranger, 2, 1, 1)]],
    ['expired', [stale, staleRoot], [tlsaFor(staleRoot, 2, 0, 1)]],
    ['host-mismatch', [leaf, root], [tlsaFor(root, 2, 0, 1)]],
  ]
  for (const [failure, chain, tlsa] of ladder) t.equal(matchFor(chain, tlsa).failure, failure)
  const all = [
    tlsaFor(stranger, 3, 1, 1),
    tlsaFor(stranger, 2, 0, 1),
    tlsaFor(stranger, 2, 1, 1),
    tlsaFor(root, 2, 0, 1),
  ]
  fc.assert(
    fc.property(fc.shuffledSubarray(all, { minLength: 4 }), (tlsa) => {
      return matchFor([leaf, root], tlsa).failure === 'host-mismatch'
    }),
    { numRuns: 24 },
  )
})

t.test('matchChain takes any path that is good, not the first', async (t) => {
  const root = await authority({ subject: 'CN=Root' })
  const keys = await authority({ subject: 'CN=Middle', issuer: root })
  const stale = await authority({ subject: 'CN=Middle', issuer: root, keysOf: keys, ...past })
  const leaf = await issue({ names, issuer: keys })
  for (const chain of [
    [leaf, keys, stale, root],
    [leaf, stale, keys, root],
    [leaf, root, stale, keys],
  ]) {
    t.equal(matchFor(chain, [tlsaFor(root, 2, 0, 1)]).authenticated, true)
  }
  t.equal(matchFor([leaf, stale, root], [tlsaFor(root, 2, 0, 1)]).failure, 'expired')
})

t.test('matchChain does not care for the order of the chain above the leaf', async () => {
  const root = await authority({ subject: 'CN=Root' })
  const upper = await authority({ subject: 'CN=Upper', issuer: root })
  const lower = await authority({ subject: 'CN=Lower', issuer: upper })
  const leaf = await issue({ names, issuer: lower })
  const strangers = [await authority({ subject: 'CN=Root' }), await issue({ issuer: root })]
  const above = [root, upper, lower, ...strangers]
  fc.assert(
    fc.property(fc.shuffledSubarray(above, { minLength: above.length }), (order) => {
      return matchFor([leaf, ...order], [tlsaFor(root, 2, 1, 1)]).authenticated
    }),
    { numRuns: 40 },
  )
})

t.test('matchChain ends among certificates that all issue each other', async (t) => {
  const first = await authority({ subject: 'CN=Same' })
  const same: Issued[] = [first]
  while (same.length < chainLengthMax) {
    same.push(await authority({ subject: 'CN=Same', keysOf: first }))
  }
  const leaf = await issue({ names: ['other.example'], issuer: first })
  const result = matchFor([leaf, ...same], [tlsaFor(first, 2, 1, 1)])
  t.equal(result.failure, 'host-mismatch')
  const stranger = await authority({ subject: 'CN=Stranger' })
  const broken = matchFor([leaf, ...same.slice(1), stranger], [tlsaFor(stranger, 2, 0, 1)])
  t.equal(broken.authenticated, false)
})

t.test('bug: a bare key was tried for each path, not once for each certificate', async (t) => {
  const first = await authority({ subject: 'CN=Same' })
  const leaf = await issue({ names, issuer: first })
  const stranger = await authority({ subject: 'CN=Stranger' })
  let tried = 0
  const chain = Array.from({ length: chainLengthMax }, (_, at) => ({
    ...readCertificate((at === 0 ? leaf : first).der),
    isSignedBy: () => {
      tried++
      return false
    },
  })) as Certificate[]
  const [tlsa] = judgeTlsas([tlsaFor(stranger, 2, 1, 0)]).active
  if (!tlsa || !chain[0]) throw new Error('there are both')
  const question = { leaf: chain[0], chain, referenceNames: [], now: matchTime }
  const match = matchAnchor(tlsa, { ...question, issued: () => true })
  t.equal(match.failure, 'chain-broken')
  t.equal(tried, chainLengthMax)
})

t.test('matchChain looks at a bounded number of certificates', async (t) => {
  const root = await authority()
  const leaf = await issue({ names, issuer: root })
  const strangers = await Promise.all(
    Array.from({ length: chainLengthMax }, (_, at) => authority({ subject: `CN=${at}` })),
  )
  const tlsa = [tlsaFor(root, 2, 0, 1)]
  const upTo = (count: number) => [leaf, ...strangers.slice(0, count), root]
  t.equal(matchFor(upTo(chainLengthMax - 2), tlsa).authenticated, true)
  t.equal(matchFor(upTo(chainLengthMax - 1), tlsa).failure, 'trust-anchor-missing')
})

t.test('matchChain: the dates of a trust anchor count as one chooses', async (t) => {
  const root = await authority()
  const oldRoot = await authority(past)
  const oldMiddle = await authority({ subject: 'CN=Middle', issuer: root, ...past })
  const outcome = async (anchor: Issued, anchorDates?: AnchorDates, options = {}) => {
    const chain = [await issue({ names, issuer: anchor, ...options }), anchor]
    const more = anchorDates ? { anchorDates } : {}
    return matchFor(chain, [tlsaFor(anchor, 2, 0, 1)], undefined, more).failure ?? 'ok'
  }
  t.equal(await outcome(oldRoot), 'expired', 'of a root they do')
  t.equal(await outcome(oldMiddle), 'ok', 'of another authority they do not')
  t.equal(await outcome(oldRoot, 'never'), 'ok')
  t.equal(await outcome(oldMiddle, 'always'), 'expired')
  t.equal(await outcome(oldRoot, 'never', past), 'expired', 'those of the leaf always do')
})

t.test('matchChain wants the leaf first, whatever else was sent', async () => {
  const root = await authority({ permitted: ['example.com'] })
  const leaf = await issue({ names, issuer: root })
  const [leafRead, rootRead] = certificates(leaf, root)
  const tlsa = judgeTlsas([tlsaFor(root, 2, 0, 1), tlsaFor(root, 2, 1, 0), tlsaFor(leaf, 3, 1, 1)])
  fc.assert(
    fc.property(fc.shuffledSubarray([leafRead, rootRead, leafRead, rootRead]), (chain) => {
      const sent = chain.flatMap((one) => one ?? [])
      const reference = [parseName('mx.example.com.')]
      const result = matchChain({ tlsa, chain: sent, referenceNames: reference, now: matchTime })
      return result.authenticated === (sent[0] !== undefined && sent[0] === leafRead)
    }),
  )
})
