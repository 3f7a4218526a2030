import { isIPv4, isIPv6 } from 'node:net'
import {
  formatName,
  fromBase32hex,
  fromBase64,
  fromHex,
  lowerName,
  type Name,
  parseName,
  toBase32hex,
  toBase64,
  toHex,
} from '../wire/index.ts'
import { readTypeBitmap, typeBitmap } from './bitmap.ts'
import { formatType, parseType, type RRType } from './codes.ts'
import { type FieldCodec, invalid, malformed, textCodec } from './field.ts'
import { decodeCharacterString, formatCharacterString } from './strings.ts'
import type { RdataTokens } from './tokens.ts'

/** Reads a decimal number in range; the one place that words the error. */
export function parseNumber(text: string, kind: string, max: number): number {
  const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : -1
  if (value < 0 || value > max) {
    invalid(`Cannot read ${kind}: ${JSON.stringify(text)} is not a number from 0 to ${max}`)
  }
  return value
}

function unsigned(
  kind: string,
  octets: 1 | 2 | 4 | 6,
  read: FieldCodec<number>['read'],
): FieldCodec<number> {
  const max = 2 ** (octets * 8) - 1
  const width = `u${octets * 8}` as 'u8' | 'u16' | 'u32' | 'u48'
  return {
    kind,
    read,
    write: (writer, value) => writer[width](value),
    parse: (tokens) => parseNumber(tokens.next(kind).text, kind, max),
    format: String,
    toJson: (value) => value,
    fromJson: (json) =>
      typeof json === 'number' && Number.isInteger(json) && json >= 0 && json <= max
        ? json
        : invalid(`Cannot read ${kind}: ${JSON.stringify(json)} is not a number from 0 to ${max}`),
  }
}

/** Numbers of 8, 16 and 32 bits. */
export const u8 = unsigned('8-bit number', 1, (reader) => reader.u8())
export const u16 = unsigned('16-bit number', 2, (reader) => reader.u16())
export const u32 = unsigned('32-bit number', 4, (reader) => reader.u32())

const timeUnits: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 }

/** A duration such as `3600`, `1h30m` or `2w` in seconds, or undefined when the text is none. */
export function parseDuration(text: string): number | undefined {
  if (/^[0-9]{1,10}$/.test(text)) return Number(text)
  if (!/^(?:[0-9]{1,10}[smhdw])+$/i.test(text)) return undefined
  let seconds = 0
  for (const [, amount, unit] of text.matchAll(/([0-9]+)([smhdw])/gi)) {
    seconds += Number(amount) * (timeUnits[(unit ?? 's').toLowerCase()] ?? 1)
  }
  return seconds
}

/** A 32-bit number of seconds that text may give with units: SOA timers. */
export const duration: FieldCodec<number> = {
  ...u32,
  kind: 'duration',
  parse(tokens) {
    const { text } = tokens.next('duration')
    const seconds = parseDuration(text)
    return seconds !== undefined && seconds <= 0xffffffff
      ? seconds
      : invalid(
          `Cannot read duration: ${JSON.stringify(text)} is not seconds, or units as in 1h30m`,
        )
  },
}

function nameCodec(kind: string, compressible: boolean, lowered: boolean): FieldCodec<Name> {
  return textCodec<Name>({
    kind,
    compressible,
    read: (reader) => reader.name(),
    write: (writer, value, canonical) =>
      writer.name(canonical && lowered ? lowerName(value) : value),
    fromText: (text, tokens) => parseName(text, tokens?.origin),
    toText: formatName,
  })
}

/** A name of a type from RFC 1035: compressed in messages, lower-cased in canonical form. */
export const classicName = nameCodec('name', true, true)
/** A name of a later type that RFC 4034 §6.2 still lower-cases: never compressed. */
export const loweredName = nameCodec('name (canonical form lower case)', false, true)
/** A name that is left as it is, also in canonical form (RFC 3597 §7, RFC 6840 §5.1). */
export const plainName = nameCodec('name (case kept)', false, false)

