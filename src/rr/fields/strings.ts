import { type FieldCodec, invalid, invalidJson, malformed } from '../field.ts'
import { decodeCharacterString, formatCharacterString, formatPlainString } from '../strings.ts'

const stringOctetsMax = 255
const restOctetsMax = 65535

/** One character-string (RFC 1035 §3.3): up to 255 octets. JSON has it without the quotes. */
export const characterString: FieldCodec<Uint8Array> = {
  kind: 'character-string',
  read: (reader) => reader.take(reader.u8()),
  write(writer, value) {
    writer.u8(value.length)
    writer.bytes(value)
  },
  parse: (tokens) => decodeCharacterString(tokens.next('character-string').text, stringOctetsMax),
  format: formatCharacterString,
  toJson: formatPlainString,
  fromJson: (json) =>
    typeof json === 'string'
      ? decodeCharacterString(json, stringOctetsMax)
      : invalidJson('character-string', json, 'a string'),
}

/** Cuts a long text into pieces that character-strings can hold. */
function pieces(octets: Uint8Array): Uint8Array[] {
  const strings: Uint8Array[] = []
  let at = 0
  do {
    strings.push(octets.subarray(at, at + stringOctetsMax))
    at += stringOctetsMax
  } while (at < octets.length)
  return strings
}

/** Character-strings to the end of the RDATA, one to `countMax`. */
function stringsToEnd(
  kind: string,
  countMax: number,
  json: Pick<FieldCodec<readonly Uint8Array[]>, 'toJson' | 'fromJson'>,
): FieldCodec<readonly Uint8Array[]> {
  const { parse, read, write } = characterString
  return {
    kind,
    ...json,
    read(reader) {
      const strings: Uint8Array[] = []
      do strings.push(read(reader))
      while (reader.remaining > 0 && strings.length < countMax)
      return strings
    },
    write(writer, values, canonical) {
      for (const value of values) write(writer, value, canonical)
    },
    parse(tokens) {
      const strings: Uint8Array[] = []
      do strings.push(parse(tokens))
      while (tokens.peek() && strings.length < countMax)
      return strings
    },
    format: (values) => values.map(formatCharacterString).join(' '),
  }
}

const jsonStrings: Pick<FieldCodec<readonly Uint8Array[]>, 'toJson' | 'fromJson'> = {
  toJson: (values) => values.map(formatPlainString),
  fromJson(json) {
    if (typeof json === 'string') return pieces(decodeCharacterString(json, restOctetsMax))
    return Array.isArray(json) && json.length > 0
      ? json.map((item) => characterString.fromJson(item))
      : invalidJson('character-strings', json, 'a string or a list of strings')
  },
}

/**
 * One or more character-strings to the end of the RDATA (RFC 1035 §3.3.14). JSON has a list; it
 * also takes one string of any length, which is cut every 255 octets (RFC 7208 §3.3 joins it).
 */
export const characterStrings = stringsToEnd('character-strings', restOctetsMax, jsonStrings)

/** One character-string and maybe a second: the address and subaddress of ISDN (RFC 1183 §3.2). */
export const oneOrTwoStrings = stringsToEnd('one or two character-strings', 2, {
  toJson: jsonStrings.toJson,
  fromJson: (json) =>
    Array.isArray(json) && (json.length === 1 || json.length === 2)
      ? json.map((item) => characterString.fromJson(item))
      : invalidJson('character-strings', json, 'a list of one or two strings'),
})

function textToEnd(kind: string, octetsMin: 0 | 1): FieldCodec<Uint8Array> {
  const enough = (octets: Uint8Array) =>
    octets.length < octetsMin ? invalid(`Cannot read ${kind}: it is empty`) : octets
  return {
    kind,
    read: (reader) =>
      reader.remaining < octetsMin ? malformed(`Cannot read ${kind}: it is empty`) : reader.rest(),
    write: (writer, value) => writer.bytes(value),
    parse: (tokens) => enough(decodeCharacterString(tokens.next(kind).text, restOctetsMax)),
    format: formatCharacterString,
    toJson: formatPlainString,
    fromJson: (json) =>
      typeof json === 'string'
        ? enough(decodeCharacterString(json, restOctetsMax))
        : invalidJson(kind, json, 'a string'),
  }
}

/** The value of CAA (RFC 8659 §4.1): text to the end, without a length octet. */
export const textToEndOrNone = textToEnd('text to the end, may be empty', 0)
/** The target of URI (RFC 7553 §4.4): text to the end, not empty. */
export const targetToEnd = textToEnd('URI to the end', 1)

const tagForm = /^[a-z0-9]+$/i

/** The property tag of CAA: letters and digits (RFC 8659 §4.1), case kept. */
export const tag: FieldCodec<Uint8Array> = {
  ...characterString,
  kind: 'tag',
  read(reader) {
    const value = characterString.read(reader)
    const text = formatPlainString(value)
    return tagForm.test(text)
      ? value
      : malformed(`Cannot read tag: ${JSON.stringify(text)} is not letters and digits`)
  },
  format: formatPlainString,
}
