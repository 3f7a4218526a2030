import type { UnixSeconds } from '../base/index.ts'
import { canonicalRdata, type RRset, type RRType, type Ttl } from '../rr/index.ts'
import {
  labelCount,
  lowerName,
  type Name,
  suffixName,
  WireReader,
  wildcardName,
} from '../wire/index.ts'

/** An RRSIG record, taken apart (RFC 4034 §3.1). */
export interface Rrsig {
  readonly typeCovered: RRType
  readonly algorithm: number
  readonly labels: number
  readonly originalTtl: number
  /** Seconds modulo 2^32 (RFC 4034 §3.1.5), as is `inception`. */
  readonly expiration: number
  readonly inception: number
  readonly keyTag: number
  readonly signer: Name
  readonly signature: Uint8Array
  /** The whole RDATA. */
  readonly rdata: Uint8Array
  /** As received. */
  readonly ttl: Ttl
}

/**
 * Takes RRSIG RDATA apart, which must come out of a decoded message. The views go on living in it.
 *
 * @throws {CodedError} `wire-malformed` for what no decoded message holds
 */
export function readRrsig(rdata: Uint8Array, ttl: Ttl): Rrsig {
  const reader = new WireReader(rdata)
  return {
    typeCovered: reader.u16() as RRType,
    algorithm: reader.u8(),
    labels: reader.u8(),
    originalTtl: reader.u32(),
    expiration: reader.u32(),
    inception: reader.u32(),
    keyTag: reader.u16(),
    signer: reader.name(),
    signature: reader.rest(),
    rdata,
    ttl,
  }
}

/** What an RRSIG counts as labels of an owner: the asterisk of a wildcard not (RFC 4034 §3.1.3). */
export function signedLabels(owner: Name): number {
  const isWildcard = owner[0] === 1 && owner[1] === 0x2a
  return labelCount(owner) - (isWildcard ? 1 : 0)
}

/** Seconds from `from` to `to`, both modulo 2^32; negative when `to` is past (RFC 1982 §3.2). */
export function serialSpan(from: number, to: number): number {
  return (to - from) | 0
}

/** Seconds for which a signature is still valid; the last one counts (RFC 4035 §5.3.1). */
export function secondsLeft(rrsig: Rrsig, now: UnixSeconds): number {
  return serialSpan(now, rrsig.expiration)
}

/** Octets of a record between owner and RDATA: type, class, TTL and length. */
const recordFixedOctets = 10
const classIn = 1

/**
 * The octets that an RRSIG signs (RFC 4034 §3.1.8.1, RFC 4035 §5.3.2): its RDATA without the
 * signature, signer in lower case; then every record in canonical form and order, with the original
 * TTL, and as its owner the wildcard where the labels say that it was expanded from one.
 *
 * `rrsig.labels` must not exceed those of the owner.
 */
export function signedOctets(rrset: RRset, rrsig: Rrsig): Uint8Array {
  const headOctets = rrsig.rdata.length - rrsig.signature.length
  const signer = lowerName(rrsig.signer)
  const isExpanded = rrsig.labels < signedLabels(rrset.owner)
  const owner = lowerName(
    isExpanded ? wildcardName(suffixName(rrset.owner, rrsig.labels)) : rrset.owner,
  )
  const rdatas = rrset.rdatas.map((rdata) => canonicalRdata(rrset.type, rdata))
  const recordOctets = owner.length + recordFixedOctets
  const length = rdatas.reduce((sum, rdata) => sum + recordOctets + rdata.length, headOctets)
  const octets = new Uint8Array(length)
  const view = new DataView(octets.buffer)
  octets.set(rrsig.rdata.subarray(0, headOctets - signer.length))
  octets.set(signer, headOctets - signer.length)
  let at = headOctets
  for (const rdata of rdatas) {
    octets.set(owner, at)
    at += owner.length
    view.setUint16(at, rrset.type)
    view.setUint16(at + 2, classIn)
    view.setUint32(at + 4, rrsig.originalTtl)
    view.setUint16(at + 8, rdata.length)
    octets.set(rdata, at + recordFixedOctets)
    at += recordFixedOctets + rdata.length
  }
  return octets
}
