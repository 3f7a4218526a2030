import { isMadeAtApex } from '../publish/index.ts'
import { RR, type RRType } from '../rr/index.ts'
import type { ChangeSet, Store, StoredRRset, StoredZone } from '../store/index.ts'
import { formatName, isSubdomainKey, type Name, type NameKey, nameKey } from '../wire/index.ts'
import type { Member } from './group.ts'
import { PageSize } from './page-size.ts'
import { planEdits, planStaged, type Staged } from './plan.ts'
import { type Refusal, refuse } from './refusal.ts'
import { editsMax, refuseEdits } from './rules.ts'
import { serialOf, withSerial } from './serial.ts'
import { applyEdit, editKey, rrsetKey } from './stored.ts'
import type { Draft, RRsetEdit } from './types.ts'

/** Changes of RRsets, and change sets, that one revert walks back over. */
const revertedMax = 200_000
/**
 * RRsets of a zone that the history keeps when it is deleted: as many as one draft may bring back.
 * A deletion must not fail, or hold up others, on account of a zone of a million.
 */
export const removedMax = editsMax

type Wish<K extends Draft['wish']['kind']> = Extract<Draft['wish'], { kind: K }>

/** RRsets of a zone with the keys of their owners, by `rrsetKey`. */
export type Content = ReadonlyMap<string, StoredRRset & { readonly ownerKey: NameKey }>

/** A draft that edits some RRsets. */
export function editing(draft: Draft, { edits }: Wish<'edit'>): Member {
  const apexKey = nameKey(draft.apex)
  const reads: { owner: Name; type: RRType }[] = [{ owner: draft.apex, type: RR.SOA }]
  // What is out of the zone, or too much, is refused without a look at the store.
  for (const { owner, type } of edits.slice(0, editsMax)) {
    if (isSubdomainKey(nameKey(owner), apexKey)) reads.push({ owner, type })
  }
  return {
    draft,
    reads,
    plan: (base, view, now) => planEdits(draft, edits, base, view, now),
  }
}

/** A draft that puts new content in the place of all that is there. */
export function replacing(draft: Draft, { rrsets }: Wish<'replaceAll'>, present: Content): Member {
  return {
    draft,
    reads: [],
    plan(base, _view, now) {
      const refusal = refuseEdits(rrsets, base)
      if (refusal) return refusal
      const staged = stageAll(rrsets, present)
      return planStaged(draft, staged, base, (key) => present.get(key), now)
    },
  }
}

function stageAll(rrsets: readonly RRsetEdit[], present: Content): Map<string, Staged> {
  const staged = new Map<string, Staged>()
  for (const [key, before] of present) {
    const { owner, type, ownerKey } = before
    // What signing makes is not part of what clients see, so its absence means nothing.
    if (isMadeAtApex(type)) continue
    staged.set(key, { owner, type, ownerKey, before, after: undefined, edit: undefined })
  }
  for (const [index, edit] of rrsets.entries()) {
    const key = editKey(edit)
    const earlier = staged.get(key)
    const before = present.get(key)
    const after = applyEdit(earlier?.edit === undefined ? before : earlier.after, edit)
    const owner = after?.owner ?? edit.owner
    const ownerKey = nameKey(owner)
    staged.set(key, { owner, type: edit.type, ownerKey, before, after, edit: index })
  }
  return staged
}

/** A draft that brings RRsets back to what they were after a change set. */
export function reverting(draft: Draft, past: ReadonlyMap<string, Staged>): Member {
  const reads = [...past.values()].map(({ owner, type }) => ({ owner, type }))
  return {
    draft,
    reads: [{ owner: draft.apex, type: RR.SOA }, ...reads],
    plan(base, view, now) {
      const staged = new Map<string, Staged>()
      for (const [key, entry] of past) {
        const before = view(key)
        staged.set(key, { ...entry, before, after: sameSerial(before, entry.after) })
      }
      return planStaged(draft, staged, base, view, now)
    },
  }
}

/** An SOA goes back in all but its serial, which never does. */
function sameSerial(
  before: StoredRRset | undefined,
  after: StoredRRset | undefined,
): StoredRRset | undefined {
  const rdata = before?.type === RR.SOA ? before.records[0]?.rdata : undefined
  return rdata && after ? withSerial(after, serialOf(rdata)) : after
}

/**
 * Walks the history of a zone back to a sequence, over deletions and new beginnings: RRsets changed
 * since, as they were then. What another tenant had under the name is not brought back.
 */
export async function pastOf(
  store: Store,
  { apex, tenant }: Pick<StoredZone, 'apex' | 'tenant'>,
  sequence: number,
): Promise<Map<string, Staged> | Refusal> {
  const past = new Map<string, Staged>()
  let seen = 0
  let oldest: ChangeSet['kind'] | undefined
  let cursor: string | undefined
  const size = new PageSize()
  do {
    const at = cursor === undefined ? {} : { cursor }
    const query = { apex, after: sequence, newestFirst: true, limit: size.limit, ...at }
    const { items, next } = await store.history(query)
    for (const changeSet of items) {
      const { kind, changes } = changeSet
      seen += Math.max(1, changes.length)
      if (seen > revertedMax) return irreversible(apex, sequence, 'too many changes since')
      if (changeSet.tenant !== tenant) {
        return irreversible(apex, sequence, "it was another tenant's then")
      }
      // A zone has an SOA at least.
      if (kind === 'delete' && changes.length === 0) return refuseGap(apex)
      oldest = kind
      for (const { owner, type, before } of changes) {
        const ownerKey = nameKey(owner)
        const entry = { owner, type, ownerKey, before: undefined, after: before, edit: undefined }
        past.set(rrsetKey(ownerKey, type), entry)
      }
    }
    cursor = next
    size.saw(items)
  } while (cursor !== undefined)
  if (oldest === 'create') return irreversible(apex, sequence, 'it was not there then')
  return past
}

/** Says why there is no way back. */
export function irreversible(apex: Name, sequence: number, why: string): Refusal {
  return refuse(
    'invalid',
    'draft-invalid',
    `Cannot revert ${formatName(apex)} to ${sequence}: ${why}`,
  )
}

/** Says that the history has a gap where a zone was too large to be kept in it. */
export function refuseGap(apex: Name): Refusal {
  const text =
    `Cannot go back to before ${formatName(apex)} was deleted: it had over ${removedMax} RRsets, ` +
    'which the history does not keep; restore a backup'
  return refuse('conflict', 'history-incomplete', text)
}
