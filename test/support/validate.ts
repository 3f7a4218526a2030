import type { Message, ResourceRecord } from '../../src/message/index.ts'
import { idOf, isAtOrBelow, isBelow, type Labels, labelsOf, sameLabels, suffix } from './labels.ts'
import { type DenialRecord, prove, proveExpansion, proveInsecure, readDenial } from './proofs.ts'
import { readRrsig, verifyRRset } from './verify.ts'

const [NS, CNAME, SOA, DNAME, DS, RRSIG, NSEC, NSEC3, ANY] = [2, 5, 6, 39, 43, 46, 47, 50, 255]

/** A zone as a validator knows it: its apex and its DNSKEY RDATA. */
export interface TrustedZone {
  readonly apex: Labels
  readonly dnskeys: readonly Uint8Array[]
}

/** What a response proves about the end of the chain of names that the question begins. */
export interface Verdict {
  readonly kind:
    | 'positive'
    | 'nodata'
    | 'wildcardNodata'
    | 'nxdomain'
    | 'optOut'
    | 'secureReferral'
    | 'insecureReferral'
    | 'elsewhere'
    | 'unfinished'
  /** The name at which the chain of aliases ends. */
  readonly name: Labels
  /** The denial records of the response, each verified. */
  readonly denials: readonly DenialRecord[]
}

interface SignedSet {
  readonly owner: Labels
  readonly type: number
  readonly records: ResourceRecord[]
  readonly rrsigs: Uint8Array[]
}

function group(records: readonly ResourceRecord[]): SignedSet[] {
  const sets = new Map<string, SignedSet>()
  for (const record of records) {
    const owner = labelsOf(record.owner)
    const isSignature = record.type === RRSIG
    const type = isSignature ? Buffer.from(record.rdata).readUInt16BE(0) : record.type
    const id = `${type} ${idOf(owner)}`
    const set = sets.get(id) ?? { owner, type, records: [], rrsigs: [] }
    if (isSignature) set.rrsigs.push(record.rdata)
    else set.records.push(record)
    sets.set(id, set)
  }
  return [...sets.values()]
}

/** The zone that a name's data of a type comes from: DS from above a cut. */
export function zoneOf(
  zones: readonly TrustedZone[],
  name: Labels,
  type: number,
): TrustedZone | undefined {
  const above = zones
    .filter(({ apex }) => isAtOrBelow(name, apex))
    .sort((a, b) => b.apex.length - a.apex.length)
  const parent = above.find(({ apex }) => isBelow(name, apex))
  return type === DS && parent ? parent : above[0]
}

/**
 * A validator for one response of a server whose zones are all trusted (RFC 4035 §5, RFC 5155 §8,
 * RFC 9824 §4). Knows nothing of how the response came about. Throws where the response does not
 * prove what it claims.
 */
export function validate(
  question: { readonly name: Labels; readonly type: number },
  message: Message,
  zones: readonly TrustedZone[],
  now: number,
): Verdict {
  const answer = group(message.answer)
  const authority = group(message.authority)
  const denials = readDenials(authority, zones, now)
  const find = (owner: Labels, type: number) =>
    answer.find((set) => set.type === type && sameLabels(set.owner, owner))
  const accept = (set: SignedSet) => verifySet(set, zones, denials, now)

  let { name } = question
  const seen = new Set<string>()
  for (;;) {
    if (seen.has(idOf(name))) return { kind: 'unfinished', name, denials }
    seen.add(idOf(name))
    const cname = find(name, CNAME)
    const dname = answer.find((set) => set.type === DNAME && isBelow(name, set.owner))
    if (dname) accept(dname)
    const direct = answer.filter(
      (set) =>
        sameLabels(set.owner, name) &&
        (question.type === ANY || question.type === RRSIG || set.type === question.type),
    )
    if (direct.length > 0 && !(dname && cname)) {
      if (question.type !== RRSIG) direct.forEach(accept)
      return { kind: 'positive', name, denials }
    }
    if (!cname) break
    const target = labelsOf((cname.records[0] as ResourceRecord).rdata)
    if (dname) checkSynthesis(name, dname, cname, target)
    if (dname && question.type === CNAME) return { kind: 'positive', name, denials }
    if (dname) {
      name = target
      continue
    }
    accept(cname)
    name = target
  }
  return {
    kind: concludes(name, question.type, message, authority, denials, zones, now),
    name,
    denials,
  }
}

function readDenials(
  authority: readonly SignedSet[],
  zones: readonly TrustedZone[],
  now: number,
): DenialRecord[] {
  const denials: DenialRecord[] = []
  for (const set of authority) {
    if (set.type !== NSEC && set.type !== NSEC3) continue
    const { apex } = verifySet(set, zones, [], now)
    if (set.records.length !== 1) throw new Error('a denial RRset of several records')
    const { rdata } = set.records[0] as ResourceRecord
    denials.push(readDenial(set.type, set.owner, rdata, apex))
  }
  return denials
}

