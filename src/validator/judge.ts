import { Ede, type Message, Rcode } from '../message/index.ts'
import { formatType, negativeTtl, RR, type RRset, type RRType, type Ttl } from '../rr/index.ts'
import { formatName, isSubdomain, type Name, parentName } from '../wire/index.ts'
import { proveExpansion, proveNodata, proveNxdomain } from './denial.ts'
import {
  judgedSecure,
  unprovenReason,
  unsignedReason,
  type VerifiedDenials,
  verifyDenials,
} from './evidence.ts'
import type { ZoneTrust } from './lookup.ts'
import type { Proof } from './proof.ts'
import { because, setText } from './reason.ts'
import type { Asking, Run } from './run.ts'
import { findSet, type ReceivedSet, receivedSets, signerHint } from './sections.ts'
import { verifySet } from './signatures.ts'
import type { JudgedRRset, Reason, Security } from './verdict.ts'
import { trustAt } from './walk.ts'
import { zoneKey } from './zone-key.ts'

/** The sections of a message that a validator looks at. */
export interface Sections {
  readonly rcode: number
  readonly answer: readonly ReceivedSet[]
  readonly authority: readonly ReceivedSet[]
}

/** Sorts a message's records into RRsets; `from`: the zone whose server said it, if known. */
export function sectionsOf({ rcode, answer, authority }: Message, from?: Name): Sections {
  return { rcode, answer: receivedSets(answer, from), authority: receivedSets(authority, from) }
}

/** An RRset with the RRsets that prove its right to be there. */
export interface JudgedAnswer {
  readonly judged: JudgedRRset
  readonly denials: readonly JudgedRRset[]
}

/** An RRset that is not secure, for the verdict. */
function judgedOtherwise(
  run: Run,
  { rrset, rrsigs }: ReceivedSet,
  security: Security,
  reason: Reason,
): JudgedRRset {
  const ttl = Math.min(rrset.ttl, run.limits.ttlSecondsMax) as Ttl
  return { rrset: { ...rrset, ttl }, rrsigs: rrsigs.map(({ rdata }) => rdata), security, reason }
}

/** The trust in the zone that data at a name lies in; DS is the parent's (RFC 4035 §2.4). */
function* zoneOf(
  run: Run,
  name: Name,
  type: RRType,
  signed: readonly ReceivedSet[],
): Asking<ZoneTrust> {
  const isAbove = type === RR.DS && name.length > 1
  const hint = signerHint(signed, name, isAbove)
  return yield* trustAt(run, isAbove ? parentName(name) : name, hint)
}

/** What a proof that is not complete makes of the data it was for. */
function securityOf(proof: Proof): Security {
  if (proof.kind === 'proven') return 'secure'
  // RFC 5155 §9.2, RFC 9276 §3.2
  return proof.kind === 'unproven' ? 'bogus' : 'insecure'
}

/** Judges an RRset of the answer section. */
export function* judgeSet(
  run: Run,
  set: ReceivedSet,
  authority: readonly ReceivedSet[],
): Asking<JudgedAnswer> {
  const { owner, type } = set.rrset
  const end = (security: Security, reason: Reason): JudgedAnswer => {
    const judged = judgedOtherwise(run, set, security, reason)
    run.step('rrset', security, reason)
    run.restOn(judged.rrset.ttl)
    return { judged, denials: [] }
  }
  const trust = yield* zoneOf(run, owner, type, [set])
  const { security } = trust.link
  if (security === 'insecure') return end(security, unsignedReason(owner, trust))
  if (security !== 'secure') return end(security, trust.link.reason)
  const { zone } = trust.link
  const verdict = verifySet(run, set, zone, trust.dnskeys.map(zoneKey))
  if (verdict.kind === 'bad') return end('bogus', verdict.reason)
  const judged = judgedSecure(set, verdict)
  run.restOn(judged.rrset.ttl)
  if (!verdict.isExpanded) {
    run.step('rrset', 'secure', verdict.reason)
    return { judged, denials: [] }
  }
  // RFC 4035 §5.3.4
  const denials = verifyDenials(run, authority, trust)
  run.restOn(denials.ttl ?? 0)
  const { labels } = verdict.rrsig
  const proof = proveExpansion(owner, labels, denials.records, run.hashes, run.limits)
  if (proof.kind !== 'proven') {
    const why = proof.kind === 'unproven' ? unprovenReason(proof, denials) : proof.reason
    const text = `${setText(owner, type)} comes from a wildcard: ${why.text}`
    return end(securityOf(proof), { ...why, text })
  }
  run.step('rrset', 'secure', verdict.reason)
  run.step('denial', 'secure', proof.reason)
  return { judged, denials: denials.judged }
}

/** What is known of a name that has no data of the type. */
export interface JudgedDenial {
  readonly security: Security
  readonly reason: Reason
  readonly rcode: number
  readonly authority: readonly JudgedRRset[]
}

interface Denied {
  readonly proof: Proof
  readonly rcode: number
}

/**
 * What the records prove: that there is no such name, or nothing of the type at it. The rcode is
 * not signed, so it only says what to try first; what holds is the proof (RFC 4035 §5.4).
 */
