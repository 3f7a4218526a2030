/** Writes change sets until it is killed, and says on standard output which are acknowledged. */
import { writeSync } from 'node:fs'
import { systemClock, systemTimers } from '../../src/base/index.ts'
import { openLmdbStore, openPostgresStore } from '../../src/store/index.ts'
import {
  crashCommit,
  crashDocuments,
  documentsOfWriter,
  writers,
  zonesOfWriter,
} from './crash-work.ts'

const place = process.argv[2] ?? ''
const parts = {
  clock: systemClock,
  timers: systemTimers,
  monotonicMs: () => performance.now(),
}
const store = place.startsWith('postgres:')
  ? await openPostgresStore({ ...parts, url: place })
  : await openLmdbStore({ ...parts, path: place })

/**
 * Groups of one to eight change sets, in which a zone has its turn more than once, and documents
 * beside them.
 */
async function write(writer: number): Promise<never> {
  const apexes = zonesOfWriter(writer)
  const versions: number[] = []
  for (const apex of apexes) versions.push((await store.zone(apex))?.version ?? 0)
  const [key = ''] = documentsOfWriter(writer)
  let documents = (await store.document('domain', key))?.version ?? 0
  for (let round = 0; ; round++) {
    const group = Array.from({ length: 1 + (round % 8) }, (_, n) => {
      const zone = (round + n) % apexes.length
      const version = versions[zone] ?? 0
      versions[zone] = version + 1
      return crashCommit(apexes[zone] ?? apexes[0], version)
    })
    const outcomes = await Promise.all([
      store.commit(group),
      store.commitDocuments([crashDocuments(writer, documents++)]),
    ])
    for (const { kind } of outcomes.flat()) {
      if (kind !== 'done') throw new Error('A conflict where nobody else writes')
    }
    writeSync(1, `${JSON.stringify({ writer, versions, documents })}\n`)
  }
}

await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)))
