import { join } from 'node:path'
import t from 'tap'
import { systemClock, systemTimers } from '../../src/base/index.ts'
import { openLmdbStore } from '../../src/store/index.ts'
import { kills, killWriters } from './crash-run.ts'

const parts = {
  clock: systemClock,
  timers: systemTimers,
  monotonicMs: () => performance.now(),
}

t.setTimeout(300_000)

t.test(`kill -9 at ${kills} moments: acknowledged is there, nothing by half`, async (t) => {
  const directory = t.testdir()
  const acknowledged = await killWriters(t, async (lane) => {
    const path = join(directory, `${lane}`)
    return { argument: path, open: () => openLmdbStore({ ...parts, path }) }
  })
  t.comment(`${acknowledged} groups were acknowledged`)
  t.ok(acknowledged > kills, 'most were killed while they wrote')
})
