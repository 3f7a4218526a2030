import { formatPlace } from '../../src/base/index.ts'
import { formatRecord } from '../../src/rr/index.ts'
import type { Finding, ZoneItem, ZoneRecord } from '../../src/zonefile/index.ts'

/** A finding on one line, as a person would see it. */
export function showFinding({ severity, code, message, place }: Finding): string {
  return `${place ? formatPlace(place) : '-'} ${severity} ${code}: ${message}`
}

/** A record on one line with single blanks. */
export function showRecord({ owner, ttl, type, rdata }: ZoneRecord): string {
  return formatRecord(owner, ttl, type, rdata).replaceAll('\t', ' ')
}

/** Everything that reading yielded, a line each. */
export function showItems(items: Iterable<ZoneItem>): string[] {
  return Array.from(items, (item) =>
    item.kind === 'record' ? showRecord(item.record) : showFinding(item.finding),
  )
}

/** The records alone; findings among them are errors of the test. */
export function recordsOf(items: Iterable<ZoneItem>): ZoneRecord[] {
  return Array.from(items, (item) => {
    if (item.kind === 'finding') throw new Error(showFinding(item.finding))
    return item.record
  })
}
