import { bitmapHas, formatType, RR, type RRType, readTypeBitmap } from '../rr/index.ts'
import { formatName, type Name } from '../wire/index.ts'
import type { ProofQuestion } from './proof.ts'
import type { Reason } from './verdict.ts'

/** What is said of a sight: the words for it, and the record that says it. */
export interface Told {
  readonly text: string
  readonly subject: NonNullable<Reason['subject']>
}

/** A record matches the name; `types` is its bitmap. */
export interface Existing extends Told {
  readonly kind: 'exists'
  readonly name: Name
  readonly types: Uint8Array
}

/** The name is an empty non-terminal: something exists below it, and nothing at it. */
interface Empty extends Told {
  readonly kind: 'empty'
}

/**
 * Neither the name nor anything below it exists; but perhaps unsigned delegations do, where it is
 * for an opt-out span to say (RFC 5155 §6).
 */
export interface Absent extends Told {
  readonly kind: 'absent'
  readonly isOptOut: boolean
}

/** The name does not exist: a record at it says so by the type NXNAME (RFC 9824 §3.1). */
export interface Nxname extends Told {
  readonly kind: 'nxname'
}

/** The records do not tell. */
interface Unseen {
  readonly kind: 'unseen'
  readonly reason: Reason
}

/** What denial records let one see of a name. */
export type Sight = Existing | Empty | Nxname | Absent | Unseen

/** As a sight, but what is absent comes with the closest encloser that was proved for it. */
export type EnclosedSight =
  | Existing
  | Empty
  | Nxname
  | (Absent & { readonly closestEncloser: Name })
  | Unseen

/** Records of one kind, NSEC or NSEC3, as a witness of what a zone holds. */
export interface Witness {
  /** What is said of a name itself. */
  look(name: Name): Sight
  /** What is said of a name, and what encloses it where it does not exist. */
  enclose(name: Name): EnclosedSight
  /** Why the witness could not go on: then what it saw is not to be relied on. */
  readonly failure: Reason | undefined
}

/**
 * Why the NSEC or NSEC3 of an ancestor says nothing of the names below it: it comes from above a
 * zone cut, or its owner has a DNAME (RFC 6840 §4.1, RFC 5155 §8.3). Undefined when it does.
 */
export function hiding(types: Uint8Array): string | undefined {
  if (bitmapHas(types, RR.NS) && !bitmapHas(types, RR.SOA)) {
    return 'comes from above a zone cut and denies nothing below it'
  }
  return bitmapHas(types, RR.DNAME) ? 'lists DNAME and denies nothing below it' : undefined
}

const nonexistent: ReadonlySet<RRType> = new Set([RR.RRSIG, RR.NSEC, RR.NXNAME])
const attendants: ReadonlySet<RRType> = new Set([RR.RRSIG, RR.NSEC])

function hasOnly(types: Uint8Array, allowed: ReadonlySet<RRType>): boolean {
  return readTypeBitmap(types).every((type) => allowed.has(type))
}

/** What a record that matches a name says of it: that it exists, or, with NXNAME, does not. */
export function sightAt(told: Told, name: Name, types: Uint8Array): Existing | Nxname {
  if (bitmapHas(types, RR.NXNAME) && hasOnly(types, nonexistent)) {
    const text = `${told.text} lists NXNAME: ${formatName(name)} does not exist`
    return { kind: 'nxname', text, subject: told.subject }
  }
  return { kind: 'exists', ...told, name, types }
}

/** Why the types at a name do not deny the one that is asked for; undefined when they do. */
export function objection(types: Uint8Array, { name, type }: ProofQuestion): string | undefined {
  if (bitmapHas(types, type)) return `lists ${formatType(type)}`
  // RFC 6840 §4.3: an alias would have been followed.
  if (bitmapHas(types, RR.CNAME)) return 'lists CNAME'
  // RFC 9824 §3.1: what does not exist has no types.
  if (bitmapHas(types, RR.NXNAME)) return 'lists NXNAME beside other types'
  if (type === RR.ANY && !hasOnly(types, attendants)) return 'lists types, and any was asked for'
  const isApex = bitmapHas(types, RR.SOA)
  // RFC 4035 §5.2: DS is the parent's to deny, and the root has none.
  if (type === RR.DS) {
    return isApex && name.length > 1 ? 'comes from below the zone cut, where DS is not' : undefined
  }
  // RFC 6840 §4.1
  return bitmapHas(types, RR.NS) && !isApex
    ? 'comes from above a zone cut and denies nothing but DS'
    : undefined
}
