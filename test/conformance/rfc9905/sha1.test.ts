/** RFC 9905 §2, RFC 9904: which algorithms a validator goes by. */
import { constants, createPublicKey, sign } from 'node:crypto'
import t from 'tap'
import { generatePrivateKey, type PrivateKey } from '../../../src/crypto/index.ts'
import { inShort } from '../../support/fault-tree.ts'
import { opensslKey } from '../../support/openssl-key.ts'
import { apexText, buildTree, judge } from '../../support/signed-tree.ts'

/** An RSA key to sign zones with, which the server itself has no use for (RFC 3110 §2). */
function rsaKey(algorithm: number, hashName: string, modulusLength = 2048): PrivateKey {
  const privateKey = opensslKey({ rsa: modulusLength })
  const { n = '', e = '' } = createPublicKey(privateKey).export({ format: 'jwk' })
  const exponent = Buffer.from(e, 'base64url')
  const field = Buffer.concat([Buffer.of(exponent.length), exponent, Buffer.from(n, 'base64url')])
  return {
    algorithm,
    publicKey: field,
    sign: (data) =>
      Uint8Array.from(
        sign(hashName, data, { key: privateKey, padding: constants.RSA_PKCS1_PADDING }),
      ),
    secret: () => new Uint8Array(0),
  }
}

function ed448Key(): PrivateKey {
  const privateKey = opensslKey('ed448')
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' })
  return {
    algorithm: 16,
    publicKey: Buffer.from(x, 'base64url'),
    sign: (data) => Uint8Array.from(sign(null, data, privateKey)),
    secret: () => new Uint8Array(0),
  }
}

/** The verdict on data and on a denial of a zone that is signed by the key. */
function verdicts(key: PrivateKey): readonly string[] {
  const tree = buildTree([
    { apex: '.', text: apexText, signing: { denial: 'nsec' } },
    { apex: 'test.', text: `${apexText}\nmail A 192.0.2.1`, signing: { denial: 'nsec', key } },
  ])
  return ['A', 'AAAA'].map((type) => {
    const verdict = judge(tree, 'mail.test.', type)
    return `${inShort(verdict)} ${verdict.reason.ede ?? '-'}`
  })
}

const secure = ['secure NOERROR -', 'secure NOERROR -']
const insecure = ['insecure NOERROR 1', 'insecure NOERROR 1']

t.test('RFC 9904 §2: the algorithms that count make a zone secure', async (t) => {
  t.strictSame(verdicts(rsaKey(8, 'sha256')), secure, 'RSASHA256')
  t.strictSame(verdicts(rsaKey(10, 'sha512')), secure, 'RSASHA512')
  t.strictSame(verdicts(generatePrivateKey(13)), secure, 'ECDSAP256SHA256')
  t.strictSame(verdicts(generatePrivateKey(14)), secure, 'ECDSAP384SHA384')
  t.strictSame(verdicts(generatePrivateKey(15)), secure, 'ED25519')
  t.strictSame(verdicts(ed448Key()), secure, 'ED448')
})

t.test('RFC 9905 §2: RSA with SHA-1 counts as unsupported, so the zone is insecure', async (t) => {
  t.strictSame(verdicts(rsaKey(5, 'sha1')), insecure, 'RSASHA1')
  t.strictSame(verdicts(rsaKey(7, 'sha1')), insecure, 'RSASHA1-NSEC3-SHA1')
})

t.test('RFC 5702 §2: keys out of bounds verify nothing', async (t) => {
  const small = verdicts(rsaKey(10, 'sha512', 768))
  t.strictSame(small, ['bogus 6 6', 'bogus 6 6'])
})
