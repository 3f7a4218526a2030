import { unreachable } from '../base/index.ts'
import { Ede, type Message, Rcode } from '../message/index.ts'
import { makeRRset, RR, type RRType, type Ttl } from '../rr/index.ts'
import {
  equalNames,
  formatName,
  isSubdomain,
  joinNames,
  type Name,
  nameLengthMax,
} from '../wire/index.ts'
import { judgeAbsence, judgeSet, type Sections } from './judge.ts'
import { because, setText } from './reason.ts'
import type { Asking, Run } from './run.ts'
import { findSet, type ReceivedSet } from './sections.ts'
import type { Hop, JudgedRRset, Reason, Security } from './verdict.ts'

/** What a response has for a name. */
type Found =
  | { readonly kind: 'data'; readonly sets: readonly [ReceivedSet, ...ReceivedSet[]] }
  | { readonly kind: 'cname'; readonly cname: ReceivedSet }
  | {
      readonly kind: 'dname'
      readonly dname: ReceivedSet
      readonly cname: ReceivedSet | undefined
    }
  | { readonly kind: 'none' }

/** A hop, what it puts into the sections of the verdict, and where it leads. */
export interface JudgedHop {
  readonly hop: Hop
  readonly rcode: number
  readonly answer: readonly JudgedRRset[]
  readonly authority: readonly JudgedRRset[]
  /** The name to go on with; undefined at the end. */
  readonly target: Name | undefined
}

/** From the worst to the best. */
const order: readonly Security[] = ['bogus', 'indeterminate', 'insecure', 'secure']

/** The index of the worst: the first of them, where several are equally bad. */
export function worstOf(items: readonly { readonly security: Security }[]): number {
  const ranks = items.map(({ security }) => order.indexOf(security))
  return ranks.indexOf(Math.min(...ranks))
}

/**
 * Finds what a section has for a name, by what the owners and types say: RRsets that are neither
 * the data nor an alias are not looked at. An unsigned CNAME below a DNAME was made from it.
 */
export function find(answer: readonly ReceivedSet[], name: Name, type: RRType): Found {
  const cname = findSet(answer, name, RR.CNAME)
  const dname = answer.find(
    ({ rrset: { owner, type: t } }) =>
      t === RR.DNAME && owner.length < name.length && isSubdomain(name, owner),
  )
  const isMade = dname !== undefined && (cname === undefined || cname.rrsigs.length === 0)
  const [first, ...others] = answer.filter(
    ({ rrset }) =>
      equalNames(rrset.owner, name) &&
      (rrset.type === type || type === RR.ANY) &&
      !(isMade && rrset.type === RR.CNAME),
  )
  if (first) return { kind: 'data', sets: [first, ...others] }
  if (isMade) return { kind: 'dname', dname, cname }
  return cname ? { kind: 'cname', cname } : { kind: 'none' }
}

/** The name that a DNAME makes of one below it; undefined when it would be too long. */
function substituted(name: Name, owner: Name, target: Name): Name | undefined {
  const kept = name.length - owner.length
  if (kept + target.length > nameLengthMax) return undefined
  const prefix = new Uint8Array(kept + 1)
  prefix.set(name.subarray(0, kept))
  return joinNames(prefix as Name, target)
}

/** The end of a chain that has data: for ANY every RRset counts (RFC 6840 §4.2). */
function* judgeData(
  run: Run,
  name: Name,
  sets: readonly ReceivedSet[],
  authority: readonly ReceivedSet[],
): Asking<JudgedHop> {
  const judged: JudgedRRset[] = []
  const denials: JudgedRRset[] = []
  for (const set of sets) {
    const answer = yield* judgeSet(run, set, authority)
    judged.push(answer.judged)
    denials.push(...answer.denials)
  }
  const decisive = judged[worstOf(judged)] as JudgedRRset
  const { security, reason } = decisive
  return {
    hop: { name, kind: 'end', security, reason, data: decisive },
    rcode: Rcode.NOERROR,
    answer: judged,
    authority: denials,
    target: undefined,
  }
}

/** A signature is not signed itself (RFC 4035 §2.2), so nothing can tell whether all are there. */
function judgeSignatures(run: Run, name: Name, message: Message): JudgedHop | undefined {
  const records = message.answer.filter(
    ({ owner, type }) => type === RR.RRSIG && equalNames(owner, name),
  )
  if (records.length === 0) return undefined
  const ttl = Math.min(run.limits.ttlSecondsMax, ...records.map((record) => record.ttl)) as Ttl
  const rrset = makeRRset(
    name,
    RR.RRSIG,
    ttl,
    records.map(({ rdata }) => rdata),
  )
  const reason = because(`${setText(name, RR.RRSIG)} cannot be signed itself`, undefined, {
    subject: { owner: name, type: RR.RRSIG },
  })
  run.step('rrset', 'insecure', reason)
  run.restOn(ttl)
  const data: JudgedRRset = { rrset, rrsigs: [], security: 'insecure', reason }
  return {
    hop: { name, kind: 'end', security: 'insecure', reason, data },
    rcode: Rcode.NOERROR,
    answer: [data],
    authority: [],
    target: undefined,
  }
}

