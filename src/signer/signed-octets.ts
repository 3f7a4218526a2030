import { canonicalRdata, type RRset } from '../rr/index.ts'
import { labelCount, lowerName, type Name } from '../wire/index.ts'
import type { Window } from './window.ts'

/** The fields of an RRSIG that the signer chooses; the others follow from the RRset. */
export interface SignatureFields {
  readonly algorithm: number
  readonly keyTag: number
  /** The zone's apex. */
  readonly signer: Name
  readonly window: Window
}

/** Octets of RRSIG RDATA before the signer's name. */
const rrsigFixedOctets = 18
/** Octets of a record between owner and RDATA. */
const recordFixedOctets = 10
const classIn = 1

/**
 * The octets that an RRSIG signs (RFC 4034 §3.1.8.1): its own RDATA without the signature, then
 * every record in canonical form and order. Also returns how long the first part is.
 */
export function signedOctets(
  rrset: RRset,
  fields: SignatureFields,
): { octets: Uint8Array; rdataOctets: number } {
  const owner = lowerName(rrset.owner)
  const signer = lowerName(fields.signer)
  const rdatas = rrset.rdatas.map((rdata) => canonicalRdata(rrset.type, rdata))
  const rdataOctets = rrsigFixedOctets + signer.length
  const recordOctets = owner.length + recordFixedOctets
  const length = rdatas.reduce((sum, rdata) => sum + recordOctets + rdata.length, rdataOctets)
  const octets = new Uint8Array(length)
  const view = new DataView(octets.buffer)
  const isWildcard = owner[0] === 1 && owner[1] === 0x2a
  view.setUint16(0, rrset.type)
  view.setUint8(2, fields.algorithm)
  view.setUint8(3, labelCount(owner) - (isWildcard ? 1 : 0))
  view.setUint32(4, rrset.ttl)
  view.setUint32(8, fields.window.expiration)
  view.setUint32(12, fields.window.inception)
  view.setUint16(16, fields.keyTag)
  octets.set(signer, rrsigFixedOctets)
  let at = rdataOctets
  for (const rdata of rdatas) {
    octets.set(owner, at)
    at += owner.length
    view.setUint16(at, rrset.type)
    view.setUint16(at + 2, classIn)
    view.setUint32(at + 4, rrset.ttl)
    view.setUint16(at + 8, rdata.length)
    octets.set(rdata, at + recordFixedOctets)
    at += recordFixedOctets + rdata.length
  }
  return { octets, rdataOctets }
}
