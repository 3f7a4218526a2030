import type { Name } from '../wire/index.ts'

/** Slots of the table; a power of two, well above the names that one message holds. */
const slotCount = 1024
/** How far past its slot an entry may lie. */
const probesMax = 8
/** The farthest a pointer reaches (14 bits). */
const pointerOffsetMax = 0x3fff
const labelsMax = 128

function lower(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet
}

/**
 * Writes names, pointing back to what the message already has. Remembers every suffix it writes
 * in a fixed table that `begin` empties at no cost. Offsets that no longer hold what they held
 * are harmless: a match is decided by the octets of the message.
 */
export class Compressor {
  /** Message number in the upper 16 bits, offset in the lower. */
  readonly #slots = new Uint32Array(slotCount)
  readonly #starts = new Uint8Array(labelsMax)
  readonly #hashes = new Uint32Array(labelsMax)
  #message = 0

  /** Forgets the names of the message before. */
  begin(): void {
    this.#message = (this.#message + 1) & 0xffff
    if (this.#message === 0) {
      this.#slots.fill(0)
      this.#message = 1
    }
  }

  /**
   * Writes `name` to `out` at `at` and returns the offset after it. Needs `name.length` octets of
   * room there.
   */
  write(out: Uint8Array, at: number, name: Name): number {
    const labels = this.#hash(name)
    let written = 0
    let pointer = -1
    for (; written < labels; written++) {
      pointer = this.#find(out, at, name, written)
      if (pointer >= 0) break
      this.#remember(this.#hashes[written] as number, at + (this.#starts[written] as number))
    }
    const length = written < labels ? (this.#starts[written] as number) : name.length - 1
    for (let i = 0; i < length; i++) out[at + i] = name[i] as number
    if (pointer < 0) {
      out[at + length] = 0
      return at + length + 1
    }
    out[at + length] = 0xc0 | (pointer >>> 8)
    out[at + length + 1] = pointer & 0xff
    return at + length + 2
  }

  /** Remembers a name that stands in the message already, uncompressed. */
  note(name: Name, at: number): void {
    const labels = this.#hash(name)
    for (let label = 0; label < labels; label++) {
      this.#remember(this.#hashes[label] as number, at + (this.#starts[label] as number))
    }
  }

  /** Finds where labels start, and hashes every suffix; returns the number of labels. */
  #hash(name: Name): number {
    let labels = 0
    for (let at = 0; name[at]; at += (name[at] as number) + 1) this.#starts[labels++] = at
    let hash = 0x811c9dc5
    let end = name.length - 1
    for (let label = labels - 1; label >= 0; label--) {
      const start = this.#starts[label] as number
      for (let i = start; i < end; i++) {
        hash = Math.imul(hash ^ lower(name[i] as number), 0x01000193)
      }
      this.#hashes[label] = hash
      end = start
    }
    return labels
  }

  #remember(hash: number, offset: number): void {
    if (offset > pointerOffsetMax) return
    for (let probe = 0; probe < probesMax; probe++) {
      const slot = (hash + probe) & (slotCount - 1)
      if ((this.#slots[slot] as number) >>> 16 === this.#message) continue
      this.#slots[slot] = ((this.#message << 16) | offset) >>> 0
      return
    }
  }

  /** The offset of an equal suffix below `end`, or -1. */
  #find(out: Uint8Array, end: number, name: Name, label: number): number {
    const hash = this.#hashes[label] as number
    for (let probe = 0; probe < probesMax; probe++) {
      const entry = this.#slots[(hash + probe) & (slotCount - 1)] as number
      if (entry >>> 16 !== this.#message) return -1
      const offset = entry & 0xffff
      if (same(out, offset, end, name, this.#starts[label] as number)) return offset
    }
    return -1
  }
}

/**
 * Whether the name at `offset` equals the rest of `name`, case ignored. It must lie wholly before
 * `end`: what follows may be left over from a record that did not fit, and is about to change.
 */
function same(out: Uint8Array, offset: number, end: number, name: Name, from: number): boolean {
  let at = offset
  let i = from
  for (;;) {
    let length = out[at] as number
    while (length >= 0xc0) {
      const target = ((length & 0x3f) << 8) | (out[at + 1] as number)
      if (target >= at) return false
      at = target
      length = out[at] as number
    }
    if (length !== name[i] || at + length >= end) return false
    if (length === 0) return true
    for (let octet = 1; octet <= length; octet++) {
      if (lower(out[at + octet] as number) !== lower(name[i + octet] as number)) return false
    }
    at += length + 1
    i += length + 1
  }
}
