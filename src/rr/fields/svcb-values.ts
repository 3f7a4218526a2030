import { fromBase64, toBase64, WireReader, WireWriter } from '../../wire/index.ts'
import { invalid, invalidJson, type Json, malformed } from '../field.ts'
import { decodeCharacterString, formatCharacterString, formatPlainString } from '../strings.ts'
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from './addresses.ts'
import { numberFromJson, parseNumber } from './numbers.ts'

const valueOctetsMax = 65535
const comma = 0x2c
const backslash = 0x5c

/**
 * The value of one kind of service parameter in its forms. Text is what stands behind `=`, quotes
 * taken off; undefined when there is no `=`. `toText` gives quotes where they are wanted.
 */
export interface SvcValueCodec {
  /** Refuses wire octets that the parameter cannot have. @throws {CodedError} `wire-malformed` */
  check(octets: Uint8Array): void
  fromText(text: string | undefined, key: string): Uint8Array
  toText(octets: Uint8Array): string | undefined
  toJson(octets: Uint8Array): Json
  fromJson(json: Json, key: string): Uint8Array
}

/** The items of a comma-separated list in which `\,` and `\\` are escapes (RFC 9460 App. A.1). */
function splitList(text: string, key: string): Uint8Array[] {
  const items: number[][] = [[]]
  const octets = decodeCharacterString(text, valueOctetsMax)
  for (let at = 0; at < octets.length; at++) {
    const octet = octets[at] ?? 0
    const next = octets[at + 1]
    if (octet === comma) items.push([])
    else if (octet === backslash && (next === comma || next === backslash)) {
      items.at(-1)?.push(next)
      at++
    } else items.at(-1)?.push(octet)
  }
  if (items.some((item) => item.length === 0)) {
    invalid(`Cannot read ${key}: ${JSON.stringify(text)} has an empty item`)
  }
  return items.map((item) => Uint8Array.from(item))
}

/** The inverse of `splitList`, before the escapes of character-strings. */
function joinList(items: readonly Uint8Array[]): Uint8Array {
  const octets: number[] = []
  items.forEach((item, index) => {
    if (index > 0) octets.push(comma)
    for (const octet of item) {
      if (octet === comma || octet === backslash) octets.push(backslash)
      octets.push(octet)
    }
  })
  return Uint8Array.from(octets)
}

function needed(text: string | undefined, key: string): string {
  return text === undefined || text === '' ? invalid(`Cannot read ${key}: it has no value`) : text
}

function stringFromJson(json: Json, key: string): string {
  return typeof json === 'string' ? json : invalidJson(key, json, 'a string')
}

function stringsFromJson(json: Json, key: string): readonly string[] {
  return Array.isArray(json) && json.length > 0
    ? json.map((item) => stringFromJson(item, key))
    : invalidJson(key, json, 'a list of strings')
}

/** Octets of any kind: keys without a meaning here, in the way of RFC 9460 §2.1. */
export const opaqueValue: SvcValueCodec = {
  check: () => undefined,
  fromText: (text = '') => decodeCharacterString(text, valueOctetsMax),
  toText: (octets) => (octets.length === 0 ? undefined : formatCharacterString(octets)),
  toJson: formatPlainString,
  fromJson: (json, key) => decodeCharacterString(stringFromJson(json, key), valueOctetsMax),
}

/** Nothing: the key alone says it. JSON has `true`. */
export const emptyValue: SvcValueCodec = {
  check: (octets) => {
    if (octets.length > 0) malformed('Cannot read service parameter: a value where none may be')
  },
  fromText: (text, key) =>
    text === undefined || text === ''
      ? new Uint8Array(0)
      : invalid(`Cannot read ${key}: ${JSON.stringify(text)} is given, it has no value`),
  toText: () => undefined,
  toJson: () => true,
  fromJson: (json, key) => (json === true ? new Uint8Array(0) : invalidJson(key, json, 'true')),
}

