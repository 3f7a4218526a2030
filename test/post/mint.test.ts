import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import { certificatesFromPem, privateKeyFromPem } from '../../src/crypto/index.ts'
import { readTlsa } from '../../src/dane/index.ts'
import { openMint } from '../../src/post/mint.ts'
import { testTime } from '../support/served-zone.ts'
import { rdata } from '../support/signed-data.ts'

const now = testTime as UnixSeconds
const read = (pem: string) => certificatesFromPem(pem) ?? []

t.test('openMint: equal seeds and times give equal octets, others do not', async (t) => {
  const shown = (seed: string, at = now) => openMint(seed, at).present('mx', ['mx.example'])
  const { key, chain } = shown('a')
  t.match(shown('a'), { key, chain })
  t.not(shown('b').key, key)
  t.equal(shown('a', (now + 1) as UnixSeconds).key, key, 'keys are of the seed alone')
  t.not(shown('a', (now + 1) as UnixSeconds).chain, chain)
})

t.test('present: a chain of the shared authority', async (t) => {
  const mint = openMint('a', now)
  const { key, chain, anchor } = mint.present('mx', ['mx.example', 'b.example'])
  const [leaf, top, ...more] = read(chain)
  t.equal(anchor, mint.authority)
  t.strictSame(more, [])
  if (!leaf || !top) throw new Error('no chain')
  t.ok(leaf.isIssuedBy(top))
  t.match(leaf, { subject: 'CN=mx.example', dnsNames: ['mx.example', 'b.example'], isCa: false })
  t.strictSame(Buffer.from(leaf.spki.subarray(-64)), Buffer.from(privateKeyFromPem(key).publicKey))
  t.not(read(mint.present('mx2', ['mx.example']).chain)[0]?.der, leaf.der)
})

t.test('present: what a spec changes', async (t) => {
  const mint = openMint('a', now)
  const chainOf = (spec: Parameters<typeof mint.present>[2]) =>
    read(mint.present('mx', ['mx.example'], spec).chain)
  t.match(chainOf({ leaf: { from: 10, to: 20 } }), [{ notBefore: now + 10, notAfter: now + 20 }])
  t.match(chainOf({ leaf: { commonName: 'x' } }), [{ commonName: 'x', dnsNames: ['mx.example'] }])
  t.equal(chainOf({ omit: ['anchor'] }).length, 1)
  const between = chainOf({ intermediate: { to: -5 } })
  t.match(between, [{}, { isCa: true, notAfter: now - 5 }, { isCa: true }])
  const [leaf, intermediate, anchor] = between
  t.ok(intermediate && leaf?.isIssuedBy(intermediate) && anchor && intermediate.isIssuedBy(anchor))
  t.equal(chainOf({ intermediate: {}, omit: ['intermediate'] }).length, 2)
  const [own, ...none] = chainOf({ selfSigned: true })
  t.ok(own?.isSignedBy(own.spki))
  t.equal(own?.issuer, 'CN=mx.example')
  t.strictSame(none, [])
  t.match(chainOf({ anchor: { to: -7 } })[1], { notAfter: now - 7, isCa: true })
})

t.test('tlsa: records of every selector and matching type match the chain', async (t) => {
  const { chain, tlsa } = openMint('a', now).present('mx', ['mx.example'])
  const certificates = read(chain)
  for (const usage of [2, 3]) {
    for (const selector of [0, 1]) {
      for (const matching of [0, 1, 2]) {
        const text = tlsa([usage, selector, matching], usage === 2 ? 'anchor' : 'leaf')
        t.ok(readTlsa(rdata('TLSA', text)), text.slice(0, 40))
        const octets = rdata('TLSA', text)
        const expected = selector === 0 ? 'der' : 'spki'
        const of = certificates[usage === 2 ? 1 : 0]
        if (matching === 0)
          t.strictSame(Buffer.from(octets.subarray(3)), Buffer.from(of?.[expected] ?? []))
        else t.equal(octets.length, 3 + 32 * matching)
      }
    }
  }
})
