import { CodedError, type Place } from '../base/index.ts'
import {
  algorithmByNumber,
  type PrivateKey,
  privateKeyFromSecret,
  type SigningOptions,
} from '../crypto/index.ts'
import { formatRdata, parseRdata, RR, scanRdataText } from '../rr/index.ts'
import {
  formatName,
  fromBase64,
  lowerName,
  type Name,
  nameLabels,
  parseName,
  toBase64,
} from '../wire/index.ts'
import { formatKeyTime, type KeyTiming, parseKeyTime, timingFields } from './timing.ts'
import type { ZoneKey } from './zone-key.ts'

/** What the name of a key file says. */
export interface KeyFileName {
  /** In lower case. */
  readonly zone: Name
  readonly algorithm: number
  readonly keyTag: number
}

const plainCharacter = /[A-Za-z0-9_-]/

/**
 * The name, without ending, that BIND gives to the files of a key: `Kexample.com.+013+12345`. Lower
 * case; every octet of a label that is not a letter, digit, `-` or `_` becomes `%XX`, so the name
 * of no zone can leave the directory.
 */
export function formatKeyFileName({ zone, algorithm, keyTag }: KeyFileName): string {
  const labels = nameLabels(lowerName(zone)).map((label) => `${escapeLabel(label)}.`)
  const name = labels.length === 0 ? '.' : labels.join('')
  return `K${name}+${String(algorithm).padStart(3, '0')}+${String(keyTag).padStart(5, '0')}`
}

function escapeLabel(label: Uint8Array): string {
  return Array.from(label, (octet) => {
    const character = String.fromCharCode(octet)
    if (plainCharacter.test(character)) return character
    return `%${octet.toString(16).toUpperCase().padStart(2, '0')}`
  }).join('')
}

/** Reads such a name, in any case; undefined when it is none. */
export function parseKeyFileName(text: string): KeyFileName | undefined {
  const found = /^K((?:[A-Za-z0-9_.-]|%[0-9A-Fa-f]{2})+)\+(\d{3})\+(\d{5})$/.exec(text)
  if (!found) return undefined
  const [, escaped = '', algorithm, keyTag] = found
  const zone = escaped.replace(/%(..)/g, (_, hex: string) => {
    return `\\${String(Number.parseInt(hex, 16)).padStart(3, '0')}`
  })
  try {
    return {
      zone: lowerName(parseName(zone)),
      algorithm: Number(algorithm),
      keyTag: Number(keyTag),
    }
  } catch {
    return undefined
  }
}

/** The text of the .private file, in private key format v1.3. Holds the secret. */
export function formatPrivateFile(key: ZoneKey): string {
  const { algorithm } = key.private
  const mnemonic = algorithmByNumber(algorithm)?.mnemonic ?? '?'
  const lines = [
    'Private-key-format: v1.3',
    `Algorithm: ${algorithm} (${mnemonic})`,
    `PrivateKey: ${toBase64(key.private.secret())}`,
  ]
  for (const [line, field] of timingFields) {
    const time = key.timing[field]
    if (time !== undefined) lines.push(`${line}: ${formatKeyTime(time)}`)
  }
  return `${lines.join('\n')}\n`
}

/** The text of the .key file: comments for people, then the DNSKEY record. */
export function formatPublicFile(key: ZoneKey): string {
  const zone = formatName(key.zone)
  const kind = key.flags === 257 ? 'key-signing' : 'zone-signing'
  const lines = [`; This is a ${kind} key, keyid ${key.keyTag}, for ${zone}`]
  for (const [line, field] of timingFields) {
    const time = key.timing[field]
    if (time !== undefined) lines.push(`; ${line}: ${formatKeyTime(time)} (${forPeople(time)})`)
  }
  lines.push(`${zone} IN DNSKEY ${formatRdata(RR.DNSKEY, key.dnskey)}`)
  return `${lines.join('\n')}\n`
}

/** `Tue Nov 24 00:21:02 2026`, in UTC. */
function forPeople(time: number): string {
  const [weekday = '', day = '', month, year, clock] = new Date(time * 1000)
    .toUTCString()
    .split(' ')
  return `${weekday.slice(0, 3)} ${month} ${day.replace(/^0/, ' ')} ${clock} ${year}`
}

