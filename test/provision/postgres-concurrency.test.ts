import t, { type Test } from 'tap'
import { fixedClock, systemTimers } from '../../src/base/index.ts'
import { parseSealingKey } from '../../src/crypto/index.ts'
import { sealedKeys } from '../../src/records/index.ts'
import { openPostgresStore, type Store } from '../../src/store/index.ts'
import { startPostgres } from '../support/postgres.ts'
import { type Provisioning, provisioning } from '../support/provisioning.ts'
import { testTime } from '../support/served-zone.ts'
import { caughtUp, concurrencyTests, type TwoNodes } from './concurrency-run.ts'

t.setTimeout(180_000)
const postgres = await startPostgres(t)
const sealing = parseSealingKey('5a'.repeat(32), 'test')

/** Nodes that have nothing in common but a database, as on two machines. */
async function twoNodes(t: Test): Promise<TwoNodes> {
  const clock = fixedClock(testTime)
  const url = await postgres.createDatabase()
  const open = () =>
    openPostgresStore({
      ...{ url, clock, timers: systemTimers, monotonicMs: () => performance.now() },
    })
  const node = async (name: string, store: Store, isFirst: boolean): Promise<Provisioning> =>
    provisioning(t, {
      ...{ clock, node: name, store, withoutPartition: !isFirst },
      alterKeys: () => sealedKeys(store, [sealing], {}),
    })
  const stores = [await open(), await open()] as const
  const first = await node('a', stores[0], true)
  const second = await node('b', stores[1], false)
  t.teardown(() => Promise.all(stores.map((store) => store.close())))
  t.not(first.store, second.store, 'each has connections of its own')
  await caughtUp(first, second)
  return [first, second]
}

concurrencyTests(t, twoNodes)
