import type { UnixSeconds } from '../base/index.ts'
import { Ede, type Message, Rcode } from '../message/index.ts'
import { RR } from '../rr/index.ts'
import {
  equalNames,
  formatName,
  isSubdomain,
  labelCount,
  type Name,
  nameKey,
  parentName,
  suffixName,
} from '../wire/index.ts'
import { type Anchor, closestAnchor } from './anchors.ts'
import { proveExpansion, proveNoDs, proveNxdomain } from './denial.ts'
import { unprovenReason, type VerifiedDenials, verifyDenials } from './evidence.ts'
import { receivedMessage } from './failures.ts'
import type { ZoneTrust } from './lookup.ts'
import { because, setText } from './reason.ts'
import { type Asking, ask, type Run } from './run.ts'
import { findSet, type ReceivedSet, receivedSets, signerHint } from './sections.ts'
import { verifySet } from './signatures.ts'
import { authenticateKeys, usableVoucher, type Voucher } from './trust.ts'
import type { Reason, Security } from './verdict.ts'
import { zoneKey } from './zone-key.ts'

/** Seconds for which a bogus zone is not looked at again (RFC 9520 §3.2, §3.4). */
const bogusSecondsMax = 60

/** Where a walk has come to: all labels down to here are known to lie in `trust.link.zone`. */
interface Point {
  readonly trust: ZoneTrust
  /** Labels of the name that was reached. */
  readonly depth: number
}

/** What a step down found. `isBottom`: nothing is delegated below. */
interface Descent {
  readonly trust: ZoneTrust
  readonly isBottom: boolean
}

/** A zone without keys to trust: everything in it and below it is what `security` says. */
function keyless(run: Run, zone: Name, security: Security, reason: Reason, ttl: number): ZoneTrust {
  const seconds = security === 'bogus' ? Math.min(ttl, bogusSecondsMax) : ttl
  return {
    link: { zone, security, by: 'none', keys: [], reason },
    dnskeys: [],
    expires: (run.now + seconds) as UnixSeconds,
  }
}

/** The same zone, known no longer than so many seconds. */
function staying(run: Run, trust: ZoneTrust, ttl: number): ZoneTrust {
  return { ...trust, expires: Math.min(trust.expires, run.now + ttl) as UnixSeconds }
}

/** Asks for a zone's keys and authenticates them by what vouches for them. */
function* keysOf(run: Run, zone: Name, voucher: Voucher, ttl: number): Asking<ZoneTrust> {
  const usable = usableVoucher(zone, voucher)
  if ('text' in usable) {
    run.step('ds', 'insecure', usable)
    return keyless(run, zone, 'insecure', usable, ttl)
  }
  const result = yield* ask(run, { name: zone, type: RR.DNSKEY, purpose: 'dnskey' })
  const received = receivedMessage(result, zone, RR.DNSKEY)
  if ('text' in received) {
    run.step('dnskey', 'indeterminate', received)
    return keyless(run, zone, 'indeterminate', received, 0)
  }
  const set = findSet(receivedSets(received.answer), zone, RR.DNSKEY)
  if (!set) {
    const voucherText = voucher.by === 'ds' ? 'a DS' : 'a trust anchor'
    const text = `${formatName(zone)} has no DNSKEY, though ${voucherText} vouches for it`
    const reason = because(text, Ede.DNSKEY_MISSING, { subject: { owner: zone, type: RR.DNSKEY } })
    run.step('dnskey', 'bogus', reason)
    return keyless(run, zone, 'bogus', reason, ttl)
  }
  const verdict = authenticateKeys(run, zone, set, usable)
  run.step('dnskey', verdict.kind, verdict.reason)
  if (verdict.kind === 'bogus') return keyless(run, zone, 'bogus', verdict.reason, ttl)
  const { rdatas } = set.rrset
  return {
    link: {
      zone,
      security: 'secure',
      by: voucher.by,
      keys: rdatas.map((rdata) => zoneKey(rdata).reference(zone)),
      reason: verdict.reason,
    },
    dnskeys: rdatas,
    expires: (run.now + Math.min(ttl, verdict.ttl)) as UnixSeconds,
  }
}

