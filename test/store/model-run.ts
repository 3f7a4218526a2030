import fc from 'fast-check'
import type { Test } from 'tap'
import { RR, type RRType, type Ttl } from '../../src/rr/index.ts'
import type {
  ChangeSet,
  Commit,
  CommitOutcome,
  DocumentCommit,
  RRsetChange,
  Store,
  StoredKey,
  StoredRRset,
  StoredZone,
} from '../../src/store/index.ts'
import { compareNames, formatName, type Name, parseName } from '../../src/wire/index.ts'
import { contentOf } from './content.ts'
import { DocumentModel, documentWishes } from './document-model.ts'
import { change, collect, create, documents, keyOf, remove, withKeys } from './samples.ts'
import type { Driver } from './suite.ts'

const changeSets = 10_000
/** Names whose order is easily got wrong: prefixes of each other, octets 0, 1 and 255. */
const apexes = ['.', 'a.', 'b.a.', 'ab.', '\\000.a.', '\\001.a.', '\\255.a.', '\\255.', 'z.b.a.']
  .map((text) => parseName(text))
  .sort(compareNames)
const labels = ['@', 'a', 'b.a', 'a.b', '*', '\\000', '\\000.a', '\\001', '\\255', 'b', 'c.b.a']
/** Those of instances are kept otherwise, if they stand one label below the apex. */
const types = [1, 2, 16, 52, 255, 256, 32768, 65280, RR.LIKE, RR.LIKE, 65535] as RRType[]

const step = fc.record({
  apex: fc.nat(apexes.length - 1),
  // One in eight works upon a version that is not there.
  stale: fc.nat(7).map((n) => n === 0),
  deletes: fc.nat(40).map((n) => n === 0),
  /** What becomes of a key, if anything. */
  key: fc.constantFrom(...([undefined, undefined, 'add', 'add', 'change', 'remove'] as const)),
  documents: documentWishes,
  /** Documents that are written alone, after the group but sharing what they can with it. */
  alone: documentWishes,
  /** How many go into one group with it. */
  closesGroup: fc.nat(19).map((n) => n === 0),
  changes: fc.array(
    fc.record({
      label: fc.constantFrom(...labels),
      type: fc.constantFrom(...types),
      records: fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 3 }),
      content: fc.string({ unit: 'binary', maxLength: 12 }),
      removes: fc.boolean(),
    }),
    { maxLength: 5 },
  ),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** What somebody knows who has sent the commits of a group so far. */
interface Sight {
  /** The version of a zone that is there, the last one of a zone that is not. */
  readonly versions: Map<Name, { readonly isThere: boolean; readonly version: number }>
  readonly keyIds: Map<Name, number>
}

function sight(): Sight {
  return { versions: new Map(), keyIds: new Map() }
}

/** A store that is too simple to be wrong. */
class Model {
  readonly zones = new Map<Name, StoredZone>()
  readonly keys = new Map<Name, readonly StoredKey[]>()
  readonly versions = new Map<Name, number>()
  readonly keyIds = new Map<Name, number>()
  readonly rrsets = new Map<Name, Map<string, StoredRRset>>()
  readonly history: ChangeSet[] = []
  readonly documents = new DocumentModel()

  /** The commit of a step, as somebody would send it who has that sight. */
  commitOf(step: Step, { versions, keyIds }: Sight): Commit {
    const apex = apexes[step.apex] as Name
    const known = { isThere: this.zones.has(apex), version: this.versions.get(apex) ?? 0 }
    const { isThere, version } = versions.get(apex) ?? known
    if (!step.stale) {
      versions.set(apex, { isThere: !step.deletes || !isThere, version: version + 1 })
    }
    if (!isThere) {
      // A version that was there before, or one that another zone could have.
      return create(apex, step.stale ? Math.max(1, version) : version + 1)
    }
    const commit = this.#changeOf(step, apex, step.stale ? version + 1 : version)
    return this.#withKey(step, commit, keyIds)
  }

