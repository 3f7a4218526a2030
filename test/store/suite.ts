import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { Clock, UnixSeconds } from '../../src/base/index.ts'
import { fixedClock } from '../../src/base/index.ts'
import { RR } from '../../src/rr/index.ts'
import type { Store } from '../../src/store/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { documentsSuite } from './documents-suite.ts'
import { instancesSuite } from './instances-suite.ts'
import { keysSuite } from './keys-suite.ts'
import { runAgainstModel } from './model-run.ts'
import {
  address,
  auditEntry,
  change,
  collect,
  create,
  keyOf,
  now,
  remove,
  zoneAt,
} from './samples.ts'

/** What the suite needs of a driver. */
export interface Driver {
  /** Opens the one store of this fixture; after a close, it is there again as it was. */
  open(options?: DriverOptions): Promise<Store>
  /** Opens what a backup holds, as a store of its own. */
  openBackup(path: string): Promise<Store>
  /** A directory for files. */
  readonly directory: string
}

/** What some tests want otherwise. */
export interface DriverOptions {
  readonly clock?: Clock
  readonly auditEntriesMax?: number
}

const example = parseName('example.')
const other = parseName('other.')

/** The one suite of all drivers; `prepare` gives each test an empty store of its own. */
export function storeSuite(t: Test, prepare: (t: Test) => Promise<Driver>): void {
  t.test('10,000 random change sets leave what a model says', async (t) => {
    await runAgainstModel(t, await prepare(t))
  })
  commits(t, prepare)
  histories(t, prepare)
  tables(t, prepare)
  keysSuite(t, prepare)
  instancesSuite(t, prepare)
  keeping(t, prepare)
  documentsSuite(t, prepare)
}

