import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { systemClock, type UnixSeconds } from '../../src/base/index.ts'
import { certificatesFromPem, privateKeyFromPem } from '../../src/crypto/index.ts'
import { readTlsa } from '../../src/dane/index.ts'
import { addressGiver, castOf } from '../../src/post/cast.ts'
import { mailCases } from '../../src/post/index.ts'
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

t.test(
  'bug: authorities whose keys anybody can derive vouch for no name that is real',
  async (t) => {
    const mint = openMint('a', now)
    const intermediate = mint.present('mx', ['mx.example'], { intermediate: {}, anchor: {} })
    const authorities = [mint.authority, intermediate.chain, intermediate.anchor]
      .flatMap(read)
      .filter(({ isCa }) => isCa)
    t.equal(authorities.length, 4)
    for (const { nameConstraints, hasUnknownCritical } of authorities) {
      t.strictSame(nameConstraints, { permitted: ['test', 'example'], excluded: [] })
      t.notOk(hasUnknownCritical)
    }
  },
)

t.test('chains of all cases are strictly right where they should be', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'danelaw-mint-'))
  t.teardown(() => rmSync(directory, { recursive: true, force: true }))
  const file = (name: string, text: string) => {
    const path = join(directory, name)
    writeFileSync(path, text)
    return path
  }
  const mint = openMint('a', systemClock.now())
  const verify = (names: readonly string[], host: string) => {
    const { chain, anchor } = mint.present(host, names, { intermediate: {} })
    const options = ['-x509_strict', '-purpose', 'sslserver', '-verify_hostname', host]
    const files = ['-CAfile', file('ca.pem', anchor), '-untrusted', file('chain.pem', chain)]
    const leaf = file('leaf.pem', chain)
    const { status, stderr } = spawnSync('openssl', ['verify', ...options, ...files, leaf])
    return status === 0 ? 'OK' : stderr.toString()
  }
  t.equal(verify(['mx.example'], 'mx.example'), 'OK')
  t.match(verify(['mx.example', 'mx.microsoft'], 'mx.example'), /permitted subtree violation/)
})

t.test('common names and serial numbers of all cases are within their bounds', async (t) => {
  const mints = [openMint('a', now), openMint('a', (now + 1) as UnixSeconds)]
  const chains = mints
    .flatMap((mint) => {
      const give = addressGiver()
      return mailCases.map((one) => castOf(one, mint, give))
    })
    .flatMap(({ presented, site }) => [
      ...[...presented.values()].map(({ chain }) => chain),
      ...(site ? [site.credential.chain] : []),
    ])
    .flatMap(read)
  const serials = new Map<string, string>()
  for (const { commonName = '', der } of chains) {
    // RFC 5280 Appendix A.1: ub-common-name-length.
    t.ok(commonName.length > 0 && commonName.length <= 64, commonName)
    // RFC 5280 §4.1.2.2: positive, and unique to each authority.
    const { serialNumber } = new X509Certificate(der)
    t.match(serialNumber, /^[4-7][0-9A-F]{23}$/)
    const octets = Buffer.from(der).toString('hex')
    t.equal(serials.get(serialNumber) ?? octets, octets, 'one number, one certificate')
    serials.set(serialNumber, octets)
  }
})
