import { CodedError, type UnixSeconds } from '../base/index.ts'
import { formatTlsa, type Tlsa } from '../dane/index.ts'
import type { RRsetEdit } from '../records/index.ts'
import { RR } from '../rr/index.ts'
import type { Actor, Store, StoredDocument, StoredRRset } from '../store/index.ts'
import { formatName, type Name, parentName } from '../wire/index.ts'
import {
  forgottenWrite,
  rolloverCollection,
  rolloverFromDocument,
  rolloverKey,
  rolloverWrite,
} from './document.ts'
import { holdSeconds, planRollover, recordsOf, tlsaRdata } from './plan.ts'
import { unmatched } from './sightings.ts'
import type { KeyFact, Rollover, Tracked } from './types.ts'
import type { RolloverOptions } from './world.ts'

/** How often a change is worked out anew because others were faster. */
const attemptsMax = 16
/** Keys of one owner, those that are gone included: the oldest of these are forgotten first. */
export const keysMax = 32

/** What a change is about, beside what it does. */
export interface Task {
  readonly owner: Name
  readonly actor: Actor
  /** A word for the history. */
  readonly note: string
  /** Whether guards are overridden. */
  readonly force: boolean
}

/** An owner as the store has it: with its version also where it was forgotten. */
export interface Present {
  readonly rollover: Rollover | undefined
  readonly version: number
}

/** The owner of a name, if it follows certificates. @throws {CodedError} as the store does */
export async function readRollover(
  { store }: { readonly store: Pick<Store, 'document'> },
  owner: Name,
): Promise<Present> {
  const document: StoredDocument | undefined = await store.document(
    rolloverCollection,
    rolloverKey(owner),
  )
  if (!document) return { rollover: undefined, version: 0 }
  return { rollover: rolloverFromDocument(document), version: document.version }
}

/** The same of an owner that has to be there. @throws {CodedError} `tlsa-untracked` */
export async function demandRollover(
  world: { readonly store: Pick<Store, 'document'> },
  owner: Name,
): Promise<Rollover> {
  const { rollover } = await readRollover(world, owner)
  if (rollover) return rollover
  const text = `Cannot find certificates of ${formatName(owner)}: none were imported`
  throw new CodedError('tlsa-untracked', text)
}

/** The zone that an owner is in. @throws {CodedError} `zone-absent`, `zone-from-file` */
export function zoneOf({ records }: RolloverOptions, owner: Name) {
  for (let apex = owner; apex.length > 1; ) {
    apex = parentName(apex)
    if (records.isFromFile(apex)) {
      const text = `Cannot publish ${formatName(owner)}: ${formatName(apex)} comes from a file`
      throw new CodedError('zone-from-file', text)
    }
    const live = records.get(apex)
    if (live) return live.zone
  }
  throw new CodedError('zone-absent', `Cannot publish ${formatName(owner)}: no zone is above it`)
}

/**
 * Reads an owner, works out what it shall be, and writes its document and its TLSA set in one
 * commit; again where somebody else was faster. `decide` returns what it was given where all is as
 * wished.
 *
 * @throws {CodedError} `tlsa-unmatched`, what `decide` throws, or what the draft was refused for
 */
export async function change(
  world: RolloverOptions,
  task: Task,
  decide: (present: Present, now: UnixSeconds) => Rollover | undefined,
): Promise<Tracked> {
  for (let attempts = 0; attempts < attemptsMax; attempts++) {
    const tracked = await attempt(world, task, decide)
    if (tracked) return tracked
  }
  const text = `Cannot change ${formatName(task.owner)}: others were faster ${attemptsMax} times`
  throw new CodedError('zone-busy', text)
}

async function attempt(
  world: RolloverOptions,
  task: Task,
  decide: (present: Present, now: UnixSeconds) => Rollover | undefined,
): Promise<Tracked | undefined> {
  const { records, clock } = world
  const present = await readRollover(world, task.owner)
  const now = clock.now()
  const before = present.rollover
  const wished = decide(present, now)
  if (!wished) {
    const rollover = before ?? (await demandRollover(world, task.owner))
    return { rollover, plan: planRollover(rollover, now), changed: false, sequence: 0 }
  }
  const live = await records.rrset(wished.zone, wished.owner, RR.TLSA)
  const after = settle(wished, live, now)
  const plan = planRollover(after, now)
  const edits = editsFor(before, after)
  if (edits.length > 0 && !task.force) refuseUnmatched(after, now)
  const document = rolloverWrite(after, plan.nextAt, task.note)
  const result = await submit(world, after.zone, task, edits, document)
  if (result === undefined) return undefined
  const rollover = { ...after, version: after.version + 1 }
  return { rollover, plan, changed: true, sequence: result }
}

