import t, { type Test } from 'tap'
import { fixedClock, type UnixSeconds } from '../../src/base/index.ts'
import { generatePrivateKey, parseSealingKey } from '../../src/crypto/index.ts'
import { keyDuties, makeZoneKey, type ZoneKey } from '../../src/keystore/index.ts'
import {
  type Draft,
  type DraftResult,
  type KeyEdit,
  type RRsetEdit,
  sealedKeys,
} from '../../src/records/index.ts'
import { parseType, RR, type Ttl } from '../../src/rr/index.ts'
import type { ChangeSet, StoredRRset } from '../../src/store/index.ts'
import { nameKey, parseName } from '../../src/wire/index.ts'
import { type Random, seededRandom } from '../support/peers/random.ts'
import { basics, creation, type Recording, record, recording } from '../support/recording.ts'
import { testTime } from '../support/served-zone.ts'
import { type Shakes, shakyStore } from '../support/shaky-store.ts'

t.setTimeout(300_000)

const rounds = 25
/** Drafts that are under way at once. */
const together = 12
const zones = ['a.test.', 'b.test.'] as const
const names = ['p', 'q', 'r.q', '*.w', 's'] as const
const kinds = [
  ...(['address', 'address', 'address', 'alias', 'pair', 'pair', 'pair', 'twice'] as const),
  ...(['version', 'dry', 'delete', 'create', 'create', 'create', 'revert', 'revert'] as const),
  ...(['settings', 'keyAdd', 'keyAdd', 'keyRemove', 'keySet', 'replaceAll'] as const),
]
type Kind = (typeof kinds)[number]

/** What was handed in, and what came of it. */
interface Attempt {
  readonly id: string
  readonly kind: Kind
  readonly result: DraftResult
  /** What was wished for the keys of the zone, if anything. */
  readonly keyEdit: KeyEdit | undefined
}

function put(zone: string, name: string, type: string, content: string): RRsetEdit {
  const owner = parseName(name === '@' ? zone : `${name}.${zone}`)
  const given = { owner, type: parseType(type), ttl: 3600 as Ttl }
  return { kind: 'replace', ...given, records: [record(type, content)], comments: undefined }
}

/** What a zone cannot be without. */
function basicsOf(zone: string, serial: number): RRsetEdit[] {
  const owners = [zone, zone, `ns.${zone}`]
  const [, ...rest] = basics.map((edit, at) => ({ ...edit, owner: parseName(owners[at] ?? zone) }))
  return [put(zone, '@', 'SOA', `ns.${zone} h.${zone} ${serial} 7200 900 1209600 300`), ...rest]
}

/** Two RRsets that no change set parts. */
function pair(zone: string, id: string): RRsetEdit[] {
  return ['one', 'two'].map((name) => put(zone, name, 'TXT', `"${id}"`))
}

/** What one who writes knows. */
interface Sight {
  readonly random: Random
  readonly serial: number
  readonly last: number
  /** Ids of the keys of the zone. */
  readonly keys: readonly number[]
}

function wishOf(
  kind: Kind,
  zone: string,
  id: string,
  { random, serial, last, keys }: Sight,
): Draft['wish'] {
  const name = random.pick(names)
  const address = put(zone, name, 'A', `192.0.2.${random.below(250)}`)
  switch (kind) {
    case 'create':
      return creation([...basicsOf(zone, 1), ...pair(zone, id)])
    case 'delete':
      return { kind }
    case 'revert':
      return { kind, sequence: Math.max(0, last - random.below(12)) }
    case 'settings': {
      const denial = random.pick(['nsec', 'nsec3', 'compact'] as const)
      return { kind, settings: { denial } }
    }
    case 'keyAdd':
      return { kind: 'keys', edit: { kind: 'add', key: keyOf(zone, random) } }
    case 'keyRemove':
      return { kind: 'keys', edit: { kind: 'remove', id: random.pick([...keys, 1]) } }
    case 'keySet': {
      const active = random.below(2) === 0
      const id = random.pick([...keys, 1])
      return { kind: 'keys', edit: { kind: 'set', id, active, published: true } }
    }
    case 'replaceAll':
      return { kind, rrsets: [...basicsOf(zone, serial), ...pair(zone, id), address] }
    case 'alias':
      return { kind: 'edit', edits: [put(zone, name, 'CNAME', `ns.${zone}`)] }
    case 'pair':
    case 'twice':
      return { kind: 'edit', edits: [...pair(zone, id), address] }
    default: {
      const { owner } = address
      const gone = { kind: 'delete', owner, type: RR.CNAME } as const
      const isPut = random.below(4) > 0
      return { kind: 'edit', edits: [gone, isPut ? address : { ...gone, type: RR.A }] }
    }
  }
}

