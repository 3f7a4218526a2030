import { join } from 'node:path'
import { Client } from 'pg'
import t, { type Test } from 'tap'
import { systemClock, systemTimers } from '../../src/base/index.ts'
import {
  openLmdbStore,
  openPostgresStore,
  restoreStore,
  type Store,
} from '../../src/store/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { skipWithoutPeers } from '../support/peers/programs.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import { address, change, collect, create } from './samples.ts'
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
  nodes(t, server)
  outages(t, await startPostgres(t))
})

const example = parseName('example.')
const other = parseName('other.')

async function openNode(t: Test, url: string): Promise<Store> {
  const store = await openPostgresStore({ ...parts, url })
  t.teardown(() => store.close())
  return store
}

async function execute(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(text)
  await client.end()
}

/** Timers of a server keep no process alive, and a lost connection does not either. */
function stayAlive(t: Test): void {
  const alive = setInterval(() => {}, 1000)
  t.teardown(() => clearInterval(alive))
}

/** Resolves when the store tells of a change and `condition` holds. */
function until(store: Store, condition: () => Promise<boolean>): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      condition().then((holds) => {
        if (!holds) return
        end()
        resolve()
      }, reject)
    }
    const end = store.watch(look)
    look()
  })
}

/** Writes change sets of a zone one after another, as often as said or until it is stopped. */
async function writeZone(store: Store, label: string, times: number): Promise<void> {
  const apex = parseName(label)
  for (let version = 0; version < times; version++) {
    const work = version === 0 ? create(apex) : change(apex, version, [address(apex, 'a', version)])
    const [outcome] = await store.commit([work])
    if (outcome?.kind !== 'done') throw new Error(`${label} ${version}: ${outcome?.kind}`)
  }
}

function nodes(t: Test, server: PostgresServer): void {
  t.test('a node that follows sees every number, in order, while others write', async (t) => {
    const url = await server.createDatabase()
    // At once: one of them finds the layout made, or waits for it.
    const stores = await Promise.all([openNode(t, url), openNode(t, url), openNode(t, url)])
    const [first, second, follower] = stores
    if (!first || !second || !follower) throw new Error('Three were opened')
    const writers = 8
    const times = 25
    const seen: number[] = []
    const last = () => seen.at(-1) ?? 0
    let running = Promise.resolve(false)
    const follow = async () => {
      for (;;) {
        const page = await follower.history({ after: last(), newestFirst: false, limit: 7 })
        seen.push(...page.items.map(({ sequence }) => sequence))
        if (page.next === undefined) return seen.length === writers * times
      }
    }
    const all = until(follower, () => {
      running = running.then(follow)
      return running
    })
    const work = Array.from({ length: writers }, (_, n) => {
      return writeZone(n % 2 === 0 ? first : second, `z${n}.`, times)
    })
    await Promise.all(work)
    await all
    t.strictSame(
      seen,
      Array.from({ length: writers * times }, (_, n) => n + 1),
    )
    t.equal(follower.health().sequence, writers * times)
    t.equal((await collect(second.zones())).length, writers)
  })

  t.test('20 writers through two nodes on one zone lose nothing', async (t) => {
    const url = await server.createDatabase()
    const stores = [await openNode(t, url), await openNode(t, url)]
    await stores[0]?.commit([create(example)])
    let conflicts = 0
    await Promise.all(
      Array.from({ length: 20 }, async (_, writer) => {
        const store = stores[writer % 2] as Store
        for (;;) {
          const version = (await store.zone(example))?.version ?? 0
          const work = change(example, version, [address(example, `w${writer}`, writer)])
          const [outcome] = await store.commit([work])
          if (outcome?.kind === 'done') return
          conflicts++
        }
      }),
    )
    t.ok(conflicts > 0)
    t.equal((await stores[1]?.zone(example))?.version, 21)
    t.equal((await collect((stores[0] as Store).rrsets(example))).length, 20)
  })

  t.test('a database of a newer version is refused, and left as it was', async (t) => {
    const url = await server.createDatabase()
    await (await openNode(t, url)).close()
    await execute(url, `UPDATE danelaw.counter SET value = 99 WHERE name = 'format'`)
    const message = /its format is 99, and 1 is the newest/
    await t.rejects(openNode(t, url), { code: 'store-too-new', message })
    await execute(url, `UPDATE danelaw.counter SET value = 1 WHERE name = 'format'`)
    await openNode(t, url)
  })

  t.test('a database that only reads refuses writes with store-full', async (t) => {
    const url = await server.createDatabase()
    const first = await openNode(t, url)
    await first.commit([create(example)])
    const database = new URL(url).pathname.slice(1)
    await execute(url, `ALTER DATABASE ${database} SET default_transaction_read_only = on`)
    await first.close()
    // A connection of its own, as the setting counts from the next one.
    const link = new URL(url)
    await t.rejects(openNode(t, link.href), { code: 'store-full' })
  })
}

