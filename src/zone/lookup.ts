import { RR, type RRType } from '../rr/index.ts'
import { type NameKey, parentKey } from '../wire/index.ts'
import { findRRset, type ZoneNode, type ZoneRRset } from './node.ts'
import type { Zone } from './zone.ts'

/** How a wildcard came to answer: what a proof needs (RFC 4592 §3.3.1, RFC 5155 §1.3). */
export interface Expansion {
  /** The longest existing ancestor of QNAME. */
  readonly closestEncloser: ZoneNode
  /** The name one label longer than the closest encloser, towards QNAME: it does not exist. */
  readonly nextCloser: NameKey
}

/**
 * What is true of a name and type. Every kind carries what its proof needs. There is no kind for
 * occluded names: below a cut they are a `delegation`, below a DNAME an `alias`.
 */
export type Outcome =
  | { readonly kind: 'answer'; readonly node: ZoneNode; readonly rrset: ZoneRRset }
  | {
      readonly kind: 'wildcardAnswer'
      /** The wildcard. */
      readonly node: ZoneNode
      readonly rrset: ZoneRRset
      readonly expansion: Expansion
    }
  | {
      /** CNAME at the name or at its wildcard, or DNAME above the name. */
      readonly kind: 'alias'
      readonly node: ZoneNode
      readonly rrset: ZoneRRset
      /** Set when a wildcard CNAME was expanded. */
      readonly expansion: Expansion | undefined
    }
  | { readonly kind: 'delegation'; readonly zoneCut: ZoneNode }
  | { readonly kind: 'nodata'; readonly node: ZoneNode }
  | {
      readonly kind: 'wildcardNodata'
      /** The wildcard. */
      readonly node: ZoneNode
      readonly expansion: Expansion
    }
  | { readonly kind: 'nxdomain'; readonly expansion: Expansion }

/** Where a name under a cut or a DNAME leads. */
function hidden(occluder: ZoneNode): Outcome {
  return occluder.dname
    ? { kind: 'alias', node: occluder, rrset: occluder.dname, expansion: undefined }
    : { kind: 'delegation', zoneCut: occluder }
}

/** What a visible node that exists has to say about a type. */
function atNode(node: ZoneNode, type: RRType): Outcome {
  // RFC 4035 §3.1.4.1: at a cut only DS is the parent's to answer.
  if (node.isCut && type !== RR.DS) return { kind: 'delegation', zoneCut: node }
  const rrset = findRRset(node, type)
  if (rrset) return { kind: 'answer', node, rrset }
  const { cname } = node
  return cname
    ? { kind: 'alias', node, rrset: cname, expansion: undefined }
    : { kind: 'nodata', node }
}

/**
 * RFC 1034 §4.3.2 step 3 for a name at or below the zone's apex, with the wildcards of RFC 4592,
 * the DNAMEs of RFC 6672, and DS at the parent's side of a cut. At most one Map look-up for each
 * label of the name. For meta-types, which no RRset has, the caller looks at the node itself.
 */
export function lookup(zone: Zone, key: NameKey, type: RRType): Outcome {
  const node = zone.node(key)
  if (node) return node.occluder ? hidden(node.occluder) : atNode(node, type)

  let nextCloser = key
  let closest = parentKey(key)
  let encloser = zone.node(closest)
  while (!encloser) {
    nextCloser = closest
    closest = parentKey(closest)
    encloser = zone.node(closest)
  }
  if (encloser.occluder) return hidden(encloser.occluder)
  if (encloser.occludes) return hidden(encloser)

  const expansion: Expansion = { closestEncloser: encloser, nextCloser }
  const { wildcard } = encloser
  if (!wildcard) return { kind: 'nxdomain', expansion }
  const rrset = findRRset(wildcard, type)
  if (rrset) return { kind: 'wildcardAnswer', node: wildcard, rrset, expansion }
  const { cname } = wildcard
  return cname
    ? { kind: 'alias', node: wildcard, rrset: cname, expansion }
    : { kind: 'wildcardNodata', node: wildcard, expansion }
}
