import { algorithmByNumber } from '../crypto/index.ts'
import { Ede } from '../message/index.ts'
import { formatType, type RRset, type Ttl } from '../rr/index.ts'
import { equalNames, formatName, type Name } from '../wire/index.ts'
import { because, Foremost, keyText, setText, spanText } from './reason.ts'
import { type Rrsig, secondsLeft, serialSpan, signedLabels, signedOctets } from './rrsig.ts'
import type { Run } from './run.ts'
import type { ReceivedSet } from './sections.ts'
import type { Reason } from './verdict.ts'
import { unfitness, type ZoneKey } from './zone-key.ts'

/** What became of the signatures of an RRset. */
export type SetVerdict =
  | {
      readonly kind: 'good'
      readonly rrsig: Rrsig
      readonly key: ZoneKey
      /** TTL clamped as RFC 4035 §5.3.3 has it. */
      readonly rrset: RRset
      /** Whether a wildcard was expanded, so that it must be proved that nothing is closer. */
      readonly isExpanded: boolean
      readonly reason: Reason
    }
  | { readonly kind: 'bad'; readonly reason: Reason }

/** How far the checks of a signature got when it failed; the furthest is told. */
const progress = {
  alien: 1,
  algorithm: 2,
  noKey: 3,
  key: 4,
  octets: 5,
  times: 6,
  limit: 7,
} as const

/** RFC 4035 §5.3.1 up to the times: what the RRSIG itself must say. */
function alienation({ rrset }: ReceivedSet, rrsig: Rrsig, zone: Name): string | undefined {
  if (!equalNames(rrsig.signer, zone)) {
    return `was made by ${formatName(rrsig.signer)}, which is not its zone, ${formatName(zone)}`
  }
  const labels = signedLabels(rrset.owner)
  return rrsig.labels > labels
    ? `covers an owner of ${rrsig.labels} labels, and its own has ${labels}`
    : undefined
}

/** RFC 4035 §5.3.1: the times, in serial arithmetic (RFC 4034 §3.1.5), ends included. */
function untimeliness(rrsig: Rrsig, run: Run): { text: string; ede: number } | undefined {
  const { expiration, inception } = rrsig
  if (serialSpan(inception, expiration) < 0) {
    return { text: 'expires before it begins', ede: Ede.SIGNATURE_EXPIRED_BEFORE_VALID }
  }
  const left = secondsLeft(rrsig, run.now)
  if (left < 0) return { text: `expired ${spanText(-left)} ago`, ede: Ede.SIGNATURE_EXPIRED }
  const ahead = serialSpan(run.now, inception)
  return ahead > 0
    ? { text: `is valid only in ${spanText(ahead)}`, ede: Ede.SIGNATURE_NOT_YET_VALID }
    : undefined
}

/** The least of all that bounds the life of an RRset (RFC 4035 §5.3.3). */
function clamped({ rrset }: ReceivedSet, rrsig: Rrsig, run: Run): RRset {
  const ttl = Math.min(
    rrset.ttl,
    rrsig.ttl,
    rrsig.originalTtl,
    secondsLeft(rrsig, run.now),
    run.limits.ttlSecondsMax,
  )
  return { ...rrset, ttl: ttl as Ttl }
}

/** The work that is left for one RRset. */
interface Tries {
  left: number
}

