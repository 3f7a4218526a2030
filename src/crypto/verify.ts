import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto'
import { algorithmByNumber } from './algorithms.ts'

/** What became of a signature. `unsupported`: the algorithm is not one of ours. */
export type Verdict = 'good' | 'bad' | 'unsupported'

/** A public key made ready once, for many signatures. */
export interface VerifyingKey {
  readonly algorithm: number
  /** Whether the signature (RRSIG signature field) fits the data. Never throws. */
  verify(data: Uint8Array, signature: Uint8Array): 'good' | 'bad'
}

/** RFC 5702 §2: keys are of 512 (RSASHA256) or 1024 (RSASHA512) to 4096 bits. */
const modulusOctetsMin: ReadonlyMap<number, number> = new Map([
  [8, 64],
  [10, 128],
])
const modulusOctetsMax = 512
/**
 * Longer public exponents are legal by RFC 3110 but serve nobody except who wants to burn our CPU;
 * F4 has 3 octets, the longest one seen in the wild, 2^32+1, has 5.
 */
const exponentOctetsMax = 5

/**
 * Makes a key ready to verify with: 8, 10 (RSA), 13, 14 (ECDSA), 15, 16 (EdDSA). Says `bad` of a
 * malformed public key (wrong length, a point off the curve, an RSA key out of bounds) and
 * `unsupported` of any other algorithm. Never throws. Costs about as much as one verification.
 *
 * `publicKey` is the public key field of a DNSKEY; it is not kept.
 */
export function verifyingKey(
  algorithm: number,
  publicKey: Uint8Array,
): VerifyingKey | 'bad' | 'unsupported' {
  const row = algorithmByNumber(algorithm)
  if (!row) return 'unsupported'
  const jwk = publicJwk(algorithm, publicKey)
  if (!jwk) return 'bad'
  const key = importKey(jwk)
  if (!key) return 'bad'
  const hashName = hashNames.get(algorithm) ?? null
  const input = { key, dsaEncoding: 'ieee-p1363' } as const
  const { signatureOctets } = row
  return {
    algorithm,
    verify(data, signature) {
      if (signatureOctets > 0 && signature.length !== signatureOctets) return 'bad'
      try {
        return verify(hashName, data, input, signature) ? 'good' : 'bad'
      } catch {
        // OpenSSL raises, rather than refuses, some signatures that cannot be parsed.
        return 'bad'
      }
    },
  }
}

/**
 * Verifies one signature. Never throws. A caller with many signatures of one key keeps a
 * `verifyingKey`, which is twice as fast.
 *
 * `publicKey`: public key field of the DNSKEY. `data`: what was signed (RFC 4034 §3.1.8.1).
 * `signature`: signature field of the RRSIG.
 */
export function verifySignature(
  algorithm: number,
  publicKey: Uint8Array,
  data: Uint8Array,
  signature: Uint8Array,
): Verdict {
  const key = verifyingKey(algorithm, publicKey)
  return typeof key === 'string' ? key : key.verify(data, signature)
}

const hashNames: ReadonlyMap<number, string> = new Map([
  [8, 'sha256'],
  [10, 'sha512'],
  [13, 'sha256'],
  [14, 'sha384'],
])

function publicJwk(algorithm: number, field: Uint8Array): JsonWebKey | undefined {
  switch (algorithm) {
    case 8:
    case 10:
      return rsaJwk(field, modulusOctetsMin.get(algorithm) ?? modulusOctetsMax)
    case 13:
      return curveJwk('P-256', field, 32)
    case 14:
      return curveJwk('P-384', field, 48)
    case 15:
      return edwardsJwk('Ed25519', field, 32)
    case 16:
      return edwardsJwk('Ed448', field, 57)
    default:
      return undefined
  }
}

/** RFC 6605 §4: the field is x | y, each as long as the field of the curve. */
function curveJwk(crv: string, field: Uint8Array, octets: number): JsonWebKey | undefined {
  if (field.length !== 2 * octets) return undefined
  return {
    kty: 'EC',
    crv,
    x: base64url(field.subarray(0, octets)),
    y: base64url(field.subarray(octets)),
  }
}

/** RFC 8080 §3: the field is the encoded point. */
function edwardsJwk(crv: string, field: Uint8Array, octets: number): JsonWebKey | undefined {
  if (field.length !== octets || isWeakPoint(field)) return undefined
  return { kty: 'OKP', crv, x: base64url(field) }
}

/**
 * Points of small order, little-endian and without the sign of x: for Ed25519 those of order 1, 2,
 * 4 and 8, for Ed448 those of order 1, 2 and 4. Under the first everybody can sign, and under the
 * others whoever tries a few times.
 */
const weakPoints: ReadonlySet<string> = new Set([
  `01${'00'.repeat(31)}`,
  `ec${'ff'.repeat(30)}7f`,
  '00'.repeat(32),
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  `01${'00'.repeat(56)}`,
  `fe${'ff'.repeat(27)}fe${'ff'.repeat(27)}00`,
  '00'.repeat(57),
])

/** p of Ed25519 less its first octet: what is as great, first octet included, encodes no point. */
const fieldTail = `${'ff'.repeat(30)}7f`

/** Small order, or, for Ed25519, a y that is not below p (RFC 8032 §5.1.3). */
function isWeakPoint(field: Uint8Array): boolean {
  const unsigned = Buffer.from(field)
  const last = unsigned.length - 1
  unsigned[last] = (unsigned[last] ?? 0) & 0x7f
  const text = unsigned.toString('hex')
  return weakPoints.has(text) || (text.slice(2) === fieldTail && (unsigned[0] ?? 0) >= 0xed)
}

/**
 * RFC 3110 §2: exponent length in one octet, or in two after a zero octet; exponent; modulus.
 * Leading zero octets are prohibited in both. An even exponent is none of RSA, and with exponent 1
 * everybody can sign.
 */
function rsaJwk(field: Uint8Array, octetsMin: number): JsonWebKey | undefined {
  const short = field[0] ?? 0
  const exponentAt = short === 0 ? 3 : 1
  const exponentOctets = short === 0 ? ((field[1] ?? 0) << 8) | (field[2] ?? 0) : short
  const modulusAt = exponentAt + exponentOctets
  const modulusOctets = field.length - modulusAt
  if (exponentOctets === 0 || exponentOctets > exponentOctetsMax) return undefined
  if (modulusOctets < octetsMin || modulusOctets > modulusOctetsMax) return undefined
  if (field[exponentAt] === 0 || field[modulusAt] === 0) return undefined
  const exponentEnd = field[modulusAt - 1] ?? 0
  if (exponentEnd % 2 === 0 || (exponentOctets === 1 && exponentEnd === 1)) return undefined
  return {
    kty: 'RSA',
    e: base64url(field.subarray(exponentAt, modulusAt)),
    n: base64url(field.subarray(modulusAt)),
  }
}

function importKey(jwk: JsonWebKey): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch {
    return undefined
  }
}

function base64url(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('base64url')
}
