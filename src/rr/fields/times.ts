import { type FieldCodec, invalid, invalidJson, textCodec } from '../field.ts'
import { numberFromJson, parseNumber, u32 } from './numbers.ts'

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 }
const u32Max = 0xffffffff

/**
 * A duration such as `3600`, `1h30m` or `2w` (RFC 2308 App. and every server since) in seconds, or
 * undefined when the text is none. Not bounded: the caller knows its range.
 */
export function parseDuration(text: string): number | undefined {
  if (/^[0-9]{1,10}$/.test(text)) return Number(text)
  if (!/^(?:[0-9]{1,10}[smhdw])+$/i.test(text)) return undefined
  let seconds = 0
  for (const [, amount, unit = 's'] of text.matchAll(/([0-9]+)([smhdw])/gi)) {
    seconds += Number(amount) * (secondsOf[unit.toLowerCase()] ?? 1)
  }
  return seconds
}

function durationFromText(text: string): number {
  const seconds = parseDuration(text)
  return seconds !== undefined && seconds <= u32Max
    ? seconds
    : invalid(`Cannot read duration: ${JSON.stringify(text)} is not seconds, or units as in 1h30m`)
}

/** 32 bits of seconds that text and JSON may give with units: the timers of SOA. */
export const duration: FieldCodec<number> = {
  ...u32,
  kind: 'duration',
  parse: (tokens) => durationFromText(tokens.next('duration').text),
  fromJson: (json) =>
    typeof json === 'string' ? durationFromText(json) : numberFromJson(json, 'duration', u32Max),
}

function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/[-:T]|\.000Z/g, '')
}

function parseTime(text: string): number {
  if (!/^[0-9]{14}$/.test(text)) return parseNumber(text, 'time', u32Max)
  const iso = text.replace(/(....)(..)(..)(..)(..)(..)/, '$1-$2-$3T$4:$5:$6Z')
  const seconds = Date.parse(iso) / 1000
  // Date.parse takes 30 February for 2 March; a time must print as it was written.
  if (!(seconds >= 0) || formatTime(seconds) !== text) {
    invalid(`Cannot read time: ${JSON.stringify(text)} is not YYYYMMDDHHmmSS`)
  }
  return seconds % (u32Max + 1)
}

/**
 * A time of RRSIG (RFC 4034 §3.2), seconds since 1970 modulo 2^32: text is `YYYYMMDDHHmmSS` in UTC
 * or the number, JSON likewise.
 */
export const timestamp: FieldCodec<number> = {
  ...textCodec<number>({
    kind: 'time',
    octets: 4,
    read: (reader) => reader.u32(),
    write: (writer, value) => writer.u32(value),
    fromText: parseTime,
    toText: formatTime,
  }),
  fromJson: (json) => {
    if (typeof json === 'number') return numberFromJson(json, 'time', u32Max)
    return typeof json === 'string' ? parseTime(json) : invalidJson('time', json, 'a time')
  },
}
