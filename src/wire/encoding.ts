const hexPairs = /^(?:[0-9a-f]{2})*$/i
const base64Groups = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const base32hexAlphabet = '0123456789abcdefghijklmnopqrstuv'

/** Lower-case hexadecimal. */
export function toHex(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('hex')
}

/** Octets of a hexadecimal text without spaces, or undefined when it is none. */
export function fromHex(text: string): Uint8Array | undefined {
  return hexPairs.test(text) ? Uint8Array.from(Buffer.from(text, 'hex')) : undefined
}

/** Base64 with padding (RFC 4648 §4). */
export function toBase64(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('base64')
}

/** Octets of a padded base64 text without spaces, or undefined when it is none. */
export function fromBase64(text: string): Uint8Array | undefined {
  return base64Groups.test(text) ? Uint8Array.from(Buffer.from(text, 'base64')) : undefined
}

/** Base32 with extended hex alphabet, lower case, no padding (RFC 4648 §7, RFC 5155 §3.3). */
export function toBase32hex(octets: Uint8Array): string {
  let text = ''
  let bits = 0
  let held = 0
  for (const octet of octets) {
    held = (held << 8) | octet
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += base32hexAlphabet.charAt((held >>> bits) & 31)
    }
    held &= (1 << bits) - 1
  }
  return bits > 0 ? text + base32hexAlphabet.charAt((held << (5 - bits)) & 31) : text
}

/** Octets of an unpadded base32hex text in any case, or undefined when it is none. */
export function fromBase32hex(text: string): Uint8Array | undefined {
  const octets: number[] = []
  let bits = 0
  let held = 0
  for (const character of text.toLowerCase()) {
    const value = base32hexAlphabet.indexOf(character)
    if (value < 0) return undefined
    held = (held << 5) | value
    bits += 5
    if (bits >= 8) {
      bits -= 8
      octets.push(held >>> bits)
      held &= (1 << bits) - 1
    }
  }
  return bits < 5 && held === 0 ? Uint8Array.from(octets) : undefined
}
