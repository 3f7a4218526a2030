/**
 * rr: resource records, one row per type.
 *
 * RDATA is kept as uncompressed wire octets (RFC 3597 §4): that is what gets signed, hashed,
 * compared and copied into answers. Everything else is derived from one row per type in
 * `types.ts`: a list of named fields, each with a codec that knows four forms — wire, text
 * (RFC 1035 §5.1 and the type's own RFC), JSON and canonical (RFC 4034 §6.2 as amended by
 * RFC 6840 §5.1). Types without a row work everywhere in the form of RFC 3597.
 *
 * An `RRset` is the unit of data: one owner, one type, one TTL, its RDATA distinct and in canonical
 * order (RFC 4034 §6.3). The class is always IN.
 *
 * Errors: `rdata-invalid` and `type-unknown` from text and JSON, `wire-malformed` from wire.
 */

export { bitmapHas, readTypeBitmap, typeBitmap } from './bitmap.ts'
export { formatType, isMetaType, type Mnemonic, parseType, RR, type RRType } from './codes.ts'
export type { Json } from './field.ts'
export {
  canonicalRdata,
  formatRdata,
  parseRdata,
  type RdataJson,
  rdataFromJson,
  rdataToJson,
  readRdata,
} from './rdata.ts'
export type { RdataLayout, TypeRow } from './row.ts'
export {
  compareRdata,
  formatRecord,
  makeRRset,
  negativeTtl,
  type RRset,
  type Ttl,
  ttlFromOctets,
  ttlMax,
} from './rrset.ts'
export { joinedText } from './strings.ts'
export { type RdataToken, type RdataTokens, scanRdataText } from './tokens.ts'
export { rdataLayout, rrTypes, typeRow } from './types.ts'