/** What a trust anchor makes of its zone. */
function* fromAnchor(run: Run, anchor: Anchor): Asking<ZoneTrust> {
  const ttl = run.limits.ttlSecondsMax
  if (!anchor.voucher) {
    // RFC 7646 §2
    const text = `A negative trust anchor at ${formatName(anchor.zone)} turns validation off`
    const reason = because(text)
    run.step('anchor', 'insecure', reason)
    return keyless(run, anchor.zone, 'insecure', reason, ttl)
  }
  run.step('anchor', 'secure', because(`${formatName(anchor.zone)} has a trust anchor`))
  return yield* keysOf(run, anchor.zone, anchor.voucher, ttl)
}

/** What an answer to DS says that holds an alias: no zone begins where a name is one. */
function byAlias(
  run: Run,
  { trust }: Point,
  at: Name,
  answer: readonly ReceivedSet[],
  denials: VerifiedDenials,
): Descent | Reason | undefined {
  const { zone } = trust.link
  const dname = answer.find(
    ({ rrset }) =>
      rrset.type === RR.DNAME && rrset.owner.length < at.length && isSubdomain(at, rrset.owner),
  )
  const set = dname ?? findSet(answer, at, RR.CNAME)
  if (!set) return undefined
  const verdict = verifySet(run, set, zone, trust.dnskeys.map(zoneKey))
  if (verdict.kind === 'bad') return verdict.reason
  let isBottom = dname !== undefined
  if (verdict.isExpanded) {
    const { labels } = verdict.rrsig
    const proof = proveExpansion(at, labels, denials.records, run.hashes, run.limits)
    if (proof.kind !== 'proven') return unprovenReason(proof, denials)
    isBottom = true
  }
  const text = `${setText(set.rrset.owner, set.rrset.type)} shows that no zone begins there`
  run.step('cut', 'secure', because(text))
  return { trust: staying(run, trust, verdict.rrset.ttl), isBottom }
}

/** What an answer to DS says that holds none: no DS, no cut, or no proof. */
function byDenial(
  run: Run,
  { trust }: Point,
  at: Name,
  denials: VerifiedDenials,
  rcode: number,
): Descent {
  const { zone } = trust.link
  const { records, ttl = 0 } = denials
  const proof = proveNoDs(at, records, run.hashes, run.limits)
  if (proof.kind === 'unproven') {
    const why = unprovenReason(proof, denials)
    const text = `${formatName(zone)} does not prove that ${formatName(at)} has no DS: ${why.text}`
    const reason = { ...why, text, subject: { owner: at, type: RR.DS } }
    run.step('cut', 'bogus', reason)
    return { trust: keyless(run, at, 'bogus', reason, bogusSecondsMax), isBottom: true }
  }
  if (proof.kind !== 'proven' || proof.isCut) {
    const text = `${formatName(at)} has no DS in ${formatName(zone)} (${proof.reason.text})`
    const reason = { ...proof.reason, text }
    run.step('cut', 'insecure', reason)
    return { trust: keyless(run, at, 'insecure', reason, ttl), isBottom: true }
  }
  run.step('cut', 'secure', proof.reason)
  // RFC 8020 §2: what does not exist has nothing below it, and so no zones.
  const isBottom =
    proof.isNxname === true ||
    (rcode === Rcode.NXDOMAIN &&
      proveNxdomain({ name: at, type: RR.DS }, records, run.hashes, run.limits).kind === 'proven')
  return { trust: staying(run, trust, ttl), isBottom }
}

/** Reads the answer to DS at a name, which is the word of the zone above it. */
function* readDs(run: Run, from: Point, at: Name, message: Message): Asking<Descent> {
  const answer = receivedSets(message.answer)
  const authority = receivedSets(message.authority)
  const ds = findSet(answer, at, RR.DS)
  const speaker = signerHint(ds ? [ds] : [...answer, ...authority], at, true)
  let point = from
  if (speaker && labelCount(speaker) > labelCount(from.trust.link.zone)) {
    // Another zone lies in between: its keys come first.
    point = yield* goDown(run, from, speaker, speaker)
    if (point.trust.link.security !== 'secure') return { trust: point.trust, isBottom: true }
  }
  const { zone } = point.trust.link
  if (ds) {
    const verdict = verifySet(run, ds, zone, point.trust.dnskeys.map(zoneKey))
    if (verdict.kind === 'good' && !verdict.isExpanded) {
      run.step('ds', 'secure', verdict.reason)
      const voucher = { ds: ds.rrset.rdatas, dnskeys: [], by: 'ds' } as const
      const trust = yield* keysOf(run, at, voucher, verdict.rrset.ttl)
      return { trust, isBottom: false }
    }
    const text = `DS of ${formatName(at)} comes from a wildcard`
    const reason = verdict.kind === 'bad' ? verdict.reason : because(text, Ede.DNSSEC_BOGUS)
    run.step('ds', 'bogus', reason)
    return { trust: keyless(run, at, 'bogus', reason, ds.rrset.ttl), isBottom: true }
  }
  const denials = verifyDenials(run, authority, point.trust)
  const alias = byAlias(run, point, at, answer, denials)
  if (alias && 'trust' in alias) return alias
  if (!alias) return byDenial(run, point, at, denials, message.rcode)
  run.step('cut', 'bogus', alias)
  return { trust: keyless(run, at, 'bogus', alias, bogusSecondsMax), isBottom: true }
}

