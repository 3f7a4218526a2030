import { assert, CodedError } from '../base/index.ts'

/** How values of one type lie in octets. */
export interface Codec<T> {
  write(into: OctetsWriter, value: T): void
  /** @throws {CodedError} `store-corrupt` */
  read(from: OctetsReader): T
}

/** The first octet of whatever was encoded: which layout follows. */
const layout = 1
/** Nothing at rest is longer: LMDB and PostgreSQL would take more, memory should not. */
export const entryOctetsMax = 2 ** 28

/**
 * Encodes one value.
 *
 * @throws {CodedError} `store-entry-too-large`
 */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const writer = new OctetsWriter()
  writer.octet(layout)
  codec.write(writer, value)
  return writer.finish()
}

/**
 * Decodes one value that must fill all of `octets`; `where` is for the message. What comes out
 * shares no memory with `octets`.
 *
 * @throws {CodedError} `store-corrupt`
 */
export function decode<T>(codec: Codec<T>, octets: Uint8Array, where: string): T {
  const reader = new OctetsReader(octets, where)
  const found = reader.octet()
  if (found !== layout) reader.refuse(`its layout is ${found} and not ${layout}`)
  const value = codec.read(reader)
  reader.end()
  return value
}

/** Octets that grow as they are written. */
export class OctetsWriter {
  #octets = Buffer.allocUnsafe(512)
  #end = 0

  /** Appends one octet. */
  octet(value: number): void {
    this.#reserve(1)
    this.#octets[this.#end++] = value
  }

