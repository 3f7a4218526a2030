import type { ErrorCode } from '../base/index.ts'
import { canonicalRdata, RR, type RRType } from '../rr/index.ts'
import { isSubdomainKey, type Name, type NameKey, nameKey, parentKey } from '../wire/index.ts'
import type { Finding, ZoneRecord } from '../zonefile/index.ts'

/** Records of one owner, by type in the order of the file. */
export interface OwnerFacts {
  readonly key: NameKey
  readonly owner: Name
  readonly byType: ReadonlyMap<RRType, readonly ZoneRecord[]>
  /** Whether the zone's authority ends here. */
  readonly isCut: boolean
  /** The topmost cut or DNAME above, if any: what is here does not count (RFC 2136 §7.18). */
  readonly occluder: OwnerFacts | undefined
}

/** The owners of a zone: all of them to be found, and those to be looked at to be gone through. */
export interface OwnersFacts {
  get(key: NameKey): OwnerFacts | undefined
  values(): Iterable<OwnerFacts>
}

/** What the checks look at: the records of a zone file as a tree of owners, or a part of a zone. */
export interface ZoneFacts {
  readonly apex: OwnerFacts
  readonly apexKey: NameKey
  readonly owners: OwnersFacts
  /** Records whose owner is not at or below the apex. */
  readonly outside: readonly ZoneRecord[]
  /** The names that are like others; undefined where none is. */
  readonly instances: InstancesFacts | undefined
}

/** How many names are like others. */
export interface InstancesFacts {
  readonly count: number
  /** How many are like one name. */
  countLike(template: NameKey): number
}

/** Takes what a rule has found at a record; without a record it is about the zone as a whole. */
export type Tell = (
  severity: Finding['severity'],
  code: ErrorCode,
  message: string,
  record?: ZoneRecord,
) => void

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
interface Gathering extends Mutable<OwnerFacts> {
  readonly byType: Map<RRType, ZoneRecord[]>
}

function emptyOwner(key: NameKey, owner: Name): Gathering {
  return { key, owner, byType: new Map(), isCut: false, occluder: undefined }
}

/**
 * Gathers the records of a zone by owner, with a pause after each small step. O(n), and one look-up
 * more for each label of a name.
 */
export function* gatherFacts(
  zone: Name,
  records: readonly ZoneRecord[],
): Generator<void, ZoneFacts> {
  const apexKey = nameKey(zone)
  const apex = emptyOwner(apexKey, zone)
  const owners = new Map<NameKey, Gathering>([[apexKey, apex]])
  const outside: ZoneRecord[] = []
  for (const record of records) {
    yield
    const key = nameKey(record.owner)
    if (!isSubdomainKey(key, apexKey)) {
      outside.push(record)
      continue
    }
    let at = owners.get(key)
    if (!at) {
      at = emptyOwner(key, record.owner)
      owners.set(key, at)
    }
    const present = at.byType.get(record.type)
    if (present) present.push(record)
    else at.byType.set(record.type, [record])
  }
  for (const at of owners.values()) at.isCut = at !== apex && at.byType.has(RR.NS)
  for (const at of owners.values()) {
    yield
    at.occluder = occluderOf(at, apexKey, owners)
  }
  return { apex, apexKey, owners, outside, instances: instancesOf(owners) }
}

function instancesOf(owners: ReadonlyMap<NameKey, OwnerFacts>): InstancesFacts | undefined {
  const templates = new Map<NameKey, number>()
  let count = 0
  for (const at of owners.values()) {
    const [like] = recordsOf(at, RR.LIKE)
    if (!like) continue
    const template = nameKey(like.rdata)
    templates.set(template, (templates.get(template) ?? 0) + 1)
    count++
  }
  return count === 0 ? undefined : { count, countLike: (key) => templates.get(key) ?? 0 }
}

function occluderOf(
  at: OwnerFacts,
  apexKey: NameKey,
  owners: ReadonlyMap<NameKey, OwnerFacts>,
): OwnerFacts | undefined {
  let topmost: OwnerFacts | undefined
  for (let key = at.key; key !== apexKey; ) {
    key = parentKey(key)
    const above = owners.get(key)
    if (above && (above.isCut || above.byType.has(RR.DNAME))) topmost = above
  }
  return topmost
}

/** The records of a type, none when there are none. */
export function recordsOf(at: OwnerFacts, type: RRType): readonly ZoneRecord[] {
  return at.byType.get(type) ?? []
}

/** The same without repetitions, which count once (RFC 2181 §5). */
export function distinctRecordsOf(at: OwnerFacts, type: RRType): readonly ZoneRecord[] {
  const records = recordsOf(at, type)
  if (records.length < 2) return records
  const seen = new Map<string, ZoneRecord>()
  for (const record of records) {
    const canonical = Buffer.from(canonicalRdata(type, record.rdata)).toString('latin1')
    if (!seen.has(canonical)) seen.set(canonical, record)
  }
  return [...seen.values()]
}

/** What a name inside the zone has to offer as the target of another record. */
export type Target = 'outside' | 'addressed' | 'delegated' | 'alias' | 'bare' | 'absent'

/**
 * Looks at a name that NS, MX or SRV point to: through wildcards (RFC 4592 §3.3.1), not through
 * aliases.
 */
export function targetOf(facts: ZoneFacts, target: Name): Target {
  const name = nameKey(target)
  if (!isSubdomainKey(name, facts.apexKey)) return 'outside'
  const key = likened(facts, name)
  const at = facts.owners.get(key)
  if (at?.occluder || at?.isCut) {
    const occluder = at.occluder ?? at
    return occluder.isCut ? 'delegated' : 'alias'
  }
  return offer(at) ?? fromAbove(facts, key)
}

/** Where what a name says comes from: the template, for an instance and what is below it. */
function likened({ owners, instances, apexKey }: ZoneFacts, key: NameKey): NameKey {
  if (!instances) return key
  const end = key.indexOf('\0', apexKey.length) + 1
  const at = owners.get(key.slice(0, end) as NameKey)
  const [like] = at ? recordsOf(at, RR.LIKE) : []
  return like ? (`${nameKey(like.rdata)}${key.slice(end)}` as NameKey) : key
}

function offer(at: OwnerFacts | undefined): Target | undefined {
  if (!at || at.byType.size === 0) return undefined
  if (at.byType.has(RR.CNAME)) return 'alias'
  return at.byType.has(RR.A) || at.byType.has(RR.AAAA) ? 'addressed' : 'bare'
}

function fromAbove({ owners, apexKey }: ZoneFacts, name: NameKey): Target {
  for (let key = name; key !== apexKey; ) {
    key = parentKey(key)
    const above = owners.get(key)
    if (above?.isCut) return 'delegated'
    if (above?.byType.has(RR.DNAME)) return 'alias'
    const wildcard = owners.get(`${key}*\0` as NameKey)
    if (wildcard) return offer(wildcard) ?? 'absent'
    if (above) return 'absent'
  }
  return 'absent'
}
