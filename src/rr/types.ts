import type { RRType } from './codes.ts'
import type { RdataLayout, TypeRow } from './row.ts'
import { classicRows } from './rows/classic.ts'
import { securityRows } from './rows/security.ts'
import { serviceRows } from './rows/services.ts'

/** Every row, in order of type code. */
export const rrTypes: readonly TypeRow[] = [...classicRows, ...securityRows, ...serviceRows].sort(
  (a, b) => a.type - b.type,
)

const byCode = new Map<number, TypeRow>(rrTypes.map((row) => [row.type, row]))

/** The row of a type, or undefined where RFC 3597 applies. O(1). */
export function typeRow(type: RRType): TypeRow | undefined {
  return byCode.get(type)
}

/**
 * Where a message may compress names in RDATA of the type (RFC 3597 §4: the types of RFC 1035
 * only), or undefined where it may not. O(1), no allocation.
 */
export function rdataLayout(type: RRType): RdataLayout | undefined {
  return byCode.get(type)?.layout
}
