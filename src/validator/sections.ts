import { Class, type ResourceRecord } from '../message/index.ts'
import { makeRRset, RR, type RRset, type RRType, type Ttl } from '../rr/index.ts'
import { equalNames, isSubdomain, labelCount, type Name, nameKey } from '../wire/index.ts'
import { type Rrsig, readRrsig } from './rrsig.ts'

/** An RRset as a message brought it, with the signatures that say they cover it. */
export interface ReceivedSet {
  readonly rrset: RRset
  readonly rrsigs: readonly Rrsig[]
  /** The zone whose server said it, where that is known. */
  readonly from?: Name | undefined
}

interface Gathering {
  readonly owner: Name
  readonly type: RRType
  ttl: Ttl
  readonly rdatas: Uint8Array[]
  readonly rrsigs: Rrsig[]
}

/**
 * The RRsets of a section, each with its signatures. Signatures without the data they cover are
 * left out, as is everything outside class IN (RFC 4035 §5.3.1: owner and class are equal).
 */
export function receivedSets(records: readonly ResourceRecord[], from?: Name): ReceivedSet[] {
  const gathered = new Map<string, Gathering>()
  for (const { owner, type, class: rrClass, ttl, rdata } of records) {
    if (rrClass !== Class.IN) continue
    const rrsig = type === RR.RRSIG ? readRrsig(rdata, ttl) : undefined
    const covered = rrsig?.typeCovered ?? type
    const id = `${covered} ${nameKey(owner)}`
    let set = gathered.get(id)
    if (!set) {
      set = { owner, type: covered, ttl, rdatas: [], rrsigs: [] }
      gathered.set(id, set)
    }
    if (rrsig) {
      set.rrsigs.push(rrsig)
    } else {
      // RFC 2181 §5.2: where TTLs differ, the least holds.
      set.ttl = set.rdatas.length === 0 ? ttl : (Math.min(set.ttl, ttl) as Ttl)
      set.rdatas.push(rdata)
    }
  }
  return [...gathered.values()]
    .filter(({ rdatas }) => rdatas.length > 0)
    .map(({ owner, type, ttl, rdatas, rrsigs }) => ({
      rrset: makeRRset(owner, type, ttl, rdatas),
      ...{ rrsigs, from },
    }))
}

/** The RRset of an owner and type. */
export function findSet(
  sets: readonly ReceivedSet[],
  owner: Name,
  type: RRType,
): ReceivedSet | undefined {
  return sets.find(({ rrset }) => rrset.type === type && equalNames(rrset.owner, owner))
}

/**
 * The zone that signed, by the word of the signatures: the deepest signer at or above `name` (above
 * it only, where `isAbove`), and none further up than the zone whose server said it. It is a hint
 * where to look for keys, and nothing more.
 */
export function signerHint(
  sets: readonly ReceivedSet[],
  name: Name,
  isAbove = false,
): Name | undefined {
  let deepest: Name | undefined
  const isFit = (zone: Name) => isSubdomain(name, zone) && !(isAbove && zone.length === name.length)
  for (const { rrsigs, from } of sets) {
    for (const { signer } of rrsigs) {
      if (!isFit(signer)) continue
      for (const zone of [signer, from]) {
        if (!zone || !isFit(zone)) continue
        if (!deepest || labelCount(zone) > labelCount(deepest)) deepest = zone
      }
    }
  }
  return deepest
}
