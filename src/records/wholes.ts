import type { Clock } from '../base/index.ts'
import { policyOf, type ZonePolicy } from '../config/index.ts'
import { type KeyTiming, keyDuties, type ZoneKey } from '../keystore/index.ts'
import { missingRoles } from '../publish/index.ts'
import { RR } from '../rr/index.ts'
import type { ChangeSet, StoredRRset, StoredZone } from '../store/index.ts'
import { formatName, lowerName, type Name, type NameKey, nameKey } from '../wire/index.ts'
import type { Finding } from '../zonefile/index.ts'
import { type AsideParts, done, type Successor, succeed, withSteps } from './aside.ts'
import { commitOf } from './commit.ts'
import { fromFile, type Settled } from './group.ts'
import { guardDs } from './guards.ts'
import type { KeySource } from './keys.ts'
import type { LiveEntry } from './live.ts'
import type { Plan } from './plan.ts'
import { absent, notDone, type Refusal, refuse } from './refusal.ts'
import { refuseEdits } from './rules.ts'
import { serialOf } from './serial.ts'
import { policyWith, samePolicy, settingsToJson } from './settings.ts'
import { applyEdit, editKey, servedRRset } from './stored.ts'
import type { Draft, KeyEdit, LiveKey, ZoneSettings } from './types.ts'
import type { ParentDs } from './world.ts'

/** What drafts about whole zones work with. */
export interface WholeParts extends AsideParts {
  readonly keys: KeySource
  readonly clock: Clock
  readonly parentDs: ParentDs | undefined
}

type Wish<K extends Draft['wish']['kind']> = Extract<Draft['wish'], { kind: K }>

/** Makes a zone. */
export async function create(
  parts: WholeParts,
  draft: Draft,
  { tenant, settings, rrsets: edits, takesOver = false }: Wish<'create'>,
): Promise<Settled> {
  const apex = lowerName(draft.apex)
  const apexKey = nameKey(apex)
  if (parts.live.isFromFile(apexKey) && !takesOver) return fromFile(apex)
  if (parts.live.get(apexKey)) {
    return refuse('conflict', 'zone-exists', `Cannot make ${formatName(apex)}: it is there already`)
  }
  const policy = policyWith(policyOf(parts.live.config, apex), settings)
  const refusal = refuseEdits(edits, { apexKey, signed: policy.dnssec })
  if (refusal) return refusal
  const staged = new Map<string, StoredRRset>()
  for (const edit of edits) {
    const after = applyEdit(staged.get(editKey(edit)), edit)
    if (after) staged.set(editKey(edit), after)
  }
  const rrsets = [...staged.values()]
  const soa = servedRRset(rrsets.find(({ owner, type }) => isSoa(owner, type, apexKey)))
  const serial = soa ? serialOf(soa.rdatas[0] as Uint8Array) : 0
  const now = parts.clock.now()
  const zone: StoredZone = {
    ...{ apex, tenant, version: 1, serial, createdAt: now, changedAt: now },
    settings: settingsToJson(settings),
  }
  const changes = rrsets.map((after) => {
    const { owner, type } = after
    return { owner, type, before: undefined, after }
  })
  const changeSet = {
    ...{ ...changeSetOf('create', zone, draft), serialBefore: undefined, changes },
    settingsAfter: zone.settings,
  }
  const present = policy.dnssec ? (await parts.keys.list(apex)).map(({ key }) => key) : []
  const made = makeMissing(parts, apex, policy, present)
  const material = { apex, policy, keys: [...present, ...made], rrsets, now }
  const prepare = () => addAll(parts.keys, made, 1)
  const successor = { zone, material, changeSet, look: 'whole', prepare, takesOver } as const
  return succeed(parts, draft, successor, [])
}

function isSoa(owner: Name, type: number, apexKey: NameKey): boolean {
  return type === RR.SOA && nameKey(owner) === apexKey
}

function changeSetOf(kind: ChangeSet['kind'], zone: StoredZone, { actor, note }: Draft) {
  const { apex, version, serial, changedAt } = zone
  const serials = { serialBefore: serial, serialAfter: serial }
  return { apex, kind, version, ...serials, at: changedAt, actor, note, changes: [] }
}

/** Keys that a policy asks for and that are not there, in memory only. */
function makeMissing(
  { keys, clock }: WholeParts,
  apex: Name,
  policy: ZonePolicy,
  present: readonly ZoneKey[],
): ZoneKey[] {
  const now = clock.now()
  const made: ZoneKey[] = []
  for (const role of missingRoles(present, policy, now)) {
    const { algorithm } = policy
    made.push(keys.generate(apex, { algorithm, role, now }, [...present, ...made]))
  }
  return made
}