function outages(t: Test, server: PostgresServer): void {
  t.test('database gone: store-unavailable, down; and all well when it is back', async (t) => {
    stayAlive(t)
    const url = await server.createDatabase()
    const writer = await openNode(t, url)
    const follower = await openNode(t, url)
    await writer.commit([create(example)])
    await server.stop()
    await t.rejects(writer.commit([create(other)]), { code: 'store-unavailable' })
    await t.rejects(writer.zone(example), { code: 'store-unavailable' })
    await t.rejects(collect(writer.zones()), { code: 'store-unavailable' })
    await t.rejects(openNode(t, url), { code: 'store-unavailable' })
    t.equal(writer.health().state, 'down')
    t.equal(follower.health().state, 'down')
    await server.start()
    await until(follower, async () => follower.health().state === 'ok')
    await until(writer, async () => writer.health().state === 'ok')
    const told = until(follower, async () => (await follower.zone(other)) !== undefined)
    t.match(await writer.commit([create(other)]), [{ kind: 'done', sequence: 2 }])
    await told
  })

  t.test('a listener that was cut off misses nothing', async (t) => {
    stayAlive(t)
    const url = await server.createDatabase()
    const writer = await openNode(t, url)
    const follower = await openNode(t, url)
    await execute(
      url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    )
    const told = until(follower, async () => (await follower.zone(example)) !== undefined)
    for (;;) {
      // Connections that wait in the pool may be found broken only now.
      const outcome = await writer.commit([create(example)]).catch(() => undefined)
      if (outcome) break
    }
    await told
    t.pass('told, or it would not have come here')
  })

  t.test('a crash of the database loses nothing that was acknowledged', async (t) => {
    stayAlive(t)
    const url = await server.createDatabase()
    const store = await openNode(t, url)
    const acknowledged = [0, 0, 0, 0]
    const writing = acknowledged.map(async (_, writer) => {
      const apex = parseName(`w${writer}.`)
      for (let version = 0; ; version++) {
        const changes = [address(apex, 'a', version % 256), address(apex, 'b', version % 256)]
        await store.commit([version === 0 ? create(apex) : change(apex, version, changes)])
        acknowledged[writer] = version + 1
      }
    })
    const ended = Promise.allSettled(writing)
    while (acknowledged.some((count) => count < 10)) await store.sequence()
    await server.stop('crash')
    for (const { status } of await ended) t.equal(status, 'rejected')
    await server.start()
    await until(store, async () => store.health().state === 'ok')
    let changeSets = 0
    for (const [writer, least] of acknowledged.entries()) {
      const apex = parseName(`w${writer}.`)
      const version = (await store.zone(apex))?.version ?? 0
      changeSets += version
      t.ok(version === least || version === least + 1, `${version} of ${least} acknowledged`)
      for (const { records } of await collect(store.rrsets(apex))) {
        t.equal(records[0]?.rdata[3], (version - 1) % 256)
      }
    }
    t.equal(await store.sequence(), changeSets)
  })
}
