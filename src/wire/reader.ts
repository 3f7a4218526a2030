import { CodedError } from '../base/index.ts'
import type { Name } from './name.ts'
import { readName } from './scan.ts'

/**
 * A bounds-checked cursor over a message or a piece of one. It never copies but for names; `take`
 * hands out views of the octets it was given. Compression pointers in names reach back to
 * offset 0 of the whole buffer, also from a cursor limited to one RDATA.
 */
export class WireReader {
  readonly octets: Uint8Array
  offset: number
  end: number

  /** Reads `octets` from `offset` up to, not including, `end`. */
  constructor(octets: Uint8Array, offset = 0, end = octets.length) {
    this.octets = octets
    this.offset = offset
    this.end = end
  }

  /** How many octets are left. */
  get remaining(): number {
    return this.end - this.offset
  }

  #need(count: number, what: string): number {
    const at = this.offset
    if (count > this.end - at) {
      throw new CodedError(
        'wire-malformed',
        `Cannot read ${what} at offset ${at}: ${count} octets wanted, ${this.end - at} left`,
      )
    }
    this.offset = at + count
    return at
  }

  /** One octet. @throws {CodedError} `wire-malformed` when too few are left, as all here */
  u8(): number {
    return this.octets[this.#need(1, 'octet')] ?? 0
  }

  /** Two octets, big-endian. */
  u16(): number {
    const at = this.#need(2, '16-bit number')
    return ((this.octets[at] ?? 0) << 8) | (this.octets[at + 1] ?? 0)
  }

  /** Four octets, big-endian, unsigned. */
  u32(): number {
    return this.u16() * 0x10000 + this.u16()
  }

  /** Six octets, big-endian, unsigned. */
  u48(): number {
    return this.u16() * 0x100000000 + this.u32()
  }

  /** `count` octets as a view. */
  take(count: number): Uint8Array {
    const at = this.#need(count, 'octets')
    return this.octets.subarray(at, at + count)
  }

  /** All octets that are left, as a view. */
  rest(): Uint8Array {
    return this.take(this.remaining)
  }

  /** A name, compressed or not, as a fresh one. */
  name(): Name {
    const { name, next } = readName(this.octets, this.offset, this.end)
    this.offset = next
    return name
  }
}
