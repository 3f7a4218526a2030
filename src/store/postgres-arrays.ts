/** Object ids of the types of elements, which PostgreSQL never changes. */
const byteaOid = 17
const int8Oid = 20
const int4Oid = 23
const headerOctets = 20

/**
 * PostgreSQL's binary form of a `bytea[]`, undefined being null: half as long as its text, and
 * nothing to quote.
 */
export function byteaArray(values: readonly (Uint8Array | undefined)[]): Buffer {
  return arrayOf(byteaOid, values)
}

/** The same of a `bigint[]`. */
export function bigintArray(values: readonly (number | undefined)[]): Buffer {
  const elements = values.map((value) => {
    if (value === undefined) return undefined
    const octets = Buffer.allocUnsafe(8)
    octets.writeBigInt64BE(BigInt(value))
    return octets
  })
  return arrayOf(int8Oid, elements)
}

/** The same of an `integer[]`. */
export function integerArray(values: readonly number[]): Buffer {
  const elements = values.map((value) => {
    const octets = Buffer.allocUnsafe(4)
    octets.writeInt32BE(value)
    return octets
  })
  return arrayOf(int4Oid, elements)
}

/** One dimension, counted from 1: flags, type, length, and each element after its own length. */
function arrayOf(oid: number, values: readonly (Uint8Array | undefined)[]): Buffer {
  const length = values.reduce((sum, value) => sum + 4 + (value?.length ?? 0), headerOctets)
  const octets = Buffer.allocUnsafe(length)
  octets.writeInt32BE(1, 0)
  octets.writeInt32BE(values.includes(undefined) ? 1 : 0, 4)
  octets.writeInt32BE(oid, 8)
  octets.writeInt32BE(values.length, 12)
  octets.writeInt32BE(1, 16)
  let at = headerOctets
  for (const value of values) {
    at = octets.writeInt32BE(value?.length ?? -1, at)
    if (value === undefined) continue
    octets.set(value, at)
    at += value.length
  }
  return octets
}
