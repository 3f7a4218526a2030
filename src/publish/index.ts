/**
 * publish: zones come to life.
 *
 *     files → load → check → keys → build aside → apply → live
 *
 * In go a `Config`, a disk, a key directory and a clock; out come zones in a `ZoneTable`, and a
 * report of what became of each. `Publisher.publish` is called at the start and for every reload;
 * it finds out itself what there is to do. Each zone goes live by one step between two queries: a
 * change set where its chains stay the same, so that RRsets that did not change keep their
 * signatures; the whole zone where not, or where very much changed.
 *
 * Invariants:
 * - What is served is always a version that passed every check. A file with errors leaves the
 *   version before it in place.
 * - The event loop is never held: reading, building and renewing go on in slices (`Pace`).
 * - A file is the truth about its zone, serial included. DNSSEC records in the file of a signed
 *   zone give way to those that danelaw makes.
 * - Untouched files are not read again: stamp first, then content decides.
 * - Nothing here throws on account of a file; findings say what is wrong, and where.
 *
 * `exportRecords` writes down a zone with all its signatures; `renewZones` makes signatures ahead
 * of time. RFCs: 1034 §4.3.5, 1982, 2181 §5, 4035 §2, 5155 §7.1, 7583.
 */

export { assembleZone, isMadeAtApex, isMadeBySigning } from './assemble.ts'
export { checkZone, factsFindings, zoneFindings } from './check.ts'
export { templateNamesMax } from './check-like.ts'
export { type Disk, type FileStamp, systemDisk } from './disk.ts'
export { type ExportedRecord, exportRecords, formatExported, plainRecords } from './export.ts'
export { ensureKeys, missingRoles, sameKeys } from './keys.ts'
export { type LoadedZone, loadZone } from './load.ts'
export { makePace, type Pace, type PaceOptions, runPaced } from './pace.ts'
export {
  type FileMark,
  hasErrors,
  type PublishedZone,
  type PublishReport,
  type ZoneReport,
  type ZoneVerdict,
} from './published.ts'
export { Publisher, type PublisherOptions } from './publisher.ts'
export { type RenewalReport, renewZones } from './renewal.ts'
export { isNewerSerial } from './serial.ts'
export {
  apexChanges,
  dsRecords,
  leavesNoRoom,
  listsInstances,
  makeSigning,
  nsec3Parameters,
  type ZoneSigning,
} from './signing.ts'
export {
  discoverSources,
  formatOfFile,
  type StoreSource,
  type ZoneFormat,
  type ZoneSource,
} from './sources.ts'
export type { OwnerFacts, OwnersFacts, ZoneFacts } from './zone-facts.ts'
