/** Keys of algorithms that only laboratories sign with. */
import { createPublicKey, verify } from 'node:crypto'
import t from 'tap'
import { ed448SigningKey, isRsa, rsaSigningKey, verifySignature } from '../../src/crypto/index.ts'

/** RFC 8032 §7.4, the blank message. */
const ed448 = {
  seed: [
    '6c82a562cb808d10d632be89c8513ebf6c929f34ddfa8c9f63c9960ef6e348a3528c8a3fcc2f',
    '044e39a3fc5b94492f8f032e7549a20098f95b',
  ].join(''),
  publicKey: [
    '5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778edf124769b46',
    'c7061bd6783df1e50f6cd1fa1abeafe8256180',
  ].join(''),
  signature: [
    '533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f2b233f034f62',
    '8281f2fd7a22ddd47d7828c59bd0a21bfd3980ff0d2028d4b18a9df63e006c5d1c2d345b925d',
    '8dc00b4104852db99ac5c7cdda8530a113a0f4dbb61149f05a7363268c71d95808ff2e652600',
  ].join(''),
}

/** Two primes of 256 bits. */
const p = 2n ** 255n + 95n
const q = 2n ** 255n + 141n
const data = Buffer.from('what is signed')

t.test('ed448SigningKey: as RFC 8032 has it', async (t) => {
  const key = ed448SigningKey(Buffer.from(ed448.seed, 'hex'))
  t.equal(key.algorithm, 16)
  t.equal(Buffer.from(key.publicKey).toString('hex'), ed448.publicKey)
  t.equal(Buffer.from(key.sign(new Uint8Array())).toString('hex'), ed448.signature)
  t.equal(verifySignature(16, key.publicKey, data, key.sign(data)), 'good')
})

t.test('rsaSigningKey: the key field is that of RFC 3110 §2', async (t) => {
  const { publicKey } = rsaSigningKey(8, { p, q, exponent: 65537n })
  t.same([...publicKey.subarray(0, 4)], [3, 1, 0, 1])
  t.equal(BigInt(`0x${Buffer.from(publicKey.subarray(4)).toString('hex')}`), p * q)
  const long = rsaSigningKey(8, { p, q, exponent: 2n ** 2040n + 1n }).publicKey
  t.same([...long.subarray(0, 4)], [0, 1, 0, 1], 'a length of more than one octet')
})

t.test('rsaSigningKey: signatures verify, by the hash of the algorithm', async (t) => {
  const key = rsaSigningKey(8, { p, q, exponent: 65537n })
  t.equal(verifySignature(8, key.publicKey, data, key.sign(data)), 'good')
  t.same(key.sign(data), key.sign(data))
  const jwk = {
    kty: 'RSA',
    e: 'AQAB',
    n: Buffer.from(key.publicKey.subarray(4)).toString('base64url'),
  }
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' })
  for (const [algorithm, hash] of [
    [1, 'md5'],
    [5, 'sha1'],
    [7, 'sha1'],
    [8, 'sha256'],
  ] as const) {
    const { sign } = rsaSigningKey(algorithm, { p, q, exponent: 65537n })
    t.ok(verify(hash, data, publicKey, sign(data)), `algorithm ${algorithm}`)
  }
})

t.test('isRsa', async (t) => {
  t.same(Array.from({ length: 20 }, (_, algorithm) => algorithm).filter(isRsa), [1, 5, 7, 8, 10])
})