function commits(t: Test, prepare: (t: Test) => Promise<Driver>): void {
  t.test('commit compares the version and says which one is there', async (t) => {
    const store = await opened(t, prepare)
    t.strictSame(await store.commit([create(example)]), [{ kind: 'done', sequence: 1 }])
    t.strictSame(await store.commit([create(example)]), [{ kind: 'conflict', version: 1 }])
    t.strictSame(await store.commit([change(example, 2, [])]), [{ kind: 'conflict', version: 1 }])
    t.strictSame(await store.commit([remove(other, 1)]), [{ kind: 'conflict', version: 0 }])
    t.equal(await store.sequence(), 1)
    t.equal((await store.history({ newestFirst: false, limit: 9 })).items.length, 1)
    t.equal((await store.audit({ limit: 9 })).items.length, 1)
  })

  t.test('commit: a conflict changes nothing and drags along its zone, not others', async (t) => {
    const store = await opened(t, prepare)
    const outcomes = await store.commit([
      create(example),
      change(example, 7, [address(example, 'a', 1)]),
      change(example, 1, [address(example, 'b', 2)]),
      create(other),
      change(other, 1, [address(other, 'c', 3)]),
    ])
    t.strictSame(
      outcomes.map(({ kind }) => kind),
      ['done', 'conflict', 'conflict', 'done', 'done'],
    )
    t.equal((await store.zone(example))?.version, 1)
    t.strictSame(await collect(store.rrsets(example)), [])
    t.equal((await store.zone(other))?.version, 2)
    t.equal((await collect(store.rrsets(other))).length, 1)
  })

  t.test('commit: of 20 writers of one version one is let, and nothing is lost', async (t) => {
    const store = await opened(t, prepare)
    await store.commit([create(example)])
    let tries = 0
    await Promise.all(
      Array.from({ length: 20 }, async (_, writer) => {
        for (;;) {
          tries++
          const version = (await store.zone(example))?.version ?? 0
          const work = change(example, version, [address(example, `w${writer}`, writer)])
          const [outcome] = await store.commit([work])
          if (outcome?.kind === 'done') return
        }
      }),
    )
    t.ok(tries > 20, `${tries} tries: writers did meet`)
    t.equal((await store.zone(example))?.version, 21)
    t.equal((await collect(store.rrsets(example))).length, 20)
  })

  t.test('commit: deleting a zone takes its RRsets and keys, not its history', async (t) => {
    const store = await opened(t, prepare)
    const below = parseName('sub.example.')
    await store.commit([
      create(example),
      change(example, 1, [address(example, 'a', 1), address(example, 'sub', 2)]),
      create(below),
      change(below, 1, [address(below, 'a', 3)]),
    ])
    await store.putKey(keyOf(example, 1))
    await store.putKey(keyOf(below, 1))
    await store.commit([remove(example, 2)])
    t.equal(await store.zone(example), undefined)
    t.strictSame(await collect(store.rrsets(example)), [])
    t.strictSame(await store.keys(example), [])
    const history = await store.history({ apex: example, newestFirst: true, limit: 9 })
    t.strictSame(
      history.items.map(({ kind }) => kind),
      ['delete', 'change', 'create'],
    )
    t.equal((await collect(store.rrsets(below))).length, 1, 'a zone below is another zone')
    t.equal((await store.keys(below)).length, 1)
    t.equal((await collect(store.zones())).length, 1)
  })

  t.test('commit: nothing in it is nothing', async (t) => {
    const store = await opened(t, prepare)
    t.strictSame(await store.commit([]), [])
    t.equal(await store.sequence(), 0)
  })

  t.test('rrsets gives one version, whatever is committed meanwhile', async (t) => {
    const store = await opened(t, prepare)
    const names = Array.from({ length: 2500 }, (_, n) => address(example, `n${n}`, 1))
    await store.commit([create(example), change(example, 1, names)])
    let seen = 0
    for await (const rrset of store.rrsets(example)) {
      if (seen === 10) {
        const all = names.map(({ owner, type }) => ({ owner, type, before: undefined }))
        const gone = all.map((one) => ({ ...one, after: undefined }))
        await store.commit([change(example, 2, gone)])
      }
      t.equal(rrset.records.length, 1)
      seen++
    }
    t.equal(seen, 2500)
    t.strictSame(await collect(store.rrsets(example)), [])
  })

  t.test('read answers in the order asked', async (t) => {
    const store = await opened(t, prepare)
    const a = address(example, 'a', 1)
    const b = address(example, 'b', 2)
    await store.commit([create(example), change(example, 1, [a, b])])
    const ask = (owner: string, type = RR.A) => {
      return { apex: example, owner: parseName(owner, example), type }
    }
    const found = await store.read([ask('b'), ask('none'), ask('a', RR.AAAA), ask('a')])
    t.strictSame(found, [b.after, undefined, undefined, a.after])
    t.strictSame(await store.read([]), [])
  })

  t.test('watch tells of commits, until it is ended', async (t) => {
    const store = await opened(t, prepare)
    // The timers of a server keep no process alive.
    const alive = setInterval(() => {}, 1000)
    t.teardown(() => clearInterval(alive))
    let told = 0
    const nextChange = () => {
      return new Promise<void>((resolve) => {
        const end = store.watch(() => {
          end()
          resolve()
        })
      })
    }
    const end = store.watch(() => told++)
    const first = nextChange()
    await store.commit([create(example)])
    await first
    t.equal(told, 1)
    end()
    const second = nextChange()
    await store.commit([create(other)])
    await second
    t.equal(told, 1)
    t.equal(store.health().sequence, 2)
  })
}

