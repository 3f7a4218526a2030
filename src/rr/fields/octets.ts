import {
  fromBase32hex,
  fromBase64,
  fromHex,
  toBase32hex,
  toBase64,
  toHex,
} from '../../wire/index.ts'
import { type FieldCodec, invalid, invalidJson, malformed, textCodec } from '../field.ts'
import type { RdataTokens } from '../tokens.ts'

/** How octets look in text. */
interface Alphabet {
  readonly kind: string
  /** Undefined when the text is malformed. */
  decode(text: string): Uint8Array | undefined
  encode(octets: Uint8Array): string
}

const hexadecimal: Alphabet = { kind: 'hexadecimal', decode: fromHex, encode: toHex }
const base64: Alphabet = { kind: 'base64', decode: fromBase64, encode: toBase64 }
const base32hex: Alphabet = { kind: 'base32hex', decode: fromBase32hex, encode: toBase32hex }

const none = new Uint8Array(0)

function decodeText(alphabet: Alphabet, text: string): Uint8Array {
  return (
    alphabet.decode(text) ??
    invalid(`Cannot read ${alphabet.kind}: ${JSON.stringify(text)} is malformed`)
  )
}

/** The words up to the end, joined: long keys and digests are broken over many. */
function joinedWords(tokens: RdataTokens): string {
  let text = ''
  while (tokens.peek()) text += tokens.next('octets').text
  return text
}

function octetsToEnd(alphabet: Alphabet, octetsMin: 0 | 1): FieldCodec<Uint8Array> {
  const kind = `${alphabet.kind} to the end${octetsMin === 0 ? ', may be empty' : ''}`
  const enough = (text: string) => {
    const octets = decodeText(alphabet, text)
    if (octets.length < octetsMin) invalid(`Cannot read ${alphabet.kind}: there is none`)
    return octets
  }
  return {
    kind,
    read: (reader) =>
      reader.remaining < octetsMin
        ? malformed('Cannot read octets to the end: there are none')
        : reader.rest(),
    write: (writer, value) => writer.bytes(value),
    parse: (tokens) => enough(joinedWords(tokens)),
    format: alphabet.encode,
    toJson: alphabet.encode,
    fromJson: (json) =>
      typeof json === 'string' ? enough(json) : invalidJson(alphabet.kind, json, 'a string'),
  }
}

/** One octet or more up to the end, in hexadecimal. */
export const hexToEnd = octetsToEnd(hexadecimal, 1)
/** Octets up to the end, maybe none, in hexadecimal. */
export const hexToEndOrNone = octetsToEnd(hexadecimal, 0)
/** One octet or more up to the end, in base64. */
export const base64ToEnd = octetsToEnd(base64, 1)
/** Octets up to the end, maybe none, in base64. */
export const base64ToEndOrNone = octetsToEnd(base64, 0)

/** Octets behind a length octet, as one word; `-` stands for none where none are allowed. */
function counted(kind: string, alphabet: Alphabet, octetsMin: 0 | 1): FieldCodec<Uint8Array> {
  return textCodec<Uint8Array>({
    kind: `${kind}, ${alphabet.kind}`,
    read(reader) {
      const length = reader.u8()
      return length < octetsMin
        ? malformed(`Cannot read ${kind}: it is empty`)
        : reader.take(length)
    },
    write(writer, value) {
      writer.u8(value.length)
      writer.bytes(value)
    },
    fromText(text) {
      const octets = text === '-' && octetsMin === 0 ? none : decodeText(alphabet, text)
      return octets.length > 255 || (octets.length === 0 && text !== '-')
        ? invalid(`Cannot read ${kind}: ${octets.length} octets are not ${octetsMin} to 255`)
        : octets
    },
    toText: (value) => (value.length === 0 ? '-' : alphabet.encode(value)),
  })
}

/** The salt of NSEC3 (RFC 5155 §3.3): `-` when empty. */
export const salt = counted('salt', hexadecimal, 0)
/** The next hashed owner of NSEC3 (RFC 5155 §3.3), without padding. */
export const hashedOwner = counted('hashed owner', base32hex, 1)

/** Octets of fixed number in hexadecimal, grouped by a separator, as in `00-00-5e-00-53-2a`. */
function grouped(
  kind: string,
  octets: number,
  groupOctets: 1 | 2,
  separator: '-' | ':',
): FieldCodec<Uint8Array> {
  const digits = groupOctets === 1 ? '[0-9a-f]{2}' : '[0-9a-f]{1,4}'
  const form = new RegExp(`^${digits}(?:${separator}${digits}){${octets / groupOctets - 1}}$`, 'i')
  const split = groupOctets === 1 ? /(..)(?=.)/g : /(....)(?=.)/g
  return textCodec<Uint8Array>({
    kind,
    octets,
    read: (reader) => reader.take(octets),
    write: (writer, value) => writer.bytes(value),
    fromText(text) {
      if (!form.test(text)) invalid(`Cannot read ${kind}: ${JSON.stringify(text)} is none`)
      const groups = text.split(separator).map((group) => group.padStart(groupOctets * 2, '0'))
      return decodeText(hexadecimal, groups.join(''))
    },
    toText: (value) => toHex(value).replace(split, `$1${separator}`),
  })
}

/** A 48-bit hardware address (RFC 7043 §3.2). */
export const eui48 = grouped('EUI-48 address', 6, 1, '-')
/** A 64-bit hardware address (RFC 7043 §4.2). */
export const eui64 = grouped('EUI-64 address', 8, 1, '-')
/** A 64-bit ILNP locator or node identifier (RFC 6742 §2.1.2, §2.3.2). */
export const locator64 = grouped('ILNP identifier', 8, 2, ':')

/** An NSAP address (RFC 1706 §5): `0x`, then hexadecimal in which dots mean nothing. */
export const nsapAddress = textCodec<Uint8Array>({
  kind: 'NSAP address',
  read: (reader) =>
    reader.remaining === 0 ? malformed('Cannot read NSAP address: it is empty') : reader.rest(),
  write: (writer, value) => writer.bytes(value),
  fromText(text) {
    const digits = /^0x([0-9a-f.]+)$/i.exec(text)?.[1]?.replaceAll('.', '')
    if (!digits) invalid(`Cannot read NSAP address: ${JSON.stringify(text)} is not 0x and hex`)
    return decodeText(hexadecimal, digits)
  },
  toText: (value) => `0x${toHex(value)}`,
})