/** One step down: what lies at a name below, by the DS that the zone above has for it or not. */
function* stepTo(run: Run, from: Point, at: Name): Asking<Descent> {
  const result = yield* ask(run, { name: at, type: RR.DS, purpose: 'ds' })
  const received = receivedMessage(result, at, RR.DS)
  if (!('text' in received)) return yield* readDs(run, from, at, received)
  run.step('ds', 'indeterminate', received)
  return { trust: keyless(run, at, 'indeterminate', received, 0), isBottom: true }
}

/**
 * Goes down from a point to a name, zone by zone. With a hint, a zone at or above the name that its
 * data claims to be signed by, the labels in between are skipped; where that leads nowhere, and
 * where there is no hint, every label is asked for.
 */
function* goDown(run: Run, from: Point, name: Name, hint: Name | undefined): Asking<Point> {
  let { trust, depth } = from
  let leap = hint && labelCount(hint)
  const end = labelCount(name)
  while (trust.link.security === 'secure' && depth < end) {
    if (hint && equalNames(trust.link.zone, hint)) break
    const next: number = leap !== undefined && leap > depth ? leap : depth + 1
    const at = suffixName(name, next)
    const known = run.known(nameKey(at))
    const descent: Descent = known
      ? { trust: known, isBottom: false }
      : yield* stepTo(run, { trust, depth }, at)
    const { security } = descent.trust.link
    if (next > depth + 1 && (security === 'bogus' || security === 'indeterminate')) {
      leap = undefined
      continue
    }
    trust = descent.trust
    depth = next
    if (!known) run.keep(nameKey(at), trust)
    run.pass(trust)
    if (descent.isBottom) break
  }
  return { trust, depth }
}

/** The deepest point on the way to a name that is known already. */
function knownPoint(run: Run, name: Name, top: number): Point | undefined {
  let at = name
  for (let depth = labelCount(name); depth >= top; depth--) {
    const trust = run.known(nameKey(at))
    if (trust) {
      for (let above = top; above <= depth; above++) {
        const passed = run.known(nameKey(suffixName(name, above)))
        if (passed) run.pass(passed)
      }
      return { trust, depth }
    }
    at = parentName(at)
  }
  return undefined
}

/**
 * The state of trust in the zone that a name lies in, found by walking down from the closest trust
 * anchor, or from what is known already.
 *
 * `hint`, at or above the name, is the zone that signed the data at the name by the data's own
 * word. Where it is a zone indeed, it is taken to be the one that contains the data (RFC 4035
 * §5.3.1), as Unbound and BIND do: to ask for DS at every name in between would only find out those
 * who sign for a zone that they have delegated, and could as well not have.
 */
export function* trustAt(run: Run, name: Name, hint?: Name): Asking<ZoneTrust> {
  const anchor = closestAnchor(run.context.anchors, name)
  if (!anchor) {
    // RFC 4033 §5: without an anchor above a name its status cannot be told.
    const text = `No trust anchor is at or above ${formatName(name)}`
    const reason = because(text, Ede.DNSSEC_INDETERMINATE)
    return keyless(run, name, 'indeterminate', reason, run.limits.ttlSecondsMax)
  }
  const top = labelCount(anchor.zone)
  let point = knownPoint(run, hint && isSubdomain(hint, anchor.zone) ? hint : name, top)
  if (!point) {
    const trust = yield* fromAnchor(run, anchor)
    run.keep(nameKey(anchor.zone), trust)
    run.pass(trust)
    point = { trust, depth: top }
  }
  const { trust } = yield* goDown(run, point, name, hint)
  return trust
}
