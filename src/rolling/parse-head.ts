import type { UnixSeconds } from '../base/index.ts'
import { parseAlgorithm } from '../crypto/index.ts'
import type { KeyRole } from '../keystore/index.ts'
import { isSubdomain } from '../wire/index.ts'
import { parseMasterFile, parseTtl } from '../zonefile/index.ts'
import { type Draft, parseAbsolute, type ZoneDraft } from './draft.ts'
import type { Line } from './line.ts'
import { type KeySetup, rollLimits } from './scenario.ts'

/** What a line of the head does, by its first word. */
type HeadReader = (line: Line, draft: Draft) => void

const defaultAlgorithm = 13
/** A label of letters, digits and hyphens (RFC 1123 §2.1), or the name of a key or certificate. */
const labelPattern = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/
const datePattern = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?Z)?$/

/** A name that a scenario gives something. @throws {CodedError} `roll-invalid` */
export function readLabel(line: Line, expected: string): string {
  const text = line.word(expected)
  if (!labelPattern.test(text)) throw line.wrong(`${expected}: letters, digits and hyphens`)
  return text
}

/** A span of time that is not nothing. @throws {CodedError} `roll-invalid` */
export function readSeconds(line: Line, expected: string): number {
  const what = `${expected}, such as 90m or 2d`
  const seconds = line.parsed(what, parseTtl)
  if (seconds === 0) throw line.wrong(what)
  return seconds
}

/** The name of a key, and its algorithm if it is not ECDSAP256SHA256. */
export function readKey(line: Line, role: KeyRole): KeySetup {
  const name = readLabel(line, 'the name of a key')
  if (!line.takes('algorithm')) return { name, role, algorithm: defaultAlgorithm }
  const algorithm = line.parsed('an algorithm to sign with', parseAlgorithm)
  if (!algorithm.signs) throw line.wrong('an algorithm to sign with')
  return { name, role, algorithm: algorithm.number }
}

function readTitle(line: Line, draft: Draft): void {
  draft.title = line.quoted('a title in quotes')
}

function readSeed(line: Line, draft: Draft): void {
  draft.seed = line.word('a word')
}

function readStart(line: Line, draft: Draft): void {
  draft.start = readTime(line)
}

function readTime(line: Line): UnixSeconds {
  const expected = 'a time in UTC, such as 2026-03-01 or 2026-03-01T12:00:00Z'
  const text = line.word(expected)
  const fields = datePattern
    .exec(text)
    ?.slice(1)
    .map((field) => Number(field ?? 0))
  if (!fields) throw line.wrong(expected)
  const [year = 0, month = 0, day = 0, ...time] = fields
  const at = Date.UTC(year, month - 1, day, ...time)
  // Date carries over what is too much, such as the 31st of February.
  const isReal = !Number.isNaN(at) && new Date(at).toISOString().startsWith(text.slice(0, 10))
  if (!isReal) throw line.wrong(expected)
  return (at / 1000) as UnixSeconds
}

function zoneOf(line: Line, draft: Draft): ZoneDraft {
  const zone = draft.lastZone
  if (!zone) throw line.senseless('Cannot read line: expected a ZONE line before it')
  return zone
}

function keyReader(role: KeyRole): HeadReader {
  return (line, draft) => {
    const zone = zoneOf(line, draft)
    const key = readKey(line, role)
    draft.addKey(zone, key, line)
    zone.keys.push(key)
  }
}

function readServers(line: Line, draft: Draft): void {
  const servers: string[] = []
  for (let more = true; more; more = !line.isDone) {
    const server = readLabel(line, 'the name of a server')
    if (servers.includes(server)) throw line.wrong('a server that was not named before')
    if (servers.push(server) > rollLimits.serversOfZone) {
      throw line.senseless(`Cannot add server: more than ${rollLimits.serversOfZone}`)
    }
  }
  zoneOf(line, draft).servers = servers
}

function readTtls(line: Line, draft: Draft): void {
  const zone = zoneOf(line, draft)
  zone.ttl = line.parsed('a TTL', parseTtl)
  zone.dsTtl = line.takes('ds') ? line.parsed('the TTL of the DS', parseTtl) : zone.ttl
}

function readSignatures(line: Line, draft: Draft): void {
  const zone = zoneOf(line, draft)
  const validitySeconds = readSeconds(line, 'how long signatures are valid')
  if (!line.takes('renew')) {
    line.word('renew')
    throw line.wrong('renew')
  }
  const refreshSeconds = readSeconds(line, 'how long before their end signatures are renewed')
  if (refreshSeconds >= validitySeconds) throw line.wrong('less than signatures are valid')
  zone.policy = { ...zone.policy, validitySeconds, refreshSeconds }
}

function readRecord(line: Line, draft: Draft): void {
  const { apex: origin, ttl, records } = zoneOf(line, draft)
  const { text, column } = line.rest('a record, such as www 300 A 192.0.2.1')
  const { file, line: number } = line.place
  for (const item of parseMasterFile(text, { file, origin, ttl })) {
    if (item.kind === 'finding') {
      const shift = (item.finding.place?.column ?? 1) - 1
      throw line.at(column + shift, item.finding.message)
    }
    const { record } = item
    if (!isSubdomain(record.owner, origin)) {
      throw line.at(column, 'Cannot add record: its owner is not in the zone')
    }
    records.push({ ...record, place: { file, line: number, column } })
  }
}

/** The lines of a head. */
export const headReaders: ReadonlyMap<string, HeadReader> = new Map<string, HeadReader>([
  ['TITLE', readTitle],
  ['SEED', readSeed],
  ['START', readStart],
  ['ZONE', (line, draft) => draft.addZone(line.parsed('a domain name', parseAbsolute), line)],
  ['SERVERS', readServers],
  ['TTL', readTtls],
  ['SIGNATURES', readSignatures],
  ['KSK', keyReader('ksk')],
  ['ZSK', keyReader('zsk')],
  ['CSK', keyReader('csk')],
  ['RECORD', readRecord],
])
