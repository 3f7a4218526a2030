import { join } from 'node:path'
import t, { type Test } from 'tap'
import { systemClock, systemTimers } from '../../src/base/index.ts'
import {
  openLmdbStore,
  openPostgresStore,
  restorePostgresStore,
  restoreStore,
  type Store,
} from '../../src/store/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { skipWithoutPeers } from '../support/peers/programs.ts'
import { guarded, type Postgres, startPostgres } from '../support/postgres.ts'
import { address, auditEntry, change, collect, create, instance, now } from './samples.ts'
import { type Driver, storeSuite } from './suite.ts'

const parts = {
  clock: systemClock,
  timers: systemTimers,
  monotonicMs: () => performance.now(),
}
const example = parseName('example.')

t.setTimeout(300_000)

t.test('the store in PostgreSQL', async (t) => {
  if (skipWithoutPeers(t, ['postgres'])) return
  const postgres = await startPostgres(t)
  storeSuite(t, async (test: Test): Promise<Driver> => {
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
  })
  tables(t, postgres)
  numbers(t, postgres)
  restoring(t, postgres)
})

async function openNode(t: Test, url: string): Promise<Store> {
  const store = await openPostgresStore({ ...parts, url })
  t.teardown(() => store.close())
  return store
}

function databaseOf(url: string): string {
  return new URL(url).pathname.slice(1)
}