/** Verifies every signature of a set; a wildcard's expansion must be proved too. */
function verifySet(
  set: SignedSet,
  zones: readonly TrustedZone[],
  denials: readonly DenialRecord[],
  now: number,
): TrustedZone {
  const where = `${set.owner.join('.')}/${set.type}`
  if (set.rrsigs.length === 0) throw new Error(`no RRSIG over ${where}`)
  const zone = set.type === NSEC ? signingZone(set, zones) : zoneOf(zones, set.owner, set.type)
  if (!zone) throw new Error(`${where} is in no zone`)
  if (set.records.length === 0) throw new Error(`signatures over nothing at ${where}`)
  for (const rdata of set.rrsigs) {
    const { labels } = verifyRRset(set.records, rdata, zone.apex, zone.dnskeys, now)
    const own = set.owner.length - (set.owner[0] === '*' ? 1 : 0)
    if (labels < own && !proveExpansion(denials, zone.apex, set.owner, labels)) {
      throw new Error(`${where} comes from a wildcard, and a closer name is not denied`)
    }
  }
  return zone
}

/** NSEC stands on both sides of a cut: its signer says on which this one does. */
function signingZone(set: SignedSet, zones: readonly TrustedZone[]): TrustedZone | undefined {
  const { signer } = readRrsig(set.rrsigs[0] as Uint8Array)
  const zone = zones.find(({ apex }) => sameLabels(apex, signer))
  return zone && isAtOrBelow(set.owner, zone.apex) ? zone : undefined
}

/** RFC 6672 §3.4 and §5.3.1: the CNAME is what the DNAME makes, with its TTL, unsigned. */
function checkSynthesis(name: Labels, dname: SignedSet, cname: SignedSet, target: Labels): void {
  const to = labelsOf((dname.records[0] as ResourceRecord).rdata)
  const made = [...name.slice(0, name.length - dname.owner.length), ...to]
  if (!sameLabels(made, target)) throw new Error('CNAME is not what the DNAME makes')
  if (cname.rrsigs.length > 0) throw new Error('a synthesised CNAME is signed')
  if (cname.records[0]?.ttl !== dname.records[0]?.ttl) throw new Error('TTL of synthesised CNAME')
}

/** What the authority section proves where the chain ends without data. */
function concludes(
  name: Labels,
  type: number,
  message: Message,
  authority: readonly SignedSet[],
  denials: readonly DenialRecord[],
  zones: readonly TrustedZone[],
  now: number,
): Verdict['kind'] {
  const zone = zoneOf(zones, name, type)
  if (!zone || message.rcode === 6) return 'elsewhere'
  const soa = authority.find((set) => set.type === SOA)
  if (soa) {
    verifySet(soa, zones, [], now)
    if (!sameLabels(soa.owner, zone.apex)) throw new Error('SOA of another zone')
    const proven = prove(denials, zone.apex, name, type)
    if (!proven) throw new Error(`nothing is proved about ${name.join('.')}/${type}`)
    if (message.rcode === 3 && proven !== 'nxdomain' && proven !== 'optOut') {
      throw new Error(`NXDOMAIN, but the proof says ${proven}`)
    }
    return proven
  }
  const ns = authority.find((set) => set.type === NS)
  if (!ns) return 'unfinished'
  if (!isAtOrBelow(name, ns.owner) || !isBelow(ns.owner, zone.apex)) throw new Error('odd referral')
  if (ns.rrsigs.length > 0) throw new Error('NS at a cut is signed')
  const ds = authority.find((set) => set.type === DS)
  if (ds) {
    verifySet(ds, zones, [], now)
    if (!sameLabels(ds.owner, ns.owner)) throw new Error('DS of another name')
    return 'secureReferral'
  }
  if (!proveInsecure(denials, zone.apex, ns.owner)) throw new Error('no proof that DS is absent')
  return 'insecureReferral'
}

/** What an aggressive cache (RFC 8198) makes of records: opt-out intervals prove nothing. */
export function deniedByCache(
  cache: readonly DenialRecord[],
  apex: Labels,
  name: Labels,
  type: number,
): 'nodata' | 'nxdomain' | undefined {
  const usable = cache.filter(
    (record) => sameLabels(record.apex, apex) && isAtOrBelow(suffix(name, apex.length), apex),
  )
  const proven = prove(usable, apex, name, type)
  if (proven === 'optOut' || proven === undefined) return undefined
  return proven === 'nxdomain' ? 'nxdomain' : 'nodata'
}
