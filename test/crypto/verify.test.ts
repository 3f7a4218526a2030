import { ed25519 } from '@noble/curves/ed25519.js'
import { p256, p384 } from '@noble/curves/nist.js'
import fc from 'fast-check'
import t from 'tap'
import {
  generatePrivateKey,
  privateKeyFromSecret,
  verifyingKey,
  verifySignature,
} from '../../src/crypto/index.ts'

// The edges that Project Wycheproof tries, and @noble/curves as a second opinion both ways.

const order: Readonly<Record<number, bigint>> = { 13: p256.Point.Fn.ORDER, 14: p384.Point.Fn.ORDER }
const data = new TextEncoder().encode('what is signed')
const all = { prehash: true, lowS: false } as const

function octets(value: bigint, length: number): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex'))
}

function scalar(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

for (const algorithm of [13, 14]) {
  const size = algorithm === 13 ? 32 : 48
  const n = order[algorithm] ?? 0n
  const key = privateKeyFromSecret(algorithm, new Uint8Array(size).fill(7))
  const good = key.sign(data)
  const r = good.subarray(0, size)
  const s = good.subarray(size)
  const join = (left: Uint8Array, right: Uint8Array) => Buffer.concat([left, right])
  const top = (1n << BigInt(8 * size)) - 1n
  const edges = {
    'r = 0': join(new Uint8Array(size), s),
    's = 0': join(r, new Uint8Array(size)),
    'r = s = 0': new Uint8Array(2 * size),
    'r = n': join(octets(n, size), s),
    's = n': join(r, octets(n, size)),
    'r = s = 2^k - 1': join(octets(top, size), octets(top, size)),
    'r = s = 1': join(octets(1n, size), octets(1n, size)),
    'no octets': new Uint8Array(),
    'one octet less': good.subarray(0, -1),
    'one octet more': join(good, new Uint8Array(1)),
    'half of it': r,
    'r and s exchanged': join(s, r),
  }
  for (const [what, signature] of Object.entries(edges)) {
    t.test(`verifySignature, algorithm ${algorithm}: ${what} is bad`, async (t) => {
      t.equal(verifySignature(algorithm, key.publicKey, data, signature), 'bad')
    })
  }

  t.test(`verifySignature, algorithm ${algorithm}: n - s is as good as s`, async (t) => {
    const mirrored = join(r, octets(n - scalar(s), size))
    t.equal(verifySignature(algorithm, key.publicKey, data, mirrored), 'good')
  })

  t.test(`verifySignature, algorithm ${algorithm}: a malformed public key is bad`, async (t) => {
    const off = key.publicKey.slice()
    off[size] = (off[size] ?? 0) ^ 1
    const malformed = [
      off,
      new Uint8Array(2 * size),
      new Uint8Array(2 * size).fill(255),
      key.publicKey.subarray(1),
      new Uint8Array(),
    ]
    for (const publicKey of malformed) {
      t.equal(verifySignature(algorithm, publicKey, data, good), 'bad')
    }
  })
}

t.test('sign: noble verifies what OpenSSL signs, and the reverse', async (t) => {
  const curves = { 13: p256, 14: p384 }
  fc.assert(
    fc.property(
      fc.constantFrom(13 as const, 14 as const),
      fc.uint8Array({ minLength: 31, maxLength: 32 }).filter((secret) => scalar(secret) > 0n),
      fc.uint8Array({ maxLength: 500 }),
      (algorithm, secret, message) => {
        const curve = curves[algorithm]
        const key = privateKeyFromSecret(algorithm, secret)
        const padded = key.secret()
        const uncompressed = curve.getPublicKey(padded, false)
        const same = Buffer.compare(uncompressed.subarray(1), key.publicKey) === 0
        const ours = curve.verify(key.sign(message), message, uncompressed, all)
        const theirs = curve.sign(message, padded, all)
        return same && ours && verifySignature(algorithm, key.publicKey, message, theirs) === 'good'
      },
    ),
    { numRuns: 40 },
  )
  t.pass('for 40 keys and messages')
})

t.test('sign: Ed25519 gives the octets that noble gives', async (t) => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.uint8Array({ maxLength: 500 }),
      (secret, message) => {
        const key = privateKeyFromSecret(15, secret)
        const same = Buffer.compare(key.publicKey, ed25519.getPublicKey(secret)) === 0
        return same && Buffer.compare(key.sign(message), ed25519.sign(message, secret)) === 0
      },
    ),
    { numRuns: 40 },
  )
  t.pass('for 40 keys and messages')
})

