import type { ErrorCode, Place } from '../base/index.ts'
import type { RRType, Ttl } from '../rr/index.ts'
import type { Name } from '../wire/index.ts'

/** A record as a file gave it. The octets belong to the record; owners may be shared. */
export interface ZoneRecord {
  readonly owner: Name
  readonly type: RRType
  readonly ttl: Ttl
  /** Uncompressed wire form, valid for the type. */
  readonly rdata: Uint8Array
  /** Where the record begins. */
  readonly place: Place
}

/** Something to tell the author of a zone. An error keeps the zone from being served. */
export interface Finding {
  readonly severity: 'error' | 'warning'
  readonly code: ErrorCode
  /** Sentence case, action first, the value quoted, what was expected. */
  readonly message: string
  readonly place?: Place
}

/** What reading a zone yields, in the order of the text. */
export type ZoneItem =
  | { readonly kind: 'record'; readonly record: ZoneRecord }
  | { readonly kind: 'finding'; readonly finding: Finding }

/** After so many errors in one zone, reading stops: what follows is noise. */
export const zoneErrorsMax = 100

/** Wraps an error, as an item of the zone being read. */
export function errorItem(code: ErrorCode, message: string, place: Place): ZoneItem {
  return { kind: 'finding', finding: { severity: 'error', code, message, place } }
}

/** Wraps a warning, as an item of the zone being read. */
export function warningItem(code: ErrorCode, message: string, place: Place): ZoneItem {
  return { kind: 'finding', finding: { severity: 'warning', code, message, place } }
}