function tables(t: Test, postgres: Postgres): void {
  t.test('openPostgresStore: of nodes that start together one makes the tables', async (t) => {
    const url = await postgres.createDatabase()
    const stores = await Promise.all([openNode(t, url), openNode(t, url), openNode(t, url)])
    for (const store of stores) t.match(store.health(), { state: 'ok', sequence: 0 })
  })

  t.test('openPostgresStore refuses tables of a newer version, and leaves them', async (t) => {
    const url = await postgres.createDatabase()
    const old = await openNode(t, url)
    await postgres.query('update danelaw.store set format = 99', databaseOf(url))
    const message = /its format is 99, and 1 is the newest known here/
    await t.rejects(openNode(t, url), { code: 'store-too-new', message })
    await postgres.query(terminateOthers, databaseOf(url))
    await until(old, async () => /its format is 99/.test(old.health().text))
    t.equal(old.health().state, 'down', 'whoever was there before goes no further either')
    await t.rejects(old.commit([create(example)]), { code: 'store-too-new' })
    await postgres.query('update danelaw.store set format = 1', databaseOf(url))
    await openNode(t, url)
  })

  t.test('openPostgresStore needs no right to make tables that are there', async (t) => {
    const url = await postgres.createDatabase()
    const first = await openNode(t, url)
    const database = databaseOf(url)
    await postgres.query('create role plain login', database)
    await postgres.query('grant usage on schema danelaw to plain', database)
    const rights = 'select, insert, update, delete on all tables in schema danelaw'
    await postgres.query(`grant ${rights} to plain`, database)
    const plain = new URL(url)
    plain.username = 'plain'
    const second = await openNode(t, plain.href)
    await second.commit([create(example)])
    t.equal((await first.zone(example))?.version, 1)
    const empty = new URL(await postgres.createDatabase())
    empty.username = 'plain'
    const message = /permission denied/
    await t.rejects(openNode(t, empty.href), { code: 'store-refused', message })
  })

  t.test('openPostgresStore goes by a Unix socket too, and says where it cannot', async (t) => {
    const url = await postgres.createDatabase()
    const store = await openNode(t, postgres.bySocket(url))
    t.strictSame(await store.commit([create(example)]), [{ kind: 'done', sequence: 1 }])
    const nowhere = url.replace(/:\d+\//, ':1/')
    const away = await openPostgresStore({ ...parts, url: nowhere, password: 'geheim' })
    t.teardown(() => away.close())
    const text = /^Cannot open store 127\.0\.0\.1:1\/store\d+: .*ECONNREFUSED/
    t.match(away.health(), { state: 'down', text })
  })

  t.test('openPostgresStore gives a password as it is, and tells it nobody', async (t) => {
    const url = new URL(await postgres.createDatabase())
    const password = 'a%41 /@:?#ä'
    await postgres.query(`create role ${guarded} superuser login password '${password}'`)
    url.username = guarded
    const open = (given: string) => openPostgresStore({ ...parts, url: url.href, password: given })
    const store = await open(password)
    t.teardown(() => store.close())
    t.strictSame(await store.commit([create(example)]), [{ kind: 'done', sequence: 1 }])
    const refusal = await open('geheim').catch((error: Error) => error)
    const message = /password authentication failed .*; see store\.url and store\.passwordFile/
    t.match(refusal, { code: 'store-refused', message })
    t.notMatch((refusal as Error).message, 'geheim')
  })

  t.test('bug: what anybody may notify was taken for the sequence', async (t) => {
    const url = await postgres.createDatabase()
    const [writer, follower] = [await openNode(t, url), await openNode(t, url)]
    for (const payload of ['', 'x', '-1', 'NaN', '99999', '1e99']) {
      await postgres.query(`select pg_notify('danelaw', '${payload}')`, databaseOf(url))
    }
    const seen = until(follower, async () => (await follower.sequence()) === 1)
    await writer.commit([create(example)])
    await seen
    await postgres.query(terminateOthers, databaseOf(url))
    await until(follower, async () => follower.health().state === 'ok')
    for (const store of [writer, follower]) t.equal(store.rewinds, 0)
    t.match(follower.health(), { state: 'ok', sequence: 1 })
  })

  t.test('a database that only reads refuses writes with store-full, and reads', async (t) => {
    const url = await postgres.createDatabase()
    const database = databaseOf(url)
    await (await openNode(t, url)).commit([create(example)])
    await postgres.query(`alter database ${database} set default_transaction_read_only = on`)
    const store = await openNode(t, url)
    await t.rejects(store.commit([change(example, 1, [])]), { code: 'store-full' })
    t.match(store.health(), { state: 'degraded', text: /read-only/ })
    t.equal((await store.zone(example))?.version, 1)
  })

  t.test('a commit is on the disk though the database takes less for enough', async (t) => {
    const url = await postgres.createDatabase()
    const database = databaseOf(url)
    await postgres.query(`alter database ${database} set synchronous_commit = off`)
    await postgres.query(
      `alter database ${database} set default_transaction_isolation = serializable`,
    )
    const store = await openNode(t, url)
    await postgres.query(
      `create function danelaw.tell() returns trigger language plpgsql as $$ begin
         raise exception '% %', current_setting('synchronous_commit'),
           current_setting('transaction_isolation');
       end $$;
       create trigger tell before insert on danelaw.zone execute function danelaw.tell()`,
      database,
    )
    await t.rejects(store.commit([create(example)]), { message: /: on read committed$/ })
  })
}

/** Ends all other connections to this database. */
const terminateOthers = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()`

/** Resolves when the store tells of a change, or of itself, and `condition` holds. */
function until(store: Store, condition: () => Promise<boolean>): Promise<void> {
  // The timers of a server keep no process alive; and not everything is told of.
  return new Promise((resolve, reject) => {
    const look = () => {
      condition().then((holds) => {
        if (!holds) return
        end()
        clearInterval(alive)
        resolve()
      }, reject)
    }
    const alive = setInterval(look, 20)
    const end = store.watch(look)
    look()
  })
}

function numbers(t: Test, postgres: Postgres): void {
  t.test('a node that follows sees every number, in order, while others write', async (t) => {
    const url = await postgres.createDatabase()
    const [first, second, follower] = await Promise.all([
      openNode(t, url),
      openNode(t, url),
      openNode(t, url),
    ])
    const writers = 8
    const times = 25
    const seen: number[] = []
    let running: Promise<unknown> = Promise.resolve()
    const follow = async () => {
      for (;;) {
        const after = seen.at(-1) ?? 0
        const page = await follower.history({ after, newestFirst: false, limit: 7 })
        seen.push(...page.items.map(({ sequence }) => sequence))
        if (page.next === undefined) return
      }
    }
    const all = until(follower, async () => {
      running = running.then(follow)
      await running
      return seen.length >= writers * times
    })
    const writing = Array.from({ length: writers }, async (_, writer) => {
      const store = writer % 2 === 0 ? first : second
      const apex = parseName(`z${writer}.`)
      for (let version = 0; version < times; version++) {
        await store.commit([version === 0 ? create(apex) : change(apex, version, [])])
      }
    })
    await Promise.all([...writing, all])
    t.strictSame(
      seen,
      Array.from({ length: writers * times }, (_, n) => n + 1),
    )
    t.equal(follower.health().sequence, writers * times)
  })

  t.test('20 writers of one zone by way of two nodes lose nothing', async (t) => {
    const url = await postgres.createDatabase()
    const stores = [await openNode(t, url), await openNode(t, url)] as const
    await stores[0].commit([create(example)])
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
    t.ok(conflicts > 0, `${conflicts} conflicts: writers did meet`)
    t.equal((await stores[1].zone(example))?.version, 21)
    t.equal((await collect(stores[0].rrsets(example))).length, 20)
  })

  t.test('of an RRset that changes twice in a change set the later one counts', async (t) => {
    const store = await openNode(t, await postgres.createDatabase())
    const [a, b] = [address(example, 'a', 1), address(example, 'a', 2)]
    await store.commit([create(example), change(example, 1, [a, b])])
    t.strictSame(await collect(store.rrsets(example)), [b.after])
  })
}

/** All that a backup has of a store. */
async function contents(store: Store) {
  const zones = await collect(store.zones())
  return {
    zones,
    rrsets: await Promise.all(zones.map(({ apex }) => collect(store.rrsets(apex)))),
    keys: await Promise.all(zones.map(({ apex }) => store.keys(apex))),
    sealed: await collect(store.sealedKeys()),
    history: await store.history({ newestFirst: false, limit: 1000 }),
    tokens: await store.tokens(),
    audit: await store.audit({ limit: 1000 }),
    answer: await store.answer('k', now),
    sequence: await store.sequence(),
  }
}

async function fill(store: Store): Promise<void> {
  const answer = { at: now, request: 'ab', status: 201, headers: {}, body: '' }
  const names = Array.from({ length: 2500 }, (_, n) => address(example, `n${n}`, 1))
  const root = parseName('.')
  await store.commit([
    { ...create(example), idempotency: { key: 'k', answer } },
    change(example, 1, [
      ...names,
      ...Array.from({ length: 500 }, (_, n) => instance(example, `h${n}`)),
    ]),
    create(root),
    change(root, 1, [address(root, '\\000.a', 1), address(root, '*', 2)]),
  ])
  const key = {
    ...{ apex: example, id: 1, algorithm: 13, keyTag: 1, flags: 257 as const },
    ...{ dnskey: Uint8Array.of(1), timing: {}, sealed: Uint8Array.of(2) },
  }
  await store.putKey(key)
  await store.putKey({ ...key, id: 2, sealed: undefined })
  await store.putToken({
    ...{ id: 'a', tenant: 'a', name: 'a', hash: Uint8Array.of(1), scope: {} },
    ...{ createdAt: now, expiresAt: undefined, revokedAt: undefined },
  })
  await store.putAudit(auditEntry('the last one'))
}

function restoring(t: Test, postgres: Postgres): void {
  t.test(
    'restorePostgresStore fills an empty database from a backup of either driver',
    async (t) => {
      const directory = t.testdir()
      const embedded = await openLmdbStore({ ...parts, path: join(directory, 'lmdb') })
      t.teardown(() => embedded.close())
      const first = await openNode(t, await postgres.createDatabase())
      for (const [n, store] of [embedded, first].entries()) {
        await fill(store)
        const backup = join(directory, `backup${n}`)
        await store.backup(backup)
        const url = await postgres.createDatabase()
        const follower = await openNode(t, url)
        await restorePostgresStore(backup, { url, timers: systemTimers })
        await until(follower, async () => follower.health().sequence === 4)
        const expected = await contents(store)
        t.strictSame(await contents(follower), expected, store.driver)
        t.equal(expected.rrsets.flat().length, 3002)
        t.strictSame(await follower.commit([change(example, 2, [])]), [
          { kind: 'done', sequence: 5 },
        ])
        t.equal((await follower.audit({ limit: 1 })).items[0]?.detail, 'to 3')
        const again = restorePostgresStore(backup, { url, timers: systemTimers })
        await t.rejects(again, { code: 'store-not-empty' })
      }
    },
  )

  t.test('restorePostgresStore refuses what is no backup, and leaves nothing', async (t) => {
    const directory = t.testdir({ junk: 'junk' })
    const url = await postgres.createDatabase()
    const restore = (file: string) => {
      return restorePostgresStore(join(directory, file), { url, timers: systemTimers })
    }
    await t.rejects(restore('junk'), { code: 'store-corrupt' })
    await t.rejects(restore('none'), { code: 'store-unavailable' })
    t.equal(await (await openNode(t, url)).sequence(), 0)
  })
}