/** A key that only its finder has. */
function keyOf(zone: string, random: Random): ZoneKey {
  const now = testTime as UnixSeconds
  const timing = { created: now, publish: now, ...(random.below(2) === 0 && { activate: now }) }
  return makeZoneKey(parseName(zone), generatePrivateKey(13, {}), 257, timing)
}

/** RRsets of one zone as text. */
type Plain = Map<string, string>

function idOf({ owner, type }: Pick<StoredRRset, 'owner' | 'type'>): string {
  return `${nameKey(owner)} ${type}`
}

function plain(rrset: StoredRRset | undefined): string | undefined {
  return rrset && `${rrset.ttl} ${rrset.records.map(({ content }) => content).join(' / ')}`
}

function isNewer(a: number, b: number): boolean {
  const step = (a - b) >>> 0
  return step > 0 && step < 2 ** 31
}

/** Plays the history of a zone, and sees to it that every change set fits the one before. */
function play(t: Test, history: readonly ChangeSet[]): Plain {
  const all: Plain = new Map()
  let version = 0
  let serial: number | undefined
  for (const { kind, changes, sequence, ...changeSet } of history) {
    const where = `change set ${sequence}, ${kind}`
    const isNext = kind === 'create' || changeSet.version === version + 1
    if (!isNext) t.fail(`${where}: version ${changeSet.version} after ${version}`)
    if ((kind === 'create') !== (serial === undefined)) t.fail(`${where}: not its turn`)
    version = changeSet.version
    for (const change of changes) {
      const id = idOf(change)
      if (plain(change.before) !== all.get(id)) {
        t.equal(plain(change.before), all.get(id), `${where}: ${id} before`)
      }
      const after = plain(change.after)
      if (after === undefined) all.delete(id)
      else all.set(id, after)
    }
    const isContent = kind === 'change' && changes.length > 0
    if (isContent && !isNewer(changeSet.serialAfter ?? 0, serial ?? 0)) {
      t.fail(`${where}: serial ${serial} to ${changeSet.serialAfter}`)
    }
    if (kind === 'delete') t.equal(all.size, 0, `${where}: all of it is in the history`)
    serial = kind === 'delete' ? undefined : changeSet.serialAfter
    for (const id of all.keys()) {
      const [key, type] = id.split(' ')
      if (type === '5' && all.has(`${key} 1`)) t.fail(`${where}: a CNAME has company`)
    }
  }
  return all
}

/** Everything of a zone, oldest first. */
async function historyOf({ store }: Recording, zone: string): Promise<ChangeSet[]> {
  const all: ChangeSet[] = []
  for (let cursor: string | undefined; ; ) {
    const at = cursor === undefined ? {} : { cursor }
    const query = { apex: parseName(zone), newestFirst: false, limit: 100, ...at }
    const { items, next } = await store.history(query)
    all.push(...items)
    if (next === undefined) return all
    cursor = next
  }
}

/** Asks what must be true of any answer at any time. */
function look(t: Test, { server, records }: Recording): void {
  for (const zone of zones) {
    const soa = server.ask(zone, 'SOA', { dnssec: true, stream: true })
    if (soa.rcode === 5) continue
    const live = records.get(parseName(zone))
    const isSigned = live?.settings.dnssec ?? true
    if (isSigned && soa.answer.length < 2)
      t.fail(`${zone} has ${soa.answer.length} records, not signed?`)
    const [one, two] = ['one', 'two'].map((name) =>
      server.ask(`${name}.${zone}`, 'TXT', { stream: true }).answer.map(({ rdata }) => rdata),
    )
    if (`${one}` !== `${two}`) t.fail(`${zone}: a change set is half there: ${one} and ${two}`)
    const serial = soa.answer[0]?.rdata.at(-20)
    if (live?.served && serial !== live.zone.serial >>> 24) t.fail(`${zone}: another serial`)
  }
}

/** Compares what a node serves, and what is stored, with what the history comes to. */
async function compare(t: Test, node: Recording, zone: string, expected: Plain): Promise<void> {
  const stored: Plain = new Map()
  for await (const rrset of node.store.rrsets(parseName(zone))) {
    stored.set(idOf(rrset), plain(rrset) ?? '')
  }
  const sorted = (all: Plain) => [...all].sort(([a], [b]) => (a < b ? -1 : 1))
  t.same(sorted(stored), sorted(expected), `${zone} as it is stored`)
  const published = node.table.get(nameKey(parseName(zone)))
  t.equal(published !== undefined, expected.size > 0, `${zone} is served where it is there`)
  const signed = new Set<number>([RR.DNSKEY, RR.CDS, RR.CDNSKEY, RR.NSEC3PARAM])
  const served = [...(published?.zone.nodes() ?? [])]
    .flatMap(({ rrsets }) => rrsets)
    .filter(({ type }) => !signed.has(type))
  t.same(served.map(idOf).sort(), [...expected.keys()].sort(), `${zone} as it is served`)
}

