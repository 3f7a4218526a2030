import type { ResourceRecord } from '../message/index.ts'
import { RR, type RRType } from '../rr/index.ts'
import { equalNames, isSubdomain, joinNames, type Name, parseName } from '../wire/index.ts'
import type { Place } from './types.ts'

/** What edits of messages need to know of the zone of a fault, and of the zones around it. */
export interface Scene {
  readonly apex: Name
  /** Who says it: the zone itself, or its parent, of the delegation to it. */
  readonly speaker: 'zone' | 'parent'
  /** Seconds since 1970 by the zone's clock. */
  readonly now: number
  /** Tags of the zone's keys by role. A key of both roles is in both. */
  readonly keyTags: { readonly ksk: ReadonlySet<number>; readonly zsk: ReadonlySet<number> }
  /** Who else could sign. */
  readonly signers: Readonly<
    Record<'parent' | 'sibling' | 'child', { readonly name: Name; readonly keyTag: number }>
  >
  /** Proofs of other places, with their signatures. */
  readonly proofs: Readonly<Record<'parent' | 'childApex', readonly ResourceRecord[]>>
}

/**
 * The name of a place that is relative to the zone.
 *
 * @throws {CodedError} `name-invalid`
 */
export function nameIn({ apex }: Pick<Scene, 'apex'>, owner: string): Name {
  if (owner === '@') return apex
  return joinNames(parseName(`${owner}.`), apex)
}

/** The type that an RRSIG covers. */
export function coveredType({ rdata }: ResourceRecord): RRType {
  return (((rdata[0] ?? 0) << 8) | (rdata[1] ?? 0)) as RRType
}

/** Whether an RRset of an owner and type is at the place. */
export type IsThere = (owner: Name, type: RRType) => boolean

/** Whether what is there is the parent's: the DS RRset of the zone. */
export function isOfParent({ owner, type }: Place): boolean {
  return type === RR.DS && owner === '@'
}

/** What is at a place: of the zone itself, or the DS RRset that its parent has. */
export function placed(place: Place, scene: Scene): IsThere {
  const { apex, speaker } = scene
  if ((speaker === 'parent') !== isOfParent(place)) return () => false
  const named = place.owner === '*' ? undefined : nameIn(scene, place.owner)
  return (owner, type) =>
    (place.type === 'any' || place.type === type) &&
    (named ? equalNames(owner, named) : isSubdomain(owner, apex))
}
