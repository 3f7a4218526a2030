import type { UnixSeconds } from '../base/index.ts'
import { RR, type RRType } from '../rr/index.ts'
import { findRRset, type Outcome, type ZoneNode, type ZoneRRset, zoneRRset } from '../zone/index.ts'
import type { ServedZone } from './context.ts'

/** What ANY prefers to show: what most askers are after, and small. */
const anyPreference: readonly RRType[] = [RR.CNAME, RR.MX, RR.A, RR.AAAA, RR.TXT, RR.SOA, RR.NS]

/**
 * The one RRset that stands for all of a node: RFC 8482 §4.1 allows an answer to ANY to be any
 * part of the whole.
 */
function representative(node: ZoneNode): ZoneRRset | undefined {
  for (const type of anyPreference) {
    const rrset = findRRset(node, type)
    if (rrset) return rrset
  }
  return node.rrsets[0]
}

/** The RRset that a node has for a type that no zone stores. */
function specialRRset(
  { zone, signing }: ServedZone,
  node: ZoneNode,
  type: RRType,
  now: UnixSeconds,
): ZoneRRset | undefined {
  if (type === RR.ANY) return representative(node)
  if (!signing) return undefined
  if (type === RR.NSEC) return signing.denial.nsecRecord(zone, node)
  const covered = representative(node)
  if (!covered) return undefined
  const rdatas = signing.signer.signatures(covered, now)
  return zoneRRset(covered.owner, RR.RRSIG, covered.ttl, rdatas, false)
}

/**
 * Turns an outcome for ANY, RRSIG or NSEC into an ordinary one: no zone stores such RRsets, so
 * `lookup` says NODATA, or CNAME, where there may be something to give. ANY and RRSIG get one
 * RRset (RFC 8482 §4.1, §7); NSEC gets the zone's record where its denial has one at the name. A
 * CNAME is not followed for them: they may stand beside it (RFC 4034 §2.5, RFC 2181 §10.1).
 */
export function specialise(
  served: ServedZone,
  outcome: Outcome,
  type: RRType,
  now: UnixSeconds,
): Outcome {
  if (type !== RR.ANY && type !== RR.RRSIG && type !== RR.NSEC) return outcome
  const { kind } = outcome
  if (kind !== 'nodata' && kind !== 'wildcardNodata' && kind !== 'alias') return outcome
  if (kind === 'alias' && outcome.rrset.type === RR.DNAME) return outcome
  const { node } = outcome
  const expansion = kind === 'nodata' ? undefined : outcome.expansion
  // NSEC at a wildcard belongs to the wildcard alone (RFC 4592 §4.7).
  const special = !(expansion && type === RR.NSEC)
  const rrset = special ? specialRRset(served, node, type, now) : undefined
  if (expansion) {
    return rrset
      ? { kind: 'wildcardAnswer', node, rrset, expansion }
      : { kind: 'wildcardNodata', node, expansion }
  }
  return rrset ? { kind: 'answer', node, rrset } : { kind: 'nodata', node }
}
