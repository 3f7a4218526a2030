import { join } from 'node:path'
import t, { type Test } from 'tap'
import { systemClock, systemTimers } from '../../src/base/index.ts'
import { openLmdbStore, restoreStore } from '../../src/store/index.ts'
import { type Driver, storeSuite } from './suite.ts'

const parts = {
  clock: systemClock,
  timers: systemTimers,
  monotonicMs: () => performance.now(),
}

async function prepare(test: Test): Promise<Driver> {
  const directory = test.testdir()
  return {
    directory,
    open: (options = {}) => openLmdbStore({ ...parts, path: join(directory, 'store'), ...options }),
    async openBackup(path) {
      const restored = join(directory, 'restored')
      await restoreStore(path, restored)
      return openLmdbStore({ ...parts, path: restored })
    },
  }
}

storeSuite(t, prepare)