/** An IPv4 address. */
export const ipv4: FieldCodec<Uint8Array> = textCodec({
  kind: 'IPv4 address',
  read: (reader) => reader.take(4),
  write: (writer, value) => writer.bytes(value),
  fromText: (text) =>
    isIPv4(text)
      ? Uint8Array.from(text.split('.').map(Number))
      : invalid(`Cannot read IPv4 address: ${JSON.stringify(text)} is none`),
  toText: (value) => value.join('.'),
})

/** Octets of an IPv6 address that `net.isIPv6` accepts, zone identifiers excluded. */
function parseIpv6(text: string): Uint8Array {
  if (!isIPv6(text) || text.includes('%')) {
    invalid(`Cannot read IPv6 address: ${JSON.stringify(text)} is none`)
  }
  const dotted = /(.*:)([0-9]+)\.([0-9]+)\.([0-9]+)\.([0-9]+)$/.exec(text)
  const hex = (high: string | undefined, low: string | undefined) =>
    ((Number(high) << 8) | Number(low)).toString(16)
  const plain = dotted
    ? `${dotted[1]}${hex(dotted[2], dotted[3])}:${hex(dotted[4], dotted[5])}`
    : text
  const [left = '', right] = plain.split('::')
  const head = left === '' ? [] : left.split(':')
  const tail = right === undefined || right === '' ? [] : right.split(':')
  const zeros = new Array<string>(8 - head.length - tail.length).fill('0')
  const octets = new Uint8Array(16)
  ;[...head, ...zeros, ...tail].forEach((group, index) => {
    const value = Number.parseInt(group, 16)
    octets[index * 2] = value >>> 8
    octets[index * 2 + 1] = value & 0xff
  })
  return octets
}

/** Writes an IPv6 address as RFC 5952 wants it: lower case, longest run of zeros shortened. */
function formatIpv6(octets: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((octets[index * 2] ?? 0) << 8) | (octets[index * 2 + 1] ?? 0)).toString(16),
  )
  let best = { at: -1, length: 1 }
  for (let at = 0; at < 8; at++) {
    let length = 0
    while (groups[at + length] === '0') length++
    if (length > best.length) best = { at, length }
  }
  if (best.at < 0) return groups.join(':')
  const left = groups.slice(0, best.at).join(':')
  return `${left}::${groups.slice(best.at + best.length).join(':')}`
}

/** An IPv6 address. */
export const ipv6: FieldCodec<Uint8Array> = textCodec({
  kind: 'IPv6 address',
  read: (reader) => reader.take(16),
  write: (writer, value) => writer.bytes(value),
  fromText: parseIpv6,
  toText: formatIpv6,
})

/** One character-string (RFC 1035 §3.3): up to 255 octets, as text with escapes. */
export const characterString: FieldCodec<Uint8Array> = textCodec({
  kind: 'character-string',
  read: (reader) => reader.take(reader.u8()),
  write(writer, value) {
    writer.u8(value.length)
    writer.bytes(value)
  },
  fromText: (text) => decodeCharacterString(text, 255),
  toText: formatCharacterString,
})

/** One or more character-strings to the end of the RDATA (RFC 1035 §3.3.14). */
export const characterStrings: FieldCodec<readonly Uint8Array[]> = {
  kind: 'character-strings',
  read(reader) {
    const strings: Uint8Array[] = []
    do strings.push(characterString.read(reader))
    while (reader.remaining > 0)
    return strings
  },
  write(writer, values, canonical) {
    for (const value of values) characterString.write(writer, value, canonical)
  },
  parse(tokens) {
    const strings: Uint8Array[] = []
    do strings.push(characterString.parse(tokens))
    while (tokens.peek())
    return strings
  },
  format: (values) => values.map(formatCharacterString).join(' '),
  toJson: (values) => values.map(formatCharacterString),
  fromJson: (json) =>
    Array.isArray(json) && json.length > 0
      ? json.map((item) => characterString.fromJson(item))
      : invalid(`Cannot read character-strings: ${JSON.stringify(json)} is not a list of strings`),
}

/** Joins the words up to the end, or takes the next one. */
function joined(tokens: RdataTokens, kind: string): string {
  let text = tokens.next(kind).text
  while (tokens.peek()) text += tokens.next(kind).text
  return text
}