/**
 * Reads the text of a .private file, v1.x. Lines that it does not know are passed over, as newer
 * versions of the format want.
 *
 * @throws {CodedError} `key-invalid`, `algorithm-unknown`, with the place in `file`
 */
export function parsePrivateFile(
  text: string,
  file: string,
  options: SigningOptions = {},
): { privateKey: PrivateKey; timing: KeyTiming } {
  const lines = readLines(text, file)
  const format = requireLine(lines, 'Private-key-format', file)
  if (!/^v1\.\d+$/.test(format.value)) {
    refuse(`Cannot read format ${JSON.stringify(format.value)}: expected v1.3`, format.place)
  }
  const algorithm = requireLine(lines, 'Algorithm', file)
  const number = /^(\d{1,3})(?: |$)/.exec(algorithm.value)?.[1]
  if (!number) refuse(`Cannot read algorithm ${JSON.stringify(algorithm.value)}`, algorithm.place)
  if (!algorithmByNumber(Number(number))?.signs) {
    const message = `Cannot sign with algorithm ${number}: expected 13, 14 or 15`
    throw new CodedError('algorithm-unknown', message, algorithm.place)
  }
  const secretLine = requireLine(lines, 'PrivateKey', file)
  const secret = fromBase64(secretLine.value)
  if (!secret) refuse('Cannot read PrivateKey: it is not base64', secretLine.place)
  const timing: { -readonly [field in keyof KeyTiming]: KeyTiming[field] } = {}
  for (const [name, field] of timingFields) {
    const line = lines.get(name)
    if (!line) continue
    const time = parseKeyTime(line.value)
    if (time === undefined) {
      const value = JSON.stringify(line.value)
      refuse(`Cannot read ${name}: ${value} is not YYYYMMDDHHMMSS`, line.place)
    }
    timing[field] = time
  }
  const privateKey = atPlace(secretLine.place, () =>
    privateKeyFromSecret(Number(number), secret, options),
  )
  return { privateKey, timing }
}

/**
 * Reads the text of a .key file: the first line that is not a comment must be a DNSKEY record.
 *
 * @throws {CodedError} `key-invalid`, `name-invalid` or `rdata-invalid`, with the place in `file`
 */
export function parsePublicFile(text: string, file: string): { zone: Name; dnskey: Uint8Array } {
  const lines = text.split(/\r?\n/)
  for (const [index, line] of lines.entries()) {
    const record = line.replace(/(^|\s);.*$/, '').trim()
    if (record === '') continue
    return atPlace({ file, line: index + 1, column: 1 }, () => {
      const tokens = scanRdataText(record)
      const zone = lowerName(parseName(tokens.next('owner').text))
      while (/^(?:\d+|IN)$/i.test(tokens.peek()?.text ?? '')) tokens.next('TTL or class')
      const type = tokens.next('type').text
      if (type.toUpperCase() !== 'DNSKEY') {
        throw new CodedError('key-invalid', `Cannot read key: type is ${type}, expected DNSKEY`)
      }
      return { zone, dnskey: parseRdata(RR.DNSKEY, tokens) }
    })
  }
  return refuse('Cannot read key: there is no DNSKEY record', { file, line: 1, column: 1 })
}

interface Line {
  readonly value: string
  readonly place: Place
}

function readLines(text: string, file: string): Map<string, Line> {
  const lines = new Map<string, Line>()
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*$/.test(line)) continue
    const place = { file, line: index + 1, column: 1 }
    // The line itself is not quoted: it may be the secret.
    const found = /^([A-Za-z][A-Za-z0-9-]*):\s*(.*?)\s*$/.exec(line)
    if (!found) refuse('Cannot read line: expected "Field: value"', place)
    const [, name = '', value = ''] = found
    if (lines.has(name)) refuse(`Cannot read ${name}: it is there twice`, place)
    lines.set(name, { value, place })
  }
  return lines
}

function requireLine(lines: ReadonlyMap<string, Line>, name: string, file: string): Line {
  return (
    lines.get(name) ??
    refuse(`Cannot read private key: line "${name}:" is missing`, { file, line: 1, column: 1 })
  )
}

function refuse(message: string, place: Place): never {
  throw new CodedError('key-invalid', message, place)
}

/** Runs what may throw an error that knows no place, and gives it one. */
function atPlace<T>(place: Place, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof CodedError && !error.place) {
      throw new CodedError(error.code, error.message, place)
    }
    throw error
  }
}
