import { nsec3Hash } from '../crypto/index.ts'
import { RR, type RRType, type Ttl, typeBitmap } from '../rr/index.ts'
import { type Name, prependLabel, toBase32hex } from '../wire/index.ts'
import { findRRset, typesAt, type ZoneNode, type ZoneRRset, zoneRRset } from './node.ts'
import { OrderedIndex } from './ordered-index.ts'

/** Flag of NSEC3: unsigned delegations may be left out of the interval (RFC 5155 §3.1.2.1). */
export const nsec3FlagOptOut = 1

/** How a zone hashes its names (RFC 5155 §4.1). RFC 9276 §3.1 wants 0 iterations, no salt. */
export interface Nsec3Parameters {
  readonly iterations: number
  readonly salt: Uint8Array
  readonly optOut: boolean
}

/** One link of the chain. */
export interface Nsec3Entry {
  readonly node: ZoneNode
  readonly hash: Uint8Array
  /** The hash as a string of code points 0 to 255: a key whose order is the chain's. */
  readonly hashKey: string
  /** The record, made when first needed. */
  rrset: ZoneRRset | undefined
}

/** The NSEC3 records of a zone in hash order (RFC 5155 §7.1). */
export class Nsec3Chain {
  readonly parameters: Nsec3Parameters
  readonly #apex: Name
  readonly #entries = new OrderedIndex<Nsec3Entry>()

  constructor(apex: Name, parameters: Nsec3Parameters) {
    this.#apex = apex
    this.parameters = parameters
  }

  /** The hash of a name under the zone's parameters, as a key. */
  hashKey(name: Name): string {
    const { iterations, salt } = this.parameters
    return Buffer.from(nsec3Hash(name, iterations, salt)).toString('latin1')
  }

  /**
   * Whether a visible node has its place in the chain: all have, but for unsigned delegations
   * under opt-out. Empty non-terminals always have, also those above nothing but unsigned
   * delegations, which RFC 5155 §7.1 would let us leave out: without their records a wildcard
   * further up could not be denied for the names below them. So has a wildcard, even one that
   * delegates: it is matched to deny what it lacks.
   */
  wants(node: ZoneNode): boolean {
    if (!this.parameters.optOut || !node.isCut || node.parent?.wildcard === node) return true
    return findRRset(node, RR.DS) !== undefined
  }

  /** Adds a node; the record before it is made anew. */
  add(node: ZoneNode): void {
    const hashKey = this.hashKey(node.owner)
    const entry: Nsec3Entry = {
      node,
      hash: Uint8Array.from(Buffer.from(hashKey, 'latin1')),
      hashKey,
      rrset: undefined,
    }
    node.nsec3 = entry
    this.#entries.set(hashKey, entry)
    this.#before(hashKey).rrset = undefined
  }

  /** Takes a node out. */
  remove(node: ZoneNode): void {
    const entry = node.nsec3
    if (!entry) return
    node.nsec3 = undefined
    this.#entries.delete(entry.hashKey)
    if (this.#entries.size > 0) this.#before(entry.hashKey).rrset = undefined
  }

  #before(hashKey: string): Nsec3Entry {
    return (this.#entries.lower(hashKey) ?? this.#entries.last()) as Nsec3Entry
  }

  /** The entry whose interval covers a hash that is no entry's own; wraps at the end. */
  covering(hashKey: string): Nsec3Entry {
    return this.#before(hashKey)
  }

  /** The record of an entry (RFC 5155 §7.1); kept until the entry or its successor changes. */
  record(entry: Nsec3Entry, ttl: Ttl): ZoneRRset {
    const kept = entry.rrset
    if (kept && kept.ttl === ttl) return kept
    const { iterations, salt, optOut } = this.parameters
    const next = this.#entries.higher(entry.hashKey) ?? this.#entries.first() ?? entry
    const types = typeBitmap(nsec3Types(entry.node))
    const rdata = new Uint8Array(5 + salt.length + 1 + next.hash.length + types.length)
    rdata.set([1, optOut ? nsec3FlagOptOut : 0, iterations >>> 8, iterations & 0xff, salt.length])
    rdata.set(salt, 5)
    rdata[5 + salt.length] = next.hash.length
    rdata.set(next.hash, 6 + salt.length)
    rdata.set(types, 6 + salt.length + next.hash.length)
    const owner = prependLabel(Buffer.from(toBase32hex(entry.hash), 'latin1'), this.#apex)
    entry.rrset = zoneRRset(owner, RR.NSEC3, ttl, [rdata], true)
    return entry.rrset
  }

  /** Every entry in hash order. */
  entries(): Generator<Nsec3Entry, void> {
    return this.#entries.from('')
  }
}

/** Types of an NSEC3: RRSIG only where something here is signed (RFC 5155 §7.1). */
function nsec3Types(node: ZoneNode): RRType[] {
  const types = typesAt(node)
  const signed = node.isCut ? findRRset(node, RR.DS) !== undefined : types.length > 0
  if (signed) types.push(RR.RRSIG)
  return types
}
