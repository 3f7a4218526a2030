import type { UnixSeconds } from '../base/index.ts'
import type { ZonePolicy } from '../config/index.ts'
import type { ZoneKey } from '../keystore/index.ts'
import type { Name } from '../wire/index.ts'
import type { Zone } from '../zone/index.ts'
import type { Finding } from '../zonefile/index.ts'
import type { FileStamp } from './disk.ts'
import type { ZoneSigning } from './signing.ts'
import type { StoreSource, ZoneSource } from './sources.ts'

/** One file that went into a zone: the zone's own, or one that it includes. */
export interface FileMark extends FileStamp {
  readonly file: string
  /** SHA-256 of the content, in hexadecimal digits. */
  readonly digest: string
}

/** A zone that is being served. Replaced as a whole; only its `zone` changes, by change sets. */
export interface PublishedZone {
  readonly zone: Zone
  /** Undefined where the policy has DNSSEC off. */
  readonly signing: ZoneSigning | undefined
  readonly policy: ZonePolicy
  readonly keys: readonly ZoneKey[]
  readonly source: ZoneSource | StoreSource
  /** The files as they were when it was loaded; none of a zone of the store. */
  readonly marks: readonly FileMark[]
  /** When it was last changed. */
  readonly changedAt: UnixSeconds
}

/**
 * What became of one zone. `published`: served from now on. `updated`: changed. `unchanged`: there
 * was nothing to do. `kept`: what was found has errors, so the version served before stays.
 * `refused`: it has errors, and there is nothing before it to serve. `withdrawn`: its file is
 * gone, and it is served no longer.
 */
export type ZoneVerdict = 'published' | 'updated' | 'unchanged' | 'kept' | 'refused' | 'withdrawn'

/** What there is to tell about one zone. */
export interface ZoneReport {
  readonly zone: Name
  readonly verdict: ZoneVerdict
  /** The file that was looked at. */
  readonly file: string
  /** The serial that is served; undefined when nothing is. */
  readonly serial: number | undefined
  /** RRsets put or removed by an update. */
  readonly changes: number
  /** Keys that were made. */
  readonly keysMade: readonly ZoneKey[]
  readonly findings: readonly Finding[]
}

/** What there is to tell about all of them. */
export interface PublishReport {
  /** In the order in which they were looked at. */
  readonly zones: readonly ZoneReport[]
  /** Findings that belong to no zone. */
  readonly findings: readonly Finding[]
}

/** Whether a report has anything that kept a zone from being served as its file has it. */
export function hasErrors(report: PublishReport): boolean {
  const isError = (finding: Finding) => finding.severity === 'error'
  return report.findings.some(isError) || report.zones.some((zone) => zone.findings.some(isError))
}
