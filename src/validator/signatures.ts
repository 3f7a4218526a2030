import type { UnixSeconds } from '../base/index.ts'
import { algorithmByNumber } from '../crypto/index.ts'
import { Ede } from '../message/index.ts'
import { formatType, type RRset, type Ttl } from '../rr/index.ts'
import { equalNames, formatName, isSubdomain, type Name } from '../wire/index.ts'
import type { ValidatorLimits } from './limits.ts'
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
function alienation(owner: Name, rrsig: Rrsig, zone: Name): string | undefined {
  if (!equalNames(rrsig.signer, zone)) {
    return `was made by ${formatName(rrsig.signer)}, which is not its zone, ${formatName(zone)}`
  }
  if (!isSubdomain(owner, zone)) return `covers a name outside its zone, ${formatName(zone)}`
  const labels = signedLabels(owner)
  return rrsig.labels > labels
    ? `covers an owner of ${rrsig.labels} labels, and its own has ${labels}`
    : undefined
}

/** RFC 4035 §5.3.1: the times, in serial arithmetic (RFC 4034 §3.1.5), ends included. */
function untimeliness(rrsig: Rrsig, now: UnixSeconds): { text: string; ede: number } | undefined {
  const { expiration, inception } = rrsig
  if (serialSpan(inception, expiration) < 0) {
    return { text: 'expires before it begins', ede: Ede.SIGNATURE_EXPIRED_BEFORE_VALID }
  }
  const left = secondsLeft(rrsig, now)
  if (left < 0) return { text: `expired ${spanText(-left)} ago`, ede: Ede.SIGNATURE_EXPIRED }
  const ahead = serialSpan(now, inception)
  return ahead > 0
    ? { text: `is valid only in ${spanText(ahead)}`, ede: Ede.SIGNATURE_NOT_YET_VALID }
    : undefined
}

/** An RRset under verification, with all that its signatures have failed by so far. */
class Verification {
  readonly #run: Run
  readonly #set: ReceivedSet
  readonly #zone: Name
  readonly #keys: readonly ZoneKey[]
  readonly #failures = new Foremost()
  #triesLeft: number

  constructor(run: Run, set: ReceivedSet, zone: Name, keys: readonly ZoneKey[]) {
    this.#run = run
    this.#set = set
    this.#zone = zone
    this.#keys = keys
    this.#triesLeft = run.limits.signaturesPerRRset
  }

