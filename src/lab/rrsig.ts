import { nameAt } from './octets.ts'

/** Where the fields of RRSIG are (RFC 4034 §3.1). */
export const rrsigField = {
  covered: 0,
  labels: 3,
  ttl: 4,
  expiration: 8,
  inception: 12,
  tag: 16,
  signer: 18,
}

/** The key tag of an RRSIG. */
export function keyTagAt(rdata: Uint8Array): number {
  return ((rdata[rrsigField.tag] ?? 0) << 8) | (rdata[rrsigField.tag + 1] ?? 0)
}

/** Where the signature of an RRSIG begins, after the signer's name. */
export function signatureAt(rdata: Uint8Array): number {
  return rrsigField.signer + nameAt(rdata, rrsigField.signer).length
}
