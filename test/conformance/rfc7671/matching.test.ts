/** RFC 7671: The DANE Protocol: Updates and Operational Guidance. Sections as there. */
import t from 'tap'
import { judgeTlsas } from '../../../src/dane/index.ts'
import { authority, type CertificateOptions, issue, tlsaFor } from '../../support/certificates.ts'
import { future, matchFor, past } from '../../support/chain-cases.ts'

const names = ['mx.example.com']
const keyUsage = (der: string) => ({ oid: '2.5.29.15', critical: true, der })

t.test('§5.1: with DANE-EE the certificate is only what it is matched by', async (t) => {
  const odd: Record<string, CertificateOptions> = {
    expired: past,
    'not yet valid': future,
    'another name': { names: ['other.example'] },
    'no name': { names: [], subject: 'O=Nobody' },
    'no signing by keyUsage': { extensions: [keyUsage('03020106')] },
    'not for servers': {
      extensions: [{ oid: '2.5.29.37', critical: true, der: '300a06082b06010505070304' }],
    },
    'a critical extension nobody knows': {
      extensions: [{ oid: '1.2.3.4', critical: true, der: '0500' }],
    },
    'an authority': { ca: true },
  }
  for (const [title, options] of Object.entries(odd)) {
    const leaf = await issue({ names, ...options })
    for (const selector of [0, 1]) {
      t.equal(matchFor([leaf], [tlsaFor(leaf, 3, selector, 1)]).authenticated, true, title)
    }
  }
})

t.test('§5.1: with DANE-EE the rest of the chain does not matter', async (t) => {
  const stranger = await authority({ subject: 'CN=Stranger', ...past })
  const leaf = await issue({ names, issuer: await authority() })
  t.equal(matchFor([leaf, stranger, stranger], [tlsaFor(leaf, 3, 1, 1)]).authenticated, true)
  t.equal(matchFor([stranger, leaf], [tlsaFor(leaf, 3, 1, 1)]).authenticated, false)
})

t.test('§5.2: with DANE-TA signatures and dates below the anchor count', async (t) => {
  const root = await authority()
  const middle = await authority({ subject: 'CN=Middle', issuer: root })
  const anchor = [tlsaFor(root, 2, 0, 1)]
  const leaf = await issue({ names, issuer: middle })
  t.equal(matchFor([leaf, middle, root], anchor).authenticated, true)
  const impostor = await authority({ subject: 'CN=Middle', issuer: await authority() })
  const forged = await issue({ names, issuer: impostor })
  t.equal(matchFor([forged, impostor, root], anchor).failure, 'chain-broken')
  t.equal(matchFor([forged, middle, root], anchor).failure, 'chain-broken', 'same name, other key')
  const stale = await issue({ names, issuer: middle, ...past })
  t.equal(matchFor([stale, middle, root], anchor).failure, 'expired', 'ta-leaf-expired')
  const early = await issue({ names, issuer: middle, ...future })
  t.equal(matchFor([early, middle, root], anchor).failure, 'not-yet-valid')
  const old = await authority({ subject: 'CN=Middle', issuer: root, keysOf: middle, ...past })
  t.equal(matchFor([leaf, old, root], anchor).failure, 'expired', 'ta-intermediate-expired')
})

t.test('§5.2: the constraints of the anchor apply', async (t) => {
  const under = async (options: CertificateOptions, middles = 0) => {
    const root = await authority(options)
    const chain = [root]
    for (let at = 0; at < middles; at++) {
      const issuer = chain[0]
      if (issuer) chain.unshift(await authority({ subject: `CN=Middle ${at}`, issuer }))
    }
    const issuer = chain[0] ?? root
    return matchFor([await issue({ names, issuer }), ...chain], [tlsaFor(root, 2, 0, 1)])
  }
  t.equal((await under({ ca: 0 })).authenticated, true)
  t.equal((await under({ ca: 0 }, 1)).failure, 'constraint', 'path length')
  t.equal((await under({ ca: 1 }, 1)).authenticated, true)
  t.equal((await under({ ca: 1 }, 2)).failure, 'constraint')
  t.equal((await under({ ca: false })).failure, 'constraint', 'no authority at all')
  t.equal((await under({ permitted: ['example.com'] }, 1)).authenticated, true)
  t.equal((await under({ permitted: ['example.net'] }, 1)).failure, 'constraint', 'names')
  t.equal((await under({ excluded: ['mx.example.com'] })).failure, 'constraint')
})

t.test('§5.2: the constraints of authorities between apply too', async (t) => {
  const root = await authority()
  const narrow = await authority({
    subject: 'CN=Narrow',
    issuer: root,
    permitted: ['example.net'],
  })
  const leaf = await issue({ names, issuer: narrow })
  t.equal(matchFor([leaf, narrow, root], [tlsaFor(root, 2, 1, 1)]).failure, 'constraint')
  t.equal(matchFor([leaf, narrow, root], [tlsaFor(narrow, 2, 0, 1)]).failure, 'constraint')
  const cn = await issue({ subject: 'CN=mx.example.com', issuer: narrow })
  const byName = matchFor([cn, narrow, root], [tlsaFor(root, 2, 0, 1)])
  t.equal(byName.failure, 'constraint', 'a common name that counts is constrained as well')
})

