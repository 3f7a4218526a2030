import { CodedError, unreachable } from '../base/index.ts'
import { Ede } from '../message/index.ts'
import { bitmapHas, formatType, RR, type RRset, readTypeBitmap } from '../rr/index.ts'
import {
  equalNames,
  formatName,
  fromBase32hex,
  isSubdomain,
  labelCount,
  type Name,
  nameLabels,
  parentName,
  suffixName,
  WireReader,
  wildcardName,
} from '../wire/index.ts'
import type { ValidatorLimits } from './limits.ts'
import { NsecWitness } from './nsec.ts'
import { areOfOneChain, Nsec3Witness } from './nsec3.ts'
import type {
  DenialRecords,
  HashBudget,
  Nsec3Record,
  NsecRecord,
  Proof,
  ProofQuestion,
} from './proof.ts'
import { type Absent, objection, type Sight, type Told, type Witness } from './sight.ts'
import type { Reason } from './verdict.ts'

/** SHA-1, the only hash algorithm that NSEC3 has (RFC 5155 §11). */
const nsec3Sha1 = 1
const sha1Octets = 20
/** No flag is known but opt-out (RFC 5155 §8.2). */
const nsec3FlagsMax = 1

function readNsec(zone: Name, owner: Name, rdata: Uint8Array, isExpanded: boolean): NsecRecord {
  const reader = new WireReader(rdata)
  const next = reader.name()
  const types = reader.rest()
  readTypeBitmap(types)
  return { owner, next, types, zone, isExpanded }
}

/** The hash that an owner name holds: the one label below the apex (RFC 5155 §3). */
function ownerHash(zone: Name, owner: Name): Uint8Array | undefined {
  const label = nameLabels(owner)[0]
  if (!label || !equalNames(parentName(owner), zone)) return undefined
  return fromBase32hex(Buffer.from(label).toString('latin1'))
}

/** Undefined for what RFC 5155 §8.1 and §8.2 demand to be ignored, and for a hash of odd length. */
function readNsec3(zone: Name, owner: Name, rdata: Uint8Array): Nsec3Record | undefined {
  const hash = ownerHash(zone, owner)
  const reader = new WireReader(rdata)
  const hashAlgorithm = reader.u8()
  const flags = reader.u8()
  const iterations = reader.u16()
  const salt = reader.take(reader.u8())
  const next = reader.take(reader.u8())
  const types = reader.rest()
  readTypeBitmap(types)
  if (hashAlgorithm !== nsec3Sha1 || flags > nsec3FlagsMax) return undefined
  if (hash?.length !== sha1Octets || next.length !== sha1Octets) return undefined
  return { owner, hash, hashAlgorithm, flags, iterations, salt, next, types, zone }
}

/**
 * Takes the NSEC and NSEC3 RRsets of a response that the zone signed, each verified, apart. Dropped
 * are those that are malformed, NSEC3 RRs with a hash algorithm or flags that are not known
 * (RFC 5155 §8.1, §8.2), and those whose owner cannot be that of a zone's record: out of the zone,
 * no hash, several NSEC RRs at one name. `wildcard` is set where a signature says that the RRset
 * was expanded from one.
 */
export function readDenials(
  zone: Name,
  rrsets: readonly { readonly rrset: RRset; readonly wildcard?: Name }[],
): DenialRecords {
  const nsec: NsecRecord[] = []
  const nsec3: Nsec3Record[] = []
  for (const { rrset, wildcard } of rrsets) {
    const { owner, type, rdatas } = rrset
    const isExpanded = wildcard !== undefined
    for (const rdata of rdatas) {
      try {
        if (type === RR.NSEC && rdatas.length === 1 && isSubdomain(owner, zone)) {
          nsec.push(readNsec(zone, owner, rdata, isExpanded))
        } else if (type === RR.NSEC3 && !isExpanded) {
          const record = readNsec3(zone, owner, rdata)
          if (record) nsec3.push(record)
        }
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
      }
    }
  }
  return { zone, nsec, nsec3 }
}

function unproven(text: string, ede: number, subject?: Reason['subject']): Proof {
  return { kind: 'unproven', reason: subject ? { text, ede, subject } : { text, ede } }
}

/** Records that say the contrary of what they were sent to prove. */
function contradicted({ text, subject }: Told, rest: string): Proof {
  return unproven(text + rest, Ede.DNSSEC_BOGUS, subject)
}

