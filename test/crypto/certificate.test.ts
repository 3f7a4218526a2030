import { execFileSync } from 'node:child_process'
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import fc from 'fast-check'
import t from 'tap'
import { certificatesFromPem, readCertificate, readSpki } from '../../src/crypto/index.ts'
import { authority, chainPem, type Issued, issue, type KeyKind } from '../support/certificates.ts'

const read = ({ der }: Issued) => {
  const certificate = readCertificate(der)
  if (!certificate) throw new Error('certificate not read')
  return certificate
}

const keyKinds: readonly KeyKind[] = ['p256', 'p384', 'ed25519', 'rsa2048']

t.test('readCertificate gives the key exactly as it stands, as openssl does', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'danelaw-certificate-'))
  t.teardown(() => rmSync(directory, { recursive: true, force: true }))
  for (const key of keyKinds) {
    const made = await issue({ names: ['mx.example'], key })
    const file = join(directory, `${key}.pem`)
    writeFileSync(file, made.pem)
    const pem = execFileSync('openssl', ['x509', '-in', file, '-noout', '-pubkey'], {
      encoding: 'utf8',
    })
    const expected = Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ''), 'base64')
    t.same(Buffer.from(read(made).spki), expected, key)
    const own = createPublicKey(createPrivateKey(made.keyPem))
    t.same(Buffer.from(read(made).spki), own.export({ type: 'spki', format: 'der' }), key)
  }
})

t.test('readCertificate tells subject, issuer and dates', async (t) => {
  const from = Date.UTC(2024, 1, 29, 12, 30, 1) / 1000
  const to = Date.UTC(2055, 11, 31, 23, 59, 59) / 1000
  const made = await issue({ subject: 'CN=a, O=Example, CN=b', from, to, names: ['x.example'] })
  const { subject, issuer, notBefore, notAfter, commonName, der } = read(made)
  t.equal(subject, issuer)
  t.match(subject, /^CN=a, O=Example, CN=b$/)
  t.equal(commonName, 'b', 'the last one')
  t.equal(notBefore, from, 'UTCTime')
  t.equal(notAfter, to, 'GeneralizedTime, from 2050 on')
  t.equal(der, made.der)
})

t.test('readCertificate gives dNSNames raw', async (t) => {
  const names = ['mx.example', '*.mx.example', 'a, DNS:evil.example', 'MX.Example', '"q"']
  t.same(read(await issue({ names, subject: 'CN=x' })).dnsNames, names)
  const bare = read(await issue({ subject: 'O=No name' }))
  t.same(bare.dnsNames, [])
  t.equal(bare.commonName, undefined)
})

t.test('readCertificate tells authorities and their constraints', async (t) => {
  const leaf = read(await issue())
  t.equal(leaf.isCa, false)
  t.equal(leaf.pathLength, undefined)
  t.equal(leaf.nameConstraints, undefined)
  const open = read(await authority())
  t.equal(open.isCa, true)
  t.equal(open.pathLength, undefined)
  const made = await authority({ ca: 2, permitted: ['example', '.org'], excluded: ['bad.example'] })
  const bound = read(made)
  t.equal(bound.pathLength, 2)
  t.same(bound.nameConstraints, { permitted: ['example', '.org'], excluded: ['bad.example'] })
  t.same(read(await authority({ permitted: ['example'] })).nameConstraints, {
    permitted: ['example'],
    excluded: [],
  })
})

t.test('readCertificate takes an extension it cannot read for the least it can say', async (t) => {
  const withValue = async (oid: string, der: string) =>
    read(await issue({ extensions: [{ oid, critical: true, der }] }))
  const closed = { permitted: [], excluded: [''] }
  for (const der of ['', '3000', '30', '04020000', '3003a00104', '3008a0063004820161ff']) {
    t.same((await withValue('2.5.29.30', der)).nameConstraints, closed, `nameConstraints ${der}`)
  }
  // A minimum of 1 (RFC 5280 §4.2.1.10 wants 0): not understood, so closed.
  t.same(
    (await withValue('2.5.29.30', '300aa00830068201618001 01'.replace(' ', ''))).nameConstraints,
    closed,
  )
  for (const der of [
    '',
    '3000',
    '3003010100',
    '30060101ff020180',
    '30070101ff02020100',
    '300401ff',
  ]) {
    t.equal((await withValue('2.5.29.19', der)).isCa, false, `basicConstraints ${der}`)
  }
  t.same((await withValue('2.5.29.17', '0403abcdef')).dnsNames, [])
  const twice = await issue({
    ca: 1,
    extensions: [{ oid: '2.5.29.19', critical: true, der: '30030101ff' }],
  })
  t.equal(read(twice).isCa, false, 'an extension that is there twice')
})

t.test('readCertificate sees purposes and critical extensions', async (t) => {
  const eku = async (der: string) =>
    read(await issue({ extensions: [{ oid: '2.5.29.37', critical: true, der }] }))
  t.equal(read(await issue()).serverAuth, true, 'without the extension')
  t.equal((await eku('300a06082b06010505070301')).serverAuth, true, 'serverAuth')
  t.equal((await eku('300606 04551d2500'.replace(' ', ''))).serverAuth, true, 'any')
  t.equal((await eku('300a06082b06010505070304')).serverAuth, false, 'emailProtection')
  const odd = { oid: '1.2.3.4', der: '0500' }
  const critical = await issue({ extensions: [{ ...odd, critical: true }] })
  t.equal(read(critical).hasUnknownCritical, true)
  const harmless = await issue({ extensions: [{ ...odd, critical: false }] })
  t.equal(read(harmless).hasUnknownCritical, false)
})

