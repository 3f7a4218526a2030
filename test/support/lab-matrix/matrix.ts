import type { Fault } from '../../../src/lab/index.ts'
import type { Agreement, EdeGrade, Result } from '../../../src/trial/index.ts'
import {
  type Fickle,
  fickle,
  isAbout,
  type MatrixDifference,
  matrixDifferences,
} from './differences.ts'
import { type Resolver, resolvers } from './resolvers.ts'
import { sayingOf, statusOf } from './trials.ts'

/** What one resolver said of one case, as the document tells it. */
export interface Cell {
  /** What a client sees, each with the codes that came with it: several where it is fickle. */
  readonly sayings: readonly string[]
  readonly agreement: Agreement
  readonly ede: EdeGrade
  /** Why it is not what was expected. */
  readonly difference: MatrixDifference | undefined
}

/** One case. */
export interface Row {
  readonly fault: Fault
  readonly cells: ReadonlyMap<Resolver, Cell>
}

/** What was asked, what was said, and what nobody has explained. */
export interface Matrix {
  readonly rows: readonly Row[]
  /** What differs from the expectation, or from what is fickle, in a way that no row tells. */
  readonly unexplained: readonly string[]
  /** Rows of differences that were not met: id, resolver and case. */
  readonly stale: readonly string[]
}

/** Results of every resolver about the same faults in the same order. */
export type Results = Readonly<Record<Resolver, readonly Result[]>>

function cellOf(resolver: Resolver, result: Result): Cell {
  const { id, agreement, ede = 'none' } = result
  const loose: Fickle | undefined = fickle.find((row) => isAbout(row, resolver, id))
  const difference = matrixDifferences.find(
    (row) => isAbout(row, resolver, id) && row.status === statusOf(result),
  )
  const saying = sayingOf(result)
  return { sayings: loose?.sayings ?? [saying], agreement, ede, difference }
}

function told(resolver: Resolver, result: Result): string {
  return `${resolver}, ${result.id}: ${sayingOf(result)} (${result.why})`
}

/** Holds what was said against the expectations, and what differs against the rows that say why. */
export function matrixOf(faults: readonly Fault[], results: Results): Matrix {
  const unexplained: string[] = []
  const met = new Set<string>()
  const rows = faults.map((fault, at) => {
    const cells = new Map<Resolver, Cell>()
    for (const resolver of resolvers) {
      const result = results[resolver][at]
      if (result?.id !== fault.id) throw new Error(`${resolver} was not asked about ${fault.id}`)
      const cell = cellOf(resolver, result)
      cells.set(resolver, cell)
      if (cell.difference) met.add(`${cell.difference.id}: ${resolver}, ${fault.id}`)
      const isFickle = fickle.some((row) => isAbout(row, resolver, fault.id))
      const isKnown = isFickle
        ? cell.sayings.includes(sayingOf(result))
        : cell.agreement !== 'otherwise' || cell.difference !== undefined
      if (!isKnown) unexplained.push(told(resolver, result))
    }
    return { fault, cells }
  })
  const stale = matrixDifferences
    .flatMap(({ id, by, cases }) =>
      by.flatMap((resolver) => cases.map((fault) => `${id}: ${resolver}, ${fault}`)),
    )
    .filter((row) => !met.has(row))
  return { rows, unexplained, stale }
}
