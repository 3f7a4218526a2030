/**
 * Two nodes of danelaw on one PostgreSQL: how long after a change was sent to one of them the other
 * answers it, signed; and what happens when PostgreSQL is stopped for half a minute under load.
 */
import type { Test } from 'tap'
import {
  createShared,
  measurePassage,
  type Node,
  percentile,
  putAddress,
  startNodes,
} from '../test/support/nodes.ts'
import { stopUnderLoad } from '../test/support/outage.ts'
import { findProgram } from '../test/support/peers/programs.ts'
import { startPostgres } from '../test/support/postgres.ts'
import type { Cell, Table } from './table.ts'

const changes = 500
const otherWriters = 15
const outageSeconds = 30

/** Passages and an outage; where there is no PostgreSQL, that. */
export async function nodesTables(): Promise<Table[]> {
  if (findProgram('postgres') === undefined) {
    const note = 'Left out: PostgreSQL is not installed here.'
    return [{ title: 'Two nodes on one PostgreSQL', note, columns: [], rows: [] }]
  }
  const ends: (() => unknown)[] = []
  const owner = {
    teardown: (end: () => unknown) => ends.push(end),
    passing: () => true,
  } as unknown as Test
  try {
    const postgres = await startPostgres(owner)
    const nodes = await startNodes(owner, await postgres.createDatabase(), ['a', 'b'], '{}')
    const [a, b] = nodes as [Node, Node]
    await createShared(a)
    await measurePassage(a, b, changes)
    const rows = [await passageRow('alone', a, b)]
    let isOver = false
    const others = Array.from({ length: otherWriters }, async (_, writer) => {
      while (!isOver) await putAddress(writer % 2 === 0 ? a : b, `w${writer}`, '192.0.2.1')
    })
    rows.push(await passageRow(`among ${otherWriters} others, on both nodes`, a, b))
    isOver = true
    await Promise.all(others)
    const outage = await stopUnderLoad(nodes, postgres, { seconds: outageSeconds, restMs: 0 })
    if (outage.failures.length > 0) throw new Error(outage.failures.join('\n'))
    return [
      {
        title: 'From a change through one node to the signed answer of another',
        note: `Two nodes on one PostgreSQL; ${changes} changes of one writer, in ms.`,
        columns: ['writer', 'since sent, p50', 'p99', 'since acknowledged, p50', 'p99'],
        rows,
      },
      {
        title: 'PostgreSQL stopped under load',
        note: 'Two nodes, each with 4 writers and 2 that ask; no query and no write was lost.',
        columns: [
          's without',
          'queries answered meanwhile',
          'changes refused',
          'ms until all go on',
        ],
        rows: [
          [outage.seconds, outage.answeredMeanwhile, outage.refused, Math.round(outage.recoveryMs)],
        ],
      },
    ]
  } finally {
    for (const end of ends.reverse()) await end()
  }
}

async function passageRow(name: string, from: Node, to: Node): Promise<Cell[]> {
  const { sinceSent, sinceTold } = await measurePassage(from, to, changes)
  const figures = [sinceSent, sinceTold].flatMap((times) =>
    [0.5, 0.99].map((p) => percentile(times, p)),
  )
  return [name, ...figures]
}
