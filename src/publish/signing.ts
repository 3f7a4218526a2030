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
import { formatName, type Name, nameLengthMax } from '../wire/index.ts'
import type { Change, Nsec3Parameters, Zone } from '../zone/index.ts'
import type { Finding } from '../zonefile/index.ts'
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

/** Longest apex that leaves room for the label of a hash in front of it (RFC 5155 §3). */
const nsec3ApexOctetsMax = nameLengthMax - 33

/** Whether a name is too long to be the apex of a zone that a policy has an NSEC3 chain for. */
export function leavesNoRoom(apex: Name, policy: ZonePolicy): boolean {
  return nsec3Parameters(policy) !== undefined && apex.length > nsec3ApexOctetsMax
}

/** Why a zone must not be signed under a policy: its chain would list its instances. */
export function listsInstances(
  { apex, instances }: Zone,
  { dnssec, denial }: ZonePolicy,
): Finding | undefined {
  const isHidden = !dnssec || denial === 'minimal' || denial === 'compact'
  if (isHidden || !instances || instances.count === 0) return undefined
  const why = 'that would list its instances (LIKE); choose minimal or compact'
  const message = `Cannot deny by ${denial} in ${formatName(apex)}: ${why}`
  return { severity: 'error', code: 'like-denial', message }
}

/** What puts the apex RRsets of a signing in the place of those of the one before. */
export function apexChanges({ apexRRsets }: ZoneSigning, before?: ZoneSigning): Change[] {
  const put = apexRRsets.map((rrset) => ({ owner: rrset.owner, type: rrset.type, rrset }))
  const gone = (before?.apexRRsets ?? []).filter(
    ({ type }) => !apexRRsets.some((rrset) => rrset.type === type),
  )
  return [...put, ...gone.map(({ owner, type }) => ({ owner, type, rrset: undefined }))]
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
 * signs. Where nothing has changed since `before`, its signer goes on; else the next one takes over
 * the signatures whose keys are still the same.
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
      : new ZoneSigner(apex, zoneKeys, signingPolicy(policy), cache, before?.signer)
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
