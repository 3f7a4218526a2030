import { join } from 'node:path'
import { fixedClock, type MovableClock, systemTimers } from '../../src/base/index.ts'
import { randomOctets } from '../../src/crypto/index.ts'
import { openKeyDirectory } from '../../src/keystore/index.ts'
import { openProvision, type Provision } from '../../src/provision/index.ts'
import { makePace, type PublishedZone } from '../../src/publish/index.ts'
import { directoryKeys, openRecords, type Records } from '../../src/records/index.ts'
import { SignatureCache } from '../../src/signer/index.ts'
import { openLmdbStore, type Store } from '../../src/store/index.ts'
import { ZoneTable } from '../../src/zone/index.ts'
import { settings } from '../support/provisioning.ts'
import { configOf } from '../support/publishing.ts'

/** A node over a directory, for a process that may be killed and for the one that looks after. */
export interface CrashNode {
  readonly clock: MovableClock
  readonly store: Store
  readonly records: Records
  readonly table: ZoneTable<PublishedZone>
  readonly provision: Provision
  readonly faults: unknown[]
  close(): Promise<void>
}

/** Opens it, at a time. */
export async function openCrashNode(directory: string, time: number): Promise<CrashNode> {
  const clock = fixedClock(time)
  const faults: unknown[] = []
  const onFault = (error: unknown) => void faults.push(error)
  const store = await openLmdbStore({
    ...{ path: join(directory, 'store'), clock, timers: systemTimers },
    monotonicMs: () => performance.now(),
  })
  const table = new ZoneTable<PublishedZone>()
  const keys = openKeyDirectory(join(directory, 'keys'))
  const records = await openRecords({
    ...{ store, table, clock, timers: systemTimers, node: 'node-1', onFault },
    config: configOf('{}', directory),
    keys: directoryKeys(keys, store, {}),
    cache: new SignatureCache(1 << 20),
    makePace: () =>
      makePace({ sliceMs: 5, now: () => performance.now(), turn: () => Promise.resolve() }),
  })
  const provision = await openProvision({
    ...{ records, store, stub: undefined, clock, random: randomOctets, onFault },
    // The one that has TLSA records.
    settings: { ...settings, partition: { name: 'o-v1' } },
  })
  return {
    ...{ clock, store, records, table, provision, faults },
    async close() {
      await records.close()
      await store.close()
    },
  }
}
