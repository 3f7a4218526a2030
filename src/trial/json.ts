import type { Status } from '../lab/index.ts'
import type { SaidError } from '../stub/index.ts'
import type { Agreement, EdeGrade, Result } from './compare.ts'

/** A result as plain data. */
export interface ResultJson {
  readonly id: string
  readonly question: string
  readonly agreement: Agreement
  readonly why: string
  readonly expected: {
    readonly status: Status
    readonly rcode: string
    readonly ede: readonly number[]
    readonly edeToo: readonly number[]
    readonly or?: Status
    readonly ttlMax?: number
    readonly references: readonly string[]
  }
  /** Null where nobody was asked. */
  readonly got: {
    readonly status: Status
    readonly rcode: string
    readonly ede: readonly SaidError[]
    readonly ttl: number | null
    readonly told: string
  } | null
  readonly ede: EdeGrade | null
  readonly elapsedMs: number
}

/** Writes a result as plain data. */
export function resultToJson(result: Result): ResultJson {
  const { id, question, agreement, why, expected, got, ede, elapsedMs } = result
  const { status, rcode, edeToo = [], or, ttlMax } = expected
  return {
    ...{ id, question, agreement, why },
    expected: {
      ...{ status, rcode, ede: expected.ede, edeToo, references: expected.why },
      ...(or && { or: or.status }),
      ...(ttlMax !== undefined && { ttlMax }),
    },
    got: got ? { ...got, ttl: got.ttl ?? null } : null,
    ede: ede ?? null,
    elapsedMs: Math.round(elapsedMs),
  }
}
