import { join } from 'node:path'
import t from 'tap'
import { systemClock, systemTimers } from '../../src/base/index.ts'
import { openLmdbStore } from '../../src/store/index.ts'
import { killWriters } from './crash-run.ts'

const parts = {
  clock: systemClock,
  timers: systemTimers,
  monotonicMs: () => performance.now(),
}

t.setTimeout(300_000)

const directory = t.testdir()
killWriters(t, async (lane) => {
  const path = join(directory, `${lane}`)
  return { argument: path, open: () => openLmdbStore({ ...parts, path }) }
})
