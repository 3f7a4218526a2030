import type { PublishReport, ZoneVerdict } from '../publish/index.ts'
import { formatName } from '../wire/index.ts'
import { type FindingJson, findingJson } from './findings.ts'

/** What became of one zone, for programs; also what travels over the control socket. */
export interface ZoneResult {
  readonly zone: string
  readonly verdict: ZoneVerdict
  readonly file: string
  readonly serial: number | undefined
  /** RRsets put or removed. */
  readonly changes: number
  /** Tags of keys that were made. */
  readonly keysMade: readonly number[]
  readonly findings: readonly FindingJson[]
}

/** What a reload did. */
export interface ReloadResult {
  /** Whether everything is served as its file has it. */
  readonly clean: boolean
  readonly zones: readonly ZoneResult[]
  readonly findings: readonly FindingJson[]
  /** Settings that changed and that only a new start takes up. */
  readonly restart: readonly string[]
}

/** A report of the publisher, for programs. */
export function reloadResult(
  { zones, findings }: PublishReport,
  restart: readonly string[],
): ReloadResult {
  const all = [...findings, ...zones.flatMap((zone) => zone.findings)]
  return {
    clean: !all.some((finding) => finding.severity === 'error'),
    zones: zones.map((zone) => ({
      zone: formatName(zone.zone),
      verdict: zone.verdict,
      file: zone.file,
      serial: zone.serial,
      changes: zone.changes,
      keysMade: zone.keysMade.map((key) => key.keyTag),
      findings: zone.findings.map(findingJson),
    })),
    findings: findings.map(findingJson),
    restart,
  }
}
