import { assert } from '../base/index.ts'
import { RR, type RRset, type RRType, type Ttl, typeBitmap } from '../rr/index.ts'
import {
  formatName,
  isSubdomainKey,
  type Name,
  type NameKey,
  nameKey,
  parentName,
} from '../wire/index.ts'
import type { InstanceRun } from './instance-pages.ts'
import { Instances, makeReadyInstances, type ReadyInstances } from './instances.ts'
import { findRRset, replaceRRset, typesAt, ZoneNode, type ZoneRRset, zoneRRset } from './node.ts'
import { Nsec3Chain, type Nsec3Parameters } from './nsec3-chain.ts'
import { OrderedIndex } from './ordered-index.ts'

/** One step of a change set: the RRset that the owner is to have of the type, or none. */
export interface Change {
  readonly owner: Name
  readonly type: RRType
  /**
   * What is to be there afterwards; undefined removes. Its octets are shared, not copied. A kept
   * `ZoneRRset` goes in as it is, with its signatures.
   */
  readonly rrset: RRset | ZoneRRset | undefined
}

/** How a zone keeps itself. */
export interface ZoneOptions {
  /** Set for zones that deny by NSEC3: the chain is kept from the start. */
  readonly nsec3?: Nsec3Parameters
  /** Where the nodes of instances are kept; by default apart from those of other zones. */
  readonly ready?: ReadyInstances
}

/** Octets of the five SOA timers at the end of its RDATA; MINIMUM is the last four. */
const soaTimersOctets = 20

function soaField(soa: ZoneRRset, fromEnd: number): number {
  const rdata = soa.rdatas[0] as Uint8Array
  return Buffer.from(rdata.buffer, rdata.byteOffset, rdata.length).readUInt32BE(
    rdata.length - fromEnd,
  )
}

/** What a node keeps of an RRset: an object of its own, unless it is a zone's already. */
function keep(owner: Name, rrset: RRset | ZoneRRset): ZoneRRset {
  if ('kept' in rrset && rrset.kept && Buffer.compare(rrset.owner, owner) === 0) return rrset
  return zoneRRset(owner, rrset.type, rrset.ttl, rrset.rdatas, true)
}

/**
 * The data of one zone and the facts that follow from it. Knows nothing of keys, files or
 * sockets. Nothing here throws on account of the data: what should not be served is for checks
 * to refuse before it gets here.
 */
export class Zone {
  readonly apex: Name
  readonly apexKey: NameKey
  readonly apexNode: ZoneNode
  /** The NSEC3 chain, for zones that keep one. */
  readonly nsec3: Nsec3Chain | undefined
  /** The names that are like others; undefined in zones that never had any. */
  instances: Instances | undefined
  /** Counts change sets: what was worked out under another number is stale. */
  version = 0
  readonly #ready: ReadyInstances | undefined
  readonly #nodes = new Map<NameKey, ZoneNode>()
  /** All nodes in canonical order. */
  readonly #names = new OrderedIndex<ZoneNode>()
  /** Nodes that own data of this zone in canonical order: the NSEC chain. */
  readonly #chain = new OrderedIndex<ZoneNode>()
  #soa: ZoneRRset | undefined
  #negativeTtl = 0 as Ttl

  constructor(apex: Name, options: ZoneOptions = {}) {
    this.apex = apex
    this.apexKey = nameKey(apex)
    this.nsec3 = options.nsec3 ? new Nsec3Chain(apex, options.nsec3) : undefined
    this.#ready = options.ready
    this.apexNode = new ZoneNode(apex, this.apexKey, undefined)
    this.#nodes.set(this.apexKey, this.apexNode)
    this.#names.set(this.apexKey, this.apexNode)
  }

