import { Ede } from '../message/index.ts'
import { RR } from '../rr/index.ts'
import {
  compareNames,
  equalNames,
  formatName,
  isSubdomain,
  type Name,
  parentName,
} from '../wire/index.ts'
import type { NsecRecord } from './proof.ts'
import { type EnclosedSight, hiding, type Sight, sightAt, type Witness } from './sight.ts'

/** Whether a name lies between owner and next; the last NSEC leads back to the apex. */
function spans({ owner, next }: NsecRecord, name: Name): boolean {
  if (compareNames(owner, name) >= 0) return false
  return compareNames(owner, next) >= 0 || compareNames(name, next) < 0
}

/** Why a record that matches or spans a name says nothing of it all the same. */
function flaw({ owner, next, types, zone, isExpanded }: NsecRecord, name: Name) {
  // What is signed is the wildcard's record; under another owner it would deny what is there.
  if (isExpanded) return 'was made by expansion of a wildcard and proves nothing'
  if (equalNames(owner, name)) return undefined
  if (!isSubdomain(next, zone)) return `leads to ${formatName(next)}, outside its zone`
  if (compareNames(owner, next) >= 0 && !equalNames(next, zone)) {
    return `leads back to ${formatName(next)}, which is not the apex`
  }
  return isSubdomain(name, owner) ? hiding(types) : undefined
}

/** The longest ancestor of a spanned name that one of the ends shows to exist. */
function enclosing({ owner, next }: NsecRecord, name: Name): Name {
  let encloser = parentName(name)
  while (!isSubdomain(owner, encloser) && !isSubdomain(next, encloser)) {
    encloser = parentName(encloser)
  }
  return encloser
}

/** NSEC records of one zone as a witness (RFC 4035 §5.4). */
export class NsecWitness implements Witness {
  readonly failure = undefined
  readonly #records: readonly NsecRecord[]

  /** Takes verified records. */
  constructor(records: readonly NsecRecord[]) {
    this.#records = records
  }

  /** What the first sound record that matches or spans the name says of it. */
  look(name: Name): Sight {
    return this.enclose(name)
  }

  /** As `look`, with the closest encloser, which the ends of a span tell. */
  enclose(name: Name): EnclosedSight {
    const asked = formatName(name)
    let unsound: EnclosedSight | undefined
    for (const record of this.#records) {
      const isMatch = equalNames(record.owner, name)
      if (!isMatch && !spans(record, name)) continue
      const subject = { owner: record.owner, type: RR.NSEC }
      const told = `NSEC of ${formatName(record.owner)}`
      const why = flaw(record, name)
      if (why !== undefined) {
        const reason = { text: `${told} ${why}`, ede: Ede.DNSSEC_BOGUS, subject }
        unsound ??= { kind: 'unseen', reason }
        continue
      }
      if (isMatch) return sightAt({ text: told, subject }, name, record.types)
      const next = formatName(record.next)
      if (isSubdomain(record.next, name)) {
        return {
          kind: 'empty',
          text: `${told} leads to ${next}, with nothing at ${asked}`,
          subject,
        }
      }
      const text = `${told} covers ${asked} up to ${next}`
      const closestEncloser = enclosing(record, name)
      return { kind: 'absent', text, subject, isOptOut: false, closestEncloser }
    }
    const text = `no NSEC matches or covers ${asked}`
    return unsound ?? { kind: 'unseen', reason: { text, ede: Ede.NSEC_MISSING } }
  }
}