t.test('verifySignature, algorithm 15: s not below the order is bad', async (t) => {
  // RFC 8032 §5.1.7 decodes S as a number below L; S + L would verify without that check.
  const key = privateKeyFromSecret(15, new Uint8Array(32).fill(7))
  const good = key.sign(data)
  t.equal(verifySignature(15, key.publicKey, data, good), 'good')
  const order25519 = 2n ** 252n + 27742317777372353535851937790883648493n
  const s = scalar(good.slice(32).reverse()) + order25519
  const shifted = Buffer.concat([good.subarray(0, 32), octets(s, 32).reverse()])
  t.equal(verifySignature(15, key.publicKey, data, shifted), 'bad')
})

t.test('verifySignature: an algorithm that is not ours is unsupported', async (t) => {
  for (const algorithm of [0, 1, 3, 5, 7, 12, 17, 253, 255]) {
    t.equal(verifySignature(algorithm, new Uint8Array(64), data, new Uint8Array(64)), 'unsupported')
  }
})

t.test('verifySignature: RSA keys out of bounds are bad (RFC 3110 §2, RFC 5702 §2)', async (t) => {
  const modulus = new Uint8Array(128).fill(0xc5)
  const f4 = [1, 0, 1]
  const keys = {
    empty: [],
    'exponent length missing': [0, 0],
    'no exponent': [0, 0, 0, ...modulus],
    'exponent past the end': [200, ...f4],
    'leading zero in exponent': [4, 0, ...f4, ...modulus],
    'leading zero in modulus': [3, ...f4, 0, ...modulus],
    'exponent of 6 octets': [6, 1, 2, 3, 4, 5, 7, ...modulus],
    'even exponent': [3, 1, 0, 2, ...modulus],
    'exponent 1': [1, 1, ...modulus],
    'modulus of 504 bits': [3, ...f4, ...modulus.subarray(0, 63)],
    'modulus of 4104 bits': [3, ...f4, ...new Uint8Array(513).fill(0xc5)],
  }
  for (const [what, key] of Object.entries(keys)) {
    t.equal(verifyingKey(8, Uint8Array.from(key)), 'bad', what)
  }
  t.type(verifyingKey(8, Uint8Array.from([3, ...f4, ...modulus])), 'object', 'short form')
  t.type(verifyingKey(8, Uint8Array.from([0, 0, 3, ...f4, ...modulus])), 'object', 'long form')
})

t.test('verifySignature never throws and never accepts noise', async (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 255 }),
      fc.uint8Array({ maxLength: 140 }),
      fc.uint8Array({ maxLength: 140 }),
      (algorithm, publicKey, signature) =>
        verifySignature(algorithm, publicKey, data, signature) !== 'good',
    ),
    { numRuns: 300 },
  )
  const real = [13, 14, 15].map((algorithm) => generatePrivateKey(algorithm))
  fc.assert(
    fc.property(
      fc.constantFrom(...real),
      fc.uint8Array({ minLength: 60, maxLength: 100 }),
      (key, noise) => verifySignature(key.algorithm, key.publicKey, data, noise) === 'bad',
    ),
    { numRuns: 300 },
  )
  t.pass('for 600 of them')
})

t.test('verifyingKey verifies many signatures of one key', async (t) => {
  const key = privateKeyFromSecret(13, new Uint8Array(32).fill(9))
  const verifier = verifyingKey(13, key.publicKey)
  if (typeof verifier === 'string') throw new Error(verifier)
  for (const message of [data, new Uint8Array(), new Uint8Array(70000)]) {
    t.equal(verifier.verify(message, key.sign(message)), 'good')
    t.equal(verifier.verify(Uint8Array.of(...message.subarray(0, 9), 1), key.sign(message)), 'bad')
  }
})