  #withKey({ key, stale }: Step, commit: Commit, keyIds: Map<Name, number>): Commit {
    const { apex } = commit.changeSet
    if (!key || !commit.zone) return commit
    const last = keyIds.get(apex) ?? this.keyIds.get(apex) ?? 0
    const [first] = this.keys.get(apex) ?? []
    if (key === 'add' || !first) {
      const id = Math.max(1, stale ? last : last + 1)
      if (!stale) keyIds.set(apex, id)
      return withKeys(commit, [undefined, keyOf(apex, id, Uint8Array.of(id % 256))])
    }
    const before = stale ? { ...first, keyTag: 1 } : first
    const timing = { inactive: commit.changeSet.version }
    return withKeys(commit, [before, key === 'change' ? { ...first, timing } : undefined])
  }

  #changeOf(step: Step, apex: Name, claimed: number): Commit {
    if (step.deletes) return remove(apex, claimed)
    const changes = new Map<string, RRsetChange>()
    for (const wish of step.changes) {
      const owner = parseName(wish.label, apex)
      const rrset = {
        owner,
        type: wish.type,
        ttl: wish.records.length as Ttl,
        records: wish.records.map((rdata) => ({ rdata, content: wish.content, disabled: false })),
        comments: [],
      }
      const after = wish.removes ? undefined : rrset
      changes.set(key(owner, wish.type), { owner, type: wish.type, before: undefined, after })
    }
    return change(apex, claimed, [...changes.values()])
  }

  /** Applies a group; what the store should have answered. */
  apply(group: readonly Commit[]): CommitOutcome[] {
    const spoiled = new Set<Name>()
    return group.map((commit) => {
      const { changeSet, zone, documents = [] } = commit
      const { apex } = changeSet
      const version = this.zones.get(apex)?.version ?? 0
      if (spoiled.has(apex) || !this.#fits(commit, version)) {
        spoiled.add(apex)
        return { kind: 'conflict', version }
      }
      const conflict = this.documents.conflictOf(documents)
      if (conflict) {
        spoiled.add(apex)
        return conflict
      }
      this.documents.put(documents)
      const sequence = this.history.length + 1
      this.history.push({ ...changeSet, sequence })
      const rrsets = this.rrsets.get(apex) ?? new Map<string, StoredRRset>()
      this.rrsets.set(apex, rrsets)
      if (zone) this.zones.set(apex, zone)
      else this.zones.delete(apex)
      if (!zone) rrsets.clear()
      this.versions.set(apex, changeSet.version)
      this.#writeKeys(commit)
      for (const { owner, type, after } of changeSet.changes) {
        if (after) rrsets.set(key(owner, type), after)
        else rrsets.delete(key(owner, type))
      }
      return { kind: 'done', sequence }
    })
  }

  #fits({ changeSet, expectedVersion, keys = [] }: Commit, version: number): boolean {
    const { apex } = changeSet
    if (version !== expectedVersion) return false
    if (version === 0 && changeSet.version <= (this.versions.get(apex) ?? 0)) return false
    const present = this.keys.get(apex) ?? []
    return keys.every(({ id, before }) => {
      if (!before) return id > (this.keyIds.get(apex) ?? 0)
      return isSameKey(
        present.find((one) => one.id === id),
        before,
      )
    })
  }

  #writeKeys({ changeSet, zone, keys = [] }: Commit): void {
    const { apex } = changeSet
    const written = new Set(keys.map(({ id }) => id))
    const kept = (this.keys.get(apex) ?? []).filter(({ id }) => !written.has(id))
    const added = keys.flatMap(({ after }) => after ?? [])
    const all = zone ? [...kept, ...added].sort((a, b) => a.id - b.id) : []
    this.keys.set(apex, all)
    const ids = added.map(({ id }) => id)
    this.keyIds.set(apex, Math.max(this.keyIds.get(apex) ?? 0, ...ids))
  }
}

function isSameKey(a: StoredKey | undefined, b: StoredKey): boolean {
  return a !== undefined && isSame([a], [b])
}

function key(owner: Name, type: RRType): string {
  return `${formatName(owner)} ${type}`
}

/** Commits 10,000 random change sets in groups, and compares answers and state with the model. */
export async function runAgainstModel(test: Test, driver: Driver): Promise<void> {
  const seed = Number(process.env['STORE_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  test.comment(`STORE_SEED=${seed}`)
  const model = new Model()
  let store = await driver.open()
  let group: Commit[] = []
  let alone: DocumentCommit[] = []
  let seen = sight()
  let documentVersions = new Map<string, number>()
  let groups = 0
  const counts = { conflict: 0, documentConflict: 0, claimConflict: 0, done: 0 }
  for (const one of fc.sample(step, { numRuns: changeSets, seed })) {
    const writes = model.documents.writesOf(one.documents, documentVersions)
    group.push({ ...model.commitOf(one, seen), documents: writes })
    alone.push(documents(...model.documents.writesOf(one.alone, documentVersions)))
    if (!one.closesGroup) continue
    const answers = await Promise.all([store.commit(group), store.commitDocuments(alone)])
    const expected = [...model.apply(group), ...model.documents.apply(alone)]
    const outcomes = answers.flat()
    if (!isSame(outcomes, expected)) test.strictSame(outcomes, expected, `group ${groups}`)
    for (const { kind } of outcomes) counts[kind]++
    group = []
    alone = []
    seen = sight()
    documentVersions = new Map()
    groups++
    if (groups % 100 !== 0) continue
    await store.close()
    store = await driver.open()
    await compare(test, store, model)
  }
  await compare(test, store, model)
  await model.documents.compareClaims(test, store)
  const { conflict, documentConflict, claimConflict } = counts
  const all = `${conflict}, ${documentConflict} and ${claimConflict} in ${groups} groups`
  test.ok(conflict > 500 && documentConflict > 500 && claimConflict > 50, `${all} conflict`)
  test.strictSame(await wholeHistory(store), model.history)
  await store.close()
}

/** Plain outcomes, compared without the cost of a passing assertion for each of them. */
function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

async function compare(test: Test, store: Store, model: Model): Promise<void> {
  const zones = apexes.flatMap((apex) => model.zones.get(apex) ?? [])
  test.strictSame(await collect(store.zones()), zones)
  test.equal(await store.sequence(), model.history.length)
  await model.documents.compare(test, store)
  for (const apex of apexes) {
    const rrsets = [...(model.rrsets.get(apex)?.values() ?? [])]
    rrsets.sort((a, b) => compareNames(a.owner, b.owner) || a.type - b.type)
    test.strictSame(await collect(store.rrsets(apex)), rrsets, formatName(apex))
    test.strictSame(await contentOf(store, apex), rrsets, `content of ${formatName(apex)}`)
    test.strictSame(await store.keys(apex), model.keys.get(apex) ?? [], formatName(apex))
    test.equal(await store.lastKeyId(apex), model.keyIds.get(apex) ?? 0)
    const last = model.history.filter((set) => set.apex === apex).slice(-3)
    const page = await store.history({ apex, newestFirst: true, limit: 3 })
    test.strictSame(page.items, last.reverse())
  }
}

async function wholeHistory(store: Store): Promise<ChangeSet[]> {
  const found: ChangeSet[] = []
  for (let after = 0; ; ) {
    const page = await store.history({ after, newestFirst: false, limit: 1000 })
    found.push(...page.items)
    if (page.next === undefined) return found
    after = page.items.at(-1)?.sequence ?? after
  }
}
