import { LRUCache } from 'lru-cache'
import type { Clock, UnixSeconds } from '../base/index.ts'
import { nsec3Hash } from '../crypto/index.ts'
import { Rcode } from '../message/index.ts'
import { isMetaType, negativeTtl, RR, type RRType } from '../rr/index.ts'
import {
  type ChainLink,
  type HashBudget,
  type JudgedRRset,
  type Proof,
  proveNodata,
  proveNxdomain,
  readDenials,
  type ValidatorLimits,
  type Verdict,
} from '../validator/index.ts'
import {
  isSubdomain,
  type Name,
  type NameKey,
  nameKey,
  nameLengthMax,
  parentName,
  prependLabel,
  toBase32hex,
  WireReader,
  wildcardName,
} from '../wire/index.ts'
import { agedRRset } from './ttl.ts'

type Question = Verdict['question']
type DenialType = typeof RR.NSEC | typeof RR.NSEC3

/** A verified NSEC or NSEC3 RRset, with what a verdict that rests on it has to show. */
interface Witness {
  readonly zone: Name
  readonly denial: JudgedRRset
  readonly soa: JudgedRRset
  readonly chain: readonly ChainLink[]
  readonly since: UnixSeconds
  readonly until: UnixSeconds
}

/** What denials are made with. */
export interface DenialsOptions {
  readonly octetsMax: number
  readonly clock: Clock
  readonly limits: ValidatorLimits
}

/** A label of 32 characters, which is a hash of 20 octets in base32hex, and its length. */
const hashLabelOctets = 33
/** About how many octets a witness takes in memory. */
const witnessOctets = 1500

/**
 * Denials by what has been proved before (RFC 8198): NSEC and NSEC3 records that came with a secure
 * verdict and that cover, or match, other names too. What is not in an opt-out span and is proved
 * by them needs no query. Wildcards are not expanded from what is kept (RFC 8198 §5.3 allows it).
 */
export class Denials {
  readonly #options: DenialsOptions
  readonly #witnesses: LRUCache<string, Witness>
  /** The owners of each zone's witnesses of one type, in canonical order. */
  readonly #owners = new Map<string, NameKey[]>()

