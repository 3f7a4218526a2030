import { type UnixSeconds, unreachable } from '../base/index.ts'
import { ednsFlagCompact, Flag, Rcode } from '../message/index.ts'
import { Section } from '../response/index.ts'
import { RR, type RRType, type Ttl } from '../rr/index.ts'
import { joinNames, type Name, type NameKey, nameKey, nameLengthMax } from '../wire/index.ts'
import {
  type Expansion,
  findRRset,
  lookup,
  type Outcome,
  type ZoneNode,
  type ZoneRRset,
  zoneRRset,
} from '../zone/index.ts'
import type { AnswerContext, ServedZone, Signing } from './context.ts'
import { addGlue } from './glue.ts'
import { specialise } from './meta-types.ts'

/** Most aliases that one answer follows; resolvers give up no later. */
export const aliasesMax = 16

/** One name on the way: the name asked, then the target of each alias. */
interface Step {
  readonly served: ServedZone
  /** Set when the querier wants DNSSEC and the zone has it. */
  readonly signing: Signing | undefined
  readonly name: Name
  readonly type: RRType
  readonly now: UnixSeconds
  /** Whether this is the name that was asked: only it decides AA (RFC 1035 §4.1.1). */
  readonly first: boolean
}

/**
 * Fills the response for a name in a served zone: RFC 1034 §4.3.2 from step 2 on, begun again at
 * the target of each alias while a zone of this server holds it.
 */
export function walk(
  ctx: AnswerContext,
  asked: ServedZone,
  qname: Name,
  qkey: NameKey,
  type: RRType,
): void {
  const { intake, options, proof, envelope } = ctx
  const now = options.clock.now()
  proof.clear()
  // RFC 1035 §6.2: an answer for any class cannot be authoritative.
  if (intake.class !== 255) envelope.flags |= Flag.AA
  let served: ServedZone | undefined = asked
  let name = qname
  let key = qkey
  const { visited } = ctx
  visited.length = 0
  // A name that comes back closes a loop: what there is of it has been said.
  while (served && visited.length <= aliasesMax && !visited.includes(key)) {
    const signing: Signing | undefined = intake.dnssecOk ? served.signing : undefined
    const step: Step = { served, signing, name, type, now, first: visited.length === 0 }
    visited.push(key)
    const outcome = lookup(served.zone, key, type)
    const target = place(ctx, step, specialise(served, outcome, type, now))
    if (!target) return
    name = target
    key = nameKey(target)
    const next = type === RR.DS ? options.zones.findForDs(key) : options.zones.find(key)
    // Parent and child both have an NSEC at a cut. In one answer they would look like one RRset,
    // which no signature covers: after a proof by one zone the querier asks the other by itself.
    if (next !== served && proof.rrsets.length > 0) return
    served = next
  }
}

/** Puts an outcome and its proof into the response; returns the name to go on with, if any. */
function place(ctx: AnswerContext, step: Step, outcome: Outcome): Name | undefined {
  const { zone } = step.served
  switch (outcome.kind) {
    case 'answer':
      // A DNAME that was asked for may have led here itself.
      if (!ctx.response.hasAnswer(outcome.rrset)) addAnswer(ctx, step, outcome.rrset, step.name)
      return undefined
    case 'wildcardAnswer':
      addExpanded(ctx, step, outcome.rrset, outcome.expansion)
      return undefined
    case 'alias':
      return addAlias(ctx, step, outcome.node, outcome.rrset, outcome.expansion)
    case 'delegation':
      addReferral(ctx, step, outcome.zoneCut)
      return undefined
    case 'nodata':
      addSoa(ctx, step)
      if (step.signing) {
        // A cut gets here only for DS: what must be proved is that the delegation is insecure.
        const { denial } = step.signing
        if (outcome.node.isCut) denial.insecureDelegation(zone, outcome.node, ctx.proof)
        else denial.nodata(zone, outcome.node, ctx.proof)
        addProof(ctx, step, step.signing)
      }
      return undefined
    case 'wildcardNodata':
      addSoa(ctx, step)
      if (step.signing) {
        const { node, expansion } = outcome
        step.signing.denial.wildcardNodata(zone, step.name, node, expansion, ctx.proof)
        addProof(ctx, step, step.signing)
      }
      return undefined
    case 'nxdomain':
      addNxdomain(ctx, step, outcome.expansion)
      return undefined
    default:
      return unreachable(outcome)
  }
}

/** The signatures of an RRset for this querier; none over RRSIGs themselves. */
function signaturesOf(step: Step, rrset: ZoneRRset): readonly Uint8Array[] | undefined {
  if (!step.signing || rrset.type === RR.RRSIG) return undefined
  return step.signing.signer.signatures(rrset, step.now)
}

function addAnswer({ response }: AnswerContext, step: Step, rrset: ZoneRRset, owner: Name): void {
  response.add(Section.answer, rrset, owner, rrset.ttl, signaturesOf(step, rrset))
}

