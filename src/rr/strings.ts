import { invalid } from './field.ts'

/**
 * The octets of a presentation form with escapes `\X` and `\DDD` (RFC 1035 §5.1). Characters
 * outside ASCII stand for their UTF-8 octets, as every zone file editor saves them.
 *
 * @throws {CodedError} `rdata-invalid` for a bad escape or more than `max` octets
 */
export function decodeCharacterString(text: string, max: number): Uint8Array {
  const octets: number[] = []
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x5c) {
      const decimal = /^[0-9]{3}/.exec(text.slice(i + 1, i + 4))
      if (decimal) {
        const value = Number(decimal[0])
        if (value > 255) invalid(`Cannot read character-string: escape \\${decimal[0]} exceeds 255`)
        octets.push(value)
        i += 3
        continue
      }
      i++
      if (i >= text.length) invalid('Cannot read character-string: it ends in a backslash')
    }
    const character = String.fromCodePoint(text.codePointAt(i) ?? 0)
    octets.push(...Buffer.from(character, 'utf8'))
    i += character.length - 1
  }
  if (octets.length > max) {
    invalid(`Cannot read character-string: length ${octets.length} exceeds ${max}`)
  }
  return Uint8Array.from(octets)
}

/** Quotes octets so that `decodeCharacterString` gives them back. */
export function formatCharacterString(octets: Uint8Array): string {
  let text = '"'
  for (const octet of octets) {
    if (octet === 0x22 || octet === 0x5c) text += `\\${String.fromCharCode(octet)}`
    else if (octet < 0x20 || octet > 0x7e) text += `\\${String(octet).padStart(3, '0')}`
    else text += String.fromCharCode(octet)
  }
  return `${text}"`
}
