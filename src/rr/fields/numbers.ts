import type { WireReader } from '../../wire/index.ts'
import { type FieldCodec, invalid, invalidJson, type Json } from '../field.ts'

/**
 * Reads a decimal number in range.
 *
 * @throws {CodedError} `rdata-invalid`
 */
export function parseNumber(text: string, kind: string, max: number): number {
  const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : -1
  if (value < 0 || value > max) {
    invalid(`Cannot read ${kind}: ${JSON.stringify(text)} is not a number from 0 to ${max}`)
  }
  return value
}

/** A number of a JSON form, in range. @throws {CodedError} `rdata-invalid` */
export function numberFromJson(json: Json | undefined, kind: string, max: number): number {
  return typeof json === 'number' && Number.isInteger(json) && json >= 0 && json <= max
    ? json
    : invalidJson(kind, json ?? null, `a number from 0 to ${max}`)
}

function unsigned(
  octets: 1 | 2 | 4,
  width: 'u8' | 'u16' | 'u32',
  read: (reader: WireReader) => number,
): FieldCodec<number> {
  const kind = `${octets * 8}-bit number`
  const max = 2 ** (octets * 8) - 1
  return {
    kind,
    octets,
    read,
    write: (writer, value) => writer[width](value),
    parse: (tokens) => parseNumber(tokens.next(kind).text, kind, max),
    format: String,
    toJson: (value) => value,
    fromJson: (json) => numberFromJson(json, kind, max),
  }
}

/** A number of 8 bits. */
export const u8 = unsigned(1, 'u8', (reader) => reader.u8())
/** A number of 16 bits. */
export const u16 = unsigned(2, 'u16', (reader) => reader.u16())
/** A number of 32 bits. */
export const u32 = unsigned(4, 'u32', (reader) => reader.u32())

/** A number that text and JSON may also give by mnemonic, in any case. It is printed as number. */
function named(
  kind: string,
  number: FieldCodec<number>,
  mnemonics: Readonly<Record<string, number>>,
): FieldCodec<number> {
  const max = 2 ** (8 * (number.octets ?? 1)) - 1
  const fromText = (text: string): number => {
    const upper = text.toUpperCase()
    const known = Object.hasOwn(mnemonics, upper) ? mnemonics[upper] : undefined
    if (known !== undefined || /^[0-9]/.test(text)) return known ?? parseNumber(text, kind, max)
    return invalid(`Cannot read ${kind}: ${JSON.stringify(text)} is neither number nor mnemonic`)
  }
  return {
    ...number,
    kind,
    parse: (tokens) => fromText(tokens.next(kind).text),
    fromJson: (json) =>
      typeof json === 'string' ? fromText(json) : numberFromJson(json, kind, max),
  }
}

/** A DNSSEC algorithm (RFC 4034 App. A.1 and the IANA registry, with the names BIND has). */
export const algorithm = named('DNSSEC algorithm', u8, {
  DELETE: 0,
  RSAMD5: 1,
  DH: 2,
  DSA: 3,
  RSASHA1: 5,
  'DSA-NSEC3-SHA1': 6,
  NSEC3DSA: 6,
  'RSASHA1-NSEC3-SHA1': 7,
  NSEC3RSASHA1: 7,
  RSASHA256: 8,
  RSASHA512: 10,
  'ECC-GOST': 12,
  ECCGOST: 12,
  ECDSAP256SHA256: 13,
  ECDSAP384SHA384: 14,
  ED25519: 15,
  ED448: 16,
  INDIRECT: 252,
  PRIVATEDNS: 253,
  PRIVATEOID: 254,
})

/** A digest type of DS (RFC 4034 App. A.2 and the IANA registry). */
export const digestType = named('digest type', u8, {
  'SHA-1': 1,
  SHA1: 1,
  'SHA-256': 2,
  SHA256: 2,
  GOST: 3,
  'SHA-384': 4,
  SHA384: 4,
})

/** A certificate type of CERT (RFC 4398 §2.1). */
export const certificateType = named('certificate type', u16, {
  PKIX: 1,
  SPKI: 2,
  PGP: 3,
  IPKIX: 4,
  ISPKI: 5,
  IPGP: 6,
  ACPKIX: 7,
  IACPKIX: 8,
  URI: 253,
  OID: 254,
})
