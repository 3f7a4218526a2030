import { CodedError } from '../base/index.ts'
import type { Name } from './name.ts'

/**
 * A growing buffer of octets. Names are written whole, without compression: compression belongs
 * to a message, and so to the response writer.
 */
export class WireWriter {
  #octets: Uint8Array
  #length = 0
  readonly #limit: number

  /** A writer that grows up to `limit` octets, by default those of the longest DNS message. */
  constructor(limit = 65535) {
    this.#limit = limit
    this.#octets = new Uint8Array(Math.min(limit, 64))
  }

  /** How many octets have been written. */
  get length(): number {
    return this.#length
  }

  #reserve(count: number): number {
    const at = this.#length
    const needed = at + count
    if (needed > this.#limit) {
      throw new CodedError(
        'wire-overflow',
        `Cannot write ${count} octets: ${this.#limit} is the limit`,
      )
    }
    if (needed > this.#octets.length) {
      const grown = new Uint8Array(Math.min(this.#limit, Math.max(needed, 2 * this.#octets.length)))
      grown.set(this.#octets.subarray(0, at))
      this.#octets = grown
    }
    this.#length = needed
    return at
  }

  /** One octet. @throws {CodedError} `wire-overflow` past the limit, as every writer here */
  u8(value: number): void {
    const at = this.#reserve(1)
    this.#octets[at] = value
  }

  /** Two octets, big-endian. */
  u16(value: number): void {
    const at = this.#reserve(2)
    this.#octets[at] = value >>> 8
    this.#octets[at + 1] = value
  }

  /** Four octets, big-endian. */
  u32(value: number): void {
    this.u16((value >>> 16) & 0xffff)
    this.u16(value & 0xffff)
  }

  /** Six octets, big-endian. */
  u48(value: number): void {
    this.u16(Math.floor(value / 0x100000000))
    this.u32(value >>> 0)
  }

  /** Octets as they are. */
  bytes(octets: Uint8Array): void {
    const at = this.#reserve(octets.length)
    this.#octets.set(octets, at)
  }

  /** A name, uncompressed, its case kept. */
  name(name: Name): void {
    this.bytes(name)
  }

  /** Overwrites two octets written earlier, for lengths known only afterwards. */
  patchU16(at: number, value: number): void {
    this.#octets[at] = value >>> 8
    this.#octets[at + 1] = value
  }

  /** A copy of what has been written; the writer may go on. */
  finish(): Uint8Array {
    return this.#octets.slice(0, this.#length)
  }
}