t.test('readCertificate agrees with OpenSSL on the authorities that Node trusts', async (t) => {
  t.ok(rootCertificates.length > 100)
  for (const pem of rootCertificates) {
    const [certificate] = certificatesFromPem(pem) ?? []
    const x509 = new X509Certificate(pem)
    const key = x509.publicKey.export({ type: 'spki', format: 'der' })
    const { spki, isCa, notBefore, notAfter, hasUnknownCritical } = certificate ?? {}
    const found = [Buffer.from(spki ?? []).toString('hex'), isCa, notBefore, notAfter]
    const dates = [x509.validFrom, x509.validTo].map((text) => Date.parse(text) / 1000)
    t.same(found, [key.toString('hex'), true, ...dates], x509.subject)
    t.equal(hasUnknownCritical, false)
    t.equal(certificate?.isIssuedBy(certificate), true)
  }
})

t.test('isIssuedBy wants the name, the key and a good signature', async (t) => {
  for (const key of keyKinds) {
    const ca = await authority({ key })
    const leaf = read(await issue({ names: ['mx.example'], issuer: ca }))
    t.equal(leaf.isIssuedBy(read(ca)), true, key)
    t.equal(read(ca).isIssuedBy(read(ca)), true, `${key}, by itself`)
    t.equal(read(ca).isIssuedBy(leaf), false)
    t.equal(leaf.isIssuedBy(read(await authority({ key }))), false, 'same name, other key')
    const renamed = await authority({ subject: 'CN=Other', keysOf: ca })
    t.equal(leaf.isIssuedBy(read(renamed)), false, 'same key, other name')
    t.equal(leaf.isSignedBy(read(renamed).spki), true, 'the bare key does it')
    t.equal(leaf.isSignedBy(leaf.spki), false)
    t.equal(leaf.isSignedBy(Uint8Array.of(1, 2, 3)), false)
  }
})

t.test('isIssuedBy says no to a signature that was changed', async (t) => {
  const ca = await authority()
  const leaf = await issue({ issuer: ca })
  const changed = leaf.der.slice()
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1
  t.equal(readCertificate(changed)?.isIssuedBy(read(ca)), false)
})

t.test('readSpki reads keys and nothing else', async (t) => {
  const kinds = ['EC P-256', 'EC P-384', 'ED25519', 'RSA 2048']
  for (const [at, key] of keyKinds.entries()) {
    const { spki, der } = read(await issue({ key }))
    t.equal(readSpki(spki)?.kind, kinds[at])
    t.equal(readSpki(spki)?.der, spki)
    t.equal(readSpki(Uint8Array.of(...spki, 0)), undefined, 'something follows')
    t.equal(readSpki(spki.subarray(0, -1)), undefined, 'cut short')
    t.equal(readSpki(der), undefined, 'a certificate')
  }
  t.equal(readSpki(new Uint8Array()), undefined)
  t.equal(readSpki(new Uint8Array(70_000)), undefined)
})

t.test('certificatesFromPem reads every certificate, or nothing', async (t) => {
  const ca = await authority()
  const leaf = await issue({ issuer: ca })
  const text = `words\n${leaf.keyPem}${chainPem(leaf, ca)}more words`
  t.same(
    certificatesFromPem(text)?.map(({ der }) => Buffer.from(der)),
    [Buffer.from(leaf.der), Buffer.from(ca.der)],
  )
  t.equal(certificatesFromPem(''), undefined)
  t.equal(certificatesFromPem(chainPem(leaf, ca).replace(/^M.*$/m, 'AAAA')), undefined)
})

t.test('readCertificate wants one certificate, the whole of it, and DER', async (t) => {
  const { der, pem } = await issue({ names: ['mx.example'] })
  t.equal(readCertificate(Uint8Array.of(...der, 0)), undefined, 'an octet too many')
  t.equal(readCertificate(Buffer.from(pem)), undefined, 'PEM')
  t.equal(readCertificate(new Uint8Array(100_000)), undefined)
  for (let length = 0; length < der.length; length++) {
    if (readCertificate(der.subarray(0, length))) t.fail(`cut to ${length} octets`)
  }
})

t.test('readCertificate never throws, whatever the octets', async (t) => {
  const ca = await authority({ permitted: ['example'], ca: 1 })
  const bases = [ca, await issue({ names: ['mx.example', '*.example'], issuer: ca })]
  const mutation = fc.record({
    base: fc.constantFrom(...bases),
    edits: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
    from: fc.nat(8),
    cut: fc.nat(8),
  })
  fc.assert(
    fc.property(mutation, ({ base, edits, from, cut }) => {
      const octets = base.der.slice(from < 8 ? 0 : from, cut < 8 ? undefined : -cut)
      for (const [at, octet] of edits) octets[at % octets.length] = octet
      const certificate = readCertificate(octets)
      if (!certificate) return true
      // What is read by us is never more than what OpenSSL reads.
      new X509Certificate(octets)
      certificate.isIssuedBy(read(ca))
      certificate.isSignedBy(octets)
      return certificate.dnsNames.length + certificate.subject.length >= 0
    }),
    { numRuns: 3000 },
  )
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => !readCertificate(octets)))
  t.pass('nothing was thrown')
})