function prove(
  run: Run,
  name: Name,
  type: RRType,
  denials: VerifiedDenials,
  rcode: number,
): Denied {
  const question = { name, type }
  const absence = () => {
    const proof = proveNxdomain(question, denials.records, run.hashes, run.limits)
    return { proof, rcode: Rcode.NXDOMAIN }
  }
  const emptiness = () => {
    const proof = proveNodata(question, denials.records, run.hashes, run.limits)
    // RFC 9824 §3.1: NXNAME is how compact denial says that there is no such name.
    const isNxname = proof.kind === 'proven' && proof.isNxname === true
    return { proof, rcode: isNxname ? Rcode.NXDOMAIN : Rcode.NOERROR }
  }
  const [likely, other] = rcode === Rcode.NXDOMAIN ? [absence, emptiness] : [emptiness, absence]
  const first = likely()
  if (first.proof.kind === 'proven') return first
  const second = other()
  if (second.proof.kind === 'proven') return second
  return first.proof.kind === 'unproven' && second.proof.kind !== 'unproven' ? second : first
}

/** The SOA of the zone in a negative response, judged; undefined when there is none. */
function judgeSoa(
  run: Run,
  trust: ZoneTrust,
  authority: readonly ReceivedSet[],
): JudgedRRset | undefined {
  const soa = findSet(authority, trust.link.zone, RR.SOA)
  if (!soa) return undefined
  const verdict = verifySet(run, soa, trust.link.zone, trust.dnskeys.map(zoneKey))
  return verdict.kind === 'good'
    ? judgedSecure(soa, verdict)
    : judgedOtherwise(run, soa, 'bogus', verdict.reason)
}

/** Whether a response sends elsewhere instead of answering (RFC 2308 §2.2). */
function isReferral({ rcode, authority }: Sections): boolean {
  const has = (type: RRType) => authority.some(({ rrset }) => rrset.type === type)
  return rcode === Rcode.NOERROR && has(RR.NS) && !has(RR.SOA)
}

/** For how long the absence holds that an RRset speaks of (RFC 2308 §5). */
function absenceTtl({ type, ttl, rdatas: [rdata] }: RRset): number {
  return type === RR.SOA && rdata ? negativeTtl(ttl, rdata) : ttl
}

/** A response without data from a zone that is not signed: believed, if it is an answer at all. */
function judgeUnsigned(
  run: Run,
  name: Name,
  type: RRType,
  sections: Sections,
  trust: ZoneTrust,
): JudgedDenial {
  if (isReferral(sections)) {
    const text = `The response for ${setText(name, type)} is a referral, not an answer`
    const reason = because(text, Ede.NOT_AUTHORITATIVE, { subject: { owner: name, type } })
    run.step('denial', 'indeterminate', reason)
    return { security: 'indeterminate', reason, rcode: Rcode.SERVFAIL, authority: [] }
  }
  const reason = unsignedReason(name, trust)
  run.step('denial', 'insecure', reason)
  const soa = sections.authority.find(
    ({ rrset }) => rrset.type === RR.SOA && isSubdomain(name, rrset.owner),
  )
  run.restOn(soa ? absenceTtl(soa.rrset) : 0)
  const authority = soa ? [judgedOtherwise(run, soa, 'insecure', reason)] : []
  return { security: 'insecure', reason, rcode: sections.rcode, authority }
}

/** Judges what a response says by having no data for a name. */
export function* judgeAbsence(
  run: Run,
  name: Name,
  type: RRType,
  sections: Sections,
): Asking<JudgedDenial> {
  const { rcode, authority } = sections
  const subject = { owner: name, type }
  const end = (security: Security, reason: Reason, code = Rcode.SERVFAIL as number) => {
    run.step('denial', security, reason)
    return { security, reason, rcode: code, authority: [] }
  }
  const trust = yield* zoneOf(run, name, type, authority)
  const { security } = trust.link
  if (security === 'insecure') return judgeUnsigned(run, name, type, sections, trust)
  if (security !== 'secure') return end(security, trust.link.reason)
  const denials = verifyDenials(run, authority, trust)
  const { proof, rcode: proved } = prove(run, name, type, denials, rcode)
  const claim =
    proved === Rcode.NXDOMAIN
      ? `${formatName(name)} does not exist`
      : `${formatName(name)} has no ${formatType(type)}`
  if (proof.kind === 'unproven') {
    const why = unprovenReason(proof, denials)
    const text = `Nothing proves that ${claim}: ${why.text}`
    return end('bogus', { ...why, text, subject: why.subject ?? subject })
  }
  const reason = { ...proof.reason, text: `${claim}: ${proof.reason.text}` }
  if (proof.kind !== 'proven') return end('insecure', reason, rcode)
  const soa = judgeSoa(run, trust, authority)
  if (soa?.security === 'bogus') return end('bogus', soa.reason)
  const used = soa ? [soa, ...denials.judged] : denials.judged
  for (const { rrset } of used) run.restOn(absenceTtl(rrset))
  run.step('denial', 'secure', reason)
  return { security: 'secure', reason, rcode: proved, authority: used }
}