  /** Appends a whole number, 0 to 2^53 - 1: seven bits in each octet, the lowest first. */
  uint(value: number): void {
    // What could not be read again must not be written: it would take its whole zone with it.
    assert(Number.isSafeInteger(value) && value >= 0, `${value} cannot be stored as a number`)
    this.#reserve(8)
    let rest = value
    while (rest >= 0x80) {
      this.#octets[this.#end++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.#octets[this.#end++] = rest
  }

  /** Appends octets after their count. */
  octets(value: Uint8Array): void {
    this.uint(value.length)
    this.#reserve(value.length)
    this.#octets.set(value, this.#end)
    this.#end += value.length
  }

  /** Appends a text in UTF-8 after the count of its octets. */
  text(value: string): void {
    const length = Buffer.byteLength(value)
    this.uint(length)
    this.#reserve(length)
    this.#end += this.#octets.write(value, this.#end)
  }

  /** What was written; the writer must not be used afterwards. */
  finish(): Uint8Array {
    return this.#octets.subarray(0, this.#end)
  }

  #reserve(count: number): void {
    const needed = this.#end + count
    if (needed <= this.#octets.length) return
    if (needed > entryOctetsMax) {
      const most = `${entryOctetsMax} octets are the most`
      throw new CodedError(
        'store-entry-too-large',
        `Cannot store ${needed} octets at once: ${most}`,
      )
    }
    const doubled = Math.min(2 * this.#octets.length, entryOctetsMax)
    const larger = Buffer.allocUnsafe(Math.max(needed, doubled))
    this.#octets.copy(larger, 0, 0, this.#end)
    this.#octets = larger
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A cursor over octets at rest; it never reads past their end. */
export class OctetsReader {
  readonly #octets: Uint8Array
  readonly #where: string
  #at = 0

  constructor(octets: Uint8Array, where: string) {
    this.#octets = octets
    this.#where = where
  }

  /** The next octet. */
  octet(): number {
    const octet = this.#octets[this.#at]
    if (octet === undefined) return this.refuse('it ends too early')
    this.#at++
    return octet
  }

  /** The next whole number, at most `max`. */
  uint(max = Number.MAX_SAFE_INTEGER): number {
    let value = 0
    for (let unit = 1; unit <= Number.MAX_SAFE_INTEGER; unit *= 0x80) {
      const octet = this.octet()
      value += (octet & 0x7f) * unit
      if (octet >= 0x80) continue
      if (value > max) return this.refuse(`${value} exceeds ${max}`)
      return value
    }
    return this.refuse('a number has no end')
  }

  /** The next octets, copied. */
  octets(): Uint8Array {
    return new Uint8Array(this.#take())
  }

  /** All that is left; a view, not a copy. */
  rest(): Uint8Array {
    const rest = this.#octets.subarray(this.#at)
    this.#at = this.#octets.length
    return rest
  }

  /** The next text. */
  text(): string {
    const octets = this.#take()
    try {
      return utf8.decode(octets)
    } catch {
      return this.refuse('a text is not UTF-8')
    }
  }

  /** A count of items of at least one octet each: no more than there are octets left. */
  count(): number {
    return this.uint(this.#octets.length - this.#at)
  }

  /** Refuses whatever is left over. */
  end(): void {
    const left = this.#octets.length - this.#at
    if (left > 0) this.refuse(`${left} octets follow its end`)
  }

  /** @throws {CodedError} `store-corrupt`, saying where */
  refuse(why: string): never {
    const place = `octet ${this.#at} of ${this.#where}`
    throw new CodedError('store-corrupt', `Cannot read store at ${place}: ${why}`)
  }

  #take(): Uint8Array {
    const start = this.#at
    const length = this.uint()
    if (length > this.#octets.length - this.#at) {
      this.#at = start
      this.refuse(`${length} octets are announced and not there`)
    }
    this.#at += length
    return this.#octets.subarray(this.#at - length, this.#at)
  }
}

/** A whole number from 0 to `max`, of whatever brand. */
export function uint<T extends number>(max = Number.MAX_SAFE_INTEGER): Codec<T> {
  return {
    write: (into, value) => into.uint(value),
    read: (from) => from.uint(max) as T,
  }
}

/** Any octets. */
export const octets: Codec<Uint8Array> = {
  write: (into, value) => into.octets(value),
  read: (from) => from.octets(),
}

/** Any text. */
export const text: Codec<string> = {
  write: (into, value) => into.text(value),
  read: (from) => from.text(),
}

/** Whether. */
export const flag: Codec<boolean> = choice([false, true])

/** One of a few values, by its place among them: new ones are appended. */
export function choice<const T>(values: readonly T[]): Codec<T> {
  return {
    write: (into, value) => into.octet(values.indexOf(value)),
    read(from) {
      const index = from.octet()
      if (index >= values.length) from.refuse(`choice ${index} is not one of ${values.length}`)
      return values[index] as T
    },
  }
}

/** A value or nothing. */
export function maybe<T>(codec: Codec<T>): Codec<T | undefined> {
  return {
    write(into, value) {
      flag.write(into, value !== undefined)
      if (value !== undefined) codec.write(into, value)
    },
    read: (from) => (flag.read(from) ? codec.read(from) : undefined),
  }
}

/** Any number of values. */
export function list<T>(codec: Codec<T>): Codec<readonly T[]> {
  return {
    write(into, values) {
      into.uint(values.length)
      for (const value of values) codec.write(into, value)
    },
    read(from) {
      const values: T[] = []
      for (let left = from.count(); left > 0; left--) values.push(codec.read(from))
      return values
    },
  }
}

/** A property that may be missing from its object. */
export interface Sparse<T> {
  readonly sparse: Codec<T>
}

/** How each property of `T` lies in octets, in the order they lie. */
export type Fields<T> = {
  readonly [K in keyof Required<T>]: Codec<Required<T>[K]> | Sparse<Required<T>[K]>
}

/** An object, field by field. */
export function struct<T extends object>(fields: Fields<T>): Codec<T> {
  const rows = Object.entries<Codec<unknown> | Sparse<unknown>>(fields).map(([key, field]) => ({
    key,
    sparse: 'sparse' in field,
    codec: 'sparse' in field ? maybe(field.sparse) : field,
  }))
  return {
    write(into, value) {
      const record = value as Readonly<Record<string, unknown>>
      for (const { key, codec } of rows) codec.write(into, record[key])
    },
    read(from) {
      const record: Record<string, unknown> = {}
      for (const { key, codec, sparse } of rows) {
        const value = codec.read(from)
        if (value !== undefined || !sparse) record[key] = value
      }
      return record as T
    },
  }
}