/** A CNAME that leads on. */
function* judgeCname(
  run: Run,
  name: Name,
  cname: ReceivedSet,
  authority: readonly ReceivedSet[],
): Asking<JudgedHop> {
  const { judged, denials } = yield* judgeSet(run, cname, authority)
  const { security, reason } = judged
  const target = judged.rrset.rdatas[0] as Name
  if (judged.rrset.rdatas.length > 1 && security === 'insecure') {
    return failedHop(name, because(`${formatName(name)} has several CNAMEs`, Ede.INVALID_DATA))
  }
  run.step('alias', security, because(`${formatName(name)} is an alias of ${formatName(target)}`))
  return {
    hop: { name, kind: 'alias', security, reason, data: judged },
    rcode: Rcode.NOERROR,
    answer: [judged],
    authority: denials,
    target,
  }
}

/**
 * A DNAME, whose CNAME is not signed but checked: it must be what the DNAME makes (RFC 6672
 * §5.3.1). Where it is missing it is made here.
 */
function* judgeDname(
  run: Run,
  name: Name,
  type: RRType,
  found: Extract<Found, { kind: 'dname' }>,
  authority: readonly ReceivedSet[],
): Asking<JudgedHop> {
  const { judged: dname, denials } = yield* judgeSet(run, found.dname, authority)
  const { owner, rdatas, ttl } = dname.rrset
  const subject = { owner: name, type: RR.CNAME }
  const target = substituted(name, owner, rdatas[0] as Name)
  if (!target) {
    const text = `DNAME at ${formatName(owner)} makes too long a name of ${formatName(name)}`
    return failedHop(name, because(text, Ede.OTHER, { subject }))
  }
  const claimed = found.cname?.rrset.rdatas ?? [target]
  const isMade = claimed.length === 1 && equalNames(claimed[0] as Name, target)
  const how = `what the DNAME at ${formatName(owner)} makes`
  let { security, reason } = dname
  if (security === 'secure') {
    security = isMade ? 'secure' : 'bogus'
    reason = isMade
      ? { ...reason, text: `CNAME at ${formatName(name)} is ${how}: ${reason.text}` }
      : because(`CNAME at ${formatName(name)} is not ${how}`, Ede.DNSSEC_BOGUS, { subject })
  }
  run.step('alias', security, reason)
  const rrset = makeRRset(name, RR.CNAME, ttl, [target])
  const data: JudgedRRset = { rrset, rrsigs: [], security, reason }
  const isEnd = type === RR.CNAME || type === RR.ANY
  return {
    hop: { name, kind: isEnd ? 'end' : 'alias', security, reason, data, dname },
    rcode: Rcode.NOERROR,
    answer: [dname, data],
    authority: denials,
    target: isEnd ? undefined : target,
  }
}

/** A hop at which nothing could be found out. */
export function failedHop(name: Name, reason: Reason, rcode: number = Rcode.SERVFAIL): JudgedHop {
  return {
    hop: { name, kind: 'end', security: 'indeterminate', reason },
    rcode,
    answer: [],
    authority: [],
    target: undefined,
  }
}

/** Judges what a response has for one name: an alias, data, or neither. */
export function* judgeHop(
  run: Run,
  name: Name,
  type: RRType,
  message: Message,
  sections: Sections,
): Asking<JudgedHop> {
  const { answer, authority } = sections
  const signatures = type === RR.RRSIG ? judgeSignatures(run, name, message) : undefined
  if (signatures) return signatures
  const found = find(answer, name, type)
  switch (found.kind) {
    case 'data':
      return yield* judgeData(run, name, found.sets, authority)
    case 'cname':
      return yield* judgeCname(run, name, found.cname, authority)
    case 'dname':
      return yield* judgeDname(run, name, type, found, authority)
    case 'none': {
      const denial = yield* judgeAbsence(run, name, type, sections)
      const { security, reason, rcode } = denial
      return {
        hop: { name, kind: 'end', security, reason },
        rcode,
        answer: [],
        authority: denial.authority,
        target: undefined,
      }
    }
    default:
      return unreachable(found)
  }
}
