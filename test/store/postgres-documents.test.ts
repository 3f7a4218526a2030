import { join } from 'node:path'
import pg from 'pg'
import t, { type Test } from 'tap'
import { systemClock, systemTimers } from '../../src/base/index.ts'
import {
  openLmdbStore,
  openPostgresStore,
  restorePostgresStore,
  type Store,
} from '../../src/store/index.ts'
import { documentStatements } from '../../src/store/postgres-documents.ts'
import { skipWithoutPeers } from '../support/peers/programs.ts'
import { type Postgres, startPostgres } from '../support/postgres.ts'
import { fill, holds } from './documents-suite.ts'
import { documents, write } from './samples.ts'

const parts = {
  clock: systemClock,
  timers: systemTimers,
  monotonicMs: () => performance.now(),
}

t.setTimeout(300_000)

t.test('documents in PostgreSQL', async (t) => {
  if (skipWithoutPeers(t, ['postgres'])) return
  const postgres = await startPostgres(t)

  t.test('restorePostgresStore takes documents from a backup of either driver', async (t) => {
    const directory = t.testdir()
    const embedded = await openLmdbStore({ ...parts, path: join(directory, 'lmdb') })
    t.teardown(() => embedded.close())
    for (const store of [embedded, await openNode(t, await postgres.createDatabase())]) {
      await fill(store)
      const backup = join(directory, `backup-${store.driver}`)
      await store.backup(backup)
      const url = await postgres.createDatabase()
      await restorePostgresStore(backup, { url, timers: systemTimers })
      const restored = await openNode(t, url)
      await holds(t, restored)
      const next = await restored.commitDocuments([documents(write('a', 2))])
      t.strictSame(next, [{ kind: 'done' }])
    }
  })

  t.test('watch: every node hears of documents, whoever wrote them', async (t) => {
    // The timers of a server keep no process alive.
    const alive = setInterval(() => {}, 1000)
    t.teardown(() => clearInterval(alive))
    const url = await postgres.createDatabase()
    const [one, other] = [await openNode(t, url), await openNode(t, url)]
    const told = new Promise<void>((resolve) => void other.watch(resolve))
    await one.commitDocuments([documents(write('a', 0))])
    await told
    t.equal((await other.document('domain', 'a'))?.version, 1)
  })

  t.test('of two nodes that claim one name for many documents each is let once', async (t) => {
    const url = await postgres.createDatabase()
    const nodes = [await openNode(t, url), await openNode(t, url)]
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, async (_, n) => {
        const claims = [`name${n % 20}`]
        const commit = documents(write(`d${n}`, 0, { claims }))
        return (await (nodes[n % 2] as Store).commitDocuments([commit]))[0]?.kind
      }),
    )
    t.equal(outcomes.filter((kind) => kind === 'done').length, 20)
    t.equal(outcomes.filter((kind) => kind === 'claimConflict').length, 40)
  })

  plans(t, postgres)
})

/** A page must cost what it holds, whatever the tables were when PostgreSQL last looked at them. */
function plans(t: Test, postgres: Postgres): void {
  t.test('lists of documents are read by an index of their own, however many', async (t) => {
    const url = await postgres.createDatabase()
    await openNode(t, url)
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    t.teardown(() => client.end())
    // As `PostgresDatabase` has it, once a statement was used often enough.
    await client.query('set enable_seqscan = off; set plan_cache_mode = force_generic_plan')
    const { documents, documentsOfTenant, due } = documentStatements
    const lists = [
      { text: documents.text, values: `'domain', '', 10`, of: 'document' },
      { text: documentsOfTenant.text, values: `'domain', '', 10, 'ten'`, of: 'document_of_tenant' },
      { text: due.text, values: `'domain', 5, 10`, of: 'document_due' },
    ]
    const look = async (tables: string) => {
      for (const { text, values, of } of lists) {
        await client.query(`prepare list as ${text}`)
        const { rows } = await client.query(`explain (costs off) execute list (${values})`)
        const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
        const used = [...plan.matchAll(/ using (\w+)/g)].map(([, index]) => index)
        t.strictSame(used, [`${of}_pkey`, 'document_version_pkey'], tables)
        t.notMatch(plan, /Sort|Seq Scan|Filter/, tables)
        await client.query('deallocate list')
      }
    }
    const analyze = 'analyze danelaw.document, danelaw.document_of_tenant, danelaw.document_due'
    const insert = async (tenant: string, count: number) => {
      const key = `convert_to('${tenant} ' || n, 'utf8')`
      const from = `from generate_series(1, ${count}) n`
      await client.query(`
        insert into danelaw.document select 'domain', ${key}, '${tenant}', 1, n ${from};
        insert into danelaw.document_of_tenant select 'domain', '${tenant}', ${key} ${from};
        insert into danelaw.document_due select 'domain', n, ${key} ${from}`)
    }
    await look('empty')
    await insert('ten', 1)
    await client.query(analyze)
    await look('small')
    await insert('other', 100_000)
    await look('grown since')
    await client.query(analyze)
    await look('large')
  })
}

async function openNode(t: Test, url: string): Promise<Store> {
  const store = await openPostgresStore({ ...parts, url })
  t.teardown(() => store.close())
  return store
}
