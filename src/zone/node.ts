import { RR, type RRset, type RRType, type Ttl } from '../rr/index.ts'
import { labelCount, type Name, type NameKey } from '../wire/index.ts'
import type { Nsec3Entry } from './nsec3-chain.ts'

/** Where the signer keeps what it made for an RRset; nobody else reads or writes it. */
export interface SignatureSlot {
  /** RRSIG RDATA in force, one for each signing key. */
  readonly rdatas: readonly Uint8Array[]
  /** From this second on (Unix time) the next window is in force. */
  readonly renewAt: number
  /** Whose they are: a signer with other keys or another policy makes its own. */
  readonly madeBy: object
}

/** An RRset as it is served: of the zone, or made for one answer. */
export interface ZoneRRset extends RRset {
  /** Whether it lives in a zone and may keep its signatures; false when made for one answer. */
  readonly kept: boolean
  signatures: SignatureSlot | undefined
  /** Signatures of the next window, made ahead of time. */
  nextSignatures: SignatureSlot | undefined
}

/** An RRset with empty slots; `kept` as `ZoneRRset` has it. */
export function zoneRRset(
  owner: Name,
  type: RRType,
  ttl: Ttl,
  rdatas: readonly Uint8Array[],
  kept: boolean,
): ZoneRRset {
  return { owner, type, ttl, rdatas, kept, signatures: undefined, nextSignatures: undefined }
}

/** A name of a zone. Read it freely; only the zone changes it. */
export class ZoneNode {
  /** As first spelled. */
  readonly owner: Name
  readonly key: NameKey
  readonly labels: number
  readonly parent: ZoneNode | undefined
  /** In order of type. Empty at an empty non-terminal. */
  readonly rrsets: ZoneRRset[] = []
  /** How many nodes hang directly below. */
  children = 0
  /** The child `*`, the source of synthesis (RFC 4592 §3.3.1). */
  wildcard: ZoneNode | undefined
  /** Whether authority ends here: NS below the apex. */
  isCut = false
  /** The DNAME here, if this is not a cut. */
  dname: ZoneRRset | undefined
  cname: ZoneRRset | undefined
  /** The topmost cut or DNAME above, which hides this node; undefined for visible nodes. */
  occluder: ZoneNode | undefined
  /** The NSEC of the chain, made when first needed. */
  nsec: ZoneRRset | undefined
  /** The place in the NSEC3 chain; undefined when it is not in it. */
  nsec3: Nsec3Entry | undefined

  constructor(owner: Name, key: NameKey, parent: ZoneNode | undefined) {
    this.owner = owner
    this.key = key
    this.parent = parent
    this.labels = labelCount(owner)
  }

  /** Whether names below are not this zone's to answer. */
  get occludes(): boolean {
    return this.isCut || this.dname !== undefined
  }
}

/** The RRset of a type at a node. O(types at the node), which are few. */
export function findRRset(node: ZoneNode, type: RRType): ZoneRRset | undefined {
  const { rrsets } = node
  for (let at = 0; at < rrsets.length; at++) {
    const rrset = rrsets[at] as ZoneRRset
    if (rrset.type === type) return rrset
  }
  return undefined
}

/** Puts (replacing) or removes the RRset of a type, keeping the order; tells if types changed. */
export function replaceRRset(node: ZoneNode, type: RRType, rrset: ZoneRRset | undefined): boolean {
  const { rrsets } = node
  let at = 0
  while (at < rrsets.length && (rrsets[at] as ZoneRRset).type < type) at++
  const present = rrsets[at]?.type === type ? 1 : 0
  if (rrset && present) rrsets[at] = rrset
  else if (rrset) rrsets.splice(at, 0, rrset)
  else rrsets.splice(at, present)
  return (rrset ? 1 : 0) !== present
}

/**
 * The types that a denial must show at a node (RFC 4034 §4.1.2, RFC 5155 §7.1): the whole truth;
 * at a cut only what belongs to the parent, NS and DS.
 */
export function typesAt(node: ZoneNode): RRType[] {
  const types: RRType[] = []
  for (const { type } of node.rrsets) {
    if (!node.isCut || type === RR.NS || type === RR.DS) types.push(type)
  }
  return types
}
