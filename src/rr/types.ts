import type { RRType } from './codes.ts'
import type { TypeRow } from './field.ts'
import { rows } from './rows.ts'

/** Every row, in order of type code. */
export const rrTypes: readonly TypeRow[] = [...rows].sort((a, b) => a.type - b.type)

const byCode = new Map<number, TypeRow>(rows.map((row) => [row.type, row]))

/** The row of a type, or undefined where RFC 3597 applies. O(1). */
export function typeRow(type: RRType): TypeRow | undefined {
  return byCode.get(type)
}
