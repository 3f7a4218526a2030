import { join } from 'node:path'
import t, { type Test } from 'tap'
import { systemClock, systemTimers } from '../../src/base/index.ts'
import { openLmdbStore, openPostgresStore, restoreStore } from '../../src/store/index.ts'
import { skipWithoutPostgres, startPostgres } from '../support/postgres.ts'
import { type Driver, storeSuite } from './suite.ts'

const parts = {
  clock: systemClock,
  timers: systemTimers,
  monotonicMs: () => performance.now(),
}

t.test('the store in PostgreSQL', async (t) => {
  if (skipWithoutPostgres(t)) return
  const postgres = await startPostgres(t)

  const prepare = async (test: Test): Promise<Driver> => {
    const url = await postgres.createDatabase()
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
  }

  storeSuite(t, prepare)
})