/** Takes keys in for a commit that may still fail; returns what takes them out again. */
async function addAll(
  source: KeySource,
  keys: readonly ZoneKey[],
  idMin: number,
): Promise<() => Promise<void>> {
  const added: LiveKey[] = []
  for (const key of keys) added.push(await source.add(key, idMin))
  return async () => {
    for (const key of added) await source.remove(key)
  }
}

/** Changes what is set of a zone; it is built anew where that changes its answers. */
export async function changeSettings(
  parts: WholeParts,
  draft: Draft,
  { settings: wished }: Wish<'settings'>,
  entry: LiveEntry,
): Promise<Settled> {
  const settings = { ...entry.settings, ...wished }
  const policy = policyWith(policyOf(parts.live.config, entry.zone.apex), settings)
  const told = entry.policy.dnssec && !policy.dnssec ? await guard(parts, draft) : []
  if ('kind' in told) return told
  const { zone, changeSet } = withSettings(parts, draft, entry, settings, 'settings')
  if (samePolicy(policy, entry.policy)) {
    const worked = { changeSet, zone, checks: [], findings: [] }
    if (draft.dryRun) return done(worked, 0, true)
    const commit = commitOf(draft, entry.zone.version, worked)
    const [outcome] = await parts.store.commit([commit])
    if (outcome?.kind !== 'done') return notDone(outcome)
    const { live } = parts
    live.note({ ...live.entryOf(zone), trouble: entry.trouble }, zone)
    parts.onCommitted(outcome.sequence)
    return done(worked, outcome.sequence, false)
  }
  const present = (await parts.keys.list(entry.zone.apex)).map(({ key }) => key)
  const made = makeMissing(parts, entry.zone.apex, policy, present)
  const prepare = () => addAll(parts.keys, made, zone.version)
  const successor = rebuilt(parts, entry, policy, [...present, ...made], { zone, changeSet })
  return succeed(parts, draft, { ...successor, prepare }, told)
}

function withSettings(
  { clock }: WholeParts,
  draft: Draft,
  { zone: before }: LiveEntry,
  settings: ZoneSettings,
  kind: 'settings' | 'keys',
) {
  const version = before.version + 1
  const json = settingsToJson(settings)
  const zone = { ...before, version, changedAt: clock.now(), settings: json }
  const sets = { settingsBefore: before.settings, settingsAfter: json }
  return { zone, changeSet: { ...changeSetOf(kind, zone, draft), ...sets } }
}

/** A zone with the RRsets that it has, signed otherwise. */
function rebuilt(
  { store, clock }: WholeParts,
  { zone: { apex } }: LiveEntry,
  policy: ZonePolicy,
  keys: readonly ZoneKey[],
  news: Pick<Successor, 'zone' | 'changeSet'>,
): Successor {
  const material = { apex, policy, keys, rrsets: store.rrsets(apex), now: clock.now() }
  return { ...news, material, look: undefined }
}

/** Takes up a plan that is too large to be applied between two queries. */
export async function changeMuch(
  parts: WholeParts,
  plan: Plan,
  entry: LiveEntry,
  keys: readonly ZoneKey[],
): Promise<Settled> {
  const { draft, steps, zone, changeSet } = plan
  const { apex } = zone
  const rrsets = withSteps(parts.store.rrsets(apex), steps)
  const material = { apex, policy: entry.policy, keys, rrsets, now: parts.clock.now() }
  return succeed(parts, draft, { zone, material, changeSet, look: steps }, [])
}

/**
 * Changes the keys of a zone. As in PowerDNS, a zone is signed while a key of it is active: the
 * first one turns DNSSEC on, the last one off.
 */
export async function changeKeys(
  parts: WholeParts,
  draft: Draft,
  { edit }: Wish<'keys'>,
  entry: LiveEntry,
): Promise<Settled> {
  const { apex } = entry.zone
  const present = await parts.keys.list(apex)
  const change = changeOf(parts, edit, present, entry)
  if ('as' in change) return change
  const { keys } = change
  const now = parts.clock.now()
  const dnssec = keyDuties(keys, now).zoneSigners.length > 0
  const told = entry.policy.dnssec && !dnssec ? await guard(parts, draft) : []
  if ('kind' in told) return told
  const settings = { ...entry.settings, dnssec }
  const news = withSettings(parts, draft, entry, settings, 'keys')
  const prepare = () => change.write(news.zone.version)
  const successor = rebuilt(parts, entry, policyWith(entry.policy, settings), keys, news)
  const { finish } = change
  return succeed(parts, draft, { ...successor, prepare, ...(finish ? { finish } : {}) }, told)
}

