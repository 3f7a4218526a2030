import { equalNames, isSubdomain, type Name } from '../wire/index.ts'
import type { TrustAnchor } from './lookup.ts'
import type { Voucher } from './trust.ts'

/** All that is configured for one zone. */
export interface Anchor {
  readonly zone: Name
  /** Undefined for a negative anchor, which outdoes positive ones of the zone (RFC 7646 §2). */
  readonly voucher: Voucher | undefined
}

/** What is configured for the closest zone at or above a name. */
export function closestAnchor(anchors: readonly TrustAnchor[], name: Name): Anchor | undefined {
  let zone: Name | undefined
  for (const anchor of anchors) {
    if (!isSubdomain(name, anchor.zone)) continue
    if (!zone || anchor.zone.length > zone.length) zone = anchor.zone
  }
  if (!zone) return undefined
  const closest = zone
  const all = anchors.filter((anchor) => equalNames(anchor.zone, closest))
  if (all.some(({ ds, dnskeys }) => ds.length + dnskeys.length === 0)) {
    return { zone, voucher: undefined }
  }
  return {
    zone,
    voucher: {
      ds: all.flatMap(({ ds }) => ds),
      dnskeys: all.flatMap(({ dnskeys }) => dnskeys),
      by: 'anchor',
    },
  }
}
