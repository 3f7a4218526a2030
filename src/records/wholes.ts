import type { Clock } from '../base/index.ts'
import { policyOf, type ZonePolicy } from '../config/index.ts'
import { keyDuties, type ZoneKey } from '../keystore/index.ts'
import { missingRoles } from '../publish/index.ts'
import { RR } from '../rr/index.ts'
import type { ChangeSet, RRsetChange, Store, StoredRRset, StoredZone } from '../store/index.ts'
import { formatName, lowerName, type Name, type NameKey, nameKey } from '../wire/index.ts'
import type { Finding } from '../zonefile/index.ts'
import { type AsideParts, done, type Successor, succeed, withSteps } from './aside.ts'
import { commitOf } from './commit.ts'
import { fromFile, type Member, type Settled } from './group.ts'
import type { DsGuard } from './guards.ts'
import { planKeyEdit } from './key-edits.ts'
import type { KeyStep } from './keys.ts'
import type { LiveEntry } from './live.ts'
import { removedMax } from './members.ts'
import type { Plan } from './plan.ts'
import { absent, notDone, type Refusal, refuse } from './refusal.ts'
import { refuseEdits, refuseGrown } from './rules.ts'
import { serialOf } from './serial.ts'
import { policyWith, samePolicy, settingsToJson } from './settings.ts'
import { applyEdit, editKey, servedRRset } from './stored.ts'
import type { Draft, ZoneSettings } from './types.ts'

/** What drafts about whole zones work with. */
export interface WholeParts extends AsideParts {
  readonly clock: Clock
  readonly guard: DsGuard
}

type Wish<K extends Draft['wish']['kind']> = Extract<Draft['wish'], { kind: K }>

