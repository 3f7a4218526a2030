import t from 'tap'
import { systemClock, systemTimers } from '../../src/base/index.ts'
import { openPostgresStore } from '../../src/store/index.ts'
import { skipWithoutPeers } from '../support/peers/programs.ts'
import { startPostgres } from '../support/postgres.ts'
import { kills, killWriters } from './crash-run.ts'

const parts = {
  clock: systemClock,
  timers: systemTimers,
  monotonicMs: () => performance.now(),
}

t.setTimeout(300_000)

t.test(`kill -9 at ${kills} moments: acknowledged is there, nothing by half`, async (t) => {
  if (skipWithoutPeers(t, ['postgres'])) return
  const postgres = await startPostgres(t)
  const acknowledged = await killWriters(t, async () => {
    const url = await postgres.createDatabase()
    const others = `select from pg_stat_activity where application_name = 'danelaw'
      and datname = '${new URL(url).pathname.slice(1)}'`
    const open = async () => {
      // What a killed child had sent is worked on until PostgreSQL finds it gone.
      while ((await postgres.query(others)).length > 0);
      return openPostgresStore({ ...parts, url })
    }
    return { argument: url, open }
  })
  t.comment(`${acknowledged} groups were acknowledged`)
  t.ok(acknowledged > kills, 'most were killed while they wrote')
})
