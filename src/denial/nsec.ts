import type { Zone, ZoneNode } from '../zone/index.ts'
import { type Denial, type Proof, wildcardKey } from './denial.ts'

/** The NSEC that matches a node of the chain, or covers an empty non-terminal. */
function matchOrCover(zone: Zone, node: ZoneNode, proof: Proof): void {
  proof.add(zone.nsecAt(zone.inChain(node) ? node : zone.chainBefore(node.key)))
}

/** Denial by the zone's own NSEC chain. */
export const nsecDenial: Denial = {
  kind: 'nsec',
  namesAllExist: false,

  nodata: matchOrCover,

  nxdomain(zone, _qname, { closestEncloser, nextCloser }, proof) {
    // What covers the next closer name covers QNAME too: nothing lies between them.
    proof.add(zone.nsecAt(zone.chainBefore(nextCloser)))
    proof.add(zone.nsecAt(zone.chainBefore(wildcardKey(closestEncloser))))
  },

  wildcardAnswer(zone, _qname, { nextCloser }, proof) {
    proof.add(zone.nsecAt(zone.chainBefore(nextCloser)))
  },

  wildcardNodata(zone, _qname, wildcard, { nextCloser }, proof) {
    matchOrCover(zone, wildcard, proof)
    proof.add(zone.nsecAt(zone.chainBefore(nextCloser)))
  },

  insecureDelegation: matchOrCover,

  nsecRecord: (zone, node) => (zone.inChain(node) ? zone.nsecAt(node) : undefined),
}
