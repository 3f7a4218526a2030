import { CodedError } from '../base/index.ts'
import type { RRType } from './codes.ts'
import type { Field } from './field.ts'
import { rows } from './rows.ts'

export type { RRType } from './codes.ts'

/** What danelaw knows of an RR type. */
export interface TypeRow {
  readonly type: RRType
  readonly mnemonic: string
  /** What the type is for, in a few words. */
  readonly purpose: string
  /** Where its format is defined, such as `RFC 6698 §2.1`. */
  readonly reference: string
  readonly fields: readonly Field[]
  /** Whether the canonical form differs: names to be lower-cased (RFC 4034 §6.2, RFC 6840 §5.1). */
  readonly hasCanonicalNames: boolean
}

const byCode = new Map<number, TypeRow>(rows.map((row) => [row.type, row]))
const byMnemonic = new Map<string, RRType>(rows.map((row) => [row.mnemonic, row.type]))

/** Types that never stand in a zone (RFC 6895 §3.1): they have a name and no row. */
const metaTypes = new Map<number, string>([
  [41, 'OPT'],
  [128, 'NXNAME'],
  [249, 'TKEY'],
  [250, 'TSIG'],
  [251, 'IXFR'],
  [252, 'AXFR'],
  [253, 'MAILB'],
  [254, 'MAILA'],
  [255, 'ANY'],
])
for (const [type, mnemonic] of metaTypes) byMnemonic.set(mnemonic, type as RRType)

/** Every row, in order of type code. */
export const rrTypes: readonly TypeRow[] = [...rows].sort((a, b) => a.type - b.type)

/** The row of a type, or undefined where RFC 3597 applies. O(1). */
export function typeRow(type: RRType): TypeRow | undefined {
  return byCode.get(type)
}

/** Whether the type is a QTYPE or meta-type that no zone may hold (RFC 6895 §3.1: 128 to 255). */
export function isMetaType(type: RRType): boolean {
  return type === 0 || type === 41 || (type >= 128 && type <= 255)
}

/** The mnemonic, or `TYPEnnn` (RFC 3597 §5). */
export function formatType(type: RRType): string {
  return byCode.get(type)?.mnemonic ?? metaTypes.get(type) ?? `TYPE${type}`
}

/**
 * The type of a mnemonic or `TYPEnnn`, in any case.
 *
 * @throws {CodedError} `type-unknown`
 */
export function parseType(text: string): RRType {
  const known = byMnemonic.get(text.toUpperCase())
  if (known !== undefined) return known
  const numeric = /^TYPE([0-9]{1,5})$/i.exec(text)
  const code = numeric ? Number(numeric[1]) : -1
  if (code >= 0 && code <= 65535) return code as RRType
  throw new CodedError('type-unknown', `Cannot read type: ${JSON.stringify(text)} is not one`)
}
