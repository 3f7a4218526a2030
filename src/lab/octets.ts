import { type Name, WireReader } from '../wire/index.ts'

/** What is XORed into octets that are to be wrong: half of the bits, and no letter stays one. */
const mask = 0x55

/** A copy with `count` octets changed from `offset` on, as far as there are any. */
export function corrupted(octets: Uint8Array, offset: number, count: number): Uint8Array {
  const end = offset + count
  return octets.map((octet, at) => (at >= offset && at < end ? octet ^ mask : octet))
}

/** A copy in which octets from `offset` on are others. */
export function withOctets(octets: Uint8Array, offset: number, put: readonly number[]): Uint8Array {
  const copy = octets.slice()
  copy.set(put, offset)
  return copy
}

/** 16 bits as they are sent. */
export function u16(value: number): number[] {
  return [(value >>> 8) & 0xff, value & 0xff]
}

/** 32 bits as they are sent; what is beyond wraps. */
export function u32(value: number): number[] {
  const wrapped = value % 0x1_0000_0000
  return [24, 16, 8, 0].map((shift) => (wrapped >>> shift) & 0xff)
}

/** A name with every other letter in upper case. */
export function mixedCase(name: Uint8Array): Uint8Array {
  return name.map((octet, at) => (at % 2 === 0 && octet >= 97 && octet <= 122 ? octet - 32 : octet))
}

/** The name at an offset of RDATA, which holds it uncompressed. */
export function nameAt(rdata: Uint8Array, offset: number): Name {
  return new WireReader(rdata, offset).name()
}