/** What is proved, unless an opt-out span is what proves it (RFC 5155 §9.2). */
function proven(sight: Told | Absent, facts: { isNxname?: true; isCut?: boolean } = {}): Proof {
  const reason: Reason = { text: sight.text, ede: undefined, subject: sight.subject }
  if ('isOptOut' in sight && sight.isOptOut) return { kind: 'optOut', reason }
  return { kind: 'proven', reason, ...facts }
}

function proveByNsec3(
  { zone, nsec3: [first, ...others] }: DenialRecords,
  budget: HashBudget,
  limits: ValidatorLimits,
  judge: (witness: Witness) => Proof,
): Proof {
  const where = `NSEC3 of ${formatName(zone)}`
  if (!first) return unproven(`no NSEC or ${where} came with the response`, Ede.NSEC_MISSING)
  const records = [first, ...others]
  if (!areOfOneChain(records)) {
    const text = `${where} differ in iterations or salt, so none of them counts`
    return unproven(text, Ede.NSEC_MISSING, { owner: first.owner, type: RR.NSEC3 })
  }
  // RFC 9276 §3.2
  if (first.iterations > limits.nsec3Iterations) {
    const text = `${where} has ${first.iterations} iterations, more than ${limits.nsec3Iterations}`
    const subject = { owner: first.owner, type: RR.NSEC3 }
    const reason = {
      text,
      ede: Ede.UNSUPPORTED_NSEC3_ITERATIONS,
      subject,
      limit: 'nsec3Iterations',
    }
    return { kind: 'tooManyIterations', reason }
  }
  const witness = new Nsec3Witness(first, records, budget)
  const proof = judge(witness)
  return witness.failure ? { kind: 'unproven', reason: witness.failure } : proof
}

/** Has NSEC tell, and NSEC3 where NSEC is not there or does not prove it. */
function prove(
  name: Name,
  denials: DenialRecords,
  budget: HashBudget,
  limits: ValidatorLimits,
  judge: (witness: Witness) => Proof,
): Proof {
  const { zone, nsec, nsec3 } = denials
  if (!isSubdomain(name, zone)) {
    return unproven(`${formatName(name)} is not in ${formatName(zone)}`, Ede.DNSSEC_BOGUS)
  }
  const byNsec = nsec.length > 0 ? judge(new NsecWitness(nsec)) : undefined
  if (byNsec && (byNsec.kind === 'proven' || nsec3.length === 0)) return byNsec
  return proveByNsec3(denials, budget, limits, judge)
}

/** What a sight of a name, or of the wildcard in its place, says of a type there. */
function nodataAt(sight: Sight, q: ProofQuestion): Proof {
  switch (sight.kind) {
    case 'exists': {
      const why = objection(sight.types, q)
      if (why !== undefined) return contradicted(sight, ` ${why}`)
      return proven({ ...sight, text: `${sight.text} lists no ${formatType(q.type)}` })
    }
    case 'empty':
      return proven(sight)
    case 'nxname':
      return proven(sight, { isNxname: true })
    case 'absent':
      return contradicted(sight, ', so there is no such name')
    case 'unseen':
      return { kind: 'unproven', reason: sight.reason }
    default:
      return unreachable(sight)
  }
}

/** Whether a sight of a name, or of the wildcard in its place, shows that it is absent. */
function absenceAt(sight: Sight): Proof {
  switch (sight.kind) {
    case 'exists':
      return contradicted(sight, ' shows that the name exists')
    case 'empty':
      return contradicted(sight, ', so the name exists')
    case 'nxname':
      return proven(sight, { isNxname: true })
    case 'absent':
      return proven(sight)
    case 'unseen':
      return { kind: 'unproven', reason: sight.reason }
    default:
      return unreachable(sight)
  }
}

/** Whether a sight of a name shows a zone cut without DS, or no zone cut. */
function noDsAt(sight: Sight, name: Name): Proof {
  const proof = nodataAt(sight, { name, type: RR.DS })
  if (proof.kind !== 'proven') return proof
  // RFC 6840 §4.4: without NS it is no delegation.
  const isCut = sight.kind === 'exists' && bitmapHas(sight.types, RR.NS)
  return { ...proof, isCut }
}

