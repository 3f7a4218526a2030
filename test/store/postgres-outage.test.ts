import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import pg from 'pg'
import t, { type Test } from 'tap'
import { systemClock, systemTimers, type Timers } from '../../src/base/index.ts'
import { openPostgresStore, type Store } from '../../src/store/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { manualTimers } from '../support/manual-timers.ts'
import { skipWithoutPeers } from '../support/peers/programs.ts'
import { type Postgres, startPostgres } from '../support/postgres.ts'
import { address, auditEntry, change, collect, create, now } from './samples.ts'

const parts = {
  clock: systemClock,
  timers: systemTimers,
  monotonicMs: () => performance.now(),
}
const example = parseName('example.')
const other = parseName('other.')

t.setTimeout(300_000)

t.test('PostgreSQL goes away and comes back', async (t) => {
  if (skipWithoutPeers(t, ['postgres'])) return
  // The timers of a server keep no process alive.
  const alive = setInterval(() => {}, 1000)
  t.teardown(() => clearInterval(alive))
  const postgres = await startPostgres(t)
  outages(t, postgres)
  connections(t, postgres)
})

async function openNode(t: Test, url: string, timers: Timers = systemTimers): Promise<Store> {
  const store = await openPostgresStore({ ...parts, url, timers })
  t.teardown(() => store.close())
  return store
}

/** Resolves the next time the store tells of a change, or of a connection that came back. */
function told(store: Store): Promise<void> {
  return new Promise((resolve) => {
    const end = store.watch(() => {
      end()
      resolve()
    })
  })
}

/** Resolves when there is a zone of that name, looking whenever the store tells. */
async function untilZone(store: Store, apex: typeof example): Promise<void> {
  for (;;) {
    const next = told(store)
    if (await store.zone(apex)) return
    await next
  }
}

/** Resolves when the store knows that PostgreSQL is gone. */
async function untilDown(store: Store): Promise<void> {
  while (store.health().state !== 'down') await new Promise(setImmediate)
}

/** Everything that asks PostgreSQL. */
function everyMethod(store: Store): (() => Promise<unknown>)[] {
  const node = { node: 'n', sequence: 1 }
  const key = {
    ...{ apex: example, id: 1, algorithm: 13, keyTag: 1, flags: 257 as const },
    ...{ dnskey: Uint8Array.of(1), timing: {}, sealed: undefined },
  }
  const token = {
    ...{ id: 'a', tenant: 'a', name: 'a', hash: Uint8Array.of(1), scope: {} },
    ...{ createdAt: now, expiresAt: undefined, revokedAt: undefined },
  }
  return [
    () => collect(store.zones()),
    () => store.zone(example),
    () => collect(store.rrsets(example)),
    () => store.read([{ apex: example, owner: example, type: address(example, 'a', 1).type }]),
    () => store.commit([create(other)]),
    () => store.history({ newestFirst: false, limit: 1 }),
    () => store.sequence(),
    () => store.keys(example),
    () => store.putKey(key),
    () => store.deleteKey(example, 1),
    () => collect(store.sealedKeys()),
    () => store.tokens(),
    () => store.token('a'),
    () => store.putToken(token),
    () => store.audit({ limit: 1 }),
    () => store.putAudit(auditEntry('x')),
    () => store.answer('k', now),
    () => store.putNode(node.node, node.sequence, now),
    () => store.nodes(now),
    () => store.backup('/tmp/danelaw-never-written'),
  ]
}