  /** The verdict on the RRset, which has a signature at least. */
  verdict(): SetVerdict {
    for (const rrsig of this.#set.rrsigs) {
      const key = this.#makerOf(rrsig)
      if (key) return this.#good(rrsig, key)
      if (this.#triesLeft < 0) break
    }
    return { kind: 'bad', reason: this.#failures.reason as Reason }
  }

  #good(rrsig: Rrsig, key: ZoneKey): SetVerdict {
    const { rrset } = this.#set
    // RFC 4035 §5.3.3
    const ttl = Math.min(
      rrset.ttl,
      rrsig.ttl,
      rrsig.originalTtl,
      secondsLeft(rrsig, this.#run.now),
      this.#run.limits.ttlSecondsMax,
    )
    return {
      kind: 'good',
      rrsig,
      key,
      rrset: { ...rrset, ttl: ttl as Ttl },
      isExpanded: rrsig.labels < signedLabels(rrset.owner),
      reason: this.#because(rrsig, `by ${keyText(rrsig)} is good`),
    }
  }

  #because(rrsig: Rrsig, text: string, ede?: number, limit?: keyof ValidatorLimits): Reason {
    const { owner, type } = this.#set.rrset
    const { algorithm, keyTag } = rrsig
    const more = { subject: { owner, type }, key: { zone: this.#zone, algorithm, keyTag } }
    return because(
      `RRSIG of ${setText(owner, type)} ${text}`,
      ede,
      limit === undefined ? more : { ...more, limit },
    )
  }

  #fail(weight: number, rrsig: Rrsig, text: string, ede: number): undefined {
    this.#failures.note(weight, this.#because(rrsig, text, ede))
  }

  #stop(rrsig: Rrsig, text: string, limit: keyof ValidatorLimits): undefined {
    this.#failures.note(progress.limit, this.#because(rrsig, text, Ede.DNSSEC_BOGUS, limit))
  }

  /** The key that made a signature, if the signature is all that it has to be. */
  #makerOf(rrsig: Rrsig): ZoneKey | undefined {
    const alien = alienation(this.#set.rrset.owner, rrsig, this.#zone)
    if (alien) return this.#fail(progress.alien, rrsig, alien, Ede.DNSSEC_BOGUS)
    const untimely = untimeliness(rrsig, this.#run.now)
    if (untimely) return this.#fail(progress.times, rrsig, untimely.text, untimely.ede)
    if (!algorithmByNumber(rrsig.algorithm)) {
      const text = `has algorithm ${rrsig.algorithm}, which is not supported`
      return this.#fail(progress.algorithm, rrsig, text, Ede.UNSUPPORTED_DNSKEY_ALGORITHM)
    }
    const { keyTag, algorithm } = rrsig
    const named = this.#keys.filter((k) => k.keyTag === keyTag && k.algorithm === algorithm)
    return named.length === 0 ? this.#missKey(rrsig) : this.#tryKeys(rrsig, named)
  }

  #missKey(rrsig: Rrsig): undefined {
    const { keyTag, algorithm } = rrsig
    const isStripped = this.#keys.some(
      (k) => !k.isZoneKey && k.algorithm === algorithm && k.zoneKeyTag === keyTag,
    )
    const text = `was made by key ${keyText(rrsig)}, which`
    return isStripped
      ? this.#fail(progress.noKey, rrsig, `${text} lacks its zone key flag`, Ede.NO_ZONE_KEY_BIT)
      : this.#fail(
          progress.noKey,
          rrsig,
          `${text} is not among the DNSKEYs of ${formatName(this.#zone)}`,
          Ede.DNSKEY_MISSING,
        )
  }

  /** Tries the keys that a signature may mean; tags collide (RFC 4034 App. B). */
  #tryKeys(rrsig: Rrsig, named: readonly ZoneKey[]): ZoneKey | undefined {
    const { collidingKeys, signaturesPerRRset } = this.#run.limits
    const fit = named.filter((key) => {
      const unfit = unfitness(key, this.#zone)
      if (unfit) this.#failures.note(progress.key, unfit)
      return !unfit
    })
    if (fit.length === 0) return undefined
    const octets = signedOctets(this.#set.rrset, rrsig)
    // CVE-2023-50387: the work is keys that share a tag, times signatures that name it.
    for (const key of fit.slice(0, collidingKeys)) {
      if (--this.#triesLeft < 0) {
        const text = `comes after ${signaturesPerRRset} that do not fit the data`
        return this.#stop(rrsig, text, 'signaturesPerRRset')
      }
      if (!this.#run.spendSignature()) {
        const text = 'is one too many to be verified for one question'
        return this.#stop(rrsig, text, 'signaturesPerValidation')
      }
      if (key.verifies(octets, rrsig.signature)) return key
    }
    if (fit.length > collidingKeys) {
      const text = `names a tag that more than ${collidingKeys} keys share`
      return this.#stop(rrsig, text, 'collidingKeys')
    }
    const what = fit.every((key) => key.isMalformed)
      ? `was made by key ${keyText(rrsig)}, whose DNSKEY is malformed or out of bounds`
      : `by ${keyText(rrsig)} does not fit the data`
    return this.#fail(progress.octets, rrsig, what, Ede.DNSSEC_BOGUS)
  }
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
  if (set.rrsigs.length > 0) return new Verification(run, set, zone, keys).verdict()
  const { owner, type } = set.rrset
  const text = `${formatType(type)} of ${formatName(owner)} has no RRSIG`
  return { kind: 'bad', reason: because(text, Ede.RRSIGS_MISSING, { subject: { owner, type } }) }
}