/** Whether a sight of the wildcard that stands for a name leaves no room for a zone cut there. */
function noCutAt(sight: Sight, wildcard: Name): Proof {
  if (sight.kind === 'absent') return proven({ ...sight, isOptOut: false }, { isCut: false })
  const proof = noDsAt(sight, wildcard)
  // What a wildcard with NS delegates, nobody can say (RFC 4592 §4.2).
  const isCut = proof.kind === 'proven' && proof.isCut === true
  return isCut && sight.kind === 'exists' ? contradicted(sight, ' lists NS') : proof
}

/** A proof about the wildcard, once the name itself was shown to be absent. */
function following(sight: Absent, proof: Proof): Proof {
  const reason = { ...proof.reason, text: `${sight.text}; ${proof.reason.text}` }
  const isOpen = proof.kind === 'proven' && sight.isOptOut
  return isOpen ? { kind: 'optOut', reason } : { ...proof, reason }
}

/**
 * Proves that a name has nothing of a type: the name has other types or none (RFC 4035 §5.4,
 * RFC 5155 §8.5 and §8.6), or it does not exist and the wildcard in its place has not
 * (RFC 4035 §3.1.3.4, RFC 5155 §8.7). For a name that was proved not to exist at all, see
 * `proveNxdomain`; but compact denial says NODATA of such names too, and is believed.
 */
export function proveNodata(
  q: ProofQuestion,
  denials: DenialRecords,
  budget: HashBudget,
  limits: ValidatorLimits,
): Proof {
  return prove(q.name, denials, budget, limits, (witness) => {
    const sight = witness.enclose(q.name)
    if (sight.kind !== 'absent') return nodataAt(sight, q)
    // The span may hold an unsigned delegation, or the ancestor of one, which no wildcard stands
    // for: the wildcard's record, should it be there, is about other names (RFC 5155 §8.6, §9.2).
    if (sight.isOptOut) return proven(sight)
    const wildcard = wildcardName(sight.closestEncloser)
    return following(sight, nodataAt(witness.look(wildcard), { name: wildcard, type: q.type }))
  })
}

/**
 * Proves that a name does not exist, and no wildcard in its place (RFC 4035 §5.4, RFC 5155 §8.4),
 * or that a record at the name itself says so (RFC 9824 §3.1).
 */
export function proveNxdomain(
  q: ProofQuestion,
  denials: DenialRecords,
  budget: HashBudget,
  limits: ValidatorLimits,
): Proof {
  return prove(q.name, denials, budget, limits, (witness) => {
    const sight = witness.enclose(q.name)
    if (sight.kind !== 'absent') return absenceAt(sight)
    const source = witness.look(wildcardName(sight.closestEncloser))
    // What the span of the next closer name says counts (RFC 5155 §9.2), and not the wildcard's.
    const isClosed = source.kind === 'absent'
    return following(sight, absenceAt(isClosed ? { ...source, isOptOut: false } : source))
  })
}

/**
 * Proves by the parent zone's records that a name below its apex has no DS: it is an insecure
 * delegation (`isCut`), or no zone cut at all (RFC 6840 §4.4, RFC 5155 §8.6 and §8.9).
 */
export function proveNoDs(
  name: Name,
  denials: DenialRecords,
  budget: HashBudget,
  limits: ValidatorLimits,
): Proof {
  return prove(name, denials, budget, limits, (witness) => {
    const sight = witness.enclose(name)
    if (sight.kind !== 'absent') return noDsAt(sight, name)
    if (sight.isOptOut) return proven(sight)
    const wildcard = wildcardName(sight.closestEncloser)
    return following(sight, noCutAt(witness.look(wildcard), wildcard))
  })
}

/**
 * Proves that a wildcard was right to answer: the name one label longer than the closest encloser,
 * the next closer name, does not exist (RFC 4035 §5.3.4, RFC 5155 §8.8). `wildcardLabels` is the
 * labels field of the RRSIG, which counts those of the closest encloser (RFC 4034 §3.1.3).
 */
export function proveExpansion(
  name: Name,
  wildcardLabels: number,
  denials: DenialRecords,
  budget: HashBudget,
  limits: ValidatorLimits,
): Proof {
  return prove(name, denials, budget, limits, (witness) => {
    if (wildcardLabels < labelCount(denials.zone) || wildcardLabels >= labelCount(name)) {
      const text = `no wildcard of ${wildcardLabels + 1} labels can answer ${formatName(name)}`
      return unproven(text, Ede.DNSSEC_BOGUS)
    }
    return absenceAt(witness.look(suffixName(name, wildcardLabels + 1)))
  })
}
