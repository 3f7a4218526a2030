import { CodedError, type UnixSeconds } from '../base/index.ts'
import { formatTlsa } from '../dane/index.ts'
import type { RRsetEdit } from '../records/index.ts'
import { RR, type Ttl } from '../rr/index.ts'
import type { Actor, Store, StoredDocument, StoredRRset } from '../store/index.ts'
import { formatName, type Name, parentName, toHex } from '../wire/index.ts'
import { rolloverCollection, rolloverFromDocument, rolloverKey, rolloverWrite } from './document.ts'
import { holdSeconds, planRollover, recordsOf, tlsaRdata } from './plan.ts'
import { unmatched } from './sightings.ts'
import type { KeyFact, Rollover, Tracked } from './types.ts'
import type { RolloverOptions } from './world.ts'

/** How often a change is worked out anew because others were faster. */
export const attemptsMax = 16
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
  /** Only notes what is known: nothing is published or withdrawn with it, so no guard is passed. */
  readonly isNote?: boolean
  /** The same where somebody forced another set: it stays until somebody says otherwise. */
  readonly yields?: boolean
  /** Publishes the set again where somebody forced another, also where nothing else changes. */
  readonly mends?: boolean
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

/** The same, but what was left by another tenant, who had the zone before, is not there. */
async function readOwn(world: World, owner: Name): Promise<Present> {
  const { rollover, version } = await readRollover(world, owner)
  const zone = rollover && world.records.get(rollover.zone)?.zone
  const isOthers = zone !== undefined && zone.tenant !== rollover?.tenant
  return { rollover: isOthers ? undefined : rollover, version }
}

type World = Pick<RolloverOptions, 'store' | 'records'>

/** The same of an owner that has to be there. @throws {CodedError} `tlsa-untracked` */
export async function demandRollover(world: World, owner: Name): Promise<Rollover> {
  const { rollover } = await readOwn(world, owner)
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
  const present = await readOwn(world, task.owner)
  const now = world.clock.now()
  const before = present.rollover
  const decided = decide(present, now)
  const known = decided ?? before ?? (await demandRollover(world, task.owner))
  const live = await liveSet(world, known)
  const isStray = isStrayed(before, live)
  const wished = decided ?? (task.mends && isStray ? before : undefined)
  if (!wished) {
    return { rollover: known, plan: planRollover(known, now, isStray), changed: false, sequence: 0 }
  }
  const isNote = task.isNote || (task.yields && isStray)
  const after = isNote ? wished : settle(before, wished, live, now)
  const edits = isNote ? [] : editsFor(before, after, live)
  const plan = planRollover(after, now, isNote && isStray)
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

/** Notes what becomes of keys with this very commit: published, or withdrawn. */
export function settle(
  before: Rollover | undefined,
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
  const until = cachesUntil(before, rollover, live, now)
  return { ...rollover, keys: withoutOldest(keys), cachesUntil: until }
}

/**
 * Caches may have what is replaced now for longer than our TTL tells: sets that others published,
 * and our own of before the TTL was lowered.
 */
function cachesUntil(
  before: Rollover | undefined,
  rollover: Rollover,
  live: StoredRRset | undefined,
  now: UnixSeconds,
): UnixSeconds {
  // A set that is gone from the zone may still be in caches.
  const published = before?.keys.some(({ publishedAt }) => publishedAt !== undefined)
  const ttl = Math.max(live?.ttl ?? 0, published ? (before?.ttl ?? 0) : 0) as Ttl
  const isOurs = before ? hasSetOf(before, live) : !live
  if (isOurs && ttl <= rollover.ttl) return rollover.cachesUntil
  const until = now + holdSeconds({ ttl, settings: rollover.settings })
  return Math.max(rollover.cachesUntil, until) as UnixSeconds
}

function withoutOldest(keys: readonly KeyFact[]): readonly KeyFact[] {
  let surplus = keys.length - keysMax
  return keys.filter(({ withdrawnAt }) => withdrawnAt === undefined || surplus-- <= 0)
}

/** What has to be published otherwise; nothing where only what is known has changed. */
function editsFor(
  before: Rollover | undefined,
  after: Rollover,
  live: StoredRRset | undefined,
): RRsetEdit[] {
  const { owner, ttl } = after
  const records = recordsOf(publishedKeys(after))
  if (hasSetOf(after, live)) return []
  if (records.length === 0) {
    // What others published before the first key came is not ours to delete.
    const hadSet = before !== undefined && publishedKeys(before).length > 0
    return hadSet ? [{ kind: 'delete', owner, type: RR.TLSA }] : []
  }
  return [
    {
      ...{ kind: 'replace', owner, type: RR.TLSA, ttl, comments: undefined },
      records: records.map((tlsa) => ({
        ...{ rdata: tlsaRdata(tlsa), content: formatTlsa(tlsa), disabled: false },
      })),
    },
  ]
}

/** The TLSA set that is answered for an owner: a zone made below its own hides what is there. */
export async function liveSet(
  { records }: Pick<RolloverOptions, 'records'>,
  { zone, owner }: Rollover,
): Promise<StoredRRset | undefined> {
  for (let apex = owner; apex.length > zone.length; ) {
    apex = parentName(apex)
    if (records.isFromFile(apex)) return undefined
    if (records.get(apex)) return records.rrset(apex, owner, RR.TLSA)
  }
  return records.rrset(zone, owner, RR.TLSA)
}

/** Whether the set of published keys was changed by others, which takes force. */
export function isStrayed(rollover: Rollover | undefined, live: StoredRRset | undefined): boolean {
  if (!rollover || publishedKeys(rollover).length === 0) return false
  return !hasSetOf(rollover, live)
}

/** Whether the set in the zone is what an owner's keys say, its TTL included. */
function hasSetOf(rollover: Rollover, live: StoredRRset | undefined): boolean {
  const records = recordsOf(publishedKeys(rollover)).map((tlsa) => toHex(tlsaRdata(tlsa)))
  if (!live || records.length === 0) return !live && records.length === 0
  if (live.ttl !== rollover.ttl || live.records.some(({ disabled }) => disabled)) return false
  const found = live.records.map(({ rdata }) => toHex(rdata))
  return found.sort().join() === records.sort().join()
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