function histories(t: Test, prepare: (t: Test) => Promise<Driver>): void {
  t.test('history pages both ways, of all zones or one, after a sequence', async (t) => {
    const store = await opened(t, prepare)
    await store.commit([create(example), create(other)])
    for (let version = 1; version <= 10; version++) {
      await store.commit([change(example, version, []), change(other, version, [])])
    }
    const all = Array.from({ length: 22 }, (_, n) => n + 1)
    const odd = all.filter((n) => n % 2 === 1)
    const sequences = async (query: Partial<Parameters<Store['history']>[0]>, limit: number) => {
      const found: number[] = []
      for (let cursor: string | undefined; ; ) {
        const from = cursor === undefined ? {} : { cursor }
        const page = await store.history({ newestFirst: false, ...query, limit, ...from })
        t.ok(page.items.length <= limit)
        found.push(...page.items.map(({ sequence }) => sequence))
        cursor = page.next
        if (cursor === undefined) return found
      }
    }
    for (const limit of [1, 3, 11, 22, 100_000]) {
      t.strictSame(await sequences({}, limit), all)
      t.strictSame(await sequences({ newestFirst: true }, limit), all.toReversed())
      t.strictSame(await sequences({ apex: example }, limit), odd)
      t.strictSame(await sequences({ apex: example, newestFirst: true }, limit), odd.toReversed())
      t.strictSame(await sequences({ after: 20 }, limit), [21, 22])
      t.strictSame(await sequences({ after: 20, newestFirst: true }, limit), [22, 21])
      t.strictSame(await sequences({ apex: example, after: 19 }, limit), [21])
      t.strictSame(await sequences({ after: 22 }, limit), [])
      t.strictSame(await sequences({ apex: parseName('none.') }, limit), [])
    }
    for (const cursor of ['', 'x', '-1', '1e3', '99999999999999999']) {
      const page = store.history({ newestFirst: false, limit: 1, cursor })
      await t.rejects(page, { code: 'cursor-invalid' }, cursor)
    }
  })

  t.test('history gives back every property of a change set', async (t) => {
    const store = await opened(t, prepare)
    const made = create(example)
    const changed = change(example, 1, [address(example, 'a', 1)])
    const settings = {
      ...changed,
      expectedVersion: 2,
      changeSet: {
        ...changed.changeSet,
        kind: 'settings' as const,
        version: 3,
        serialBefore: undefined,
        settingsBefore: { a: [1, null, 'ü'] },
        settingsAfter: {},
      },
      zone: zoneAt(example, 3),
    }
    await store.commit([made, changed, settings])
    const { items } = await store.history({ newestFirst: false, limit: 9 })
    const expected = [made, changed, settings].map(({ changeSet }, n) => {
      return { ...changeSet, sequence: n + 1 }
    })
    t.strictSame(items, expected)
  })

  t.test('audit is newest first, pages, and forgets the oldest', async (t) => {
    const driver = await prepare(t)
    const store = await driver.open({ auditEntriesMax: 10 })
    t.teardown(() => store.close())
    await store.commit([create(example)])
    for (let n = 1; n <= 25; n++) await store.putAudit(auditEntry(`entry ${n}`))
    const details: string[] = []
    for (let cursor: string | undefined; ; ) {
      const page = await store.audit({ limit: 4, ...(cursor === undefined ? {} : { cursor }) })
      details.push(...page.items.map(({ detail }) => detail))
      cursor = page.next
      if (cursor === undefined) break
    }
    t.strictSame(
      details,
      Array.from({ length: 10 }, (_, n) => `entry ${25 - n}`),
    )
    await t.rejects(store.audit({ limit: 1, cursor: '?' }), { code: 'cursor-invalid' })
    for (let n = 26; n <= 30; n++) {
      const entry = auditEntry(`entry ${n}`)
      const actor = { ...entry.actor, tenant: n % 2 === 0 ? 'even' : 'odd' }
      await store.putAudit({ ...entry, actor })
    }
    const first = await store.audit({ limit: 2, tenant: 'even' })
    t.strictSame(
      first.items.map(({ detail }) => detail),
      ['entry 30', 'entry 28'],
    )
    const second = await store.audit({ limit: 2, tenant: 'even', cursor: first.next ?? '' })
    t.strictSame(
      second.items.map(({ detail }) => detail),
      ['entry 26'],
    )
    t.equal(second.next, undefined)
  })
}

function tables(t: Test, prepare: (t: Test) => Promise<Driver>): void {
  t.test('tokens are put, replaced, found, listed by id', async (t) => {
    const store = await opened(t, prepare)
    const token = {
      id: 'b1',
      tenant: 'ten',
      name: 'näme',
      hash: Uint8Array.of(1, 2, 3),
      scope: { zones: ['example.'] },
      createdAt: now,
      expiresAt: undefined,
      revokedAt: undefined,
    }
    await store.putToken(token)
    await store.putToken({ ...token, id: 'a1', expiresAt: now })
    t.strictSame(await store.token('b1'), token)
    t.equal(await store.token('b'), undefined)
    t.equal(await store.token(''), undefined)
    t.equal(await store.token('x'.repeat(100_000)), undefined)
    await store.putToken({ ...token, revokedAt: now })
    t.strictSame(await store.tokens(), [
      { ...token, id: 'a1', expiresAt: now },
      { ...token, revokedAt: now },
    ])
    const long = { ...token, id: 'x'.repeat(256) }
    await t.rejects(store.putToken(long), { code: 'store-entry-too-large' })
  })

  t.test('nodes are those heard of since, and old ones are forgotten', async (t) => {
    const store = await opened(t, prepare)
    const at = (seconds: number) => (now + seconds) as UnixSeconds
    await store.putNode('one', 1, at(0))
    await store.putNode('two', 2, at(10))
    await store.putNode('one', 3, at(20))
    const found = await store.nodes(at(0))
    t.strictSame(
      found.toSorted((a, b) => a.sequence - b.sequence),
      [
        { node: 'two', sequence: 2 },
        { node: 'one', sequence: 3 },
      ],
    )
    t.strictSame(await store.nodes(at(11)), [{ node: 'one', sequence: 3 }])
    await store.putNode('three', 4, at(10 + 7 * 86400))
    t.equal((await store.nodes(at(0))).length, 2)
  })

  t.test('answer is kept a day, with its commit only', async (t) => {
    const driver = await prepare(t)
    const clock = fixedClock(now)
    const store = await driver.open({ clock })
    t.teardown(() => store.close())
    const answer = {
      at: now,
      request: 'ab',
      status: 201,
      headers: { etag: '"1"', ['__proto__']: 'x' },
      body: '{"ü":1}',
    }
    const long = 'k'.repeat(5000)
    await store.commit([{ ...create(example), idempotency: { key: long, answer } }])
    const lost = { ...create(example), idempotency: { key: 'lost', answer } }
    await store.commit([lost])
    t.equal(await store.answer('lost', now), undefined)
    t.strictSame(await store.answer(long, now), answer)
    t.strictSame(await store.answer(long, (now + 86399) as UnixSeconds), answer)
    t.equal(await store.answer(long, (now + 86400) as UnixSeconds), undefined)
    clock.advance(86500)
    const later = { ...answer, at: clock.now(), status: 204 }
    await store.commit([{ ...change(example, 1, []), idempotency: { key: long, answer: later } }])
    t.strictSame(await store.answer(long, clock.now()), later)
    await store.commit([{ ...change(example, 2, []), idempotency: { key: 'n', answer: later } }])
    t.strictSame(await store.answer(long, clock.now()), later, 'the sweep leaves what is new')
  })
}

