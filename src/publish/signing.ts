import type { UnixSeconds } from '../base/index.ts'
import type { DenialMode, ZonePolicy } from '../config/index.ts'
import { dsRdata } from '../crypto/index.ts'
import {
  compactDenial,
  type Denial,
  minimalDenial,
  nsec3Denial,
  nsecDenial,
} from '../denial/index.ts'
import type { ZoneKey } from '../keystore/index.ts'
import type { RRset, Ttl } from '../rr/index.ts'
import { apexRRsets, type SignatureCache, type SigningPolicy, ZoneSigner } from '../signer/index.ts'
import type { Name } from '../wire/index.ts'
import type { Nsec3Parameters } from '../zone/index.ts'
import { dutiesFingerprint, signingKeys } from './keys.ts'

/** How one zone is signed now: what the corridor needs, and what tells when it is out of date. */
export interface ZoneSigning {
  readonly signer: ZoneSigner
  readonly denial: Denial
  /** The RRsets that signing puts at the apex. */
  readonly apexRRsets: readonly RRset[]
  /** Equal for signings that make the same signatures. */
  readonly fingerprint: string
}

/** Digest type of the DS records that operators are shown: SHA-256 (RFC 4509). */
const dsDigestType = 2

const denials: Readonly<Record<DenialMode, Denial>> = {
  nsec: nsecDenial,
  nsec3: nsec3Denial,
  minimal: minimalDenial,
  compact: compactDenial,
}

/** The NSEC3 chain that a policy asks for: 0 iterations, no salt (RFC 9276 §3.1). */
export function nsec3Parameters(policy: ZonePolicy): Nsec3Parameters | undefined {
  if (!policy.dnssec || policy.denial !== 'nsec3') return undefined
  return { iterations: 0, salt: new Uint8Array(0), optOut: policy.optOut }
}

function signingPolicy({ signatures }: ZonePolicy): SigningPolicy {
  return {
    validitySeconds: signatures.validity,
    refreshSeconds: signatures.refresh,
    jitterSeconds: signatures.jitter,
    skewSeconds: signatures.skew,
  }
}

/**
 * The signing of a zone under a policy with what its keys do at `now`; undefined where no key
 * signs. Where nothing has changed since `before`, its signer goes on, and with it the signatures
 * that were made.
 */
export function makeSigning(
  apex: Name,
  policy: ZonePolicy,
  keys: readonly ZoneKey[],
  now: UnixSeconds,
  cache: SignatureCache,
  before: ZoneSigning | undefined,
): ZoneSigning | undefined {
  const zoneKeys = signingKeys(keys, now)
  if (!zoneKeys) return undefined
  const fingerprint = `${dutiesFingerprint(zoneKeys)}; ${JSON.stringify(policy.signatures)}`
  const signer =
    before?.fingerprint === fingerprint
      ? before.signer
      : new ZoneSigner(apex, zoneKeys, signingPolicy(policy), cache)
  const ttl = policy.dnskeyTtl as Ttl
  const nsec3 = nsec3Parameters(policy)
  return {
    signer,
    denial: denials[policy.denial],
    apexRRsets: apexRRsets(apex, zoneKeys, { ttl, cds: policy.cds, nsec3 }),
    fingerprint,
  }
}

/** RDATA of the DS records that the parent is to have for a signed zone (RFC 4034 §5). */
export function dsRecords(signer: ZoneSigner): Uint8Array[] {
  const { apex, keys } = signer
  return keys.secureEntryPoints.map((dnskey) => dsRdata(apex, dnskey, dsDigestType))
}
