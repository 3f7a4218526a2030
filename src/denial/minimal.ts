import { type NameKey, nameFromKey, nameKey } from '../wire/index.ts'
import type { Zone, ZoneNode } from '../zone/index.ts'
import { type Denial, type Proof, wildcardKey } from './denial.ts'
import { lastNameBelow, nameAfter, nameBefore } from './neighbours.ts'
import { emptyBitmap, makeNsec, matchingNsec, nodeBitmap } from './synthesis.ts'

/**
 * An NSEC that covers a child of `encloser` that does not exist, and all below it. Its owner is
 * made up, unless a real name lies between the two: then that name is the owner, with its real
 * types (RFC 4470 §4: the interval must not contain an existing name).
 */
function cover(zone: Zone, encloser: ZoneNode, missing: NameKey, proof: Proof): void {
  const name = nameFromKey(missing)
  const next = nameAfter(name, zone.apex)
  const before = nameBefore(name)
  const beforeKey = nameKey(before)
  const real = zone.lastWithin(beforeKey, missing)
  if (real) proof.add(makeNsec(zone, real.owner, next, nodeBitmap(real)))
  else if (beforeKey === encloser.key) {
    proof.add(makeNsec(zone, encloser.owner, next, nodeBitmap(encloser)))
  } else if (encloser.wildcard) {
    // A wildcard answers under made-up names too: the owner has its types, and nothing can lie
    // below the owner, so that the interval denies nothing that the wildcard answers.
    proof.add(makeNsec(zone, lastNameBelow(before), next, nodeBitmap(encloser.wildcard)))
  } else proof.add(makeNsec(zone, before, next, emptyBitmap))
}

function match(zone: Zone, node: ZoneNode, proof: Proof): void {
  proof.add(matchingNsec(zone, node))
}

/** Denial by NSEC records made for each answer that cover as little as they can (RFC 4470). */
export const minimalDenial: Denial = {
  kind: 'minimal',
  namesAllExist: false,

  nodata: match,

  nxdomain(zone, _qname, { closestEncloser, nextCloser }, proof) {
    // The later name first: should both get one owner, its record is the wider and covers both.
    const star = wildcardKey(closestEncloser)
    cover(zone, closestEncloser, nextCloser > star ? nextCloser : star, proof)
    cover(zone, closestEncloser, nextCloser > star ? star : nextCloser, proof)
  },

  wildcardAnswer(zone, _qname, { closestEncloser, nextCloser }, proof) {
    cover(zone, closestEncloser, nextCloser, proof)
  },

  wildcardNodata(zone, _qname, wildcard, { closestEncloser, nextCloser }, proof) {
    // In this order: where both have the wildcard as owner, the wider one must stay.
    cover(zone, closestEncloser, nextCloser, proof)
    match(zone, wildcard, proof)
  },

  insecureDelegation: match,

  nsecRecord: matchingNsec,
}