function keeping(t: Test, prepare: (t: Test) => Promise<Driver>): void {
  t.test('everything is there after a reopening', async (t) => {
    const driver = await prepare(t)
    const first = await driver.open()
    await first.commit([create(example), change(example, 1, [address(example, 'a', 1)])])
    await first.putKey(keyOf(example, 1))
    await first.close()
    await first.close()
    t.equal(first.health().state, 'down')
    const second = await driver.open()
    t.teardown(() => second.close())
    t.equal(await second.sequence(), 2)
    t.equal(second.health().sequence, 2)
    t.strictSame(await second.zone(example), zoneAt(example, 2))
    t.equal((await collect(second.rrsets(example))).length, 1)
    t.equal((await second.keys(example)).length, 1)
    t.equal((await second.audit({ limit: 9 })).items.length, 2)
    t.strictSame(await second.commit([change(example, 2, [])]), [{ kind: 'done', sequence: 3 }])
  })

  t.test('backup is one file of one moment, while commits go on', async (t) => {
    const driver = await prepare(t)
    const store = await driver.open()
    t.teardown(() => store.close())
    await store.commit([create(example)])
    await store.putKey(keyOf(example, 1, Uint8Array.of(5)))
    const path = join(driver.directory, 'backup')
    let version = 1
    let going = true
    const writer = (async () => {
      while (going) {
        const work = change(example, version, [address(example, `n${version}`, 1)])
        await store.commit([work])
        version++
      }
    })()
    while (version < 20) await store.zone(example).then(() => new Promise(setImmediate))
    await store.backup(path)
    going = false
    await writer
    t.equal(statSync(path).mode & 0o777, 0o600)
    const copy = await driver.openBackup(path)
    t.teardown(() => copy.close())
    const copied = (await copy.zone(example))?.version ?? 0
    t.ok(copied >= 20 && copied <= version, `version ${copied} of ${version}`)
    t.equal((await collect(copy.rrsets(example))).length, copied - 1)
    t.equal(await copy.sequence(), copied)
    t.equal((await copy.history({ newestFirst: true, limit: 1 })).items[0]?.version, copied)
    t.equal((await copy.keys(example)).length, 1)
    writeFileSync(join(driver.directory, 'there'), '')
    const again = store.backup(join(driver.directory, 'there'))
    await t.rejects(again, { code: 'store-not-empty' })
  })

  t.test('health is ok and knows how long a commit took', async (t) => {
    const store = await opened(t, prepare)
    t.match(store.health(), { state: 'ok', commitMs: undefined, sequence: 0 })
    await store.commit([create(example)])
    t.match(store.health(), { state: 'ok', sequence: 1 })
    t.type(store.health().commitMs, 'number')
  })
}

async function opened(t: Test, prepare: (t: Test) => Promise<Driver>): Promise<Store> {
  const store = await (await prepare(t)).open()
  t.teardown(() => store.close())
  return store
}
