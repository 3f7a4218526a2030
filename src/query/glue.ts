import { type Response, Section } from '../response/index.ts'
import { RR } from '../rr/index.ts'
import { isSubdomainKey, type NameKey, nameKey } from '../wire/index.ts'
import { findRRset, type Zone, type ZoneNode, type ZoneRRset } from '../zone/index.ts'

const addressTypes = [RR.A, RR.AAAA] as const

/** Gives the signatures that go with an RRset for this querier, if any. */
export type Sign = (rrset: ZoneRRset) => readonly Uint8Array[] | undefined

/**
 * Addresses for a referral. Those of name servers at or below the cut must be there, or the answer
 * is truncated (RFC 9471 §3.1); those in the zone's other delegations may be left out (§3.2).
 * Names with authoritative addresses elsewhere in the zone are no glue, but serve the same end,
 * and come with their signatures (RFC 4035 §3.1.1).
 */
export function addGlue(
  response: Response,
  zone: Zone,
  zoneCut: ZoneNode,
  ns: ZoneRRset,
  sign: Sign,
): void {
  for (let n = 0; n < ns.rdatas.length; n++) {
    const key: NameKey = nameKey(ns.rdatas[n] as Uint8Array)
    const node = isSubdomainKey(key, zone.apexKey) ? zone.node(key) : undefined
    if (!node) continue
    const section = isSubdomainKey(key, zoneCut.key) ? Section.glue : Section.optional
    const isGlue = node.isCut || node.occluder !== undefined
    for (const type of addressTypes) {
      const rrset = findRRset(node, type)
      if (!rrset) continue
      response.add(section, rrset, rrset.owner, rrset.ttl, isGlue ? undefined : sign(rrset))
    }
  }
}
