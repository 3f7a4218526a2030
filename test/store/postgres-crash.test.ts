import t from 'tap'
import { systemClock, systemTimers } from '../../src/base/index.ts'
import { openPostgresStore } from '../../src/store/index.ts'
import { skipWithoutPeers } from '../support/peers/programs.ts'
import { startPostgres } from '../support/postgres.ts'
import { killWriters } from './crash-run.ts'

const parts = {
  clock: systemClock,
  timers: systemTimers,
  monotonicMs: () => performance.now(),
}

t.setTimeout(300_000)

t.test('writers to PostgreSQL', async (t) => {
  if (skipWithoutPeers(t, ['postgres'])) return
  const postgres = await startPostgres(t)
  killWriters(t, async () => {
    const url = await postgres.createDatabase()
    const database = new URL(url).pathname.slice(1)
    /** What a killed child had sent is still being worked on until PostgreSQL finds it gone. */
    const untilGone = async () => {
      const text = `select from pg_stat_activity
        where datname = '${database}' and application_name = 'danelaw'`
      while ((await postgres.query(text)).length > 0);
    }
    const open = async () => {
      await untilGone()
      return openPostgresStore({ ...parts, url })
    }
    return { argument: url, open }
  })
})
