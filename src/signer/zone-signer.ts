import type { UnixSeconds } from '../base/index.ts'
import { sha256 } from '../crypto/index.ts'
import { RR, type RRset, type RRType } from '../rr/index.ts'
import type { Name } from '../wire/index.ts'
import { toHex } from '../wire/index.ts'
import type { SignatureSlot, ZoneRRset } from '../zone/index.ts'
import type { ActiveKey, ZoneKeys } from './apex.ts'
import type { SignatureCache, SignerCounters } from './cache.ts'
import { signedOctets } from './signed-octets.ts'
import { type SigningPolicy, type Window, windowAt, zoneOffset } from './window.ts'

/** Octets of a key's identity in cache keys: enough that two keys never share one. */
const identityOctets = 16

function identityOf(key: ActiveKey): string {
  return toHex(sha256(key.private.publicKey).subarray(0, identityOctets))
}

/** Types whose signatures must chain to the DS: those of RFC 7344 §4.1, and DNSKEY itself. */
function signedByKsk(type: RRType): boolean {
  return type === RR.DNSKEY || type === RR.CDS || type === RR.CDNSKEY
}

/** What signatures are known by: the same object as long as keys and policy are the same. */
interface Mark {
  readonly fingerprint: string
}

/**
 * Signs for one zone with one set of keys under one policy; never changes. New keys or a new
 * policy mean a new signer. It goes on with the signatures of the one before where the keys that
 * made them, and the policy, are the same: a new KSK costs no signature but that of DNSKEY.
 */
export class ZoneSigner {
  readonly apex: Name
  readonly keys: ZoneKeys
  readonly policy: SigningPolicy
  /** Shared by all signers of one cache. */
  readonly counters: SignerCounters
  readonly #offset: number
  readonly #cache: SignatureCache
  readonly #identities: ReadonlyMap<ActiveKey, string>
  readonly #keyMark: Mark
  readonly #zoneMark: Mark

  constructor(
    apex: Name,
    keys: ZoneKeys,
    policy: SigningPolicy,
    cache: SignatureCache,
    before?: ZoneSigner,
  ) {
    this.apex = apex
    this.keys = keys
    this.policy = policy
    this.#offset = zoneOffset(apex, policy)
    this.#cache = cache
    this.counters = cache.counters
    const all = [...keys.keySigning, ...keys.zoneSigning]
    this.#identities = new Map(all.map((key) => [key, identityOf(key)]))
    this.#keyMark = this.#mark(keys.keySigning, before ? before.#keyMark : undefined)
    this.#zoneMark = this.#mark(keys.zoneSigning, before ? before.#zoneMark : undefined)
  }

  /**
   * RRSIG RDATA for an RRset, one for each key that signs its type; owned by the signer, not to
   * be changed. Costs a signature for each key when they are not there yet.
   */
  signatures(rrset: ZoneRRset, now: UnixSeconds): readonly Uint8Array[] {
    const kept = rrset.signatures
    const mark = this.#markFor(rrset.type)
    if (kept && kept.madeBy === mark && now < kept.renewAt) {
      this.counters.cached += kept.rdatas.length
      return kept.rdatas
    }
    const next = rrset.nextSignatures
    if (next && next.madeBy === mark && now < next.renewAt) {
      rrset.signatures = next
      rrset.nextSignatures = undefined
      this.counters.cached += next.rdatas.length
      return next.rdatas
    }
    if (!rrset.kept) return this.#transient(rrset, now)
    rrset.signatures = this.#make(rrset, now)
    this.counters.made += rrset.signatures.rdatas.length
    return rrset.signatures.rdatas
  }

  /**
   * Makes the signatures of the window after the present one when the present one ends within
   * `leadSeconds`. Tells whether it did. Leaves alone what no answer has asked for yet.
   */
  renew(rrset: ZoneRRset, now: UnixSeconds, leadSeconds: number): boolean {
    const kept = rrset.signatures
    const mark = this.#markFor(rrset.type)
    if (!kept || kept.madeBy !== mark || rrset.nextSignatures?.madeBy === mark) return false
    if (now + leadSeconds < kept.renewAt) return false
    rrset.nextSignatures = this.#make(rrset, Math.max(now, kept.renewAt) as UnixSeconds)
    this.counters.renewed += rrset.nextSignatures.rdatas.length
    return true
  }

  /** When the signatures in an RRset's slot expire; undefined where there are none of ours. */
  expirationOf({ type, signatures }: ZoneRRset): UnixSeconds | undefined {
    const [rdata] = signatures?.madeBy === this.#markFor(type) ? signatures.rdatas : []
    return rdata === undefined ? undefined : (expirationField(rdata) as UnixSeconds)
  }

  #windowOf(rrset: RRset, now: UnixSeconds): Window {
    return windowAt(now, this.#offset, rrset.owner, rrset.type, this.policy)
  }

  #keysFor(type: RRType): readonly ActiveKey[] {
    return signedByKsk(type) ? this.keys.keySigning : this.keys.zoneSigning
  }

  #markFor(type: RRType): Mark {
    return signedByKsk(type) ? this.#keyMark : this.#zoneMark
  }

  #mark(keys: readonly ActiveKey[], before: Mark | undefined): Mark {
    const identities = keys.map((key) => `${this.#identities.get(key)}/${key.keyTag}`)
    const fingerprint = `${identities.join(' ')} ${JSON.stringify(this.policy)}`
    return before?.fingerprint === fingerprint ? before : { fingerprint }
  }

  #make(rrset: ZoneRRset, now: UnixSeconds): SignatureSlot {
    const window = this.#windowOf(rrset, now)
    const rdatas = this.#keysFor(rrset.type).map((key) => {
      const { octets, rdataOctets } = this.#octetsFor(rrset, key, window)
      return sign(key, octets, rdataOctets)
    })
    return { rdatas, renewAt: window.renewAt, madeBy: this.#markFor(rrset.type) }
  }

  #transient(rrset: ZoneRRset, now: UnixSeconds): readonly Uint8Array[] {
    const window = this.#windowOf(rrset, now)
    return this.#keysFor(rrset.type).map((key) => {
      const { octets, rdataOctets } = this.#octetsFor(rrset, key, window)
      const text = Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('latin1')
      const cacheKey = this.#identities.get(key) + text
      const cached = this.#cache.get(cacheKey)
      if (cached) {
        this.counters.cached++
        return cached
      }
      const rdata = sign(key, octets, rdataOctets)
      this.counters.made++
      this.#cache.set(cacheKey, rdata)
      return rdata
    })
  }

  #octetsFor(rrset: ZoneRRset, key: ActiveKey, window: Window) {
    const { algorithm } = key.private
    return signedOctets(rrset, { algorithm, keyTag: key.keyTag, signer: this.apex, window })
  }
}

/** RFC 4034 §3.1: after type, algorithm, labels and original TTL. */
function expirationField(rdata: Uint8Array): number {
  return new DataView(rdata.buffer, rdata.byteOffset).getUint32(8)
}

/** Whole RRSIG RDATA: what was signed of it, then the signature. */
function sign(key: ActiveKey, octets: Uint8Array, rdataOctets: number): Uint8Array {
  const signature = key.private.sign(octets)
  const rdata = new Uint8Array(rdataOctets + signature.length)
  rdata.set(octets.subarray(0, rdataOctets))
  rdata.set(signature, rdataOctets)
  return rdata
}
