import { createPublicKey } from 'node:crypto'
import t from 'tap'
import { CodedError } from '../../src/base/index.ts'
import { formatTlsa } from '../../src/dane/index.ts'
import {
  hasPrivateKey,
  pemCharactersMax,
  publicPem,
  readKeyMaterial,
} from '../../src/rollover/certificates.ts'
import { authority, chainPem, type Issued, issue, tlsaFor } from '../support/certificates.ts'

const root = await authority()
const issuer = await authority({ subject: 'CN=Intermediate', issuer: root })
const leaf = await issue({ names: ['mail.a.test'], issuer, to: 1_900_000_000 })
const other = await issue({ names: ['mail.a.test'], key: 'rsa2048' })

const source = 'mail.pem'
const alone = { issuer: false }
const textOf = (certificate: Issued, usage: number): string => {
  const [a, b, c, ...data] = tlsaFor(certificate, usage, 1, 1)
  return `${a} ${b} ${c} ${Buffer.from(data).toString('hex')}`
}
const tlsas = (text: string, how = alone) =>
  readKeyMaterial({ text, source }, how).tlsas.map(formatTlsa)

/** Why a text is refused: `line: message`. */
function refused(text: string, how = alone): string {
  try {
    readKeyMaterial({ text, source }, how)
    return 'taken'
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return `${error.code} ${error.place?.line}: ${error.message}`
  }
}

t.test('readKeyMaterial: chains, keys alone, private keys as their public halves', async (t) => {
  const chain = chainPem(leaf, issuer, root)
  const material = readKeyMaterial({ text: chain, source }, alone)
  t.same(material.tlsas.map(formatTlsa), [textOf(leaf, 3)])
  t.equal(material.notAfter, 1_900_000_000)
  t.equal(`3 1 1 ${material.id}`, textOf(leaf, 3))
  t.same(tlsas(chain, { issuer: true }), [textOf(leaf, 3), textOf(issuer, 2)])
  t.same(tlsas(`${leaf.keyPem}${chain}`), [textOf(leaf, 3)], 'as Postfix has them in one file')
  t.same(tlsas(other.keyPem), [textOf(other, 3)])
  t.equal(readKeyMaterial({ text: other.keyPem, source }, alone).notAfter, undefined)
  const publicKey = createPublicKey(other.pem).export({ type: 'spki', format: 'pem' }).toString()
  t.same(tlsas(publicKey), [textOf(other, 3)])
  t.same(tlsas(chain.replaceAll('\n', '\r\n')), [textOf(leaf, 3)])
  t.same(tlsas(`Subject: somebody\n${chain}`), [textOf(leaf, 3)], 'words around it (RFC 7468 §2)')
})

t.test('readKeyMaterial: refusals say where', async (t) => {
  const pem = 'Cannot use PEM of "mail.pem"'
  t.equal(refused(''), `pem-invalid 1: ${pem}: it has neither a certificate nor a key`)
  t.match(refused(leaf.pem.slice(0, 200)), /^pem-invalid 1: .* has no end$/, 'half written')
  t.match(refused(`x\n${leaf.pem.replace('MI', 'XX')}`), /^pem-invalid 2: .* cannot be read$/)
  t.match(refused(`${leaf.pem}${other.keyPem}`), /the key is not that of the first certificate$/)
  t.match(refused(`${leaf.keyPem}${other.keyPem}`), /more than one key and no certificate$/)
  t.match(refused(leaf.pem, { issuer: true }), /the issuer of CN=mail\.a\.test is not in the chain/)
  t.match(refused(other.keyPem, { issuer: true }), /says nothing of its issuer$/)
  t.match(refused('-----END CERTIFICATE-----\n'), /is out of place$/)
  t.match(refused(' '.repeat(pemCharactersMax + 1)), /at most 262144$/)
  t.match(refused(leaf.pem.repeat(33)), /33 blocks, at most 32$/)
  const locked =
    '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n'
  t.match(refused(locked), /cannot be read, or has a passphrase$/)
})

t.test('publicPem: nothing private is left, and the meaning is the same', async (t) => {
  for (const text of [`${leaf.keyPem}${chainPem(leaf, issuer)}`, other.keyPem]) {
    t.ok(hasPrivateKey(text))
    const open = publicPem({ text, source })
    t.notOk(hasPrivateKey(open))
    t.same(tlsas(open), tlsas(text))
  }
})
