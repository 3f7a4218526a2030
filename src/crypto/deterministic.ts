import { p256, p384 } from '@noble/curves/nist.js'
import { sha256, sha384 } from '@noble/hashes/sha2.js'

// `lowS: false`: noble by default folds s into the lower half, which DNSSEC knows nothing of; RFC
// 6979 signatures keep s as it comes. `prehash: false`: the data is hashed here, by the hash of
// the algorithm (RFC 6605 §1), the one that RFC 6979 seeds its nonces with too.
const options = { lowS: false, prehash: false, format: 'compact' } as const

/**
 * Signs with ECDSA and the nonce of RFC 6979: the same octets for the same key and data on every
 * machine, at about a thirtieth of OpenSSL's speed. Algorithm 13 or 14; `secret` is the scalar,
 * as long as the field of the curve. The signature is r | s (RFC 6605 §4).
 */
export function signDeterministic(
  algorithm: 13 | 14,
  data: Uint8Array,
  secret: Uint8Array,
): Uint8Array {
  return algorithm === 13
    ? p256.sign(sha256(data), secret, options)
    : p384.sign(sha384(data), secret, options)
}
