import { nsec3Hash } from '../crypto/index.ts'
import { Ede } from '../message/index.ts'
import { RR } from '../rr/index.ts'
import { formatName, type Name, type NameKey, nameKey, parentName } from '../wire/index.ts'
import type { HashBudget, Nsec3Record } from './proof.ts'
import {
  type Absent,
  type EnclosedSight,
  type Existing,
  hiding,
  type Nxname,
  type Sight,
  sightAt,
  type Witness,
} from './sight.ts'
import type { Reason } from './verdict.ts'

/** The flag of a span that may hold unsigned delegations (RFC 5155 §3.1.2.1). */
const nsec3OptOut = 1

/** Whether a hash lies between owner and next; the last NSEC3 leads back to the first. */
function spans({ hash, next }: Nsec3Record, asked: Uint8Array): boolean {
  const isAfter = Buffer.compare(hash, asked) < 0
  const isBefore = Buffer.compare(asked, next) < 0
  return Buffer.compare(hash, next) < 0 ? isAfter && isBefore : isAfter || isBefore
}

/**
 * Whether records share hash algorithm, iterations and salt; where they do not, none is to be
 * relied on (RFC 5155 §8.2).
 */
export function areOfOneChain([first, ...others]: readonly Nsec3Record[]): boolean {
  return others.every(
    (other) =>
      other.hashAlgorithm === first?.hashAlgorithm &&
      other.iterations === first.iterations &&
      Buffer.compare(other.salt, first.salt) === 0,
  )
}

function subjectOf({ owner }: Nsec3Record) {
  return { owner, type: RR.NSEC3 }
}

/** NSEC3 records of one chain of one zone as a witness (RFC 5155 §8.3). */
export class Nsec3Witness implements Witness {
  readonly #records: readonly Nsec3Record[]
  readonly #first: Nsec3Record
  readonly #budget: HashBudget
  readonly #hashes = new Map<NameKey, Uint8Array>()
  /** Set once the budget was too small. */
  failure: Reason | undefined = undefined

  /** Takes verified records that are of one chain, and what pays for hashing names. */
  constructor(first: Nsec3Record, records: readonly Nsec3Record[], budget: HashBudget) {
    this.#first = first
    this.#records = records
    this.#budget = budget
  }

  /** Each name is hashed once; undefined, now and ever after, when that is beyond the budget. */
  #hash(name: Name): Uint8Array | undefined {
    const key = nameKey(name)
    const known = this.#hashes.get(key)
    if (known || this.failure) return known
    const { iterations, salt } = this.#first
    if (!this.#budget.spend(iterations + 1)) {
      const text = `the search for the NSEC3 of ${formatName(name)} exceeds the limit on hashing`
      this.failure = { text, ede: Ede.DNSSEC_BOGUS, limit: 'nsec3Hashes' }
      return undefined
    }
    const hash = nsec3Hash(name, iterations, salt)
    this.#hashes.set(key, hash)
    return hash
  }

  #at(name: Name): Existing | Nxname | undefined {
    const hash = this.#hash(name)
    const match = hash && this.#records.find((record) => Buffer.compare(record.hash, hash) === 0)
    if (!match) return undefined
    return sightAt(
      { text: `NSEC3 of ${formatName(name)}`, subject: subjectOf(match) },
      name,
      match.types,
    )
  }

  #absence(name: Name): Absent | undefined {
    const hash = this.#hash(name)
    const cover = hash && this.#records.find((record) => spans(record, hash))
    if (!cover) return undefined
    const isOptOut = cover.flags === nsec3OptOut
    const text = `NSEC3 ${formatName(cover.owner)} covers ${formatName(name)}`
    const told = isOptOut ? `${text}, with opt-out` : text
    return { kind: 'absent', text: told, subject: subjectOf(cover), isOptOut }
  }

  /** What the record says that matches the hash of the name, or spans it. */
  look(name: Name): Sight {
    const text = `no NSEC3 matches or covers ${formatName(name)}`
    const sight = this.#at(name) ?? this.#absence(name)
    return sight ?? { kind: 'unseen', reason: { text, ede: Ede.NSEC_MISSING } }
  }

  /**
   * As `look`, but what is absent is proved by its closest encloser (RFC 5155 §8.3): the first
   * ancestor on the way up that has a record; and the name below it, on the way, must be covered.
   */
  enclose(name: Name): EnclosedSight {
    const match = this.#at(name)
    if (match) return match
    let nextCloser = name
    while (nextCloser.length > this.#first.zone.length && !this.failure) {
      const ancestor = parentName(nextCloser)
      const encloser = this.#at(ancestor)
      if (encloser?.kind === 'exists') return this.#enclosed(nextCloser, encloser)
      nextCloser = ancestor
    }
    const text = `no NSEC3 matches ${formatName(name)} or a name above it`
    return { kind: 'unseen', reason: { text, ede: Ede.NSEC_MISSING } }
  }

  /** That nothing closer than the encloser exists. */
  #enclosed(nextCloser: Name, encloser: Existing): EnclosedSight {
    const why = hiding(encloser.types)
    if (why !== undefined) {
      const text = `${encloser.text} ${why}`
      const { subject } = encloser
      return { kind: 'unseen', reason: { text, ede: Ede.DNSSEC_BOGUS, subject } }
    }
    const sight = this.#absence(nextCloser)
    if (sight) {
      const text = `${encloser.text} shows the closest encloser, ${sight.text}`
      return { ...sight, text, closestEncloser: encloser.name }
    }
    const text = `${encloser.text} is there, but none that covers ${formatName(nextCloser)}`
    return { kind: 'unseen', reason: { text, ede: Ede.NSEC_MISSING } }
  }
}