t.test('§5.2.2: a digest is no use when the anchor is not sent along', async (t) => {
  const root = await authority()
  const leaf = await issue({ names, issuer: root })
  for (const [selector, matching] of [
    [0, 1],
    [0, 2],
    [1, 1],
    [1, 2],
  ] as const) {
    const tlsa = [tlsaFor(root, 2, selector, matching)]
    t.equal(matchFor([leaf], tlsa).failure, 'trust-anchor-missing', 'ta-missing-in-chain')
    t.equal(matchFor([leaf, root], tlsa).authenticated, true)
  }
})

t.test('§5.2.2: 2 0 0 brings its anchor itself', async (t) => {
  const root = await authority({ permitted: ['example.com'] })
  const middle = await authority({ subject: 'CN=Middle', issuer: root })
  const leaf = await issue({ names, issuer: middle })
  const tlsa = [tlsaFor(root, 2, 0, 0)]
  t.equal(matchFor([leaf, middle], tlsa).authenticated, true, 'ta-omitted-200')
  t.equal(matchFor([leaf, middle, root], tlsa).authenticated, true)
  t.equal(matchFor([leaf], tlsa).failure, 'chain-broken', 'not the authorities between')
  const outside = await issue({ names: ['mx.example.net'], issuer: middle })
  t.equal(matchFor([outside, middle], tlsa, ['mx.example.net.']).failure, 'constraint')
})

t.test('§5.2.3: 2 1 0 is a key that the topmost certificate may be signed by', async (t) => {
  const root = await authority()
  const middle = await authority({ subject: 'CN=Middle', issuer: root })
  const leaf = await issue({ names, issuer: middle })
  const tlsa = [tlsaFor(root, 2, 1, 0)]
  t.equal(matchFor([leaf, middle], tlsa).authenticated, true)
  t.equal(matchFor([leaf], tlsa).failure, 'chain-broken')
  t.equal(matchFor([leaf, middle], tlsa, ['mx.example.net.']).failure, 'host-mismatch')
  const old = await authority({ subject: 'CN=Middle', issuer: root, keysOf: middle, ...past })
  t.equal(matchFor([leaf, old], tlsa).failure, 'expired', 'and has not expired')
  const renamed = await authority({ subject: 'CN=Renamed', keysOf: root })
  t.equal(
    matchFor([leaf, middle, renamed], tlsa).failure,
    'chain-broken',
    'a certificate of that key was sent, so it has to be the issuer',
  )
})

t.test('§8: the next key beside the current one does no harm', async (t) => {
  const current = await issue({ names })
  const next = await issue({ names })
  const tlsa = [tlsaFor(current, 3, 1, 1), tlsaFor(next, 3, 1, 1)]
  t.equal(matchFor([current], tlsa).authenticated, true)
  t.equal(matchFor([next], tlsa).authenticated, true)
})

t.test('§9: of each usage and selector, Full and the strongest digest count', async (t) => {
  const right = await issue({ names })
  const wrong = await issue({ names })
  const active = (...tlsa: Uint8Array[]) =>
    judgeTlsas(tlsa).active.map(({ text }) => text.slice(0, 5))
  // The example of the section: 3 1 1, 3 1 2 and 3 1 0 together.
  const three = [tlsaFor(right, 3, 1, 1), tlsaFor(right, 3, 1, 2), tlsaFor(right, 3, 1, 0)]
  t.same(active(...three), ['3 1 2', '3 1 0'])
  const others = [tlsaFor(wrong, 3, 1, 2), tlsaFor(wrong, 3, 1, 0)]
  t.equal(matchFor([right], [tlsaFor(right, 3, 1, 1), ...others]).authenticated, false)
  t.equal(matchFor([right], [tlsaFor(right, 3, 1, 0), ...others]).authenticated, true)
  t.equal(
    matchFor([right], [tlsaFor(right, 3, 1, 1), tlsaFor(wrong, 3, 1, 2)]).failure,
    'no-match',
    'tlsa-agility',
  )
  t.same(
    active(tlsaFor(right, 3, 1, 1), tlsaFor(right, 3, 0, 2), tlsaFor(right, 2, 1, 2)),
    ['3 1 1', '3 0 2', '2 1 2'],
    'other selectors and usages do not weigh in',
  )
  t.match(judgeTlsas(three).all[0], { usable: true, why: /3 1 2 is there and stronger/ })
})

t.test('§9: a stronger digest that cannot be used hides nothing', async (t) => {
  const right = await issue({ names })
  const malformed = tlsaFor(right, 3, 1, 2).subarray(0, -1)
  const result = matchFor([right], [malformed, tlsaFor(right, 3, 1, 1)])
  t.equal(result.authenticated, true)
})
