import t, { type Test } from 'tap'
import { systemClock, type Timers } from '../../src/base/index.ts'
import { openPostgresStore, type Store } from '../../src/store/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { manualTimers } from '../support/manual-timers.ts'
import { skipWithoutPeers } from '../support/peers/programs.ts'
import { type Postgres, startPostgres } from '../support/postgres.ts'
import { address, change, create } from './samples.ts'

const example = parseName('example.')

t.setTimeout(300_000)

t.test('a database that lost change sets', async (t) => {
  if (skipWithoutPeers(t, ['postgres'])) return
  const alive = setInterval(() => {}, 1000)
  t.teardown(() => clearInterval(alive))
  const postgres = await startPostgres(t)
  byPing(t, postgres)
  byNewConnection(t, postgres)
  byReconnecting(t, postgres)
})

interface Opened {
  readonly store: Store
  readonly timers: ReturnType<typeof manualTimers>
  readonly rewinds: (readonly [number, number])[]
  readonly sql: (text: string) => Promise<unknown>
}

/** A store with two change sets. */
async function openStore(t: Test, postgres: Postgres): Promise<Opened> {
  const url = await postgres.createDatabase()
  const rewinds: (readonly [number, number])[] = []
  const timers = manualTimers()
  const store = await open(t, url, timers, (from, to) => rewinds.push([from, to]))
  await store.commit([create(example), change(example, 1, [address(example, 'a', 1)])])
  const sql = (text: string) => postgres.query(text, new URL(url).pathname.slice(1))
  return { store, timers, rewinds, sql }
}

async function open(
  t: Test,
  url: string,
  timers: Timers,
  onRewind: (from: number, to: number) => void,
): Promise<Store> {
  const store = await openPostgresStore({
    ...{ url, timers, onRewind, clock: systemClock, connectionsMax: 1 },
    monotonicMs: () => performance.now(),
  })
  t.teardown(() => store.close())
  return store
}

/** What another primary would have: the last change set is another one, or there is none. */
const others = 'update danelaw.change_set set mark = gen_random_uuid() where sequence = 2'
const loses = `with gone as (delete from danelaw.change_set where sequence = 2)
  update danelaw.store set sequence = 1`

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate)
}

function byPing(t: Test, postgres: Postgres): void {
  for (const [what, text, to] of [
    ['there is another change set under the last sequence', others, 2],
    ['the sequence is lower', loses, 1],
  ] as const) {
    t.test(`it is noticed within five seconds: ${what}`, async (t) => {
      const { store, timers, rewinds, sql } = await openStore(t, postgres)
      let told = 0
      store.watch(() => told++)
      await sql(text)
      timers.advance(5000)
      await until(() => store.rewinds > 0)
      t.strictSame(rewinds, [[2, to]])
      timers.advance(0)
      t.equal(told, 1, 'whoever follows looks again')
      t.match(store.health(), { state: 'ok', text: /lost change sets 1 times/, sequence: to })
      t.equal(await store.sequence(), to)
      timers.advance(5000)
      await store.sequence()
      t.equal(store.rewinds, 1, 'once')
    })
  }
}

function byNewConnection(t: Test, postgres: Postgres): void {
  t.test('nothing is asked of a new connection before it is known', async (t) => {
    const { store, rewinds, sql } = await openStore(t, postgres)
    await sql(others)
    await sql(
      `select pg_terminate_backend(pid, 60000) from pg_stat_activity
       where query ~ 'danelaw.commit' and pid <> pg_backend_pid()`,
    )
    const lacks = /lacks change sets that were there/
    let reason = ''
    while (!lacks.test(reason)) {
      reason = await store.commit([change(example, 2, [])]).then(
        () => 'done',
        (error: Error) => error.message,
      )
      if (reason === 'done') break
    }
    t.match(reason, lacks, 'a change that was worked out before is refused')
    t.strictSame(rewinds, [[2, 2]])
  })
}

function byReconnecting(t: Test, postgres: Postgres): void {
  t.test('a restart that loses nothing is no such thing', async (t) => {
    const { store, timers, rewinds } = await openStore(t, postgres)
    await postgres.stop('kill')
    await until(() => store.health().state === 'down')
    await postgres.start()
    while (store.health().state === 'down') {
      timers.advance(1000)
      await new Promise(setImmediate)
    }
    t.equal((await store.zone(example))?.version, 2)
    t.strictSame(rewinds, [])
    t.equal(store.rewinds, 0)
  })
}
