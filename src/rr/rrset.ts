import { type Brand, CodedError } from '../base/index.ts'
import { formatName, type Name } from '../wire/index.ts'
import { formatType, type RRType } from './codes.ts'
import { canonicalRdata, formatRdata } from './rdata.ts'

/** A time to live in seconds, 0 to 2^31 - 1 (RFC 2181 §8). */
export type Ttl = Brand<number, 'Ttl'>

/** The greatest TTL (RFC 2181 §8). */
export const ttlMax = 0x7fffffff as Ttl

/** All records of one owner and type. Never mutated; the octets belong to it. */
export interface RRset {
  readonly owner: Name
  readonly type: RRType
  readonly ttl: Ttl
  /** Uncompressed RDATA, distinct, in canonical order (RFC 4034 §6.3); at least one. */
  readonly rdatas: readonly Uint8Array[]
}

/** The TTL that 32 bits from the wire mean: with the top bit set it is zero (RFC 2181 §8). */
export function ttlFromOctets(value: number): Ttl {
  return (value > ttlMax ? 0 : value) as Ttl
}

/** Octets of MINIMUM, the last field of an SOA. */
const minimumOctets = 4

/**
 * Seconds for which a denial holds by the SOA that comes with it: the lesser of its TTL and MINIMUM
 * (RFC 2308 §5). RDATA too short to have a MINIMUM gives 0.
 */
export function negativeTtl(ttl: number, soaRdata: Uint8Array): number {
  const { buffer, byteOffset, length } = soaRdata
  if (length < minimumOctets) return 0
  return Math.min(ttl, new DataView(buffer, byteOffset, length).getUint32(length - minimumOctets))
}

/** Order of RDATA as left-justified unsigned octets (RFC 4034 §6.3). */
export function compareRdata(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b)
}

/**
 * Brings records of one owner and type into a set: sorts by canonical form, drops duplicates
 * (RFC 2181 §5: two records equal but for case in a name are duplicates; the first is kept).
 *
 * @throws {CodedError} `rdata-invalid` when there is no RDATA or one exceeds 65535 octets
 */
export function makeRRset(
  owner: Name,
  type: RRType,
  ttl: Ttl,
  rdatas: readonly Uint8Array[],
): RRset {
  if (rdatas.length === 0) {
    throw new CodedError('rdata-invalid', `Cannot make RRset ${formatName(owner)}: it has no RDATA`)
  }
  if (rdatas.length === 1) return { owner, type, ttl, rdatas }
  const keyed = rdatas.map((rdata) => ({ rdata, canonical: canonicalRdata(type, rdata) }))
  keyed.sort((a, b) => compareRdata(a.canonical, b.canonical))
  const distinct = keyed.filter((item, index) => {
    const before = keyed[index - 1]
    return !before || compareRdata(before.canonical, item.canonical) !== 0
  })
  return { owner, type, ttl, rdatas: distinct.map((item) => item.rdata) }
}

/** One line of a zone file: owner, TTL, class, type and RDATA, all absolute. */
export function formatRecord(owner: Name, ttl: Ttl, type: RRType, rdata: Uint8Array): string {
  return `${formatName(owner)}\t${ttl}\tIN\t${formatType(type)}\t${formatRdata(type, rdata)}`
}
