import { invalid } from './field.ts'

/**
 * The octets of a presentation form with escapes `\X` and `\DDD` (RFC 1035 §5.1). Characters
 * outside ASCII stand for their UTF-8 octets, as every zone file editor saves them.
 *
 * @throws {CodedError} `rdata-invalid` for a bad escape or more than `max` octets
 */
export function decodeCharacterString(text: string, max: number): Uint8Array {
  const octets: number[] = []
  for (let i = 0; i < text.length; ) {
    const escaped = text.charAt(i) === '\\'
    if (escaped) i++
    if (escaped && i >= text.length) invalid('Cannot read character-string: it ends in a backslash')
    const decimal = escaped ? /^[0-9]{1,3}/.exec(text.slice(i, i + 3))?.[0] : undefined
    if (decimal !== undefined) {
      if (decimal.length < 3 || Number(decimal) > 255) {
        invalid(`Cannot read character-string: escape \\${decimal} is not three digits up to 255`)
      }
      octets.push(Number(decimal))
      i += 3
    } else {
      const character = String.fromCodePoint(text.codePointAt(i) ?? 0)
      octets.push(...Buffer.from(character, 'utf8'))
      i += character.length
    }
  }
  if (octets.length > max) {
    invalid(`Cannot read character-string: length ${octets.length} exceeds ${max}`)
  }
  return Uint8Array.from(octets)
}

function escapeOctets(octets: Uint8Array, special: string): string {
  let text = ''
  for (const octet of octets) {
    const character = String.fromCharCode(octet)
    if (octet < 0x20 || octet > 0x7e) text += `\\${String(octet).padStart(3, '0')}`
    else text += special.includes(character) ? `\\${character}` : character
  }
  return text
}

/** Octets as plain text, `\DDD` and `\\` only where needed; `decodeCharacterString` inverts it. */
export function formatPlainString(octets: Uint8Array): string {
  return escapeOctets(octets, '\\')
}

/** The same in quotes, as zone files have it; inside them `"` is escaped too. */
export function formatCharacterString(octets: Uint8Array): string {
  return `"${escapeOctets(octets, '"\\')}"`
}

/**
 * The character-strings of TXT RDATA joined without anything between them, one character for each
 * octet; what policies in TXT records are read from (RFC 7208 §3.3, RFC 8461 §3.1).
 */
export function joinedText(rdata: Uint8Array): string {
  let text = ''
  for (let at = 0; at < rdata.length; at += (rdata[at] ?? 0) + 1) {
    text += Buffer.from(rdata.subarray(at + 1, at + 1 + (rdata[at] ?? 0))).toString('latin1')
  }
  return text
}
