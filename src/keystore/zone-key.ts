import { CodedError, type UnixSeconds } from '../base/index.ts'
import { type KeyTag, keyTag, type PrivateKey } from '../crypto/index.ts'
import { lowerName, type Name } from '../wire/index.ts'
import { type KeyState, type KeyTiming, keyState } from './timing.ts'

/**
 * What a key is for: `ksk` signs the DNSKEY RRset and is what the DS points at, `zsk` signs all
 * else, `csk` does both. On the wire a `csk` looks like a `ksk`: it is one by being alone.
 */
export type KeyRole = 'csk' | 'ksk' | 'zsk'

/** A key of a zone, with its private part. */
export interface ZoneKey {
  /** The apex of its zone, in lower case. */
  readonly zone: Name
  /** 257 with the SEP bit (CSK, KSK), 256 without (ZSK); RFC 4034 §2.1.1. */
  readonly flags: 256 | 257
  /** The RDATA of its DNSKEY. */
  readonly dnskey: Uint8Array
  readonly keyTag: KeyTag
  readonly private: PrivateKey
  readonly timing: KeyTiming
}

/** The bit that revokes a key (RFC 5011 §2.1); setting it changes the key tag. */
const revokeFlag = 0x80
/** The only value of the protocol field (RFC 4034 §2.1.2). */
const dnskeyProtocol = 3

/** The flags of a DNSKEY for a role. */
export function roleFlags(role: KeyRole): 256 | 257 {
  return role === 'zsk' ? 256 : 257
}

/** Makes the key of a zone from its private part. */
export function makeZoneKey(
  zone: Name,
  privateKey: PrivateKey,
  flags: 256 | 257,
  timing: KeyTiming,
): ZoneKey {
  const dnskey = dnskeyRdata(flags, privateKey)
  const apex = lowerName(zone)
  return { zone: apex, flags, dnskey, keyTag: keyTag(dnskey), private: privateKey, timing }
}

function dnskeyRdata(flags: number, { algorithm, publicKey }: PrivateKey): Uint8Array {
  const rdata = new Uint8Array(4 + publicKey.length)
  rdata.set([flags >> 8, flags & 0xff, dnskeyProtocol, algorithm])
  rdata.set(publicKey, 4)
  return rdata
}

/** The tags that a key takes up: its own, and the one that it would have when revoked. */
export function tagsOf(key: ZoneKey): readonly [KeyTag, KeyTag] {
  return [key.keyTag, keyTag(dnskeyRdata(key.flags | revokeFlag, key.private))]
}

/** What the keys of one zone do at one moment. Lists keep the order of the keys. */
export interface KeyDuties {
  /** Whose DNSKEYs are in the zone. */
  readonly published: readonly ZoneKey[]
  /** Who signs the DNSKEY RRset (and CDS, CDNSKEY). */
  readonly keySigners: readonly ZoneKey[]
  /** Who signs every other RRset. */
  readonly zoneSigners: readonly ZoneKey[]
}

/**
 * Deals out the duties at time `now`. For each algorithm apart, since each that is in the DNSKEY
 * RRset must sign everything (RFC 4035 §2.2): active keys with SEP sign the DNSKEY RRset and those
 * without sign the rest; where one kind has no active key, the other does both (which is what makes
 * a lone key with SEP a CSK). All keys must be of one zone.
 */
export function keyDuties(keys: readonly ZoneKey[], now: UnixSeconds): KeyDuties {
  const inState = (...states: KeyState[]) =>
    keys.filter((key) => states.includes(keyState(key.timing, now)))
  const active = inState('active')
  const signers = (flags: 256 | 257) =>
    active.filter(
      (key) => key.flags === flags || !active.some((other) => rivals(key, other, flags)),
    )
  return {
    published: inState('published', 'active', 'retired'),
    keySigners: signers(257),
    zoneSigners: signers(256),
  }
}

function rivals(key: ZoneKey, other: ZoneKey, flags: 256 | 257): boolean {
  return other.flags === flags && other.private.algorithm === key.private.algorithm
}

/**
 * The role of a key among the keys of its zone: SEP with no fellow of its algorithm without SEP
 * that is not removed at `now` makes a CSK.
 */
export function keyRole(key: ZoneKey, keys: readonly ZoneKey[], now: UnixSeconds): KeyRole {
  if (key.flags === 256) return 'zsk'
  const split = keys.some(
    (other) => rivals(key, other, 256) && keyState(other.timing, now) !== 'removed',
  )
  return split ? 'ksk' : 'csk'
}

/**
 * Takes the flags field of a DNSKEY that is to be a zone key.
 *
 * @throws {CodedError} `key-invalid`
 */
export function zoneKeyFlags(flags: number): 256 | 257 {
  if (flags === 256 || flags === 257) return flags
  const why = flags & revokeFlag ? 'it is revoked (RFC 5011)' : 'expected 256 or 257'
  throw new CodedError('key-invalid', `Cannot use DNSKEY with flags ${flags}: ${why}`)
}
