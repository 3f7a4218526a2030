import { algorithmByNumber, dsRdata } from '../crypto/index.ts'
import { Ede } from '../message/index.ts'
import { RR } from '../rr/index.ts'
import { formatName, type Name, toHex } from '../wire/index.ts'
import { because, Foremost, keyText } from './reason.ts'
import type { Run } from './run.ts'
import type { ReceivedSet } from './sections.ts'
import { verifySet } from './signatures.ts'
import type { Reason } from './verdict.ts'
import { unfitness, type ZoneKey, zoneKey } from './zone-key.ts'

/** A DS record, taken apart (RFC 4034 §5.1). */
interface Ds {
  readonly keyTag: number
  readonly algorithm: number
  readonly digestType: number
  readonly rdata: Uint8Array
}

const sha1 = 1
/** SHA-1 (RFC 4034 §5.1.3), SHA-256 (RFC 4509), SHA-384 (RFC 6605 §2). */
const digestTypes: ReadonlySet<number> = new Set([sha1, 2, 4])

function readDs(rdata: Uint8Array): Ds {
  const [high = 0, low = 0, algorithm = 0, digestType = 0] = rdata
  return { keyTag: (high << 8) | low, algorithm, digestType, rdata }
}

function dsText({ keyTag, algorithm, digestType }: Ds): string {
  return `${keyTag}/${algorithm}/${digestType}`
}

/** What vouches for a zone's keys: DS records from above, or a trust anchor. */
export interface Voucher {
  readonly ds: readonly Uint8Array[]
  /** Trusted as they are. */
  readonly dnskeys: readonly Uint8Array[]
  readonly by: 'anchor' | 'ds'
}

/** A voucher less what this validator cannot use of it. */
export interface UsableVoucher {
  readonly ds: readonly Ds[]
  readonly dnskeys: readonly Uint8Array[]
  readonly by: Voucher['by']
}

/**
 * What of a voucher can be used: algorithms that are supported, which those with SHA-1 are not
 * (RFC 9905 §2), and digests that are (RFC 6840 §5.2). SHA-1 digests only where there is nothing
 * better (RFC 4509 §3). When nothing is left the zone counts as unsigned (RFC 4035 §5.2); the
 * reason is then returned.
 */
export function usableVoucher(zone: Name, voucher: Voucher): UsableVoucher | Reason {
  const all = voucher.ds.map(readDs)
  const known = all.filter(({ algorithm }) => algorithmByNumber(algorithm))
  const readable = known.filter(({ digestType }) => digestTypes.has(digestType))
  const better = readable.filter(({ digestType }) => digestType !== sha1)
  const dnskeys = voucher.dnskeys.filter((rdata) => algorithmByNumber(rdata[3] ?? 0))
  const ds = better.length > 0 ? better : readable
  if (ds.length + dnskeys.length > 0) return { ds, dnskeys, by: voucher.by }
  const subject = { owner: zone, type: RR.DS }
  const [first] = known.length > 0 ? known : all
  const what = first ? `DS ${dsText(first)}` : 'The trust anchor'
  return known.length > 0
    ? because(
        `${what} of ${formatName(zone)} has a digest type that is not supported`,
        Ede.UNSUPPORTED_DS_DIGEST,
        { subject },
      )
    : because(
        `${what} of ${formatName(zone)} has an algorithm that is not supported`,
        Ede.UNSUPPORTED_DNSKEY_ALGORITHM,
        { subject },
      )
}

/** How far the search for a key that is vouched for got. */
const progress = { noKey: 1, digest: 2, unfit: 3, limit: 4 } as const