function encodedRest(
  kind: string,
  decode: (text: string) => Uint8Array | undefined,
  encode: (octets: Uint8Array) => string,
): FieldCodec<Uint8Array> {
  const fromText = (text: string) =>
    decode(text) ?? invalid(`Cannot read ${kind}: ${JSON.stringify(text)} is malformed`)
  return {
    kind: `${kind} to the end`,
    read: (reader) => reader.rest(),
    write: (writer, value) => writer.bytes(value),
    parse: (tokens) => (tokens.peek() ? fromText(joined(tokens, kind)) : new Uint8Array(0)),
    format: encode,
    toJson: encode,
    fromJson: (json) =>
      typeof json === 'string'
        ? fromText(json)
        : invalid(`Cannot read ${kind}: ${JSON.stringify(json)} is not a string`),
  }
}

/** Octets to the end, in hexadecimal or base64; spaces between words are joined. */
export const hexRest = encodedRest('hexadecimal', fromHex, toHex)
export const base64Rest = encodedRest('base64', fromBase64, toBase64)

/** A length octet and as many octets, written by `encode`; `-` when empty (RFC 5155 §3.3). */
function counted(
  kind: string,
  decode: (text: string) => Uint8Array | undefined,
  encode: (octets: Uint8Array) => string,
): FieldCodec<Uint8Array> {
  return textCodec<Uint8Array>({
    kind,
    read: (reader) => reader.take(reader.u8()),
    write(writer, value) {
      writer.u8(value.length)
      writer.bytes(value)
    },
    fromText(text) {
      const octets = text === '-' ? new Uint8Array(0) : decode(text)
      if (!octets || octets.length > 255) invalid(`Cannot read ${kind}: ${JSON.stringify(text)}`)
      return octets
    },
    toText: (value) => (value.length === 0 ? '-' : encode(value)),
  })
}

/** The salt of NSEC3: hexadecimal, `-` when empty. */
export const salt = counted('salt', fromHex, toHex)
/** The next hashed owner of NSEC3: base32hex without padding. */
export const hashedOwner = counted('hashed owner', fromBase32hex, toBase32hex)

/** A type bitmap to the end (RFC 4034 §4.1.2). */
export const bitmap: FieldCodec<readonly RRType[]> = {
  kind: 'type bitmap',
  read: (reader) => readTypeBitmap(reader.rest()),
  write: (writer, types) => writer.bytes(typeBitmap(types)),
  parse(tokens) {
    const types: RRType[] = []
    while (tokens.peek()) types.push(parseType(tokens.next('type').text))
    return types
  },
  format: (types) => types.map(formatType).join(' '),
  toJson: (types) => types.map(formatType),
  fromJson: (json) =>
    Array.isArray(json)
      ? json.map((item) => parseType(String(item)))
      : invalid(`Cannot read type bitmap: ${JSON.stringify(json)} is not a list of types`),
}

/** An RR type by mnemonic (RRSIG type covered). */
export const rrType: FieldCodec<RRType> = textCodec({
  kind: 'type',
  read: (reader) => reader.u16() as RRType,
  write: (writer, value) => writer.u16(value),
  fromText: parseType,
  toText: formatType,
})

/** A time of RRSIG (RFC 4034 §3.2): `YYYYMMDDHHmmSS` in UTC, or seconds modulo 2^32. */
export const timestamp: FieldCodec<number> = textCodec({
  kind: 'time',
  read: (reader) => reader.u32(),
  write: (writer, value) => writer.u32(value),
  fromText(text) {
    if (!/^[0-9]{14}$/.test(text)) return parseNumber(text, 'time', 0xffffffff)
    const iso = text.replace(/(....)(..)(..)(..)(..)(..)/, '$1-$2-$3T$4:$5:$6Z')
    const milliseconds = Date.parse(iso)
    if (Number.isNaN(milliseconds)) invalid(`Cannot read time: ${text} is not YYYYMMDDHHmmSS`)
    return Math.floor(milliseconds / 1000) % 0x100000000
  },
  toText: (value) => new Date(value * 1000).toISOString().replace(/[-:T]|\.000Z/g, ''),
})

/** Fails on octets that a fixed-size field must not have; kept for the rows that need it. */
export function requireLength(octets: Uint8Array, length: number, what: string): Uint8Array {
  return octets.length === length
    ? octets
    : malformed(`Cannot read ${what}: ${octets.length} octets, ${length} expected`)
}
