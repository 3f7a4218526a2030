import t, { type Test } from 'tap'
import { fixedClock, systemTimers } from '../../src/base/index.ts'
import { openPostgresStore } from '../../src/store/index.ts'
import { runApi } from '../support/api.ts'
import { skipWithoutPeers } from '../support/peers/programs.ts'
import { type Postgres, startPostgres } from '../support/postgres.ts'
import { testTime } from '../support/served-zone.ts'
import { replays } from './client-replays.ts'

t.setTimeout(300_000)

async function openOn(t: Test, postgres: Postgres) {
  const clock = fixedClock(testTime)
  const store = await openPostgresStore({
    ...{ clock, timers: systemTimers, monotonicMs: () => performance.now() },
    url: await postgres.createDatabase(),
  })
  t.teardown(() => store.close())
  return runApi(t, { store, clock })
}

t.test('clients of a store in PostgreSQL', async (t) => {
  if (skipWithoutPeers(t, ['postgres'])) return
  const postgres = await startPostgres(t)
  for (const [title, replay] of replays) {
    await t.test(title, (t) => replay(t, (t) => openOn(t, postgres)))
  }
})

t.test('bug: with PostgreSQL gone, nobody with a token could read what is in memory', async (t) => {
  if (skipWithoutPeers(t, ['postgres'])) return
  const postgres = await startPostgres(t)
  const { ask } = await openOn(t, postgres)
  t.equal((await ask('GET', '/v1/zones')).status, 200)
  await postgres.stop()
  const zones = await ask('GET', '/v1/zones')
  t.equal(zones.status, 200, zones.text)
  t.equal((await ask('GET', '/v1/explain?name=a.test.')).json.verdict.security, 'secure')
  t.match((await ask('GET', '/v1/zones/a.test./rrsets')).json, { code: 'store-unavailable' })
  await postgres.start()
})
