import { assert } from '../base/index.ts'
import { type Name, type NameKey, nameFromKey, wildcardName } from '../wire/index.ts'
import type { Nsec3Chain, Nsec3Entry, Zone, ZoneNode } from '../zone/index.ts'
import type { Denial, Proof } from './denial.ts'

function chainOf(zone: Zone): Nsec3Chain {
  assert(zone.nsec3 !== undefined, 'a zone that denies by NSEC3 keeps its chain')
  return zone.nsec3
}

function match(zone: Zone, node: ZoneNode, proof: Proof): void {
  const entry = node.nsec3
  assert(entry !== undefined, 'a matching NSEC3 is asked of a node in the chain')
  proof.add(chainOf(zone).record(entry, zone.negativeTtl))
}

function cover(zone: Zone, name: Name, proof: Proof): void {
  const chain = chainOf(zone)
  const entry: Nsec3Entry = chain.covering(chain.hashKey(name))
  proof.add(chain.record(entry, zone.negativeTtl))
}

/**
 * Closest encloser proof (RFC 5155 §7.2.1). The closest encloser always has a record: the chain
 * leaves out nothing but unsigned delegations, and below those nothing is denied.
 */
function proveEncloser(zone: Zone, encloser: ZoneNode, nextCloser: NameKey, proof: Proof): void {
  match(zone, encloser, proof)
  cover(zone, nameFromKey(nextCloser), proof)
}

/** A node that is there but, under opt-out, may not be in the chain (RFC 5155 §7.2.4, §7.2.7). */
function matchOrEnclose(zone: Zone, node: ZoneNode, proof: Proof): void {
  if (node.nsec3) match(zone, node, proof)
  else proveEncloser(zone, node.parent ?? node, node.key, proof)
}

/** Denial by the zone's NSEC3 chain. */
export const nsec3Denial: Denial = {
  kind: 'nsec3',
  namesAllExist: false,

  nodata: matchOrEnclose,

  nxdomain(zone, _qname, { closestEncloser, nextCloser }, proof) {
    proveEncloser(zone, closestEncloser, nextCloser, proof)
    cover(zone, wildcardName(closestEncloser.owner), proof)
  },

  wildcardAnswer(zone, _qname, { nextCloser }, proof) {
    cover(zone, nameFromKey(nextCloser), proof)
  },

  wildcardNodata(zone, _qname, wildcard, { closestEncloser, nextCloser }, proof) {
    proveEncloser(zone, closestEncloser, nextCloser, proof)
    match(zone, wildcard, proof)
  },

  insecureDelegation: matchOrEnclose,

  nsecRecord: () => undefined,
}
