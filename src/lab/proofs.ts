import { nsec3Hash } from '../crypto/index.ts'
import type { Message, ResourceRecord } from '../message/index.ts'
import { RR } from '../rr/index.ts'
import {
  compareNames,
  equalNames,
  fromBase32hex,
  isSubdomain,
  type Name,
  nameLabels,
  parentName,
  wildcardName,
} from '../wire/index.ts'
import { nameAt } from './octets.ts'

/** What a proof of absence is there for. */
export type Part = 'closestEncloser' | 'nextCloser' | 'wildcard'

/** Where the fields of NSEC3 are (RFC 5155 §3.2). */
export const nsec3Field = { hash: 0, flags: 1, iterations: 2, saltLength: 4, salt: 5 }

/** Where Next Hashed Owner Name begins, after its length. */
export function nsec3NextAt(rdata: Uint8Array): number {
  return nsec3Field.salt + (rdata[nsec3Field.saltLength] ?? 0) + 1
}

/** Names from one up to an ancestor, both included. */
function ancestry(name: Name, apex: Name): Name[] {
  const names = [name]
  for (let at = name; at.length > apex.length; ) {
    at = parentName(at)
    names.push(at)
  }
  return names
}

/** A record that says something of names: which it stands at, and which it covers. */
interface Witness {
  readonly owner: Name
  matches(name: Name): boolean
  covers(name: Name): boolean
}

/** Whether what is asked lies between; the last span leads back to the first. */
function isBetween(fromStart: number, toEnd: number, isLast: boolean): boolean {
  const isAfter = fromStart < 0
  const isBefore = toEnd < 0
  return isLast ? isAfter || isBefore : isAfter && isBefore
}

function nsecWitness({ owner, rdata }: ResourceRecord): Witness {
  const next = nameAt(rdata, 0)
  const isLast = compareNames(next, owner) <= 0
  return {
    owner,
    matches: (name) => equalNames(owner, name),
    covers: (name) => isBetween(compareNames(owner, name), compareNames(name, next), isLast),
  }
}

function nsec3Witness({ owner, rdata }: ResourceRecord): Witness {
  const own = fromBase32hex(Buffer.from(nameLabels(owner)[0] ?? []).toString('latin1'))
  const nextAt = nsec3NextAt(rdata)
  const next = rdata.subarray(nextAt, nextAt + (rdata[nextAt - 1] ?? 0))
  const [, , high = 0, low = 0] = rdata
  const iterations = (high << 8) | low
  const salt = rdata.subarray(nsec3Field.salt, nextAt - 1)
  const hash = own ?? new Uint8Array()
  const hashOf = (name: Name) => nsec3Hash(name, iterations, salt)
  const isLast = Buffer.compare(next, hash) <= 0
  return {
    owner,
    matches: (name) => Buffer.compare(hash, hashOf(name)) === 0,
    covers: (name) => {
      const asked = hashOf(name)
      return isBetween(Buffer.compare(hash, asked), Buffer.compare(asked, next), isLast)
    },
  }
}

/** The closest encloser by NSEC3, which has a record of its own (RFC 5155 §7.2.1). */
function enclosedByNsec3(names: readonly Name[], witnesses: readonly Witness[]): number {
  return names.findIndex((name) => witnesses.some((witness) => witness.matches(name)))
}

/** The closest encloser by NSEC: what the name shares with either end of the span over it. */
function enclosedByNsec(names: readonly Name[], records: readonly ResourceRecord[]): number {
  const ends = records.flatMap(({ owner, rdata }) => [owner, nameAt(rdata, 0)])
  return names.findIndex((name) => ends.some((end) => isSubdomain(end, name)))
}

/**
 * Owners of the records of an authority section that prove a part of what is asked: none where the
 * answer needs no such part. One record may prove several.
 */
export function ownersOf(part: Part, { questions, authority }: Message, apex: Name): Name[] {
  const [question] = questions
  if (!question || !isSubdomain(question.name, apex)) return []
  const names = ancestry(question.name, apex)
  const nsec = authority.filter(({ type }) => type === RR.NSEC)
  const nsec3 = authority.filter(({ type }) => type === RR.NSEC3)
  const witnesses = [...nsec.map(nsecWitness), ...nsec3.map(nsec3Witness)]
  const at = nsec3.length > 0 ? enclosedByNsec3(names, witnesses) : enclosedByNsec(names, nsec)
  const encloser = names[at]
  if (!encloser) return []
  const says = {
    closestEncloser: ({ matches }: Witness) => matches(encloser),
    nextCloser: ({ covers }: Witness) => at > 0 && covers(names[at - 1] ?? encloser),
    wildcard: ({ matches, covers }: Witness) => {
      const wildcard = wildcardName(encloser)
      return at > 0 && (matches(wildcard) || covers(wildcard))
    },
  }
  return witnesses.filter(says[part]).map(({ owner }) => owner)
}
