import { hash } from 'node:crypto'
import { lowerName, type Name, nameLengthMax } from '../wire/index.ts'

// `hash` into a binary (latin1) string takes about a third of the time that it takes into a buffer,
// because the string lives on the JavaScript heap; reading it back costs next to nothing. Measured
// by bench/nsec3-hash.ts. Every Node that package.json admits has `hash` (from 20.12, 22.0).

const sha1Octets = 20
const saltLengthMax = 255
const scratch = Buffer.alloc(nameLengthMax + saltLengthMax)

/** SHA-256 of the octets; 32 fresh octets. */
export function sha256(data: Uint8Array): Uint8Array {
  return digest('sha256', data)
}

/** The digest of the octets; 20, 32, 48 or 64 fresh octets. */
export function digest(
  algorithm: 'sha1' | 'sha256' | 'sha384' | 'sha512',
  data: Uint8Array,
): Uint8Array {
  return fromLatin1(hash(algorithm, data, 'binary'))
}

/** Whether two runs of octets are the same. Takes longer the later they differ: not for secrets. */
export function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

/**
 * The hash of a name in NSEC3 (RFC 5155 §5): SHA-1 of the name in lower case and the salt, then
 * `iterations` times more of the digest and the salt. 20 fresh octets. Costs O(iterations); callers
 * bound them (RFC 9276 §3.1 wants 0).
 *
 * `iterations` 0 to 65535; `salt` at most 255 octets.
 */
export function nsec3Hash(name: Name, iterations: number, salt: Uint8Array): Uint8Array {
  const lowered = lowerName(name)
  let first: Uint8Array = lowered
  if (salt.length > 0) {
    scratch.set(lowered)
    scratch.set(salt, lowered.length)
    first = scratch.subarray(0, lowered.length + salt.length)
  }
  let text = hash('sha1', first, 'binary')
  if (iterations > 0) {
    scratch.set(salt, sha1Octets)
    const again = scratch.subarray(0, sha1Octets + salt.length)
    for (let round = 0; round < iterations; round++) {
      scratch.write(text, 0, 'latin1')
      text = hash('sha1', again, 'binary')
    }
  }
  return fromLatin1(text)
}

function fromLatin1(text: string): Uint8Array {
  const octets = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) octets[at] = text.charCodeAt(at)
  return octets
}
