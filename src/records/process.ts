import { nameKey } from '../wire/index.ts'
import { readAll } from './aside.ts'
import { changesInPlaceMax } from './follow.ts'
import { Group, type GroupParts, type Member, type Settled } from './group.ts'
import type { LiveEntry } from './live.ts'
import { editing, pastOf, replacing, reverting } from './members.ts'
import { revive } from './revive.ts'
import { rrsetKey } from './stored.ts'
import type { Draft } from './types.ts'
import type { WholeParts } from './wholes.ts'
import {
  changeAll,
  changeKeys,
  changeMuch,
  changeSettings,
  create,
  entryFor,
  remove,
} from './wholes.ts'

/** What drafts of all kinds are worked out with. */
export type ProcessParts = WholeParts & GroupParts

/**
 * Works out drafts that go together, makes them durable and live. Rejects as the store does; then
 * nothing is live that is not durable.
 */
export async function processDrafts(
  parts: ProcessParts,
  drafts: readonly Draft[],
): Promise<readonly Settled[]> {
  const [draft] = drafts
  if (!draft) return []
  if (drafts.length === 1) return [await processOne(parts, draft)]
  return together(
    parts,
    drafts.flatMap(({ wish }, at) => editsOf(wish, drafts[at] as Draft)),
  )
}

function editsOf(wish: Draft['wish'], draft: Draft): Member[] {
  return wish.kind === 'edit' ? [editing(draft, wish)] : []
}

async function together(parts: GroupParts, members: readonly Member[]): Promise<Settled[]> {
  const group = new Group(parts, members)
  await group.workOut()
  return group.commit()
}

async function processOne(parts: ProcessParts, draft: Draft): Promise<Settled> {
  const { wish } = draft
  if (wish.kind === 'create') return create(parts, draft, wish)
  if (wish.kind === 'revert' && !parts.live.get(nameKey(draft.apex))) {
    return revive(parts, draft, wish.sequence)
  }
  const entry = entryFor(parts, draft)
  if ('kind' in entry) return entry
  switch (wish.kind) {
    case 'edit':
      return changeRRsets(parts, draft, entry, editing(draft, wish), wish.edits.length)
    case 'settings':
      return changeSettings(parts, draft, wish, entry)
    case 'keys':
      return changeKeys(parts, draft, wish, entry)
    case 'delete':
      return remove(parts, draft, entry)
    case 'replaceAll': {
      const present = await presentOf(parts, draft)
      if (wish.settings) {
        return changeAll(parts, replacing(draft, wish, present), entry, wish.settings)
      }
      const size = present.size + wish.rrsets.length
      return changeRRsets(parts, draft, entry, replacing(draft, wish, present), size)
    }
    case 'revert': {
      const past = await pastOf(parts.store, entry.zone, wish.sequence)
      if ('kind' in past) return past
      return changeRRsets(parts, draft, entry, reverting(draft, past), past.size)
    }
  }
}

function presentOf({ store, makePace }: ProcessParts, { apex }: Draft) {
  return readAll(store.rrsets(apex), makePace())
}

/** In place where that is soon done, aside where not; `size` bounds the RRsets that change. */
async function changeRRsets(
  parts: ProcessParts,
  draft: Draft,
  entry: LiveEntry,
  member: Member,
  size: number,
): Promise<Settled> {
  if (size < changesInPlaceMax) {
    const [settled] = await together(parts, [member])
    return settled as Settled
  }
  const keys = member.reads.map((read) => ({ apex: draft.apex, ...read }))
  const found = await parts.store.read(keys)
  const view = new Map(
    keys.map(({ owner, type }, at) => [rrsetKey(nameKey(owner), type), found[at]]),
  )
  const plan = member.plan(entry, (key) => view.get(key), parts.clock.now())
  if (plan.kind === 'refused') return plan
  if (plan.steps.length < changesInPlaceMax && parts.live.served(entry.apexKey)) {
    const [settled] = await together(parts, [member])
    return settled as Settled
  }
  const present = await parts.keys.list(draft.apex)
  const all = present.map(({ key }) => key)
  return changeMuch(parts, plan, entry, all)
}
