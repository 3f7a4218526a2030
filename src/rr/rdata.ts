import { CodedError } from '../base/index.ts'
import { fromHex, toHex, WireReader, WireWriter } from '../wire/index.ts'
import type { RRType } from './codes.ts'
import { invalid, type Json, malformed } from './field.ts'
import type { TypeRow } from './row.ts'
import type { RdataTokens } from './tokens.ts'
import { typeRow } from './types.ts'

/** RDATA as JSON: the fields of the type's row, or `{ unknown: hex }` where there is no row. */
export type RdataJson = { readonly [field: string]: Json }

/** Longest RDATA (its length has 16 bits). */
const rdataLengthMax = 65535

function readFields(row: TypeRow, reader: WireReader): unknown[] {
  const values = row.fields.map((field) => field.codec.read(reader))
  if (reader.remaining > 0) {
    malformed(`Cannot read ${row.mnemonic}: ${reader.remaining} octets follow its last field`)
  }
  row.check(values)
  return values
}

function writeFields(row: TypeRow, values: readonly unknown[], canonical: boolean): Uint8Array {
  const writer = new WireWriter(rdataLengthMax)
  row.fields.forEach((field, index) => {
    field.codec.write(writer, values[index], canonical)
  })
  return writer.finish()
}

/**
 * Takes RDATA from a message: the cursor must span exactly the RDATA. Compressed names come out
 * whole. The result is a copy.
 *
 * @throws {CodedError} `wire-malformed`
 */
export function readRdata(type: RRType, reader: WireReader): Uint8Array {
  const row = typeRow(type)
  if (!row) return reader.rest().slice()
  return writeFields(row, readFields(row, reader), false)
}

/** The canonical form of RDATA (RFC 4034 §6.2); the same object where nothing changes. */
export function canonicalRdata(type: RRType, rdata: Uint8Array): Uint8Array {
  const row = typeRow(type)
  if (!row?.hasCanonicalNames) return rdata
  return writeFields(row, readFields(row, new WireReader(rdata)), true)
}

/**
 * Reads the presentation form. Every type also takes `\# length hex` (RFC 3597 §5), which must be
 * valid RDATA of that type.
 *
 * @throws {CodedError} `rdata-invalid`
 */
export function parseRdata(type: RRType, tokens: RdataTokens): Uint8Array {
  const row = typeRow(type)
  const first = tokens.peek()
  if (first?.text === '\\#' && !first.quoted) return parseUnknown(type, tokens)
  if (!row) invalid('Cannot read RDATA of a type without presentation form: write \\# length hex')
  const values = row.fields.map((field) => {
    try {
      return field.codec.parse(tokens)
    } catch (error) {
      throw named(error, row, field.name)
    }
  })
  const extra = tokens.peek()
  if (extra) {
    tokens.next('the end')
    invalid(`Cannot read ${row.mnemonic}: ${JSON.stringify(extra.text)} follows its last field`)
  }
  return encoded(row, values)
}

/** Adds the type and the field to a codec's message, keeping code and kind of error. */
function named(error: unknown, row: TypeRow, field: string): unknown {
  if (error instanceof Error) error.message = `${error.message} (${row.mnemonic} ${field})`
  return error
}

function parseUnknown(type: RRType, tokens: RdataTokens): Uint8Array {
  tokens.next('\\#')
  const lengthText = tokens.next('length').text
  const length = /^[0-9]{1,5}$/.test(lengthText) ? Number(lengthText) : -1
  if (length < 0 || length > rdataLengthMax) {
    invalid(`Cannot read length: ${JSON.stringify(lengthText)} is not a number from 0 to 65535`)
  }
  let text = ''
  while (tokens.peek()) text += tokens.next('hex').text
  const octets = fromHex(text)
  if (!octets) invalid(`Cannot read RDATA: ${JSON.stringify(text)} is not hexadecimal`)
  if (octets.length !== length) {
    invalid(`Cannot read RDATA: ${octets.length} octets given, length says ${length}`)
  }
  const row = typeRow(type)
  return row ? checked(row, octets) : octets
}

/** Encodes what text or JSON gave; what wire would not take, they must not give either. */
function encoded(row: TypeRow, values: readonly unknown[]): Uint8Array {
  try {
    const rdata = writeFields(row, values, false)
    readFields(row, new WireReader(rdata))
    return rdata
  } catch (error) {
    throw asInvalid(error)
  }
}

/** Takes octets that text or JSON gave: they must be valid, and without compression. */
function checked(row: TypeRow, rdata: Uint8Array): Uint8Array {
  let same: Uint8Array
  try {
    same = readRdata(row.type, new WireReader(rdata))
  } catch (error) {
    throw asInvalid(error)
  }
  if (Buffer.compare(same, rdata) !== 0) {
    invalid(`Cannot read ${row.mnemonic}: a name is compressed`)
  }
  return rdata
}

/** Errors of the wire, met in text or JSON, are errors of the text or JSON. */
function asInvalid(error: unknown): unknown {
  return error instanceof CodedError ? new CodedError('rdata-invalid', error.message) : error
}

/** Writes the presentation form, names absolute; RFC 3597 form for types without a row. */
export function formatRdata(type: RRType, rdata: Uint8Array): string {
  const row = typeRow(type)
  if (!row) return `\\# ${rdata.length}${rdata.length > 0 ? ` ${toHex(rdata)}` : ''}`
  const values = readFields(row, new WireReader(rdata))
  return row.fields
    .map((field, index) => field.codec.format(values[index]))
    .filter((word) => word !== '')
    .join(' ')
}

/** The fields by name. */
export function rdataToJson(type: RRType, rdata: Uint8Array): RdataJson {
  const row = typeRow(type)
  if (!row) return { unknown: toHex(rdata) }
  const values = readFields(row, new WireReader(rdata))
  return Object.fromEntries(
    row.fields.map((field, index) => [field.name, field.codec.toJson(values[index])]),
  )
}

/**
 * RDATA from its fields by name. Every field must be there, and no other.
 *
 * @throws {CodedError} `rdata-invalid`
 */
export function rdataFromJson(type: RRType, json: RdataJson): Uint8Array {
  const row = typeRow(type)
  const { unknown } = json
  if (typeof unknown === 'string') {
    const octets = fromHex(unknown)
    if (!octets) invalid(`Cannot read unknown: ${JSON.stringify(unknown)} is not hexadecimal`)
    return row ? checked(row, octets) : octets
  }
  if (!row) invalid('Cannot read RDATA of a type without fields: give { "unknown": "hex" }')
  for (const name of Object.keys(json)) {
    if (!row.fields.some((field) => field.name === name)) {
      invalid(`Cannot read ${row.mnemonic}: it has no field ${JSON.stringify(name)}`)
    }
  }
  const values = row.fields.map((field) => {
    const value = json[field.name]
    if (value === undefined) invalid(`Cannot read ${row.mnemonic}: field ${field.name} is missing`)
    try {
      return field.codec.fromJson(value)
    } catch (error) {
      throw named(error, row, field.name)
    }
  })
  return encoded(row, values)
}