  /** The SOA; a zone that has none yet must not be served. */
  get soa(): ZoneRRset {
    assert(this.#soa !== undefined, `zone ${formatName(this.apex)} has an SOA`)
    return this.#soa
  }

  /** The SOA's serial (RFC 1982). */
  get serial(): number {
    return soaField(this.soa, soaTimersOctets)
  }

  /** TTL of denials: the lesser of the SOA's TTL and MINIMUM (RFC 2308 §5, RFC 9077 §3). */
  get negativeTtl(): Ttl {
    return this.#negativeTtl
  }

  /** How many nodes there are, empty non-terminals and occluded names included; no instances. */
  get nodeCount(): number {
    return this.#nodes.size
  }

  /** The node of a name, or undefined. O(1), but for an instance that is not ready. */
  node(key: NameKey): ZoneNode | undefined {
    return this.#nodes.get(key) ?? this.instances?.node(key)
  }

  /** The same without what instances answer: what the zone itself has at a name. */
  ownNode(key: NameKey): ZoneNode | undefined {
    return this.#nodes.get(key)
  }

  /** The RRset that the zone itself has, `LIKE` among them: what a change would replace. */
  ownRRset(key: NameKey, type: RRType): ZoneRRset | undefined {
    if (type === RR.LIKE) return this.instances?.like(key)
    const node = this.#nodes.get(key)
    return node && findRRset(node, type)
  }

  /**
   * All nodes in canonical order (RFC 4034 §6.1), from the apex, or those after a name. Those of
   * instances are not among them: see `instances`.
   */
  nodes(after?: NameKey): Generator<ZoneNode, void> {
    return this.#names.from(after === undefined ? '' : `${after}\u0000`)
  }

  /**
   * All nodes, and in their places the names of instances, in canonical order: what the zone itself
   * has. O(n log n) in the instances at the first step.
   */
  *places(): Generator<ZoneNode | NameKey, void> {
    const keys = [...(this.instances?.keys() ?? [])].sort()
    let at = 0
    for (const node of this.nodes()) {
      for (let key = keys[at]; key !== undefined && key < node.key; key = keys[++at]) yield key
      yield node
    }
    for (; at < keys.length; at++) yield keys[at] as NameKey
  }

  /** Every RRset that the zone itself has, `LIKE` among them, in canonical order of owners. */
  *ownRRsets(): Generator<ZoneRRset, void> {
    for (const place of this.places()) {
      if (typeof place !== 'string') yield* place.rrsets
      else yield this.ownRRset(place, RR.LIKE) as ZoneRRset
    }
  }

  /** The nodes of the NSEC chain in canonical order, from the apex. */
  chainNodes(): Generator<ZoneNode, void> {
    return this.#chain.from('')
  }

  /** The last node of the NSEC chain that sorts before `key`; `key` must lie below the apex. */
  chainBefore(key: NameKey): ZoneNode {
    return this.#chain.lower(key) ?? this.apexNode
  }

  /** All nodes at and below a name, in canonical order. */
  *subtree(key: NameKey): Generator<ZoneNode, void> {
    for (const node of this.#names.from(key)) {
      if (!isSubdomainKey(node.key, key)) return
      yield node
    }
  }

  /**
   * The last name with data from `from` up to, and without, `end`. No other name may lie between
   * the parent of `end` and `from`, which is either that parent or a sibling of `end`.
   */
  lastWithin(from: NameKey, end: NameKey): ZoneNode | undefined {
    const own = this.chainBefore(end)
    const instance = this.instances?.lastWithin(from, end)
    if (instance && instance.key > own.key) return instance
    return own.key >= from ? own : undefined
  }

  /** Whether a node stands in the NSEC chain: it is visible and owns data (RFC 4035 §2.3). */
  inChain(node: ZoneNode): boolean {
    return node.rrsets.length > 0 && node.occluder === undefined
  }

  /** The NSEC of a node of the chain (RFC 4034 §4.1); kept until its types or successor change. */
  nsecAt(node: ZoneNode): ZoneRRset {
    const kept = node.nsec
    if (kept && kept.ttl === this.#negativeTtl) return kept
    node.nsec = this.nsecTo(node, this.#chain.higher(node.key) ?? this.apexNode)
    return node.nsec
  }

  /** The NSEC from one node to another; not kept. */
  nsecTo(node: ZoneNode, { owner }: ZoneNode): ZoneRRset {
    const types = typeBitmap([...typesAt(node), RR.RRSIG, RR.NSEC])
    const rdata = new Uint8Array(owner.length + types.length)
    rdata.set(owner)
    rdata.set(types, owner.length)
    return zoneRRset(node.owner, RR.NSEC, this.#negativeTtl, [rdata], true)
  }

  /**
   * Applies a change set at once. Owners must lie in the zone. O(k log n); O(m) more where a cut
   * or a DNAME comes or goes above m names.
   */
  apply(changes: Iterable<Change>): void {
    for (const change of changes) this.#applyOne(change)
    const soa = findRRset(this.apexNode, RR.SOA)
    this.#soa = soa
    if (soa) this.#negativeTtl = Math.min(soa.ttl, soaField(soa, 4)) as Ttl
    this.version++
  }

  #applyOne({ owner, type, rrset }: Change): void {
    const key = nameKey(owner)
    // The words only where they are needed: they cost more than the rest.
    if (!isSubdomainKey(key, this.apexKey)) assert(false, `${formatName(owner)} is in the zone`)
    if (type === RR.LIKE) {
      this.#putLike(key, rrset)
      return
    }
    this.instances?.touch(key)
    const present = this.#nodes.get(key)
    if (!rrset && !present) return
    const node = present ?? this.#grow(owner, key)
    if (replaceRRset(node, type, rrset && keep(node.owner, rrset))) this.#refresh(node)
    else this.#refreshAliases(node)
    if (!rrset) this.#prune(node)
  }

  /**
   * Takes in instances of a zone that is built of what a store has: runs come in canonical order,
   * each label once, and none is an instance yet. O(their octets).
   */
  takeIn(run: InstanceRun): void {
    this.#withInstances().takeIn(run)
    this.version++
  }

  #putLike(key: NameKey, rrset: RRset | undefined): void {
    if (rrset) this.#withInstances().put(key, rrset)
    else this.instances?.put(key, undefined)
  }

  #withInstances(): Instances {
    const subtree = (template: NameKey) => this.subtree(template)
    this.instances ??= new Instances(this.apexNode, subtree, this.#ready ?? makeReadyInstances())
    return this.instances
  }

  /** Makes the node and what is missing between it and the apex. */
  #grow(owner: Name, key: NameKey): ZoneNode {
    const above = parentName(owner)
    const aboveKey = nameKey(above)
    const parent = this.#nodes.get(aboveKey) ?? this.#growEmpty(above, aboveKey)
    const node = new ZoneNode(owner, key, parent)
    node.occluder = parent.occluder ?? (parent.occludes ? parent : undefined)
    parent.children++
    if (owner[0] === 1 && owner[1] === 0x2a) parent.wildcard = node
    this.#nodes.set(key, node)
    this.#names.set(key, node)
    return node
  }

  /** Makes an empty non-terminal, which has its place in the NSEC3 chain at once. */
  #growEmpty(owner: Name, key: NameKey): ZoneNode {
    const node = this.#grow(owner, key)
    if (this.nsec3) this.#enchain3(this.nsec3, node)
    return node
  }

