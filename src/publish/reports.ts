import type { CodedError } from '../base/index.ts'
import type { Config } from '../config/index.ts'
import { formatName, type Name, nameKey } from '../wire/index.ts'
import type { ZoneTable } from '../zone/index.ts'
import type { Finding } from '../zonefile/index.ts'
import type { PublishedZone, ZoneReport } from './published.ts'
import type { ZoneSource } from './sources.ts'

/** A report about a zone that is served. */
export function report(
  source: ZoneSource,
  live: PublishedZone,
  news: Pick<ZoneReport, 'verdict'> & Partial<ZoneReport>,
): ZoneReport {
  const { zone, file } = source
  const { serial } = live.zone
  return { zone, file, serial, changes: 0, keysMade: [], findings: [], ...news }
}

/** A report about a zone whose file is not fit to be served. */
export function rejected(
  { zone, file }: ZoneSource,
  before: PublishedZone | undefined,
  findings: readonly Finding[],
): ZoneReport {
  const verdict = before ? 'kept' : 'refused'
  return { zone, file, verdict, serial: before?.zone.serial, changes: 0, keysMade: [], findings }
}

/** A report about a zone whose file is gone. */
export function withdrawn({ zone }: PublishedZone, { file }: ZoneSource): ZoneReport {
  return {
    zone: zone.apex,
    file,
    verdict: 'withdrawn',
    serial: undefined,
    changes: 0,
    keysMade: [],
    findings: [],
  }
}

/** An error as a finding. */
export function findingOf({ code, message, place }: CodedError): Finding {
  return { severity: 'error', code, message, ...(place ? { place } : {}) }
}

/** A zone was named for which there is no file; the store may have it. */
export function unknownZone(zone: Name, table: ZoneTable<PublishedZone>): Finding {
  const isStored = table.get(nameKey(zone))?.source.kind === 'store'
  const where = isStored ? ': it is in the store, where it is always up to date' : ''
  const message = `Cannot publish ${formatName(zone)}: no file holds this zone${where}`
  return { severity: 'error', code: 'zone-absent', message }
}

/** The name of a zone leaves no room for hashed owners. */
export function apexTooLong(zone: Name): Finding {
  const message =
    `Cannot sign ${formatName(zone)} with nsec3: its name has ${zone.length} octets, and more ` +
    'than 222 leave no room for a hash; choose another denial'
  return { severity: 'error', code: 'apex-too-long', message }
}

/** Every key of a zone is yet to become active, or has ceased to be. */
export function noKeySigns(zone: Name): Finding {
  const message = `Cannot sign ${formatName(zone)}: none of its keys is active; see their timing`
  return { severity: 'error', code: 'key-absent', message }
}

/** Secondaries and people go by the serial: it should rise with every change (RFC 1034 §4.3.5). */
export function staleSerial({ zone, file }: ZoneSource, before: number, after: number): Finding {
  const name = formatName(zone)
  const moved = `its records changed, its serial went from ${before} to ${after}`
  const message = `Serial of ${name} should rise: ${moved}`
  return { severity: 'warning', code: 'zone-serial-stale', message, place: topOf(file) }
}

/** A file and the store hold the same zone: the file, which a person wrote, wins. */
export function hidesStored({ zone, file }: ZoneSource): Finding {
  const message = `Zone ${formatName(zone)} is in the store as well: ${file} is served instead`
  return { severity: 'warning', code: 'zone-twice', message, place: topOf(file) }
}

function topOf(file: string): NonNullable<Finding['place']> {
  return { file, line: 1, column: 1 }
}

/** Overrides for zones that neither a file holds nor the store: most likely a name mistyped. */
export function unusedOverrides(
  config: Config,
  sources: readonly ZoneSource[],
  table: ZoneTable<PublishedZone>,
): Finding[] {
  const present = new Set(sources.map(({ zone }) => nameKey(zone)))
  return [...config.overrides.values()]
    .filter(({ zone }) => !present.has(nameKey(zone)) && !table.get(nameKey(zone)))
    .map(({ zone, place }) => ({
      severity: 'warning',
      code: 'config-override-unused',
      message: `Override for ${formatName(zone)} has no effect: there is no such zone`,
      place,
    }))
}
