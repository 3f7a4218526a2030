import { assert } from '../base/index.ts'
import { RR, type RRset, type Ttl } from '../rr/index.ts'
import {
  type Name,
  type NameKey,
  nameFromKey,
  nameKey,
  nameLengthMax,
  parentName,
  tallyRun,
} from '../wire/index.ts'
import { InstancePages, type InstanceRun } from './instance-pages.ts'
import { findRRset, ZoneNode, type ZoneRRset, zoneRRset } from './node.ts'
import { Recent } from './recent.ts'

/**
 * Nodes of instances that are kept with their signatures, of all zones of a server together: those
 * of the last that were asked for, and never more than twice as many. A host with SMTP DANE has
 * three nodes and costs some 3.3 KB, so that this is at most 72 MB.
 */
export const readyNodesMax = 32_768
/** Instances of each template that are known by name without a search. */
const sampleMax = 4

/** A name that instances are like. */
interface Template {
  readonly key: NameKey
  /** How many instances are like it. */
  instances: number
  /** Rises when anything at or below it changes: nodes made under another number are stale. */
  version: number
  /** A few of the instances. */
  sample: NameKey[]
}

/** What an instance says of itself: one object for all that say the same. */
interface Likeness {
  readonly id: string
  /** One, but in zones that checks would refuse. */
  readonly rdatas: readonly Uint8Array[]
  readonly ttl: Ttl
  readonly template: Template
  instances: number
}

/** The nodes of an instance in canonical order, made from its template. */
interface Ready {
  readonly template: Template
  readonly version: number
  readonly nodes: ReadonlyMap<NameKey, ZoneNode>
}

/**
 * Instances whose nodes are made, by name; zones may share one. What another zone of the same name
 * put there is never taken: its templates are other objects.
 */
export type ReadyInstances = Recent<NameKey, Ready>

/** Keeps the nodes of instances, at most so many twice over. */
export function makeReadyInstances(nodesMax = readyNodesMax): ReadyInstances {
  return new Recent(nodesMax, ({ nodes }) => nodes.size)
}

/**
 * The names of a zone that are like others (decision 16), one label below the apex. Those that a
 * zone is built of lie on pages as a store has them, and cost their octets; those that came or went
 * since, one entry of a map. The nodes of one are made when it is asked for: those of its template
 * under its own name, with RDATA shared and signatures of their own. The most recently used are
 * kept until their template changes.
 */
export class Instances {
  readonly #apex: ZoneNode
  readonly #subtree: (key: NameKey) => Iterable<ZoneNode>
  readonly #pages = new InstancePages<Likeness>()
  /** What is otherwise than on the pages; null for what is gone. */
  readonly #changed = new Map<NameKey, Likeness | null>()
  readonly #likenesses = new Map<string, Likeness>()
  readonly #templates = new Map<NameKey, Template>()
  readonly #ready: ReadyInstances
  #count = 0

  /** `subtree` gives the nodes at and below a name in canonical order. */
  constructor(
    apex: ZoneNode,
    subtree: (key: NameKey) => Iterable<ZoneNode>,
    ready: ReadyInstances,
  ) {
    this.#apex = apex
    this.#subtree = subtree
    this.#ready = ready
  }

  /** How many there are. */
  get count(): number {
    return this.#count
  }

  /** Their names: those that the zone was built of, then others in the order in which they came. */
  *keys(): Generator<NameKey, void> {
    for (const label of this.#pages.labels()) {
      const key = this.#keyOf(label)
      if (!this.#changed.has(key)) yield key
    }
    for (const [key, likeness] of this.#changed) if (likeness) yield key
  }

  /** Whether a name is one. O(log n), as is whatever is asked about one name. */
  has(key: NameKey): boolean {
    return this.#likenessAt(key) !== undefined
  }

  #likenessAt(key: NameKey): Likeness | undefined {
    const changed = this.#changed.get(key)
    return changed === undefined ? this.#onPages(key) : (changed ?? undefined)
  }

  #onPages(key: NameKey): Likeness | undefined {
    return this.#pages.find(key.slice(this.#apex.key.length, -1))
  }