  /** Takes out nodes that own nothing and have nothing below. */
  #prune(node: ZoneNode): void {
    let at = node
    while (at.parent && at.rrsets.length === 0 && at.children === 0) {
      this.#nodes.delete(at.key)
      this.#names.delete(at.key)
      this.nsec3?.remove(at)
      at.parent.children--
      if (at.parent.wildcard === at) at.parent.wildcard = undefined
      at = at.parent
    }
  }

  /** Where only data of a type that was there before changed, chains and cuts stay. */
  #refreshAliases(node: ZoneNode): void {
    node.dname = node.isCut ? undefined : findRRset(node, RR.DNAME)
    node.cname = findRRset(node, RR.CNAME)
  }

  /** Brings the facts of a node, and of what it hides, up to date after its types changed. */
  #refresh(node: ZoneNode): void {
    const occluded = node.occludes
    node.isCut = node !== this.apexNode && findRRset(node, RR.NS) !== undefined
    this.#refreshAliases(node)
    node.nsec = undefined
    if (node.nsec3) node.nsec3.rrset = undefined
    this.#enchain(node)
    if (occluded !== node.occludes) this.#rehide(node)
  }

  /** Brings what lies below a node up to date that has become, or ceased to be, a cut or DNAME. */
  #rehide(node: ZoneNode): void {
    this.instances?.touchAll()
    if (node.children > 0) {
      for (const below of this.#names.from(`${node.key}\u0001`)) {
        if (!isSubdomainKey(below.key, node.key)) break
        const parent = below.parent as ZoneNode
        below.occluder = parent.occluder ?? (parent.occludes ? parent : undefined)
        this.#enchain(below)
      }
    }
  }

  /** Puts a node into the chains, or takes it out, as its data and what hides it demand. */
  #enchain(node: ZoneNode): void {
    const wanted = this.inChain(node)
    if (wanted !== (this.#chain.get(node.key) !== undefined)) {
      if (wanted) this.#chain.set(node.key, node)
      else this.#chain.delete(node.key)
      // What it had when it was last in the chain names a successor of that time.
      node.nsec = undefined
      const before = this.#chain.lower(node.key) ?? this.#chain.last()
      if (before) before.nsec = undefined
    }
    if (this.nsec3) this.#enchain3(this.nsec3, node)
  }

  #enchain3(chain: Nsec3Chain, node: ZoneNode): void {
    const wanted = node.occluder === undefined && chain.wants(node)
    if (wanted === (node.nsec3 !== undefined)) return
    if (wanted) chain.add(node)
    else chain.remove(node)
  }
}
