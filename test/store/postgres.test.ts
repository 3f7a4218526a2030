import { join } from 'node:path'
import t, { type Test } from 'tap'
import { systemClock, systemTimers } from '../../src/base/index.ts'
import { openLmdbStore, openPostgresStore, restoreStore } from '../../src/store/index.ts'
import { skipWithoutPeers } from '../support/peers/programs.ts'
import { startPostgres } from '../support/postgres.ts'
import { type Driver, storeSuite } from './suite.ts'

const parts = {
  clock: systemClock,
  timers: systemTimers,
  monotonicMs: () => performance.now(),
}

t.setTimeout(300_000)

t.test('PostgreSQL', async (t) => {
  if (skipWithoutPeers(t, ['postgres'])) return
  const server = await startPostgres(t)
  storeSuite(t, async (test: Test): Promise<Driver> => {
    const url = await server.createDatabase()
    const directory = test.testdir()
    return {
      directory,
      open: (options = {}) => openPostgresStore({ ...parts, url, ...options }),
      async openBackup(path) {
        const restored = join(directory, 'restored')
        await restoreStore(path, restored)
        return openLmdbStore({ ...parts, path: restored })
      },
    }
  })
})
