import type { Denial } from './denial.ts'
import { nameBelow } from './neighbours.ts'
import { makeNsec, matchingNsec, nodeBitmap, nxnameBitmap } from './synthesis.ts'

/** Compact denial of existence (RFC 9824): one NSEC, owned by QNAME. */
export const compactDenial: Denial = {
  kind: 'compact',
  namesAllExist: true,

  // An empty non-terminal has no types and no NXNAME (RFC 9824 §3.2).
  nodata: (zone, node, proof) => proof.add(matchingNsec(zone, node)),

  nxdomain(zone, qname, _expansion, proof) {
    proof.add(makeNsec(zone, qname, nameBelow(qname, zone.apex), nxnameBitmap))
  },

  // The answer is signed under QNAME, as if it existed: there is nothing to prove.
  wildcardAnswer: () => undefined,

  wildcardNodata(zone, qname, wildcard, _expansion, proof) {
    proof.add(makeNsec(zone, qname, nameBelow(qname, zone.apex), nodeBitmap(wildcard)))
  },

  insecureDelegation: (zone, zoneCut, proof) => proof.add(matchingNsec(zone, zoneCut)),

  nsecRecord: matchingNsec,
}
