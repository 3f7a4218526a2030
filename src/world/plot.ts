import type { RRset } from '../rr/index.ts'
import { parseName } from '../wire/index.ts'
import { partOf, saidRecords } from './records.ts'
import type { ZoneSpec } from './types.ts'

/** A zone to be raised, and its records, those of its children taken out of it. */
export interface Plot {
  readonly spec: ZoneSpec
  readonly said: readonly RRset[]
}

/**
 * A zone and the zones of its setting below it.
 *
 * @throws {CodedError} `world-invalid`
 */
export function plotsOf(spec: ZoneSpec): Plot[] {
  const { apex, setting, servers } = spec
  const all = saidRecords(apex, setting.records)
  const children = setting.children.map(({ label, signed, ds }): Plot => {
    const below = parseName(label, apex)
    const own = { ...setting, signed, ds, children: [], records: [] }
    return { spec: { apex: below, setting: own, faults: [], servers }, said: partOf(all, below) }
  })
  const taken = new Set(children.flatMap(({ said }) => said))
  return [{ spec, said: all.filter((rrset) => !taken.has(rrset)) }, ...children]
}
