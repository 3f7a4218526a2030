/**
 * RFC 8080 §4, RFC 8032 §5.1: Ed25519 signatures and keys at the edges of their ranges, after those
 * that Project Wycheproof tries. S is below L, and every point has one encoding.
 */
import t from 'tap'
import { generatePrivateKey, verifySignature } from '../../../src/crypto/index.ts'

const L = 2n ** 252n + 27742317777372353535851937790883648493n
const p = 2n ** 255n - 19n
const octets = 32

/** Little-endian (RFC 8032 §5.1.2). */
function octetsOf(value: bigint): Buffer {
  const big = Buffer.from(value.toString(16).padStart(2 * octets, '0'), 'hex')
  return big.reverse()
}

function numberOf(little: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(little).reverse().toString('hex')}`)
}

const key = generatePrivateKey(15)
const data = Buffer.from('what was signed')
const good = key.sign(data)
const R = good.subarray(0, octets)
const S = numberOf(good.subarray(octets))
const verdict = (signature: Uint8Array, publicKey: Uint8Array = key.publicKey) =>
  verifySignature(15, publicKey, data, signature)
const withS = (value: bigint) => Buffer.concat([R, octetsOf(value)])
const withR = (encoded: Uint8Array) => Buffer.concat([encoded, octetsOf(S)])
const withSign = (encoded: Uint8Array) => {
  const copy = Buffer.from(encoded)
  copy[31] = (copy[31] ?? 0) ^ 0x80
  return copy
}

t.test('RFC 8032 §5.1.7: S that is not below L is refused', async (t) => {
  t.equal(verdict(good), 'good')
  for (const [value, why] of [
    [0n, 'S = 0'],
    [1n, 'S = 1'],
    [L - 1n, 'S = L - 1'],
    [L, 'S = L'],
    [L + 1n, 'S = L + 1'],
    [S + L, 'S + L, the same modulo L'],
    [S + 2n * L, 'S + 2 L'],
    [S + 7n * L, 'S + 7 L'],
    [L - S, 'L - S'],
    [2n ** 252n, 'S = 2^252'],
    [2n ** 255n - 1n, 'S = 2^255 - 1'],
    [2n ** 256n - 1n, 'S = 2^256 - 1'],
    [S ^ 1n, 'one bit of S'],
  ] as const) {
    t.equal(verdict(withS(value)), 'bad', why)
  }
})

t.test('RFC 8032 §5.1.3: R that is no point, or not its one encoding, is refused', async (t) => {
  for (const [encoded, why] of [
    [octetsOf(0n), 'y = 0'],
    [octetsOf(1n), 'the neutral element'],
    [withSign(octetsOf(1n)), 'the neutral element, with a sign'],
    [octetsOf(2n), 'off the curve'],
    [octetsOf(p - 1n), 'order 2'],
    [octetsOf(p), 'y = p'],
    [octetsOf(p + 1n), 'y = p + 1'],
    [octetsOf(2n ** 255n - 1n), 'y = 2^255 - 1'],
    [octetsOf(2n ** 256n - 1n), 'all ones'],
    [withSign(R), 'the other sign'],
  ] as const) {
    t.equal(verdict(withR(encoded)), 'bad', why)
  }
})

t.test('RFC 8080 §4: a signature of another length is refused', async (t) => {
  for (const signature of [
    new Uint8Array(0),
    R,
    good.subarray(0, 63),
    good.subarray(1),
    Buffer.concat([good, Buffer.of(0)]),
    Buffer.concat([good, good]),
  ]) {
    t.equal(verdict(signature), 'bad', `${signature.length} octets`)
  }
})

t.test(
  'RFC 8032 §5.1.3: a key that is no point, or not its one encoding, is refused',
  async (t) => {
    for (const [encoded, why] of [
      [octetsOf(2n), 'off the curve'],
      [octetsOf(p), 'y = p'],
      [octetsOf(p + 1n), 'y = p + 1'],
      [octetsOf(2n ** 255n - 1n), 'y = 2^255 - 1'],
      [octetsOf(2n ** 256n - 1n), 'all ones'],
      [withSign(key.publicKey), 'the other sign'],
      [key.publicKey.subarray(1), 'short'],
      [Buffer.concat([key.publicKey, Buffer.of(0)]), 'long'],
    ] as const) {
      t.equal(verdict(good, encoded), 'bad', why)
    }
  },
)

t.test('a key of small order is refused: everybody could sign for it', async (t) => {
  const eight = '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'
  const otherEight = 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'
  // [S]B = R + [k]A holds for whatever was signed, where A is neutral.
  const forgery = Buffer.concat([octetsOf(1n), octetsOf(0n)])
  for (const encoded of [
    octetsOf(1n),
    octetsOf(0n),
    octetsOf(p - 1n),
    Buffer.from(eight, 'hex'),
    Buffer.from(otherEight, 'hex'),
  ]) {
    for (const point of [encoded, withSign(encoded)]) {
      for (let attempt = 0; attempt < 16; attempt++) {
        t.equal(verifySignature(15, point, Buffer.of(attempt), forgery), 'bad')
      }
    }
  }
  const neutral448 = Buffer.concat([Buffer.of(1), Buffer.alloc(56)])
  const forgery448 = Buffer.concat([neutral448, Buffer.alloc(57)])
  t.equal(verifySignature(16, neutral448, data, forgery448), 'bad')
})
