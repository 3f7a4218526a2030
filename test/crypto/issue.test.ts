import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import {
  type CertificateRequest,
  certificatesFromPem,
  certificatesToPem,
  issueCertificate,
  privateKeyFromSecret,
  readCertificate,
  sha256,
} from '../../src/crypto/index.ts'

const keyOf = (name: string) =>
  privateKeyFromSecret(13, sha256(Buffer.from(name)), { deterministic: true })

const rootKey = keyOf('root')
const leafKey = keyOf('leaf')
const from = (Date.UTC(2024, 1, 29, 12, 30, 1) / 1000) as UnixSeconds
const to = (Date.UTC(2051, 11, 31, 23, 59, 59) / 1000) as UnixSeconds
const root = { commonName: 'Lab Authority', key: rootKey }

const rootRequest: CertificateRequest = {
  ...{ serial: Uint8Array.of(1), dnsNames: [], isCa: true, issuer: root },
  ...{ commonName: root.commonName, key: rootKey, notBefore: from, notAfter: to },
}
const leafRequest: CertificateRequest = {
  ...{ serial: Uint8Array.of(2, 255), dnsNames: ['mx.example', '*.mx.example'], isCa: false },
  ...{ commonName: 'mx.example', key: leafKey, notBefore: from, notAfter: to, issuer: root },
}

t.test('issueCertificate: what goes in comes out by readCertificate', async (t) => {
  const authority = readCertificate(issueCertificate(rootRequest))
  const leaf = readCertificate(issueCertificate(leafRequest))
  if (!authority || !leaf) throw new Error('certificates are not read')
  t.match(authority, { commonName: 'Lab Authority', isCa: true, dnsNames: [], notBefore: from })
  t.match(leaf, {
    ...{ subject: 'CN=mx.example', issuer: 'CN=Lab Authority', commonName: 'mx.example' },
    ...{ dnsNames: leafRequest.dnsNames, isCa: false, serverAuth: true },
    ...{ notBefore: from, notAfter: to, hasUnknownCritical: false },
  })
  t.ok(leaf.isIssuedBy(authority))
  t.ok(authority.isIssuedBy(authority))
  t.notOk(authority.isIssuedBy(leaf))
})

t.test('issueCertificate: names that an authority may vouch for', async (t) => {
  const read = (permitted: readonly string[] | undefined) =>
    readCertificate(issueCertificate({ ...rootRequest, ...(permitted && { permitted }) }))
  t.strictSame(read(['test', 'mx.example'])?.nameConstraints, {
    ...{ permitted: ['test', 'mx.example'], excluded: [] },
  })
  t.equal(read(undefined)?.nameConstraints, undefined)
})

t.test('issueCertificate: equal requests give equal octets', async (t) => {
  t.strictSame(issueCertificate(leafRequest), issueCertificate(leafRequest))
})

t.test('issueCertificate: openssl verifies the chain by its strict rules', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'danelaw-issue-'))
  t.teardown(() => rmSync(directory, { recursive: true, force: true }))
  const [ca, leaf] = ['ca.pem', 'leaf.pem'].map((file) => join(directory, file))
  if (!ca || !leaf) throw new Error('no files')
  writeFileSync(ca, certificatesToPem(issueCertificate(rootRequest)))
  writeFileSync(leaf, certificatesToPem(issueCertificate(leafRequest)))
  const options = ['-x509_strict', '-purpose', 'sslserver', '-verify_hostname', 'a.mx.example']
  const verified = execFileSync('openssl', ['verify', ...options, '-CAfile', ca, leaf])
  t.match(verified.toString(), /: OK/)
})

t.test('issueCertificate: signatures of every shape verify', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 15 }), (rest) => {
      const der = issueCertificate({ ...leafRequest, serial: Uint8Array.of(1, ...rest) })
      const x509 = new X509Certificate(der)
      const authority = new X509Certificate(issueCertificate(rootRequest))
      return x509.verify(authority.publicKey) && x509.serialNumber.length === 2 * (rest.length + 1)
    }),
    { numRuns: 60 },
  )
})

t.test('certificatesToPem: a chain is read back', async (t) => {
  const chain = [issueCertificate(leafRequest), issueCertificate(rootRequest)]
  const read = certificatesFromPem(certificatesToPem(...chain))
  t.strictSame(
    read?.map(({ der }) => Buffer.from(der).toString('hex')),
    chain.map((der) => Buffer.from(der).toString('hex')),
  )
})