/** What becomes of the keys, and how it is written down; that returns what undoes it. */
interface KeyChange {
  readonly keys: readonly ZoneKey[]
  readonly write: (version: number) => Promise<() => Promise<void>>
  readonly finish?: () => Promise<void>
}

function changeOf(
  { keys: source, clock }: WholeParts,
  edit: KeyEdit,
  present: readonly LiveKey[],
  { zone, policy }: LiveEntry,
): KeyChange | Refusal {
  const all = present.map(({ key }) => key)
  const now = clock.now()
  if (edit.kind === 'add' || edit.kind === 'generate') {
    const added = edit.kind === 'add' ? edit.key : generated(edit)
    return {
      keys: [...all, added],
      write: (version) => addAll(source, [added], version),
    }
  }
  const live = present.find(({ id }) => id === edit.id)
  if (!live) {
    const text = `Cannot find key ${edit.id} of ${formatName(zone.apex)}: there is none`
    return refuse('absent', 'key-absent', text)
  }
  const others = all.filter((key) => key !== live.key)
  if (edit.kind === 'remove') {
    // Until the change is durable the key must not be lost: at first it is only marked.
    const timing = { ...live.key.timing, delete: now }
    const write = async () => {
      await source.set({ id: live.id, key: { ...live.key, timing } })
      return () => source.set(live)
    }
    return { keys: others, write, finish: () => source.remove(live) }
  }
  const timing = timingOf(live.key.timing, edit)
  const changed = { id: live.id, key: { ...live.key, timing } }
  const write = async () => {
    await source.set(changed)
    return () => source.set(live)
  }
  return { keys: all.map((key) => (key === live.key ? changed.key : key)), write }

  function generated(wish: Extract<KeyEdit, { kind: 'generate' }>): ZoneKey {
    const algorithm = wish.algorithm ?? policy.algorithm
    const choice = { algorithm, role: wish.role, now, timing: timingOf({ created: now }, wish) }
    return source.generate(zone.apex, choice, all)
  }

  /** PowerDNS' two flags as times; a key that signs is always published. */
  function timingOf(
    before: KeyTiming,
    { active, published }: { readonly active: boolean; readonly published: boolean },
  ): KeyTiming {
    const { delete: _, inactive, ...kept } = before
    const publish = kept.publish !== undefined && kept.publish < now ? kept.publish : now
    const wasActive = kept.activate !== undefined && kept.activate <= now
    if (active) return { ...kept, publish, activate: wasActive ? (kept.activate ?? now) : now }
    const { activate, ...unused } = kept
    const retired = wasActive ? { activate: activate ?? now, inactive: inactive ?? now } : {}
    if (published) return { ...unused, ...retired, publish }
    return { ...unused, ...retired, publish, delete: now }
  }
}

/** Removes a zone; its history stays, and so do key files, for whoever makes it anew. */
export async function remove(parts: WholeParts, draft: Draft, entry: LiveEntry): Promise<Settled> {
  // A file that holds the zone as well goes on serving it.
  const isServed = !parts.live.isFromFile(entry.apexKey)
  const told = isServed && entry.policy.dnssec ? await guard(parts, draft) : []
  if ('kind' in told) return told
  const { zone } = entry
  const after = { ...zone, version: zone.version + 1, changedAt: parts.clock.now() }
  const changeSet = { ...changeSetOf('delete', after, draft), serialAfter: undefined }
  const worked = { changeSet, zone: undefined, checks: [], findings: told }
  if (draft.dryRun) return done(worked, 0, true)
  const [outcome] = await parts.store.commit([commitOf(draft, zone.version, worked)])
  if (outcome?.kind !== 'done') return notDone(outcome)
  parts.live.delete(entry.apexKey)
  parts.onCommitted(outcome.sequence)
  return done(worked, outcome.sequence, false)
}

function guard(parts: WholeParts, draft: Draft): Promise<Refusal | readonly Finding[]> {
  return guardDs(draft.apex, draft, parts.parentDs)
}

/** The entry that a draft about a whole zone is for, or why it cannot be. */
export function entryFor(parts: WholeParts, draft: Draft): LiveEntry | Refusal {
  const { apex, ifVersion } = draft
  const key = nameKey(apex)
  const entry = parts.live.get(key)
  const isHidden = parts.live.isFromFile(key)
  if (isHidden && !(entry && draft.wish.kind === 'delete')) return fromFile(apex)
  if (!entry) return absent(apex)
  const { version } = entry.zone
  if (ifVersion === undefined || ifVersion === version) return entry
  const text = `Cannot change ${formatName(apex)}: it has version ${version} now, not ${ifVersion}`
  return refuse('version', 'zone-version', text)
}