/** Makes a zone. */
export async function create(
  parts: WholeParts,
  draft: Draft,
  { tenant, settings, rrsets: edits, keys: brought = [], takesOver = false }: Wish<'create'>,
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
  for (const rrset of rrsets) {
    const grown = refuseGrown(rrset, undefined)
    if (grown) return grown
  }
  const soa = servedRRset(rrsets.find(({ owner, type }) => isSoa(owner, type, apexKey)))
  const serial = soa ? serialOf(soa.rdatas[0] as Uint8Array) : 0
  const now = parts.clock.now()
  const version = 1 + (await lastVersion(parts.store, apex))
  const zone: StoredZone = {
    ...{ apex, tenant, version, serial, createdAt: now, changedAt: now },
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
  const kept = policy.dnssec ? (await parts.keys.list(apex)).map(({ key }) => key) : []
  const present = [...kept, ...brought.filter((key) => !kept.some((one) => isSame(one, key)))]
  const keys = [...present, ...makeMissing(parts, apex, policy, present)]
  const material = { apex, policy, keys, rrsets, now }
  const keySteps = keys.slice(kept.length).map(coming)
  const successor = { zone, material, changeSet, look: 'whole', keySteps, takesOver } as const
  return succeed(parts, draft, successor, [])
}

/**
 * The version of the last change set of a name; 0 where there is none. A zone that is made anew
 * counts on from there: were versions to come again, what was worked out upon the zone of before
 * would fit the one of now, for other nodes and for `ifVersion`.
 */
async function lastVersion(store: Store, apex: Name): Promise<number> {
  const { items } = await store.history({ apex, newestFirst: true, limit: 1 })
  return items[0]?.version ?? 0
}

function isSoa(owner: Name, type: number, apexKey: NameKey): boolean {
  return type === RR.SOA && nameKey(owner) === apexKey
}

function changeSetOf(kind: ChangeSet['kind'], zone: StoredZone, { actor, note }: Draft) {
  const { apex, tenant, version, serial, changedAt } = zone
  const serials = { serialBefore: serial, serialAfter: serial }
  return { apex, tenant, kind, version, ...serials, at: changedAt, actor, note, changes: [] }
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

function isSame(a: ZoneKey, b: ZoneKey): boolean {
  return Buffer.compare(a.dnskey, b.dnskey) === 0
}

function coming(after: ZoneKey): KeyStep {
  return { before: undefined, after }
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
  const told = entry.policy.dnssec && !policy.dnssec ? await parts.guard.check(draft) : []
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
  const keySteps = made.map(coming)
  const successor = rebuilt(parts, entry, policy, [...present, ...made], { zone, changeSet })
  return succeed(parts, draft, { ...successor, keySteps }, told)
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
  const material = { apex, policy, keys, rrsets: store.content(apex), now: clock.now() }
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

/** Puts other RRsets and settings in the place of those that are there, in one change set. */
export async function changeAll(
  parts: WholeParts,
  { draft, plan: planOf }: Member,
  entry: LiveEntry,
  wished: Partial<ZoneSettings>,
): Promise<Settled> {
  const { apex } = entry.zone
  const settings = { ...entry.settings, ...wished }
  const policy = policyWith(policyOf(parts.live.config, apex), settings)
  const told = entry.policy.dnssec && !policy.dnssec ? await parts.guard.check(draft) : []
  if ('kind' in told) return told
  const base = { ...entry, settings, signed: policy.dnssec }
  const now = parts.clock.now()
  const plan = planOf(base, () => undefined, now)
  if (plan.kind === 'refused') return plan
  const news = withSettings(parts, draft, entry, settings, 'settings')
  const zone = { ...news.zone, serial: plan.zone.serial }
  const { serialAfter, changes } = plan.changeSet
  const changeSet = { ...news.changeSet, serialAfter, changes }
  const present = (await parts.keys.list(apex)).map(({ key }) => key)
  const made = makeMissing(parts, apex, policy, present)
  const rrsets = withSteps(parts.store.rrsets(apex), plan.steps)
  const material = { apex, policy, keys: [...present, ...made], rrsets, now }
  const keySteps = made.map(coming)
  return succeed(parts, draft, { zone, material, changeSet, look: plan.steps, keySteps }, told)
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
  const change = planKeyEdit(parts, edit, present, entry)
  if ('as' in change) return change
  const { keys, step } = change
  const now = parts.clock.now()
  const dnssec = keyDuties(keys, now).zoneSigners.length > 0
  const told = entry.policy.dnssec && !dnssec ? await parts.guard.check(draft) : []
  if ('kind' in told) return told
  const settings = { ...entry.settings, dnssec }
  const news = withSettings(parts, draft, entry, settings, 'keys')
  const successor = rebuilt(parts, entry, policyWith(entry.policy, settings), keys, news)
  return succeed(parts, draft, { ...successor, keySteps: [step] }, told)
}

/** Removes a zone; its history stays, and so do key files, for whoever makes it anew. */
export async function remove(parts: WholeParts, draft: Draft, entry: LiveEntry): Promise<Settled> {
  // A file that holds the zone as well goes on serving it.
  const isServed = !parts.live.isFromFile(entry.apexKey)
  const told = isServed && entry.policy.dnssec ? await parts.guard.check(draft) : []
  if ('kind' in told) return told
  const { zone } = entry
  const after = { ...zone, version: zone.version + 1, changedAt: parts.clock.now() }
  const changes = await removedOf(parts, zone.apex)
  const changeSet = {
    ...{ ...changeSetOf('delete', after, draft), serialAfter: undefined, changes: changes ?? [] },
    settingsBefore: zone.settings,
  }
  const findings = changes ? told : [...told, gapAhead(zone.apex)]
  const worked = { changeSet, zone: undefined, checks: [], findings }
  if (draft.dryRun) return done(worked, 0, true)
  const [outcome] = await parts.store.commit([commitOf(draft, zone.version, worked)])
  if (outcome?.kind !== 'done') return notDone(outcome)
  parts.live.delete(entry.apexKey)
  parts.onCommitted(outcome.sequence)
  return done(worked, outcome.sequence, false)
}

/** What a deletion removes, for the history; undefined where that is more than it keeps. */
async function removedOf(
  { store, makePace }: WholeParts,
  apex: Name,
): Promise<readonly RRsetChange[] | undefined> {
  const changes: RRsetChange[] = []
  const pace = makePace()
  for await (const before of store.rrsets(apex)) {
    if (changes.length === removedMax) return undefined
    const { owner, type } = before
    changes.push({ owner, type, before, after: undefined })
    const rest = pace.step()
    if (rest !== undefined) await rest
  }
  return changes
}

function gapAhead(apex: Name): Finding {
  const message =
    `Cannot bring ${formatName(apex)} back once it is deleted: it has over ${removedMax} RRsets, ` +
    'and the history keeps no more; only a backup has them'
  return { severity: 'warning', code: 'history-incomplete', message }
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
