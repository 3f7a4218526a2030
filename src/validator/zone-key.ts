import { keyTag, type VerifyingKey, verifyingKey } from '../crypto/index.ts'
import { Ede } from '../message/index.ts'
import { RR } from '../rr/index.ts'
import type { Name } from '../wire/index.ts'
import { because, keyText } from './reason.ts'
import type { KeyReference, Reason } from './verdict.ts'

const zoneKeyFlag = 0x0100
const revokeFlag = 0x0080
const dnssecProtocol = 3
/** Octets of DNSKEY RDATA before the public key (RFC 4034 §2.1). */
const fixedOctets = 4

/** A DNSKEY record, taken apart (RFC 4034 §2.1), made ready to verify with when first used. */
export class ZoneKey {
  readonly rdata: Uint8Array
  readonly flags: number
  readonly protocol: number
  readonly algorithm: number
  readonly keyTag: number
  /** The tag that it would have with the zone key flag, by which signatures may still name it. */
  readonly zoneKeyTag: number
  #verifying: VerifyingKey | 'bad' | 'unsupported' | undefined

  /** Takes RDATA from a decoded message or a trust anchor. */
  constructor(rdata: Uint8Array) {
    this.rdata = rdata
    this.flags = ((rdata[0] ?? 0) << 8) | (rdata[1] ?? 0)
    this.protocol = rdata[2] ?? 0
    this.algorithm = rdata[3] ?? 0
    this.keyTag = keyTag(rdata)
    this.zoneKeyTag = this.isZoneKey
      ? this.keyTag
      : keyTag(rdata.map((octet, at) => (at === 0 ? octet | (zoneKeyFlag >> 8) : octet)))
  }

  /** Whether it may sign a zone's data: only the flag says so (RFC 4034 §2.1.1). */
  get isZoneKey(): boolean {
    return (this.flags & zoneKeyFlag) !== 0
  }

  /** Whether the public key was found to be none, or out of bounds, when it was to be used. */
  get isMalformed(): boolean {
    return this.#verifying === 'bad'
  }

  /** What it is called in a zone. */
  reference(zone: Name): KeyReference {
    return { zone, algorithm: this.algorithm, keyTag: this.keyTag }
  }

  /** Whether a signature fits the octets under this key. Never throws. */
  verifies(octets: Uint8Array, signature: Uint8Array): boolean {
    this.#verifying ??= verifyingKey(this.algorithm, this.rdata.subarray(fixedOctets))
    if (typeof this.#verifying === 'string') return false
    return this.#verifying.verify(octets, signature) === 'good'
  }
}

const made = new WeakMap<Uint8Array, ZoneKey>()

/**
 * The key of DNSKEY RDATA. The same octets, as an object, give the same key, so that a key that is
 * kept between validations is made ready only once.
 */
export function zoneKey(rdata: Uint8Array): ZoneKey {
  let key = made.get(rdata)
  if (!key) {
    key = new ZoneKey(rdata)
    made.set(rdata, key)
  }
  return key
}

/** Why a key of a zone must not be used to verify anything; undefined when it may. */
export function unfitness(key: ZoneKey, zone: Name): Reason | undefined {
  const more = { subject: { owner: zone, type: RR.DNSKEY }, key: key.reference(zone) }
  const name = `DNSKEY ${keyText(key)}`
  // RFC 4034 §2.1.1, RFC 4035 §5.3.1
  if (!key.isZoneKey) {
    return because(`${name} has no zone key flag`, Ede.NO_ZONE_KEY_BIT, more)
  }
  // RFC 4034 §2.1.2
  if (key.protocol !== dnssecProtocol) {
    return because(`${name} has protocol ${key.protocol}, not 3`, Ede.DNSSEC_BOGUS, more)
  }
  // RFC 5011 §2.1: a revoked key is good for nothing but its own revocation.
  if ((key.flags & revokeFlag) !== 0) {
    return because(`${name} is revoked`, Ede.DNSKEY_MISSING, more)
  }
  return undefined
}
