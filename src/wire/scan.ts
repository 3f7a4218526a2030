import { CodedError } from '../base/index.ts'
import { type Name, nameLengthMax } from './name.ts'

const pointerMark = 0xc0
/** A name has 127 labels at most, so no honest one has more pointers. */
const pointersMax = 127

/**
 * Where a name in a message ends, without reading it: the offset after it, or -1 when its labels
 * are malformed or run past `end`. Pointers are not followed, only stepped over. Never throws.
 */
export function scanName(octets: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end) {
    const length = octets[at] ?? 0
    if (length === 0) return at + 1
    if (length >= pointerMark) return at + 2 <= end ? at + 2 : -1
    if (length > 63 || at + length - start >= nameLengthMax) return -1
    at += length + 1
  }
  return -1
}

/**
 * Reads a name that may be compressed (RFC 1035 §4.1.4) into a fresh one. A pointer must go
 * strictly backwards, before the start of the labels it was found among; that, and a limit on
 * pointers that bring no label, bounds the work.
 *
 * @throws {CodedError} `wire-malformed`
 */
export function readName(
  octets: Uint8Array,
  start: number,
  end: number,
): { name: Name; next: number } {
  const scratch = new Uint8Array(nameLengthMax)
  let length = 0
  let at = start
  let segment = start
  let next = -1
  let pointers = 0
  for (;;) {
    const octet = at < end ? octets[at] : undefined
    if (octet === undefined) throw malformed(start, 'it runs past the end')
    if (octet >= pointerMark) {
      const low = at + 1 < end ? octets[at + 1] : undefined
      if (low === undefined) throw malformed(start, 'its pointer runs past the end')
      const target = ((octet & 0x3f) << 8) | low
      if (target >= segment) throw malformed(start, `pointer to ${target} does not go backwards`)
      if (++pointers > pointersMax) throw malformed(start, 'it has too many pointers')
      if (next < 0) next = at + 2
      at = target
      segment = target
      continue
    }
    if (octet > 63) throw malformed(start, `label type 0x${octet.toString(16)} is not supported`)
    if (length + octet + 1 > nameLengthMax) throw malformed(start, 'it exceeds 255 octets')
    if (at + octet + 1 > end) throw malformed(start, 'a label runs past the end')
    scratch.set(octets.subarray(at, at + octet + 1), length)
    length += octet + 1
    at += octet + 1
    if (octet === 0) return { name: scratch.slice(0, length) as Name, next: next < 0 ? at : next }
  }
}

function malformed(offset: number, why: string): CodedError {
  return new CodedError('wire-malformed', `Cannot read name at offset ${offset}: ${why}`)
}
