import { CodedError } from '../base/index.ts'
import type { RRType } from './codes.ts'

/**
 * Encodes types as the window blocks of RFC 4034 §4.1.2. The types may come in any order and
 * repeat; none gives zero octets (as in the NSEC3 of an empty non-terminal, RFC 5155 §7.1).
 */
export function typeBitmap(types: Iterable<RRType>): Uint8Array {
  const sorted = [...new Set(types)].sort((a, b) => a - b)
  const octets: number[] = []
  for (let at = 0; at < sorted.length; ) {
    const window = (sorted[at] ?? 0) >>> 8
    const block: number[] = []
    for (; at < sorted.length && (sorted[at] ?? 0) >>> 8 === window; at++) {
      const low = (sorted[at] ?? 0) & 0xff
      while (block.length <= low >>> 3) block.push(0)
      block[low >>> 3] = (block[low >>> 3] ?? 0) | (0x80 >>> (low & 7))
    }
    octets.push(window, block.length, ...block)
  }
  return Uint8Array.from(octets)
}

/**
 * Decodes window blocks into ascending types.
 *
 * @throws {CodedError} `wire-malformed` for blocks out of order, empty, over 32 octets, cut short,
 *   or ending in a zero octet (RFC 4034 §4.1.2 has one form only)
 */
export function readTypeBitmap(octets: Uint8Array): RRType[] {
  const types: RRType[] = []
  let previous = -1
  for (let at = 0; at < octets.length; ) {
    const window = octets[at] ?? 0
    const length = octets[at + 1] ?? 0
    const last = octets[at + 1 + length] ?? 0
    if (window <= previous || length < 1 || length > 32 || last === 0) {
      throw new CodedError('wire-malformed', `Cannot read type bitmap: bad block at octet ${at}`)
    }
    for (let bit = 0; bit < length * 8; bit++) {
      if ((octets[at + 2 + (bit >>> 3)] ?? 0) & (0x80 >>> (bit & 7))) {
        types.push(((window << 8) | bit) as RRType)
      }
    }
    previous = window
    at += 2 + length
  }
  return types
}

/** Whether a well-formed bitmap has the type; does not decode the rest. */
export function bitmapHas(octets: Uint8Array, type: RRType): boolean {
  for (let at = 0; at + 2 <= octets.length; at += 2 + (octets[at + 1] ?? 0)) {
    if (octets[at] !== type >>> 8) continue
    const octet = (type & 0xff) >>> 3
    if (octet >= (octets[at + 1] ?? 0)) return false
    return ((octets[at + 2 + octet] ?? 0) & (0x80 >>> (type & 7))) !== 0
  }
  return false
}