/** Two nodes on one store that takes its time and fails now and then. */
async function twoNodes(t: Test, shakes: Shakes): Promise<[Recording, Recording]> {
  const clock = fixedClock(testTime)
  const base = await recording(t, { clock, empty: true, node: 'c' })
  await base.records.close()
  const sealing = parseSealingKey('ab'.repeat(32), 'test')
  const open = (node: string, directory: string) => {
    const store = shakyStore(base.store, shakes)
    const keys = sealedKeys(store, [sealing], {})
    return recording(t, { clock, node, store, directory, keys, empty: true })
  }
  return [await open('a', base.directory), await open('b', base.directory)]
}

/** DNSKEYs by zone and id. */
const keysSeen = new Map<string, string>()

async function attempt(
  nodes: readonly [Recording, Recording],
  id: string,
  random: Random,
): Promise<Attempt[]> {
  const kind = random.pick(kinds)
  const zone = random.pick(zones)
  const [node, other] = random.below(2) === 0 ? nodes : [nodes[1], nodes[0]]
  const apex = parseName(zone)
  const { serial = 0, version = 0 } = node.records.get(apex)?.zone ?? {}
  const { sequence: last } = node.records.health()
  const isAboutOne = kind === 'keyRemove' || kind === 'keySet'
  const found = isAboutOne ? await node.records.keys(apex).catch(() => []) : []
  const keys = found.map((key) => key.id)
  for (const { id: number, key } of found) {
    const seen = keysSeen.get(`${zone} ${number}`) ?? textOf(key)
    if (seen !== textOf(key)) throw new Error(`${zone}: id ${number} came again`)
    keysSeen.set(`${zone} ${number}`, seen)
  }
  const wish = wishOf(kind, zone, id, { random, serial, last, keys })
  const keyEdit = wish.kind === 'keys' ? wish.edit : undefined
  const answer = () => ({ status: 200, headers: {}, body: id })
  const draft = {
    ...{ apex, note: id, wish, ttlMayFall: true, dryRun: kind === 'dry' },
    ...(kind === 'version' && { ifVersion: version }),
    ...(kind === 'twice' && { idempotency: { key: id, request: id, answer } }),
  }
  const tries = kind === 'twice' ? [node, other, node] : [node]
  return Promise.all(
    tries.map(async (one) => {
      const result = await one.submit(draft)
      const live = one.records.get(apex)?.zone.version ?? Number.POSITIVE_INFINITY
      // What is acknowledged is served: this version, or a later one.
      const isMade = result.kind === 'done' && result.changeSet.sequence > 0
      if (isMade && live < result.changeSet.version) {
        throw new Error(`${id} was told before it was live: ${live}, ${result.changeSet.version}`)
      }
      return { id, kind, result, keyEdit }
    }),
  )
}

/** Everything that came to pass is in the history, once; nothing else is. */
function account(t: Test, attempts: readonly Attempt[], history: readonly ChangeSet[]): void {
  const written = new Map<string, ChangeSet[]>()
  for (const changeSet of history) {
    written.set(changeSet.note, [...(written.get(changeSet.note) ?? []), changeSet])
  }
  const doubtful = new Set(
    attempts.flatMap(({ id, result }) =>
      result.kind === 'refused' && result.as === 'unavailable' ? [id] : [],
    ),
  )
  for (const [id, changeSets] of written) {
    if (changeSets.length > 1) t.fail(`${id} was made ${changeSets.length} times`)
  }
  for (const { id, kind, result } of attempts) {
    const [changeSet] = written.get(id) ?? []
    if (result.kind === 'done' && result.changeSet.sequence > 0) {
      if (changeSet?.sequence !== result.changeSet.sequence) t.fail(`${id} is lost`)
    } else if (changeSet && kind !== 'twice' && !doubtful.has(id)) {
      t.fail(`${id} was ${result.kind}, and is there`)
    }
  }
}

/**
 * No edit of keys that is in the history is lost, none that is not has left anything: the keys of a
 * zone, in the store and at both nodes, are what its history comes to.
 */