function outages(t: Test, postgres: Postgres): void {
  t.test('gone: everything is refused as store-unavailable; back: all is well', async (t) => {
    const url = await postgres.createDatabase()
    const writer = await openNode(t, url)
    const follower = await openNode(t, url)
    await writer.commit([create(example)])
    await postgres.stop()
    for (const [n, method] of everyMethod(writer).entries()) {
      await t.rejects(method(), { code: 'store-unavailable' }, `method ${n}`)
    }
    const late = await openNode(t, url)
    t.match(late.health(), { state: 'down', text: /^Cannot open store 127\.0\.0\.1:/ })
    await t.rejects(late.sequence(), { code: 'store-unavailable' })
    await untilDown(writer)
    await untilDown(follower)
    t.match(follower.health(), { text: /^Cannot reach PostgreSQL at 127\.0\.0\.1:/ })
    const back = Promise.all([told(writer), told(follower), told(late)])
    await postgres.start()
    await back
    for (const store of [writer, late]) t.match(store.health(), { state: 'ok', sequence: 1 })
    t.equal((await late.zone(example))?.version, 1)
    const seen = untilZone(follower, other)
    t.strictSame(await writer.commit([create(other)]), [{ kind: 'done', sequence: 2 }])
    await seen
  })

  t.test('bug: a node that died while it made the tables held up every start', async (t) => {
    const url = await postgres.createDatabase()
    const dead = new pg.Client({ connectionString: url })
    await dead.connect()
    await dead.query('begin')
    await dead.query('select pg_advisory_xact_lock($1)', [0x64616e65])
    const store = await openNode(t, url)
    t.match(store.health(), { state: 'down', text: /Cannot open store .* lock timeout/ })
    const back = told(store)
    await dead.end()
    await back
    t.strictSame(await store.commit([create(example)]), [{ kind: 'done', sequence: 1 }])
  })

  t.test('a listener that is cut off misses nothing', async (t) => {
    const url = await postgres.createDatabase()
    const writer = await openNode(t, url)
    const timers = manualTimers()
    const follower = await openNode(t, url, timers)
    const database = new URL(url).pathname.slice(1)
    await postgres.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where query ~ 'danelaw.store' and pid <> pg_backend_pid()`,
      database,
    )
    await untilDown(follower)
    while (!(await committed(writer, example))) await new Promise(setImmediate)
    const seen = told(follower)
    timers.advance(50)
    while (follower.health().state !== 'ok') await new Promise(setImmediate)
    timers.advance(0)
    await seen
    t.ok(await follower.zone(example))
  })

  t.test('a power failure loses nothing that was acknowledged', async (t) => {
    const url = await postgres.createDatabase()
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
    await postgres.stop('kill')
    for (const one of await ended) t.match(one, { reason: { code: 'store-unavailable' } })
    await untilDown(store)
    const back = told(store)
    await postgres.start()
    await back
    let changeSets = 0
    for (const [writer, least] of acknowledged.entries()) {
      const apex = parseName(`w${writer}.`)
      const version = (await store.zone(apex))?.version ?? 0
      changeSets += version
      t.ok(version === least || version === least + 1, `${version} of ${least} acknowledged`)
      for (const { records } of await collect(store.rrsets(apex))) {
        t.equal(records[0]?.rdata[3], (version - 1) % 256, 'none is there by half')
      }
    }
    t.equal(await store.sequence(), changeSets)
  })
}

/** Whether a zone is there now, which nobody else creates. */
async function committed(store: Store, apex: typeof example): Promise<boolean> {
  try {
    // Where only the answer was cut off, it is there already, and this is a conflict.
    await store.commit([create(apex)])
    return true
  } catch {
    // Cut off as well, for a moment.
    return false
  }
}

function connections(t: Test, postgres: Postgres): void {
  t.test('it is tried again after 50 ms, and half as often each time, up to 1 s', async (t) => {
    const timers = manualTimers()
    const store = await openNode(t, await postgres.createDatabase(), timers)
    t.strictSame(timers.waiting(), [5000], 'asks from time to time')
    await postgres.stop()
    await untilDown(store)
    for (const pause of [50, 100, 200, 400, 800, 1000, 1000]) {
      while (timers.waiting().length === 0) await new Promise(setImmediate)
      t.strictSame(timers.waiting(), [pause])
      timers.advance(pause)
    }
    await postgres.start()
    while (store.health().state === 'down') {
      timers.advance(1000)
      await new Promise(setImmediate)
    }
    t.strictSame(
      timers.waiting().filter((ms) => ms > 0),
      [5000],
    )
    await store.close()
    t.strictSame(timers.waiting(), [])
  })

  t.test('a network that swallows everything: what waits is refused in the end', async (t) => {
    const timers = manualTimers()
    const url = new URL(await postgres.createDatabase())
    const line = await openLine(t, Number(url.port))
    url.port = String(line.port)
    const store = await openNode(t, url.href, timers)
    await store.commit([create(example)])
    line.cut()
    const waiting = t.rejects(store.zone(example), { code: 'store-unavailable' })
    timers.advance(5000)
    await waiting
    t.match(store.health(), { state: 'down', text: /timeout/ })
    await t.rejects(store.zone(example), { code: 'store-unavailable' }, 'and now at once')
    line.mend()
    while (store.health().state === 'down') {
      timers.advance(1000)
      await new Promise(setImmediate)
    }
    t.equal((await store.zone(example))?.version, 1)
  })

  t.test('readers of whole zones wait for a connection, and let go of it', async (t) => {
    const url = await postgres.createDatabase()
    const store = await openPostgresStore({ ...parts, url, connectionsMax: 2 })
    t.teardown(() => store.close())
    const names = Array.from({ length: 1500 }, (_, n) => address(example, `n${n}`, 1))
    await store.commit([create(example), change(example, 1, names)])
    const counts = Array.from(
      { length: 6 },
      async () => (await collect(store.rrsets(example))).length,
    )
    t.strictSame(await Promise.all(counts), Array(6).fill(1500))
    for (let n = 0; n < 4; n++) {
      for await (const { owner } of store.rrsets(example)) {
        t.ok(owner)
        break
      }
    }
    await t.rejects(async () => {
      for await (const rrset of store.rrsets(example)) throw new Error(`${rrset.type}`)
    })
    t.equal((await store.zone(example))?.version, 2)
  })
}

/** A line to a port of 127.0.0.1 that can be cut so that neither end notices. */
async function openLine(t: Test, port: number) {
  const sockets = new Set<Socket>()
  let isCut = false
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('data', (octets) => !isCut && to.write(octets))
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        if (!isCut) to.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    cut: () => {
      isCut = true
    },
    mend: () => {
      isCut = false
    },
  }
}
