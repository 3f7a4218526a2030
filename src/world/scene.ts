import type { KeyOf, Scene } from '../lab/index.ts'
import { Class, type ResourceRecord } from '../message/index.ts'
import { RR } from '../rr/index.ts'
import { type Name, type NameKey, nameKey, rootName } from '../wire/index.ts'
import type { RaisedZone } from './raise.ts'

/** Zones by apex, and who is above whom. */
export interface Family {
  readonly zones: ReadonlyMap<NameKey, RaisedZone>
  parentOf(zone: RaisedZone): RaisedZone | undefined
}

/** The NSEC that a zone has for a name, with its signature, whichever way it denies. */
function proofAt(zone: RaisedZone | undefined, name: Name): readonly ResourceRecord[] {
  const node = zone?.zone.node(nameKey(name))
  if (!zone?.signing || !node) return []
  const nsec = zone.zone.nsecAt(node)
  const { owner, ttl } = nsec
  const signatures = zone.signing.signer.signatures(nsec, zone.clock.now())
  return [
    ...nsec.rdatas.map((rdata) => ({ owner, type: RR.NSEC, class: Class.IN, ttl, rdata })),
    ...signatures.map((rdata) => ({ owner, type: RR.RRSIG, class: Class.IN, ttl, rdata })),
  ]
}

function signerOf(zone: RaisedZone | undefined): Scene['signers']['parent'] {
  const [key] = zone?.keys?.zone.zoneSigning ?? []
  return { name: zone?.apex ?? rootName, keyTag: key?.keyTag ?? 0 }
}

/** The first signed zone that fits. */
function signed({ zones }: Family, fits: (zone: RaisedZone) => boolean): RaisedZone | undefined {
  for (const zone of zones.values()) if (zone.keys && fits(zone)) return zone
  return undefined
}

/** What edits of messages need to know of a zone and of those around it, as it is now. */
export function sceneOf(zone: RaisedZone, speaker: Scene['speaker'], family: Family): Scene {
  const { apex, keys, clock } = zone
  const parent = family.parentOf(zone)
  const isChild = (other: RaisedZone) => family.parentOf(other) === zone
  const isSibling = (other: RaisedZone) => other !== zone && family.parentOf(other) === parent
  const none: ReadonlySet<number> = new Set()
  return {
    ...{ apex, speaker, now: clock.now() },
    keyTags: keys?.tags ?? { ksk: none, zsk: none },
    signers: {
      get parent() {
        return signerOf(parent)
      },
      get sibling() {
        return signerOf(signed(family, isSibling))
      },
      get child() {
        return signerOf(signed(family, isChild))
      },
    },
    proofs: {
      get parent() {
        return proofAt(parent, apex)
      },
      get childApex() {
        return proofAt(zone, apex)
      },
    },
  }
}

/** The keys of all zones, to sign with. */
export function keyOfFamily({ zones }: Family): KeyOf {
  return (signer, keyTag) => {
    const keys = zones.get(nameKey(signer))?.keys?.zone
    const all = keys ? [...keys.keySigning, ...keys.zoneSigning] : []
    return all.find((key) => key.keyTag === keyTag)?.private
  }
}