/** A port number (RFC 9460 §7.2). */
export const portValue: SvcValueCodec = {
  check: (octets) => {
    if (octets.length !== 2) malformed('Cannot read port: it is not two octets')
  },
  fromText: (text, key) => portOctets(parseNumber(needed(text, key), key, 65535)),
  toText: (octets) => String(portNumber(octets)),
  toJson: portNumber,
  fromJson: (json, key) => portOctets(numberFromJson(json, key, 65535)),
}

function portNumber(octets: Uint8Array): number {
  return new WireReader(octets).u16()
}

function portOctets(port: number): Uint8Array {
  return Uint8Array.of(port >>> 8, port & 0xff)
}

/** One or more addresses of equal length (RFC 9460 §7.3). */
function addressesValue(
  octetsEach: 4 | 16,
  parse: (text: string) => Uint8Array,
  format: (octets: Uint8Array) => string,
): SvcValueCodec {
  const split = (octets: Uint8Array) =>
    Array.from({ length: octets.length / octetsEach }, (_, index) =>
      format(octets.subarray(index * octetsEach, (index + 1) * octetsEach)),
    )
  const join = (texts: readonly string[]) => new Uint8Array(Buffer.concat(texts.map(parse)))
  return {
    check: (octets) => {
      if (octets.length === 0 || octets.length % octetsEach !== 0) {
        malformed(`Cannot read address hint: ${octets.length} octets are not ${octetsEach} each`)
      }
    },
    fromText: (text, key) => join(needed(text, key).split(',')),
    toText: (octets) => split(octets).join(','),
    toJson: split,
    fromJson: (json, key) => join(stringsFromJson(json, key)),
  }
}

/** IPv4 addresses. */
export const ipv4Value = addressesValue(4, parseIpv4, formatIpv4)
/** IPv6 addresses. */
export const ipv6Value = addressesValue(16, parseIpv6, formatIpv6)

function checkFilled(octets: Uint8Array): void {
  if (octets.length === 0) malformed('Cannot read service parameter: its value is empty')
}

function decodeBase64(text: string, key: string): Uint8Array {
  return fromBase64(text) ?? invalid(`Cannot read ${key}: ${JSON.stringify(text)} is not base64`)
}

/** Octets in base64, as for `ech` (RFC 9848). */
export const base64Value: SvcValueCodec = {
  check: checkFilled,
  fromText: (text, key) => decodeBase64(needed(text, key), key),
  toText: toBase64,
  toJson: toBase64,
  fromJson: (json, key) => decodeBase64(stringFromJson(json, key), key),
}

/** A URI template relative to the target (RFC 9461 §5), which must have the variable `dns`. */
export const pathValue: SvcValueCodec = {
  ...opaqueValue,
  check: (octets) => {
    const text = Buffer.from(octets).toString('utf8')
    if (!/^\/.*\{[^}]*\bdns\b[^}]*\}/.test(text)) {
      malformed(`Cannot read dohpath: ${JSON.stringify(text)} is no path with the variable dns`)
    }
  },
}

function readIds(octets: Uint8Array): Uint8Array[] {
  const reader = new WireReader(octets)
  const ids: Uint8Array[] = []
  do {
    const length = reader.u8()
    if (length === 0) malformed('Cannot read alpn: an identifier is empty')
    ids.push(reader.take(length))
  } while (reader.remaining > 0)
  return ids
}

function writeIds(ids: readonly Uint8Array[], key: string): Uint8Array {
  const writer = new WireWriter()
  for (const id of ids) {
    if (id.length === 0 || id.length > 255) {
      invalid(`Cannot read ${key}: an identifier has ${id.length} octets, not 1 to 255`)
    }
    writer.u8(id.length)
    writer.bytes(id)
  }
  return writer.finish()
}

/** Protocol identifiers of ALPN (RFC 9460 §7.1.1), each behind a length octet. */
export const alpnValue: SvcValueCodec = {
  check: (octets) => {
    readIds(octets)
  },
  fromText: (text, key) => writeIds(splitList(needed(text, key), key), key),
  toText: (octets) => formatCharacterString(joinList(readIds(octets))),
  toJson: (octets) => readIds(octets).map(formatPlainString),
  fromJson: (json, key) =>
    writeIds(
      stringsFromJson(json, key).map((id) => decodeCharacterString(id, 255)),
      key,
    ),
}
