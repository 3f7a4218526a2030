import { dsRdata, type KeyTag, type SigningKey } from '../crypto/index.ts'
import { makeRRset, RR, type RRset, type Ttl } from '../rr/index.ts'
import type { Name } from '../wire/index.ts'
import type { Nsec3Parameters } from '../zone/index.ts'

/** A key that signs now. */
export interface ActiveKey {
  readonly keyTag: KeyTag
  readonly private: SigningKey
}

/** The keys of a zone at one moment. A combined signing key stands in both lists. */
export interface ZoneKeys {
  /** Sign DNSKEY, CDS and CDNSKEY. At least one. */
  readonly keySigning: readonly ActiveKey[]
  /** Sign everything else. At least one. */
  readonly zoneSigning: readonly ActiveKey[]
  /** RDATA of every DNSKEY to be published, active or not. */
  readonly published: readonly Uint8Array[]
  /** RDATA of the DNSKEYs that the parent is to have DS records for (RFC 7344). */
  readonly secureEntryPoints: readonly Uint8Array[]
}

/** Digest type of CDS: SHA-256 (RFC 4509); what operators and registries agree on. */
const cdsDigestType = 2

/**
 * The RRsets that signing puts at the apex: DNSKEY, CDS and CDNSKEY (RFC 7344 §4), and
 * NSEC3PARAM for a zone that has an NSEC3 chain (RFC 5155 §4).
 */
export function apexRRsets(
  apex: Name,
  keys: ZoneKeys,
  options: { ttl: Ttl; cds: boolean; nsec3?: Nsec3Parameters | undefined },
): RRset[] {
  const { ttl, cds, nsec3 } = options
  const rrsets = [makeRRset(apex, RR.DNSKEY, ttl, keys.published)]
  if (cds && keys.secureEntryPoints.length > 0) {
    const digests = keys.secureEntryPoints.map((dnskey) => dsRdata(apex, dnskey, cdsDigestType))
    rrsets.push(makeRRset(apex, RR.CDS, ttl, digests))
    rrsets.push(makeRRset(apex, RR.CDNSKEY, ttl, keys.secureEntryPoints))
  }
  if (nsec3) {
    // RFC 5155 §4.1.2: the flags field of NSEC3PARAM is zero, opt-out or not.
    const { iterations, salt } = nsec3
    const rdata = Uint8Array.from([1, 0, iterations >>> 8, iterations & 0xff, salt.length, ...salt])
    rrsets.push(makeRRset(apex, RR.NSEC3PARAM, ttl, [rdata]))
  }
  return rrsets
}
