/**
 * RFC 6605 §4: signatures and keys at the edges of their ranges, after those that Project
 * Wycheproof tries. r and s are in 1 … n - 1, each as long as the order; a key is a point of the
 * curve.
 */
import t from 'tap'
import { generatePrivateKey, verifySignature } from '../../../src/crypto/index.ts'

const curves = [
  {
    name: 'P-256',
    algorithm: 13,
    octets: 32,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
  },
  {
    name: 'P-384',
    algorithm: 14,
    octets: 48,
    n: 2n ** 384n - 0x389cb27e0bc8d220a7e5f24db74f58851313e695333ad68dn,
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
  },
] as const

function octetsOf(value: bigint, octets: number): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * octets, '0'), 'hex')
}

function numberOf(octets: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(octets).toString('hex')}`)
}

/** A DER sequence of two integers, which DNSSEC does not use. */
function der(r: Uint8Array, s: Uint8Array): Buffer {
  const integer = (value: Uint8Array) => {
    const positive = Buffer.concat([Buffer.of(0), value])
    return Buffer.concat([Buffer.of(2, positive.length), positive])
  }
  const body = Buffer.concat([integer(r), integer(s)])
  return Buffer.concat([Buffer.of(0x30, body.length), body])
}

for (const { name, algorithm, octets, n, p } of curves) {
  const key = generatePrivateKey(algorithm)
  const data = Buffer.from('what was signed')
  const good = key.sign(data)
  const r = numberOf(good.subarray(0, octets))
  const s = numberOf(good.subarray(octets))
  const verdict = (signature: Uint8Array, publicKey: Uint8Array = key.publicKey) =>
    verifySignature(algorithm, publicKey, data, signature)
  const pair = (one: bigint, two: bigint) =>
    Buffer.concat([octetsOf(one, octets), octetsOf(two, octets)])
  const most = 2n ** BigInt(8 * octets) - 1n

  t.test(`RFC 6605 §4: ${name}, r or s out of range is refused`, async (t) => {
    t.equal(verdict(good), 'good')
    const zero = 0n
    for (const [one, two, why] of [
      [zero, s, 'r = 0'],
      [r, zero, 's = 0'],
      [zero, zero, 'r = s = 0'],
      [n, s, 'r = n'],
      [r, n, 's = n'],
      [zero, n, 'r = 0, s = n'],
      [n, zero, 'r = n, s = 0'],
      [n, n, 'r = s = n'],
      [n + 1n, s, 'r = n + 1'],
      [r, n + 1n, 's = n + 1'],
      [p, s, 'r = p'],
      [r, p, 's = p'],
      [p + 1n, s, 'r = p + 1'],
      [most, s, 'r = 2^k - 1'],
      [r, most, 's = 2^k - 1'],
      [most, most, 'both 2^k - 1'],
    ] as const) {
      t.equal(verdict(pair(one, two)), 'bad', why)
    }
  })

  t.test(`RFC 6605 §4: ${name}, values in range that are not the signature's`, async (t) => {
    for (const [one, two, why] of [
      [1n, 1n, 'r = s = 1'],
      [1n, s, 'r = 1'],
      [r, 1n, 's = 1'],
      [n - 1n, s, 'r = n - 1'],
      [r, n - 1n, 's = n - 1'],
      [n - 1n, n - 1n, 'both n - 1'],
      [n - r, s, 'n - r'],
      [s, r, 'swapped'],
      [r ^ 1n, s, 'one bit of r'],
      [r, s ^ 1n, 'one bit of s'],
    ] as const) {
      t.equal(verdict(pair(one, two)), 'bad', why)
    }
    // FIPS 186-5 §6.4.2 has no rule of low s: (r, n - s) is as good, and changes no data.
    t.equal(verdict(pair(r, n - s)), 'good')
  })

  t.test(`RFC 6605 §4: ${name}, a signature of another length is refused`, async (t) => {
    for (const signature of [
      new Uint8Array(0),
      good.subarray(0, 2 * octets - 1),
      good.subarray(1),
      good.subarray(0, octets),
      Buffer.concat([good, Buffer.of(0)]),
      Buffer.concat([Buffer.of(0), good]),
      Buffer.concat([good, good]),
      Buffer.concat([octetsOf(r, octets + 1), octetsOf(s, octets + 1)]),
      der(good.subarray(0, octets), good.subarray(octets)),
    ]) {
      t.equal(verdict(signature), 'bad', `${signature.length} octets`)
    }
  })

  t.test(`RFC 6605 §4: ${name}, what is no point of the curve is no key`, async (t) => {
    const x = numberOf(key.publicKey.subarray(0, octets))
    const y = numberOf(key.publicKey.subarray(octets))
    t.equal(verdict(good, pair(x, p - y)), 'bad', 'the point mirrored is another key')
    for (const [one, two, why] of [
      [0n, 0n, 'infinity'],
      [x, y ^ 1n, 'off the curve'],
      [x, 0n, 'y = 0'],
      [0n, y, 'x = 0'],
      [p, y, 'x = p'],
      [x, p, 'y = p'],
      [most, most, 'both 2^k - 1'],
    ] as const) {
      t.equal(verdict(good, pair(one, two)), 'bad', why)
    }
    for (const field of [
      new Uint8Array(0),
      key.publicKey.subarray(1),
      Buffer.concat([Buffer.of(4), key.publicKey]),
      Buffer.concat([Buffer.of(2), key.publicKey.subarray(0, octets)]),
    ]) {
      t.equal(verdict(good, field), 'bad', `${field.length} octets`)
    }
  })
}