/** A wildcard's RRset under the name that was asked (RFC 4592 §4.1 and on, RFC 4035 §3.1.3.3). */
function addExpanded(ctx: AnswerContext, step: Step, rrset: ZoneRRset, expansion: Expansion): void {
  const { signing } = step
  if (signing?.denial.namesAllExist && rrset.type !== RR.RRSIG) {
    const made = zoneRRset(step.name, rrset.type, rrset.ttl, rrset.rdatas, false)
    addAnswer(ctx, step, made, step.name)
    return
  }
  addAnswer(ctx, step, rrset, step.name)
  if (!signing) return
  signing.denial.wildcardAnswer(step.served.zone, step.name, expansion, ctx.proof)
  addProof(ctx, step, signing)
}

/** CNAME or DNAME; returns where it leads, unless that is an error. */
function addAlias(
  ctx: AnswerContext,
  step: Step,
  node: ZoneNode,
  rrset: ZoneRRset,
  expansion: Expansion | undefined,
): Name | undefined {
  const target = rrset.rdatas[0] as Name
  if (rrset.type === RR.DNAME) {
    // One DNAME may serve several names of a chain; it is given once.
    if (!ctx.response.hasAnswer(rrset)) addAnswer(ctx, step, rrset, node.owner)
    return substitute(ctx, step, node, rrset.ttl, target)
  }
  if (expansion) addExpanded(ctx, step, rrset, expansion)
  else addAnswer(ctx, step, rrset, step.name)
  return target
}

/** The CNAME that a DNAME stands for (RFC 6672 §3.1): same TTL, never signed. */
function substitute(
  { response }: AnswerContext,
  { name, type }: Step,
  node: ZoneNode,
  ttl: Ttl,
  target: Name,
): Name | undefined {
  const kept = name.length - node.owner.length
  if (kept + target.length > nameLengthMax) {
    // RFC 6672 §2.2: the new name would be too long.
    response.rcode = Rcode.YXDOMAIN
    return undefined
  }
  const prefix = new Uint8Array(kept + 1)
  prefix.set(name.subarray(0, kept))
  const renamed = joinNames(prefix as Name, target)
  response.add(Section.answer, zoneRRset(name, RR.CNAME, ttl, [renamed], false), name, ttl)
  // Whoever asked for the CNAME has it.
  return type === RR.CNAME || type === RR.ANY ? undefined : renamed
}

/** A referral: NS, DS or the proof that there is none, glue (RFC 4035 §3.1.4, RFC 9471). */
function addReferral(ctx: AnswerContext, step: Step, zoneCut: ZoneNode): void {
  const { response, envelope, proof } = ctx
  const { signing, served } = step
  if (step.first) envelope.flags &= ~Flag.AA
  const ns = findRRset(zoneCut, RR.NS) as ZoneRRset
  response.add(Section.authority, ns, zoneCut.owner, ns.ttl)
  if (signing) {
    const ds = findRRset(zoneCut, RR.DS)
    if (ds) {
      response.add(Section.authority, ds, zoneCut.owner, ds.ttl, signaturesOf(step, ds))
    } else {
      signing.denial.insecureDelegation(served.zone, zoneCut, proof)
      addProof(ctx, step, signing)
    }
  }
  addGlue(response, served.zone, zoneCut, ns, (rrset) => signaturesOf(step, rrset))
}

/** No such name. Compact denial says so by rcode only to those who know its type NXNAME. */
function addNxdomain(ctx: AnswerContext, step: Step, expansion: Expansion): void {
  const { response, envelope, intake, proof } = ctx
  const { signing } = step
  addSoa(ctx, step)
  response.rcode = Rcode.NXDOMAIN
  if (!signing) return
  if (signing.denial.namesAllExist) {
    // RFC 9824 §5.1: the flag CO restores the rcode, and is echoed.
    if (intake.compactOk) envelope.ednsFlags |= ednsFlagCompact
    else response.rcode = Rcode.NOERROR
  }
  signing.denial.nxdomain(step.served.zone, step.name, expansion, proof)
  addProof(ctx, step, signing)
}

/** The SOA of a negative answer, with the TTL of one (RFC 2308 §3). */
function addSoa({ response }: AnswerContext, step: Step): void {
  const { soa, negativeTtl } = step.served.zone
  response.add(Section.authority, soa, soa.owner, negativeTtl, signaturesOf(step, soa))
}

/** Moves what the proof has gained since the last step into the authority section. */
function addProof({ proof, response }: AnswerContext, step: Step, signing: Signing): void {
  for (; proof.taken < proof.rrsets.length; proof.taken++) {
    const rrset = proof.rrsets[proof.taken] as ZoneRRset
    const signatures = signing.signer.signatures(rrset, step.now)
    response.add(Section.authority, rrset, rrset.owner, rrset.ttl, signatures)
  }
}