/** One RRSIG against the keys of the zone; its failure goes to `failures`. */
function verifyOne(
  run: Run,
  set: ReceivedSet,
  rrsig: Rrsig,
  zone: Name,
  keys: readonly ZoneKey[],
  failures: Foremost,
  tries: Tries,
): SetVerdict | undefined {
  const { rrset } = set
  const name = `RRSIG of ${setText(rrset.owner, rrset.type)}`
  const key = { zone, algorithm: rrsig.algorithm, keyTag: rrsig.keyTag }
  const more = { subject: { owner: rrset.owner, type: rrset.type }, key }
  const fail = (weight: number, text: string, ede: number, limit?: string) => {
    const reason = because(`${name} ${text}`, ede, limit === undefined ? more : { ...more, limit })
    failures.note(weight, reason)
    return undefined
  }
  const alien = alienation(set, rrsig, zone)
  if (alien) return fail(progress.alien, alien, Ede.DNSSEC_BOGUS)
  const untimely = untimeliness(rrsig, run)
  if (untimely) return fail(progress.times, untimely.text, untimely.ede)
  if (!algorithmByNumber(rrsig.algorithm)) {
    const text = `has algorithm ${rrsig.algorithm}, which is not supported`
    return fail(progress.algorithm, text, Ede.UNSUPPORTED_DNSKEY_ALGORITHM)
  }
  const named = keys.filter((k) => k.keyTag === rrsig.keyTag && k.algorithm === rrsig.algorithm)
  if (named.length === 0) {
    const text = `was made by key ${keyText(key)}, which is not among the DNSKEYs`
    return fail(progress.noKey, `${text} of ${formatName(zone)}`, Ede.DNSKEY_MISSING)
  }
  let octets: Uint8Array | undefined
  let collisions = 0
  for (const candidate of named) {
    const unfit = unfitness(candidate, zone)
    if (unfit) {
      failures.note(progress.key, { ...unfit, text: `${name} needs a key: ${unfit.text}` })
      continue
    }
    // CVE-2023-50387: keys that share a tag, times signatures that name it.
    if (++collisions > run.limits.collidingKeys) {
      const text = `names a tag that more than ${run.limits.collidingKeys} keys share`
      return fail(progress.limit, text, Ede.DNSSEC_BOGUS, 'collidingKeys')
    }
    if (--tries.left < 0) return undefined
    if (!run.spendSignature()) {
      const text = 'is one too many to be verified for one question'
      return fail(progress.limit, text, Ede.DNSSEC_BOGUS, 'signaturesPerValidation')
    }
    octets ??= signedOctets(rrset, rrsig)
    if (candidate.verifies(octets, rrsig.signature)) {
      const isExpanded = rrsig.labels < signedLabels(rrset.owner)
      const reason = because(`${name} by ${keyText(key)} is good`, undefined, more)
      return {
        kind: 'good',
        rrsig,
        key: candidate,
        rrset: clamped(set, rrsig, run),
        isExpanded,
        reason,
      }
    }
  }
  if (!octets) return undefined
  return fail(progress.octets, `by ${keyText(key)} does not fit the data`, Ede.DNSSEC_BOGUS)
}

/**
 * Verifies an RRset of a zone: one good signature suffices (RFC 6840 §5.4, §5.11), and signatures
 * that cannot be checked are passed over (RFC 6840 §5.12). `keys` are the DNSKEYs that are trusted.
 * Of several failures the one that says most is told.
 */
export function verifySet(
  run: Run,
  set: ReceivedSet,
  zone: Name,
  keys: readonly ZoneKey[],
): SetVerdict {
  const { owner, type } = set.rrset
  const subject = { owner, type }
  if (set.rrsigs.length === 0) {
    const text = `${formatType(type)} of ${formatName(owner)} has no RRSIG`
    return { kind: 'bad', reason: because(text, Ede.RRSIGS_MISSING, { subject }) }
  }
  const failures = new Foremost()
  const tries = { left: run.limits.signaturesPerRRset }
  for (const rrsig of set.rrsigs) {
    const good = verifyOne(run, set, rrsig, zone, keys, failures, tries)
    if (good) return good
    if (tries.left < 0) {
      const text = `${setText(owner, type)} has more than ${run.limits.signaturesPerRRset} bad RRSIGs`
      failures.note(
        progress.limit,
        because(text, Ede.DNSSEC_BOGUS, { subject, limit: 'signaturesPerRRset' }),
      )
      break
    }
  }
  return { kind: 'bad', reason: failures.reason as Reason }
}
