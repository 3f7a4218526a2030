import { formatRdata, formatType, RR, typeRow } from '../rr/index.ts'
import { formatName, type Name, parentName, rootName, WireReader } from '../wire/index.ts'
import type { ZoneRecord } from './item.ts'

/** What of a record gets written: all but its place. */
export type PlainRecord = Pick<ZoneRecord, 'owner' | 'type' | 'ttl' | 'rdata'>

/** How to write a zone. */
export interface FormatZoneOptions {
  /** Names at or below it are written relative to it. */
  readonly origin: Name
}

/** A longer owner pushes its line out of the columns rather than all others with it. */
const ownerColumnMax = 32
const soaTimers = ['serial', 'refresh', 'retry', 'expire', 'minimum']

/**
 * Writes a master file to read and edit: `$ORIGIN`, `$TTL` with the most frequent TTL, the SOA
 * first and over several lines, then the other records in the order given, in columns, an owner
 * only where it changes. `parseMasterFile` gives exactly these records back. O(n).
 */
export function formatZone(records: readonly PlainRecord[], { origin }: FormatZoneOptions): string {
  const ttl = frequentTtl(records)
  const sorted = [
    ...records.filter(({ type }) => type === RR.SOA),
    ...records.filter(({ type }) => type !== RR.SOA),
  ]
  const owners = sorted.map(({ owner }) => relativeText(owner, origin))
  const ownerWidth = owners.reduce(
    (width, { length }) => (length > ownerColumnMax ? width : Math.max(width, length)),
    1,
  )
  const ttls = sorted.map((record) => (record.ttl === ttl ? '' : String(record.ttl)))
  const ttlWidth = ttls.reduce((width, { length }) => Math.max(width, length), 0)
  const typeWidth = sorted.reduce((width, { type }) => Math.max(width, formatType(type).length), 0)
  const lines = [`$ORIGIN ${formatName(origin)}`, `$TTL ${ttl}`, '']
  sorted.forEach(({ type, rdata }, index) => {
    const owner = owners[index] === owners[index - 1] ? '' : (owners[index] ?? '')
    const ttlText = ttlWidth === 0 ? '' : `${(ttls[index] ?? '').padStart(ttlWidth)} `
    const head = `${owner.padEnd(ownerWidth)} ${ttlText}IN ${formatType(type).padEnd(typeWidth)}`
    const words = rdataWords(type, rdata, origin)
    lines.push(type === RR.SOA ? soaLines(head, words) : `${head} ${words.join(' ')}`)
  })
  return `${lines.join('\n')}\n`
}

/** The TTL that most records have; of several, the one that came first. 0 without records. */
function frequentTtl(records: readonly PlainRecord[]): number {
  const counts = new Map<number, number>()
  for (const { ttl } of records) counts.set(ttl, (counts.get(ttl) ?? 0) + 1)
  let best = 0
  for (const [ttl, count] of counts) if (count > (counts.get(best) ?? 0)) best = ttl
  return best
}

/** The name without the origin, `@` for the origin itself; whole where it ends otherwise. */
function relativeText(name: Name, origin: Name): string {
  let rest = name
  while (rest.length > origin.length) rest = parentName(rest)
  // Octet by octet: a name in other case than its origin would not come back as it was.
  if (Buffer.compare(rest, origin) !== 0) return formatName(name)
  if (name.length === origin.length) return '@'
  const front = new Uint8Array(name.length - origin.length + 1)
  front.set(name.subarray(0, name.length - origin.length))
  front.set(rootName, front.length - 1)
  return formatName(front as Name).slice(0, -1)
}

/** The presentation form field by field, names relative to the origin. */
function rdataWords(type: ZoneRecord['type'], rdata: Uint8Array, origin: Name): string[] {
  const row = typeRow(type)
  if (!row) return [formatRdata(type, rdata)]
  const reader = new WireReader(rdata)
  return row.fields
    .map(({ codec }) => {
      const value: unknown = codec.read(reader)
      const isName = codec.name !== undefined && value instanceof Uint8Array
      return isName ? relativeText(value as Name, origin) : codec.format(value)
    })
    .filter((word) => word !== '')
}

function soaLines(head: string, words: readonly string[]): string {
  const [primary = '', mailbox = '', ...numbers] = words
  const indent = ' '.repeat(head.length + 1)
  const timers = numbers.map(
    (number, index) => `${indent}${number.padEnd(10)} ; ${soaTimers[index] ?? ''}`,
  )
  return [`${head} ${primary} ${mailbox} (`, ...timers, `${indent})`].join('\n')
}