  /** Nothing has been proved yet. */
  constructor(options: DenialsOptions) {
    this.#options = options
    this.#witnesses = new LRUCache({
      max: Math.max(1, Math.floor(options.octetsMax / witnessOctets)),
      dispose: ({ zone, denial }) => this.#dropped(zone, denial),
    })
  }

  /** How many records are kept. */
  get size(): number {
    return this.#witnesses.size
  }

  /** Keeps what a secure verdict brought along, for no longer than its SOA lets denials be kept. */
  learn({ security, authority, chain }: Verdict): void {
    if (security !== 'secure' || this.#options.octetsMax < witnessOctets) return
    for (const denial of authority) {
      const { type, ttl } = denial.rrset
      const zone = denial.reason.key?.zone
      if ((type !== RR.NSEC && type !== RR.NSEC3) || !zone || denial.wildcard) continue
      const soa = authority.find(
        ({ rrset, reason }) =>
          rrset.type === RR.SOA && reason.key && nameKey(reason.key.zone) === nameKey(zone),
      )
      if (!soa) continue
      const since = this.#options.clock.now()
      // RFC 8198 §5.4, RFC 9077 §3
      const seconds = Math.min(
        ttl,
        negativeTtl(soa.rrset.ttl, soa.rrset.rdatas[0] ?? new Uint8Array(0)),
      )
      const until = (since + seconds) as UnixSeconds
      const above = chain.filter((link) => isSubdomain(zone, link.zone))
      this.#keep(type as DenialType, { zone, denial, soa, chain: above, since, until })
    }
  }

  /** The denial of what was asked, if what is kept proves it. */
  deny(question: Question): Verdict | undefined {
    const { name, type } = question
    if (isMetaType(type) || type === RR.RRSIG) return undefined
    let zone = type === RR.DS && name.length > 1 ? parentName(name) : name
    for (;;) {
      const key = nameKey(zone)
      if (this.#owners.has(chainKey(RR.NSEC, key)))
        return this.#denyBy(question, this.#byNsec(zone, name))
      if (this.#owners.has(chainKey(RR.NSEC3, key)))
        return this.#denyBy(question, this.#byNsec3(zone, name))
      if (zone.length === 1) return undefined
      zone = parentName(zone)
    }
  }

  #denyBy(question: Question, witnesses: readonly Witness[]): Verdict | undefined {
    const [first] = witnesses
    if (!first) return undefined
    const { limits, clock } = this.#options
    const records = readDenials(
      first.zone,
      witnesses.map(({ denial }) => denial),
    )
    const budget = hashBudget(limits.nsec3Hashes)
    const absence = proveNxdomain(question, records, budget, limits)
    const proof =
      absence.kind === 'proven' ? absence : proveNodata(question, records, budget, limits)
    if (proof.kind !== 'proven') return undefined
    const isAbsent = proof === absence || proof.isNxname === true
    return denial(question, proof, isAbsent, witnesses, clock.now())
  }

  /** What may prove that a name has not what is asked for: what matches it, or covers it. */
  #byNsec(zone: Name, name: Name): Witness[] {
    const covering = this.#before(RR.NSEC, zone, name)
    if (!covering) return []
    const { owner } = covering.denial.rrset
    if (nameKey(owner) === nameKey(name)) return [covering]
    const next = new WireReader(covering.denial.rrset.rdatas[0] ?? new Uint8Array(0)).name()
    let encloser = name
    while (!isSubdomain(owner, encloser) && !isSubdomain(next, encloser)) {
      encloser = parentName(encloser)
    }
    if (encloser === name) return [covering]
    const wildcard = this.#before(RR.NSEC, zone, wildcardName(encloser))
    return wildcard && wildcard !== covering ? [covering, wildcard] : [covering]
  }

  /** The same by hashes: the closest encloser, and what covers the rest (RFC 5155 §8.3). */
  #byNsec3(zone: Name, name: Name): Witness[] {
    const any = this.#before(RR.NSEC3, zone, undefined)
    if (!any) return []
    const reader = new WireReader(any.denial.rrset.rdatas[0] ?? new Uint8Array(0))
    reader.take(2)
    const iterations = reader.u16()
    const salt = reader.take(reader.u8())
    const isTooLong = zone.length + hashLabelOctets > nameLengthMax
    if (isTooLong || iterations > this.#options.limits.nsec3Iterations) return []
    const hashed = (clear: Name): Name =>
      prependLabel(Buffer.from(toBase32hex(nsec3Hash(clear, iterations, salt))), zone)
    let nextCloser: Name | undefined
    for (let at = name; ; at = parentName(at)) {
      const owner = hashed(at)
      const match = this.#get(RR.NSEC3, zone, nameKey(owner))
      if (match && !nextCloser) return [match]
      if (match && nextCloser) {
        const covers = [nextCloser, hashed(wildcardName(at))].map((hash) =>
          this.#before(RR.NSEC3, zone, hash),
        )
        return [...new Set([match, ...covers.filter((cover) => cover !== undefined)])]
      }
      if (at.length <= zone.length) return []
      nextCloser = owner
    }
  }

  /** The witness at a name or the last before it, from the end where there is none before. */
  #before(type: DenialType, zone: Name, name: Name | undefined): Witness | undefined {
    const owners = this.#owners.get(chainKey(type, nameKey(zone))) ?? []
    const at = name === undefined ? owners.length : countUpTo(owners, nameKey(name))
    const owner = owners[at - 1] ?? owners.at(-1)
    return owner === undefined ? undefined : this.#get(type, zone, owner)
  }

  #get(type: DenialType, zone: Name, owner: NameKey): Witness | undefined {
    const key = witnessKey(type, nameKey(zone), owner)
    const witness = this.#witnesses.get(key)
    if (!witness || this.#options.clock.now() < witness.until) return witness
    this.#witnesses.delete(key)
    return undefined
  }

  #keep(type: DenialType, witness: Witness): void {
    const zone = nameKey(witness.zone)
    const owner = nameKey(witness.denial.rrset.owner)
    this.#witnesses.set(witnessKey(type, zone, owner), witness)
    const owners = this.#owners.get(chainKey(type, zone)) ?? []
    this.#owners.set(chainKey(type, zone), owners)
    const at = countUpTo(owners, owner)
    if (owners[at - 1] !== owner) owners.splice(at, 0, owner)
  }

  #dropped(zone: Name, { rrset: { owner, type } }: JudgedRRset): void {
    const key = chainKey(type, nameKey(zone))
    const owners = this.#owners.get(key) ?? []
    const at = countUpTo(owners, nameKey(owner))
    if (owners[at - 1] === nameKey(owner)) owners.splice(at - 1, 1)
    if (owners.length === 0) this.#owners.delete(key)
  }
}

function chainKey(type: RRType, zone: NameKey): string {
  return `${type} ${zone}`
}

function witnessKey(type: RRType, zone: NameKey, owner: NameKey): string {
  return `${type} ${owner.slice(zone.length)} ${zone}`
}

function hashBudget(rounds: number): HashBudget {
  let left = rounds
  return {
    spend(wanted) {
      left -= wanted
      return left >= 0
    },
  }
}

/** How many keys are not after this one. O(log n). */
function countUpTo(keys: readonly NameKey[], key: NameKey): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] as NameKey) <= key) low = middle + 1
    else high = middle
  }
  return low
}

function denial(
  question: Question,
  proof: Proof,
  isAbsent: boolean,
  witnesses: readonly Witness[],
  now: UnixSeconds,
): Verdict {
  const reason = { ...proof.reason, text: `${proof.reason.text} (known from before)` }
  const [first] = witnesses as [Witness]
  const age = Math.max(...witnesses.map(({ since }) => Math.max(0, now - since)))
  const authority = [first.soa, ...witnesses.map((witness) => witness.denial)]
  return {
    question,
    security: 'secure',
    rcode: isAbsent ? Rcode.NXDOMAIN : Rcode.NOERROR,
    reason,
    hops: [{ name: question.name, kind: 'end', security: 'secure', reason }],
    data: undefined,
    answer: [],
    authority: authority.map((judged) => agedRRset(judged, age)),
    chain: first.chain,
    ttl: Math.min(...witnesses.map(({ until }) => until - now)),
  }
}
