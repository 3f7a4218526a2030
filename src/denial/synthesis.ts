import { RR, type RRType, typeBitmap } from '../rr/index.ts'
import { lowerName, type Name } from '../wire/index.ts'
import { type Zone, type ZoneNode, type ZoneRRset, zoneRRset } from '../zone/index.ts'
import { nameBelow } from './neighbours.ts'

/** Bitmap of a name that only the answer makes up: nothing but the denial itself. */
export const emptyBitmap = typeBitmap([RR.RRSIG, RR.NSEC])
/** Bitmap of a name that does not exist (RFC 9824 §2). */
export const nxnameBitmap = typeBitmap([RR.RRSIG, RR.NSEC, RR.NXNAME])

/**
 * The bitmap of a node: every type it has; at a cut only those of the parent's side. A resolver
 * may reuse it for any type (RFC 8198), so it leaves nothing out.
 */
export function nodeBitmap(node: ZoneNode): Uint8Array {
  if (node.rrsets.length === 0) return emptyBitmap
  const types: RRType[] = [RR.RRSIG, RR.NSEC]
  for (const { type } of node.rrsets) {
    if (!node.isCut || type === RR.NS || type === RR.DS) types.push(type)
  }
  return typeBitmap(types)
}

/** An NSEC made for one answer. */
export function makeNsec(zone: Zone, owner: Name, next: Name, bitmap: Uint8Array): ZoneRRset {
  const rdata = new Uint8Array(next.length + bitmap.length)
  rdata.set(next)
  rdata.set(bitmap, next.length)
  return zoneRRset(lowerName(owner), RR.NSEC, zone.negativeTtl, [rdata], false)
}

/** The NSEC that matches a name that exists and covers nothing that could. */
export function matchingNsec(zone: Zone, node: ZoneNode): ZoneRRset {
  return makeNsec(zone, node.owner, nameBelow(node.owner, zone.apex), nodeBitmap(node))
}
