import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import type { SigningKey } from './sign.ts'

/** PKCS#8 of an Ed448 key (RFC 8410 §7) up to the seed that ends it. */
const ed448Prefix = Buffer.from('3047020100300506032b6571043b0439', 'hex')

/** What OpenSSL calls the hash of an algorithm of RSA (RFC 3110, RFC 5155, RFC 5702). */
const rsaHashes: ReadonlyMap<number, string> = new Map([
  [1, 'md5'],
  [5, 'sha1'],
  [7, 'sha1'],
  [8, 'sha256'],
  [10, 'sha512'],
])

/** A key of RSA by its numbers. Both primes are less one prime to the exponent. */
export interface RsaNumbers {
  readonly p: bigint
  readonly q: bigint
  readonly exponent: bigint
}

/** Whether keys of an algorithm are of RSA: 1, 5, 7, 8 and 10. */
export function isRsa(algorithm: number): boolean {
  return rsaHashes.has(algorithm)
}

/** Octets of a number without leading zeros, most significant first. */
function octetsOf(number: bigint): Uint8Array {
  const digits = number.toString(16)
  return Uint8Array.from(
    Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex'),
  )
}

function base64url(number: bigint): string {
  return Buffer.from(octetsOf(number)).toString('base64url')
}

/** What a number has to be multiplied by to be 1; both are prime to each other. */
function inverse(number: bigint, modulus: bigint): bigint {
  let [low, high] = [number % modulus, modulus]
  let [factor, next] = [1n, 0n]
  while (low > 1n) {
    const times = high / low
    ;[low, high] = [high - times * low, low]
    ;[factor, next] = [next - times * factor, factor]
  }
  return ((factor % modulus) + modulus) % modulus
}

function rsaKeyObject({ p, q, exponent }: RsaNumbers): KeyObject {
  const d = inverse(exponent, (p - 1n) * (q - 1n))
  const numbers = { n: p * q, e: exponent, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n) }
  const all = Object.entries({ ...numbers, qi: inverse(q, p) })
  const fields = Object.fromEntries(all.map(([name, number]) => [name, base64url(number)]))
  return createPrivateKey({ key: { kty: 'RSA', ...fields }, format: 'jwk' })
}

/**
 * A key of RSA that signs with PKCS#1 v1.5, by its numbers: for laboratories, which need zones of
 * algorithms that no server of today signs with. The private half is made at the first signature.
 *
 * `algorithm`: 1, 5, 7, 8 or 10.
 */
export function rsaSigningKey(algorithm: number, numbers: RsaNumbers): SigningKey {
  const hash = rsaHashes.get(algorithm) ?? 'sha256'
  const exponent = octetsOf(numbers.exponent)
  // RFC 3110 §2: the length of the exponent in one octet, or in two after a zero octet.
  const { length } = exponent
  const lengths = length < 256 ? [length] : [0, length >> 8, length & 0xff]
  let key: KeyObject | undefined
  return {
    algorithm,
    publicKey: Uint8Array.from([...lengths, ...exponent, ...octetsOf(numbers.p * numbers.q)]),
    sign(data) {
      key ??= rsaKeyObject(numbers)
      return Uint8Array.from(sign(hash, data, key))
    },
  }
}

/** A key of Ed448 (RFC 8080 §4) by its seed of 57 octets: for laboratories, as those of RSA. */
export function ed448SigningKey(seed: Uint8Array): SigningKey {
  const der = Buffer.concat([ed448Prefix, seed])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const { x } = createPublicKey(key).export({ format: 'jwk' })
  return {
    algorithm: 16,
    publicKey: Uint8Array.from(Buffer.from(x ?? '', 'base64url')),
    sign: (data) => Uint8Array.from(sign(null, data, key)),
  }
}
