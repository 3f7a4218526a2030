/**
 * signer: signatures on first use, kept, and renewed before they age.
 *
 * A `ZoneSigner` is an immutable snapshot: one zone's active keys and policy. Asked for the
 * signatures of an RRset it looks into the RRset's own slot; what is not there it makes (RFC 4034
 * §3.1.8.1), tens of microseconds each. RRsets made for one answer have no slot that lasts; their
 * signatures live in a `SignatureCache`, bounded in octets, keyed by the very octets that are
 * signed. So a flood of random names can push out only its like, never the zone's own signatures.
 *
 * Validity windows follow from the zone's name, the record's owner and type, and the clock alone:
 * nodes with the same keys agree without talking, and neither zones nor the RRsets of one zone all
 * turn over in the same second. `renewals` makes the next window's signatures ahead of time.
 *
 * DNSKEY, CDS and CDNSKEY are signed by the key-signing keys, all else by the zone-signing keys;
 * a combined signing key is both (RFC 6781 §3.1, RFC 7344 §4.1).
 */
export { type ActiveKey, apexRRsets, type ZoneKeys } from './apex.ts'
export { SignatureCache, type SignerCounters } from './cache.ts'
export { type RenewalStep, renewals } from './renewal.ts'
export { type SignatureFields, signedOctets } from './signed-octets.ts'
export { type SigningPolicy, standardPolicy, type Window, windowAt, zoneOffset } from './window.ts'
export { ZoneSigner } from './zone-signer.ts'