async function compareKeys(
  t: Test,
  nodes: readonly [Recording, Recording],
  zone: string,
  { attempts, history }: { attempts: readonly Attempt[]; history: readonly ChangeSet[] },
): Promise<void> {
  const created = history.findLast(({ kind }) => kind === 'create' || kind === 'delete')
  const wishes = new Map(attempts.map(({ id, keyEdit }) => [id, keyEdit]))
  const edits = history.flatMap(({ kind, note, sequence }) => {
    const edit = wishes.get(note)
    const isOfNow = kind === 'keys' && sequence > (created?.sequence ?? 0)
    return edit && isOfNow ? [edit] : []
  })
  const keys = await nodes[0].records.keys(parseName(zone))
  const byId = new Map(keys.map(({ id, key }) => [id, key]))
  const texts = keys.map(({ key }) => textOf(key))
  const added = edits.flatMap((edit) => (edit.kind === 'add' ? [textOf(edit.key)] : []))
  const removed = edits.map((edit) => edit.kind === 'remove' && keysSeen.get(`${zone} ${edit.id}`))
  const foreign = attempts.flatMap(({ keyEdit }) => (keyEdit?.kind === 'add' ? [keyEdit.key] : []))
  const never = foreign.map(textOf).filter((text) => !added.includes(text))
  for (const text of never) if (texts.includes(text)) t.fail(`${zone} has a key that never came`)
  for (const text of added) {
    if (texts.includes(text) === removed.includes(text)) t.fail(`${zone} lost or kept a key`)
  }
  for (const edit of edits) {
    if (edit.kind === 'remove' && byId.has(edit.id)) t.fail(`${zone} has key ${edit.id} again`)
  }
  const last = new Map(edits.flatMap((edit) => (edit.kind === 'set' ? [[edit.id, edit]] : [])))
  for (const [id, { active }] of last) {
    const key = byId.get(id)
    const isActive = key && keyDuties([key], testTime as UnixSeconds).zoneSigners.length > 0
    if (key && isActive !== active) t.fail(`${zone}: the timing of key ${id} is lost`)
  }
  for (const { table } of nodes) {
    const published = table.get(nameKey(parseName(zone)))
    if (!published?.policy.dnssec) continue
    t.same(published.keys.map(textOf).sort(), [...texts].sort(), `keys that ${zone} is signed with`)
  }
}

function textOf({ dnskey }: ZoneKey): string {
  return Buffer.from(dnskey).toString('hex')
}

const seeds = process.env['DANELAW_SEEDS']?.split(',').map(Number) ?? [1, 2]

for (const seed of seeds) {
  t.test(`many writers on two nodes with a shaky store, seed ${seed}`, async (t) => {
    const random = seededRandom(seed)
    keysSeen.clear()
    const shakes: Shakes = { random: () => random.below(1 << 20) / (1 << 20), failures: 0 }
    const nodes = await twoNodes(t, shakes)
    const attempts: Attempt[] = []
    for (let round = 0; round < rounds; round++) {
      shakes.failures = round % 3 === 2 ? 0.1 : 0
      const ids = Array.from({ length: together }, (_, at) => `${round}-${at}`)
      const done = Promise.all(ids.map((id) => attempt(nodes, id, random)))
      let isDone = false
      void done.finally(() => {
        isDone = true
      })
      while (!isDone) {
        for (const node of nodes) look(t, node)
        await new Promise((resolve) => void setImmediate(resolve))
      }
      attempts.push(...(await done).flat())
    }
    shakes.failures = 0
    for (const node of nodes) {
      const last = await node.store.sequence()
      t.match(await node.records.whenLive(last, 20_000), { live: true })
    }
    const histories = await Promise.all(zones.map((zone) => historyOf(nodes[0], zone)))
    for (const [at, zone] of zones.entries()) {
      const expected = play(t, histories[at] ?? [])
      for (const node of nodes) await compare(t, node, zone, expected)
      await compareKeys(t, nodes, zone, { attempts, history: histories[at] ?? [] })
    }
    account(t, attempts, histories.flat())
    const counts = new Map<string, number>()
    for (const { kind, result } of attempts) {
      const told = result.kind === 'refused' ? result.as : result.kind
      counts.set(`${kind} ${told}`, (counts.get(`${kind} ${told}`) ?? 0) + 1)
    }
    // So that a test which tries nothing is not green.
    const made = [...new Set(kinds)].filter((kind) => counts.has(`${kind} done`))
    t.ok(made.length > 10, `many kinds came to pass: ${made.join(' ')}`)
    t.comment([...counts].sort().join('; '))
    t.same([...nodes[0].faults, ...nodes[1].faults], [])
  })
}
