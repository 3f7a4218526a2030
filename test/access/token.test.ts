import t from 'tap'
import { admit, hashSecret, makeToken, parseToken } from '../../src/access/index.ts'
import type { UnixSeconds } from '../../src/base/index.ts'
import { randomOctets } from '../../src/crypto/index.ts'

const now = 1000 as UnixSeconds

function kept(text: string, more: { expiresAt?: number; revokedAt?: number } = {}) {
  const parts = parseToken(text)
  if (!parts) throw new Error(`${text} is no token`)
  const token = {
    ...{ id: parts.id, tenant: 'acme', hash: hashSecret(parts.secret) },
    scope: { tenant: 'acme', verbs: ['read'] },
    expiresAt: more.expiresAt as UnixSeconds | undefined,
    revokedAt: more.revokedAt as UnixSeconds | undefined,
  }
  return { parts, token }
}

t.test('makeToken makes what parseToken takes apart', (t) => {
  const { id, text, hash } = makeToken(randomOctets)
  const parts = parseToken(text)
  t.equal(parts?.id, id)
  t.strictSame(hashSecret(parts?.secret ?? ''), hash)
  t.match(text, /^dl_[0-9a-v]{16}_[0-9a-v]{52}$/)
  t.not(makeToken(randomOctets).text, text)
  t.end()
})

t.test('parseToken refuses what is no token', (t) => {
  const { text } = makeToken(randomOctets)
  const near = [text.slice(1), text.slice(0, -1), `${text}0`, ` ${text}`, text.toUpperCase()]
  for (const bad of ['', 'x', 'dl__', ...near, text.replace('_', '-')]) {
    t.equal(parseToken(bad), undefined, bad)
  }
  t.end()
})

t.test('admit lets in whoever has the secret, while the token is good', (t) => {
  const { parts, token } = kept(makeToken(randomOctets).text)
  t.strictSame(admit(parts, token, now), {
    ...{ tokenId: token.id, tenant: 'acme', scope: { tenant: 'acme', verbs: ['read'] } },
  })
  t.equal(admit(parts, undefined, now), undefined, 'unknown')
  t.equal(
    admit({ ...parts, secret: `${parts.secret.slice(0, -1)}x` }, token, now),
    undefined,
    'wrong',
  )
  t.equal(admit({ ...parts, id: 'other' }, token, now), undefined, 'of another id')
  t.equal(admit(parts, { ...token, revokedAt: now }, now), undefined, 'revoked')
  t.equal(admit(parts, { ...token, expiresAt: now }, now), undefined, 'expired')
  t.ok(admit(parts, { ...token, expiresAt: (now + 1) as UnixSeconds }, now), 'not yet expired')
  t.end()
})
