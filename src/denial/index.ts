/**
 * denial: how what `lookup` says is proved.
 *
 * A `Denial` turns an outcome into the RRsets that prove it, one named method for each case of
 * RFC 4035 §3.1.3 and RFC 5155 §7.2. There are four, and each zone has one:
 *
 * - `nsecDenial`: the zone's real NSEC chain (RFC 4034, RFC 4035);
 * - `nsec3Denial`: the zone's NSEC3 chain (RFC 5155), opt-out or not;
 * - `minimalDenial`: NSEC records made for the answer that cover as little as they can
 *   (RFC 4470), with real NXDOMAIN;
 * - `compactDenial`: one NSEC at QNAME for everything, names that do not exist shown by the type
 *   NXNAME (RFC 9824).
 *
 * In: nodes, keys and outcomes of a zone. Out: unsigned RRsets, added to a `Proof`. Nothing is
 * signed here; the bitmaps tell the whole truth, so that a resolver that reuses the records
 * (RFC 8198) is never misled.
 */

export { compactDenial } from './compact.ts'
export { type Denial, Proof } from './denial.ts'
export { minimalDenial } from './minimal.ts'
export { lastNameBelow, nameAfter, nameBefore } from './neighbours.ts'
export { nsecDenial } from './nsec.ts'
export { nsec3Denial } from './nsec3.ts'
