import { sha256 } from '../crypto/index.ts'

const digestOctets = 32

/** Octets that look random, and are the same for the same text everywhere: a chain of SHA-256. */
export function seededOctets(text: string, count: number): Uint8Array {
  const octets = new Uint8Array(Math.ceil(count / digestOctets) * digestOctets)
  for (let at = 0; at < octets.length; at += digestOctets) {
    octets.set(sha256(Buffer.from(`${text} ${at / digestOctets}`)), at)
  }
  return octets.subarray(0, count)
}
