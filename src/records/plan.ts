import type { UnixSeconds } from '../base/index.ts'
import { isMadeAtApex, isNewerSerial } from '../publish/index.ts'
import { formatType, RR, type RRType } from '../rr/index.ts'
import type { ChangeSet, RRsetChange, StoredRRset, StoredZone } from '../store/index.ts'
import { formatName, type Name, type NameKey, nameKey } from '../wire/index.ts'
import type { Change, ZoneRRset } from '../zone/index.ts'
import { type Refusal, refuse } from './refusal.ts'
import { refuseEdits, refuseGrown } from './rules.ts'
import { nextSerial, serialOf, withSerial } from './serial.ts'
import { applyEdit, rrsetKey, servedAlike, servedRRset, storedAlike } from './stored.ts'
import type { Draft, RRsetEdit, ZoneSettings } from './types.ts'

/** The zone that a draft is worked out upon. */
export interface Base {
  readonly zone: StoredZone
  readonly apexKey: NameKey
  readonly settings: ZoneSettings
  /** Whether it is signed, so that DNSSEC records come from signing alone. */
  readonly signed: boolean
}

/** RRsets as they are before a draft, by `rrsetKey`. */
export type View = (key: string) => StoredRRset | undefined

/** One RRset that a draft changes. */
export interface Step {
  readonly key: string
  readonly ownerKey: NameKey
  readonly change: RRsetChange
  /** What it means for the zone as it is served; undefined where that stays as it is. */
  readonly served: Change | undefined
  readonly servedBefore: ZoneRRset | undefined
  /** Index of the edit that asked for it. */
  readonly edit: number | undefined
}

/** A draft worked out: what would be written, and what would be served. */
export interface Plan {
  readonly kind: 'plan'
  readonly draft: Draft
  readonly steps: readonly Step[]
  /** The zone afterwards. */
  readonly zone: StoredZone
  readonly changeSet: Omit<ChangeSet, 'sequence'>
}

/** An RRset as a draft would have it, before the serial is seen to. */
export interface Staged {
  readonly owner: Name
  readonly type: RRType
  readonly ownerKey: NameKey
  readonly before: StoredRRset | undefined
  readonly after: StoredRRset | undefined
  readonly edit: number | undefined
}

/** Works out edits upon what is there. */
export function planEdits(
  draft: Draft,
  edits: readonly RRsetEdit[],
  base: Base,
  view: View,
  now: UnixSeconds,
): Plan | Refusal {
  const refusal = refuseEdits(edits, base)
  if (refusal) return refusal
  const staged = new Map<string, Staged>()
  for (const [index, edit] of edits.entries()) {
    const ownerKey = nameKey(edit.owner)
    const key = rrsetKey(ownerKey, edit.type)
    const earlier = staged.get(key)
    const before = earlier ? earlier.before : view(key)
    const after = applyEdit(earlier ? earlier.after : before, edit)
    const owner = after?.owner ?? before?.owner ?? edit.owner
    staged.set(key, { owner, type: edit.type, ownerKey, before, after, edit: index })
  }
  return planStaged(draft, staged, base, view, now)
}

/** Works out what is staged: drops what changes nothing, guards TTLs, sees to the serial. */
export function planStaged(
  draft: Draft,
  staged: ReadonlyMap<string, Staged>,
  base: Base,
  view: View,
  now: UnixSeconds,
): Plan | Refusal {
  const steps: Step[] = []
  let isServed = false
  for (const [key, entry] of staged) {
    if (storedAlike(entry.before, entry.after)) continue
    const grown = entry.edit !== undefined && entry.after && refuseGrown(entry.after, entry.edit)
    if (grown) return grown
    const step = stepOf(key, entry, base)
    const fallen = fallenTtl(step, draft)
    if (fallen !== undefined) return refuse('conflict', 'ttl-backwards', fallen, entry.edit)
    if (step.served) isServed = true
    steps.push(step)
  }
  const serialBefore = base.zone.serial
  const soa = isServed ? planSoa(draft, steps, base, view, now) : undefined
  if (soa && 'kind' in soa) return soa
  if (soa) {
    const at = steps.findIndex(({ key }) => key === soa.key)
    if (at < 0) steps.push(soa)
    else steps[at] = soa
  }
  const serial = soa?.served?.rrset
    ? serialOf(soa.served.rrset.rdatas[0] as Uint8Array)
    : serialBefore
  const version = base.zone.version + (steps.length > 0 ? 1 : 0)
  const zone = { ...base.zone, version, serial, changedAt: now }
  const changeSet = {
    ...{ apex: base.zone.apex, tenant: base.zone.tenant, kind: 'change' as const, version },
    ...{ serialBefore, serialAfter: serial, at: now, actor: draft.actor, note: draft.note },
    changes: steps.map(({ change }) => change),
  }
  return { kind: 'plan', draft, steps, zone: steps.length > 0 ? zone : base.zone, changeSet }
}

function stepOf(key: string, entry: Staged, base: Base): Step {
  const { owner, type, ownerKey, before, after, edit } = entry
  const change = { owner, type, before, after }
  // DNSSEC records that a zone had when it was not signed give way to those that signing makes.
  if (base.signed && isMadeAtApex(type)) {
    return { key, ownerKey, change, served: undefined, servedBefore: undefined, edit }
  }
  const servedBefore = servedRRset(before)
  const rrset = servedRRset(after)
  const served = servedAlike(servedBefore, rrset) ? undefined : { owner, type, rrset }
  return { key, ownerKey, change, served, servedBefore, edit }
}

/** A TTL that somebody wants lower while caches may still hold the RRset for longer. */
function fallenTtl({ served, servedBefore, edit }: Step, draft: Draft): string | undefined {
  if (edit === undefined || draft.force || draft.ttlMayFall) return undefined
  if (!served?.rrset || !servedBefore) return undefined
  const [from, to] = [servedBefore.ttl, served.rrset.ttl]
  if (to >= from) return undefined
  const what = `${formatName(served.owner)} ${formatType(served.type)}`
  return `TTL of ${what} would fall from ${from} to ${to}`
}

/** The step that brings the serial up, the client's own SOA taken where it is higher. */
function planSoa(
  draft: Draft,
  steps: readonly Step[],
  base: Base,
  view: View,
  now: UnixSeconds,
): Step | Refusal | undefined {
  const { zone, apexKey, settings } = base
  const key = rrsetKey(apexKey, RR.SOA)
  const own = steps.find((step) => step.key === key)
  const before = own ? own.change.before : view(key)
  const wished = own ? own.change.after : before
  const rdata = servedRRset(wished)?.rdatas[0]
  // A zone without SOA is for the checks to refuse.
  if (!wished || !rdata) return undefined
  const given = serialOf(rdata)
  const isRise = isNewerSerial(given, zone.serial)
  const mayFall = own !== undefined && given !== zone.serial && draft.force
  if (own?.edit !== undefined && !isRise && given !== zone.serial && !draft.force) {
    const text = `Serial of ${formatName(zone.apex)} would go from ${zone.serial} to ${given}`
    return refuse('conflict', 'zone-serial-backwards', text, own.edit)
  }
  const serial = (own && isRise) || mayFall ? given : nextSerial(now, zone.serial, settings)
  const after = serial === given ? wished : withSerial(wished, serial)
  const entry = {
    owner: zone.apex,
    type: RR.SOA,
    ownerKey: apexKey,
    before,
    after,
    edit: own?.edit,
  }
  return stepOf(key, entry, base)
}