/** The sequence of the change set; undefined where somebody else was faster. */
async function submit(
  { records }: RolloverOptions,
  apex: Name,
  { actor, note }: Task,
  edits: readonly RRsetEdit[],
  document: ReturnType<typeof rolloverWrite>,
): Promise<number | undefined> {
  const result = await records.submit({
    ...{ apex, actor, note, force: false, dryRun: false },
    // The plan minds what caches hold of a longer TTL.
    ttlMayFall: true,
    wish: { kind: 'edit', edits },
    documents: [document],
  })
  if (result.kind === 'done') return result.changeSet.sequence
  if (result.kind === 'replayed') return 0
  if (result.error.code === 'document-conflict') return undefined
  throw result.error
}

/** Stops following certificates. What is published stays. */
export async function forget(world: RolloverOptions, task: Task): Promise<Rollover> {
  for (let attempts = 0; attempts < attemptsMax; attempts++) {
    const rollover = await demandRollover(world, task.owner)
    const document = forgottenWrite(rollover, task.note)
    if ((await submit(world, rollover.zone, task, [], document)) !== undefined) return rollover
  }
  const text = `Cannot forget ${formatName(task.owner)}: others were faster ${attemptsMax} times`
  throw new CodedError('zone-busy', text)
}

/** Notes what becomes of keys with this very commit: published, or withdrawn. */
export function settle(
  rollover: Rollover,
  live: StoredRRset | undefined,
  now: UnixSeconds,
): Rollover {
  const { stages } = planRollover(rollover, now)
  // Two commits of one second are told apart: the later one is not the first.
  const earlier = rollover.keys.map(({ publishedAt }) => (publishedAt ?? 0) + 1)
  const at = Math.max(now, ...earlier) as UnixSeconds
  const keys = rollover.keys.map((key): KeyFact => {
    if (stages.get(key.id) === 'gone') return { ...key, withdrawnAt: key.withdrawnAt ?? now }
    return { ...key, publishedAt: key.publishedAt ?? at }
  })
  return { ...rollover, keys: withoutOldest(keys), cachesUntil: cachesUntil(rollover, live, now) }
}

/**
 * Caches may have what is replaced now for longer than our TTL tells: sets that others published,
 * and our own of before the TTL was lowered.
 */
function cachesUntil(
  rollover: Rollover,
  live: StoredRRset | undefined,
  now: UnixSeconds,
): UnixSeconds {
  const isOurs = rollover.keys.some(({ publishedAt }) => publishedAt !== undefined)
  if (!live || (isOurs && live.ttl <= rollover.ttl)) return rollover.cachesUntil
  const until = now + holdSeconds({ ttl: live.ttl, settings: rollover.settings })
  return Math.max(rollover.cachesUntil, until) as UnixSeconds
}

function withoutOldest(keys: readonly KeyFact[]): readonly KeyFact[] {
  let surplus = keys.length - keysMax
  return keys.filter(({ withdrawnAt }) => withdrawnAt === undefined || surplus-- <= 0)
}

/** What has to be published otherwise; nothing where only what is known has changed. */
function editsFor(before: Rollover | undefined, after: Rollover): RRsetEdit[] {
  const { owner, ttl } = after
  const records = recordsOf(publishedKeys(after))
  const known = before ? recordsOf(publishedKeys(before)) : []
  const isSame = textOf(records) === textOf(known) && (before?.ttl ?? ttl) === ttl
  if (isSame) return []
  if (records.length === 0) return [{ kind: 'delete', owner, type: RR.TLSA }]
  return [
    {
      ...{ kind: 'replace', owner, type: RR.TLSA, ttl, comments: undefined },
      records: records.map((tlsa) => ({
        ...{ rdata: tlsaRdata(tlsa), content: formatTlsa(tlsa), disabled: false },
      })),
    },
  ]
}

function textOf(records: readonly Tlsa[]): string {
  return records.map(formatTlsa).join()
}

/** Keys whose records stand in the zone. */
export function publishedKeys({ keys }: Rollover): readonly KeyFact[] {
  return keys.filter(
    ({ publishedAt, withdrawnAt }) => publishedAt !== undefined && withdrawnAt === undefined,
  )
}

/** A set that matches nothing that a server presents stops its mail: see to the set first. */
function refuseUnmatched(rollover: Rollover, now: UnixSeconds): void {
  const published = publishedKeys(rollover)
  const [first] = published.length > 0 ? unmatched(published, rollover.sightings) : []
  if (!first) return
  const owner = formatName(rollover.owner)
  const ago = now - first.at
  const what = `${first.address} presents ${first.text}, seen ${ago} s ago, and nothing matches it`
  throw new CodedError('tlsa-unmatched', `Cannot publish TLSA records of ${owner}: ${what}`)
}