/** The keys that a voucher speaks for, each with how; or why there are none. */
function vouched(
  run: Run,
  zone: Name,
  keys: readonly ZoneKey[],
  voucher: UsableVoucher,
): Map<ZoneKey, string> | Reason {
  const failures = new Foremost()
  const entries = new Map<ZoneKey, string>()
  const accept = (key: ZoneKey, text: string) => {
    const unfit = unfitness(key, zone)
    if (unfit) failures.note(progress.unfit, unfit)
    else entries.set(key, text)
  }
  let mismatches = 0
  for (const ds of voucher.ds) {
    const reference = { zone, algorithm: ds.algorithm, keyTag: ds.keyTag }
    const more = { subject: { owner: zone, type: RR.DS }, key: reference }
    const name = `DS ${dsText(ds)} of ${formatName(zone)}`
    const named = keys.filter((k) => k.keyTag === ds.keyTag && k.algorithm === ds.algorithm)
    if (named.length === 0) {
      failures.note(progress.noKey, because(`${name} matches no DNSKEY`, Ede.DNSKEY_MISSING, more))
    }
    for (const key of named) {
      if (toHex(dsRdata(zone, key.rdata, ds.digestType)) === toHex(ds.rdata)) {
        accept(key, `DS ${dsText(ds)} matches DNSKEY ${keyText(key)}`)
        continue
      }
      const text = `${name} has another digest than DNSKEY ${keyText(key)}`
      failures.note(progress.digest, because(text, Ede.DNSKEY_MISSING, more))
      if (++mismatches <= run.limits.dsMismatches) continue
      const many = `More than ${run.limits.dsMismatches} DNSKEYs`
      const flood = `${many} of ${formatName(zone)} fail the DS that names them`
      return because(flood, Ede.DNSSEC_BOGUS, { ...more, limit: 'dsMismatches' })
    }
  }
  for (const anchor of voucher.dnskeys) {
    const key = keys.find(({ rdata }) => Buffer.compare(rdata, anchor) === 0)
    if (key) accept(key, `DNSKEY ${keyText(key)} is the trust anchor`)
    else {
      const text = `The trust anchor of ${formatName(zone)} is not among its DNSKEYs`
      const more = { subject: { owner: zone, type: RR.DNSKEY } }
      failures.note(progress.noKey, because(text, Ede.DNSKEY_MISSING, more))
    }
  }
  return entries.size > 0 ? entries : (failures.reason as Reason)
}

/** What is found of a DNSKEY RRset. */
export type KeysVerdict =
  | { readonly kind: 'secure'; readonly ttl: number; readonly reason: Reason }
  | { readonly kind: 'bogus'; readonly reason: Reason }

/**
 * Authenticates a zone's DNSKEY RRset (RFC 4035 §5.2): a DS or anchor must match a key of it, and
 * that key must have signed it. Any one path that is good suffices (RFC 6840 §5.11).
 */
export function authenticateKeys(
  run: Run,
  zone: Name,
  set: ReceivedSet,
  voucher: UsableVoucher,
): KeysVerdict {
  const subject = { owner: zone, type: RR.DNSKEY }
  const keys = set.rrset.rdatas.map(zoneKey)
  if (!keys.some((key) => key.isZoneKey)) {
    const text = `No DNSKEY of ${formatName(zone)} has the zone key flag`
    return { kind: 'bogus', reason: because(text, Ede.NO_ZONE_KEY_BIT, { subject }) }
  }
  const found = vouched(run, zone, keys, voucher)
  if (!(found instanceof Map)) return { kind: 'bogus', reason: found }
  const entries = [...found.keys()]
  const byEntry = set.rrsigs.filter(({ keyTag, algorithm }) =>
    entries.some((key) => key.keyTag === keyTag && key.algorithm === algorithm),
  )
  if (byEntry.length === 0) {
    const key = (entries[0] as ZoneKey).reference(zone)
    const text = `DNSKEY of ${formatName(zone)} has no RRSIG by ${keyText(key)}, which`
    const reason = because(`${text} is the key that is vouched for`, Ede.RRSIGS_MISSING, {
      subject,
      key,
    })
    return { kind: 'bogus', reason }
  }
  const verdict = verifySet(run, { rrset: set.rrset, rrsigs: byEntry }, zone, entries)
  if (verdict.kind === 'bad') return { kind: 'bogus', reason: verdict.reason }
  const key = verdict.key.reference(zone)
  const text = `${found.get(verdict.key)}, which signs the DNSKEY RRset of ${formatName(zone)}`
  return {
    kind: 'secure',
    ttl: verdict.rrset.ttl,
    reason: because(text, undefined, { subject, key }),
  }
}
