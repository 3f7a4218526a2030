import { hash } from 'node:crypto'
import { lowerName, type Name, nameLengthMax } from '../wire/index.ts'

// Measured on Node 20.20: `hash` to a binary (latin1) string takes a third of the time that it takes to a
// buffer, because the string lives on the JavaScript heap. Reading it back costs next to nothing.
// See bench/nsec3-hash.ts.

const sha1Octets = 20
const saltLengthMax = 255
const scratch = Buffer.alloc(nameLengthMax + saltLengthMax)

/** SHA-256 of the octets; 32 fresh octets. */
export function sha256(data: Uint8Array): Uint8Array {
  return digest('sha256', data)
}

/** The digest of the octets; 20, 32 or 48 fresh octets. */
export function digest(algorithm: 'sha1' | 'sha256' | 'sha384', data: Uint8Array): Uint8Array {
  return fromLatin1(hash(algorithm, data, 'binary'))
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
  scratch.set(lowered)
  scratch.set(salt, lowered.length)
  let text = hash('sha1', scratch.subarray(0, lowered.length + salt.length), 'binary')
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