  #keyOf(label: string): NameKey {
    return `${this.#apex.key}${label}\0` as NameKey
  }

  /** The `LIKE` RRset of a name, made for the caller. */
  like(key: NameKey): ZoneRRset | undefined {
    const likeness = this.#likenessAt(key)
    if (!likeness) return undefined
    return zoneRRset(nameFromKey(key), RR.LIKE, likeness.ttl, likeness.rdatas, true)
  }

  /** The names that there are instances of. */
  templates(): IterableIterator<NameKey> {
    return this.#templates.keys()
  }

  /** The template of the instance that a name is or lies below. */
  templateOf(key: NameKey): NameKey | undefined {
    return this.#likenessAt(this.#instanceOf(key))?.template.key
  }

  /** How many are like a name. */
  countLike(template: NameKey): number {
    return this.#templates.get(template)?.instances ?? 0
  }

  /** Some that are like a name, at most a few. Mostly O(1); O(n) where none is known, or left. */
  sampleLike(template: NameKey): readonly NameKey[] {
    const known = this.#templates.get(template)
    if (!known) return []
    if (known.sample.length > 0) return known.sample
    for (const key of this.#keysLike(known)) {
      known.sample.push(key)
      if (known.sample.length === sampleMax) break
    }
    return known.sample
  }

  *#keysLike(template: Template): Generator<NameKey, void> {
    for (const [key, likeness] of this.#changed) if (likeness?.template === template) yield key
    for (const label of this.#pages.labels((likeness) => likeness.template === template)) {
      const key = this.#keyOf(label)
      if (!this.#changed.has(key)) yield key
    }
  }

  /** Takes in instances of a zone that is built; they sort behind all that were taken in before. */
  takeIn({ labels, likes }: InstanceRun): void {
    const tally = tallyRun(labels, likes.length)
    assert(tally !== undefined, 'instances are taken in in order')
    const likenesses = likes.map((like, mark) => {
      const count = tally[mark] as number
      if (!like || count === 0) return undefined
      const likeness = this.#likenessOf(like)
      this.#join(likeness, count)
      return likeness
    })
    this.#pages.add(labels, likenesses)
  }

  /** Puts or removes the `LIKE` of a name. */
  put(key: NameKey, rrset: RRset | undefined): void {
    const before = this.#likenessAt(key)
    const after = rrset && this.#likenessOf(rrset)
    if (before === after) return
    if (this.#onPages(key) === after) this.#changed.delete(key)
    else this.#changed.set(key, after ?? null)
    if (after) this.#join(after, 1)
    if (before) this.#leave(key, before)
    const sample = after?.template.sample
    if (sample && sample.length < sampleMax) sample.push(key)
  }

  #join(likeness: Likeness, count: number): void {
    this.#count += count
    likeness.instances += count
    likeness.template.instances += count
  }

  #leave(key: NameKey, likeness: Likeness): void {
    const { id, template } = likeness
    this.#count--
    likeness.instances--
    template.instances--
    if (template.sample.includes(key)) template.sample = template.sample.filter((it) => it !== key)
    if (likeness.instances === 0) this.#likenesses.delete(id)
    if (template.instances === 0) this.#templates.delete(template.key)
  }

  #likenessOf({ rdatas, ttl }: Pick<RRset, 'rdatas' | 'ttl'>): Likeness {
    const id = `${ttl} ${Buffer.concat(rdatas).toString('latin1')}`
    const known = this.#likenesses.get(id)
    if (known) return known
    const key = nameKey(rdatas[0] as Uint8Array)
    const template = this.#templates.get(key) ?? { key, instances: 0, version: 0, sample: [] }
    const likeness = { id, rdatas, ttl, template, instances: 0 }
    this.#templates.set(key, template)
    this.#likenesses.set(id, likeness)
    return likeness
  }

  /** Takes note that something at a name changed. O(labels). */
  touch(key: NameKey): void {
    for (let end = key.length; end > this.#apex.key.length; ) {
      const template = this.#templates.get(key.slice(0, end) as NameKey)
      if (template) template.version++
      end = key.lastIndexOf('\0', end - 2) + 1
    }
  }

  /** Takes note that what hides names changed. O(templates), which are few. */
  touchAll(): void {
    for (const template of this.#templates.values()) template.version++
  }

  /** The node of a name that is an instance or below one. O(1) but for the first time. */
  node(key: NameKey): ZoneNode | undefined {
    return this.#nodesAt(key)?.get(key)
  }

  /** The nodes of an instance in canonical order; they are not kept if they were not ready. */
  nodesOf(key: NameKey): Iterable<ZoneNode> {
    const likeness = this.#likenessAt(key)
    if (!likeness) return []
    return (this.#readyOf(key, likeness) ?? this.#make(key, likeness)).nodes.values()
  }

  /**
   * The last node with data from `from` up to, and without, `end`, as far as it belongs to an
   * instance: the one that `end` lies below, or that `from` is or lies below. Others could only be
   * missed if their label had an octet 255 or were `*`, which checks refuse.
   */
  lastWithin(from: NameKey, end: NameKey): ZoneNode | undefined {
    let last: ZoneNode | undefined
    for (const node of (this.#nodesAt(end) ?? this.#nodesAt(from))?.values() ?? []) {
      const isWithin = node.key >= from && node.key < end
      if (isWithin && node.rrsets.length > 0 && !node.occluder) last = node
    }
    return last
  }

  /** The nodes of the instance that a name is or lies below. */
  #nodesAt(key: NameKey): ReadonlyMap<NameKey, ZoneNode> | undefined {
    const instance = this.#instanceOf(key)
    const likeness = this.#likenessAt(instance)
    if (!likeness) return undefined
    const known = this.#readyOf(instance, likeness)
    if (known) return known.nodes
    const made = this.#make(instance, likeness)
    this.#ready.set(made.key, made)
    return made.nodes
  }

  /** The name of one label below the apex that a name is or lies below; the apex has none. */
  #instanceOf(key: NameKey): NameKey {
    const end = key.indexOf('\0', this.#apex.key.length) + 1
    return end === key.length ? key : (key.slice(0, end) as NameKey)
  }

  #readyOf(key: NameKey, { template }: Likeness): Ready | undefined {
    const ready = this.#ready.get(key)
    const isFresh = ready?.template === template && ready.version === template.version
    return isFresh ? ready : undefined
  }

  #make(instance: NameKey, { template }: Likeness): Ready & { readonly key: NameKey } {
    const name = nameFromKey(instance)
    const top = nodeBelow(this.#apex, name, nameKey(name))
    const nodes = new Map([[top.key, top]])
    let templateOctets = 0
    for (const model of this.#subtree(template.key)) {
      if (model.key === template.key) {
        templateOctets = model.owner.length
        copyData(model, top)
        continue
      }
      // Empty non-terminals come with what is below them.
      if (model.rrsets.length === 0) continue
      const labels = model.owner.subarray(0, model.owner.length - templateOctets)
      // RFC 1035 §2.3.4: a name that would be too long is not there.
      if (labels.length + name.length > nameLengthMax) continue
      const owner = new Uint8Array(labels.length + name.length) as Name
      owner.set(labels)
      owner.set(name, labels.length)
      copyData(model, grow(nodes, owner))
    }
    // Its own key: the one that was given may be part of a longer string.
    return { key: top.key, template, version: template.version, nodes }
  }
}

/** The node of a name below the top one, made with all that is missing above it. */
function grow(nodes: Map<NameKey, ZoneNode>, owner: Name): ZoneNode {
  const key = nameKey(owner)
  const known = nodes.get(key)
  if (known) return known
  const parent = grow(nodes, parentName(owner))
  const node = nodeBelow(parent, owner, key)
  parent.children++
  nodes.set(key, node)
  return node
}

function nodeBelow(parent: ZoneNode, owner: Name, key: NameKey): ZoneNode {
  const node = new ZoneNode(owner, key, parent)
  node.occluder = parent.occluder ?? (parent.occludes ? parent : undefined)
  return node
}

function copyData(model: ZoneNode, node: ZoneNode): void {
  for (const { type, ttl, rdatas } of model.rrsets) {
    node.rrsets.push(zoneRRset(node.owner, type, ttl, rdatas, true))
  }
  node.cname = findRRset(node, RR.CNAME)
}
