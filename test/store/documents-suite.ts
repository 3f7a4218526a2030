import { join } from 'node:path'
import type { Test } from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import type { DocumentWrite, Page, Store } from '../../src/store/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { change, collect, create, document, documents, now, write } from './samples.ts'
import type { Driver } from './suite.ts'

type Prepare = (t: Test) => Promise<Driver>

const example = parseName('example.')
const done = { kind: 'done' as const }

/** What the suite of all drivers says of documents. */
export function documentsSuite(t: Test, prepare: Prepare): void {
  writing(t, prepare)
  claiming(t, prepare)
  lists(t, prepare)
  refusals(t, prepare)
  lasting(t, prepare)
}

function writing(t: Test, prepare: Prepare): void {
  t.test('commitDocuments compares the version and says which one is there', async (t) => {
    const store = await opened(t, prepare)
    t.strictSame(await store.commitDocuments([documents(write('a', 0))]), [done])
    const conflict = { kind: 'documentConflict', key: 'a', version: 1 }
    t.strictSame(await store.commitDocuments([documents(write('a', 0))]), [conflict])
    t.strictSame(await store.commitDocuments([documents(write('a', 2))]), [conflict])
    const absent = { kind: 'documentConflict', key: 'b', version: 0 }
    t.strictSame(await store.commitDocuments([documents(write('b', 1))]), [absent])
    t.strictSame(await store.document('domain', 'a'), document('a', 1))
    t.equal(await store.document('domain', 'b'), undefined)
    t.equal(await store.document('other', 'a'), undefined, 'a collection is a world of its own')
    t.equal((await store.audit({ limit: 9 })).items.length, 1)
    t.equal(await store.sequence(), 0, 'documents are no change sets')
  })

  t.test(
    'commitDocuments is atomic, in order, and one that conflicts spoils no other',
    async (t) => {
      const store = await opened(t, prepare)
      const outcomes = await store.commitDocuments([
        documents(write('a', 0), write('b', 0)),
        documents(write('c', 0), write('a', 0)),
        documents(write('a', 1), write('c', 0)),
        documents(),
      ])
      const conflict = { kind: 'documentConflict', key: 'a', version: 1 }
      t.strictSame(outcomes, [done, conflict, done, done])
      const versions = await Promise.all(
        ['a', 'b', 'c'].map(async (key) => (await store.document('domain', key))?.version),
      )
      t.strictSame(versions, [2, 1, 1])
      t.strictSame(await store.commitDocuments([]), [])
    },
  )

  t.test('commit: a conflict about the zone or a document leaves neither', async (t) => {
    const store = await opened(t, prepare)
    await store.commit([{ ...create(example), documents: [write('a', 0)] }])
    t.equal((await store.document('domain', 'a'))?.version, 1)
    const outcomes = await store.commit([
      { ...change(example, 7, []), documents: [write('b', 0)] },
      { ...create(parseName('one.')), documents: [write('c', 0), write('a', 0)] },
      { ...create(parseName('one.')), documents: [write('d', 0)] },
      { ...create(parseName('two.')), documents: [write('a', 1)] },
    ])
    t.strictSame(outcomes, [
      { kind: 'conflict', version: 1 },
      { kind: 'documentConflict', key: 'a', version: 1 },
      // What follows a conflict in its zone was worked out upon what did not come to pass.
      { kind: 'conflict', version: 0 },
      { kind: 'done', sequence: 2 },
    ])
    for (const key of ['b', 'c', 'd']) t.equal(await store.document('domain', key), undefined, key)
    t.equal((await store.document('domain', 'a'))?.version, 2)
    t.equal(await store.zone(parseName('one.')), undefined)
    t.equal((await store.history({ newestFirst: false, limit: 9 })).items.length, 2)
    t.equal((await store.audit({ limit: 9 })).items.length, 2)
  })

  t.test('commitDocuments: of 20 writers of one version one is let', async (t) => {
    const store = await opened(t, prepare)
    let tries = 0
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        for (;;) {
          tries++
          const version = (await store.document('domain', 'a'))?.version ?? 0
          const [outcome] = await store.commitDocuments([documents(write('a', version))])
          if (outcome?.kind === 'done') return
        }
      }),
    )
    t.ok(tries > 20, `${tries} tries: writers did meet`)
    t.equal((await store.document('domain', 'a'))?.version, 20)
  })

  t.test('watch tells of documents too', async (t) => {
    const store = await opened(t, prepare)
    // The timers of a server keep no process alive.
    const alive = setInterval(() => {}, 1000)
    t.teardown(() => clearInterval(alive))
    for (const version of [0, 1]) {
      const told = new Promise<void>((resolve) => {
        const end = store.watch(() => {
          end()
          resolve()
        })
      })
      await store.commitDocuments([documents(write('a', version))])
      await told
    }
    t.match(store.health(), { state: 'ok', sequence: 0 })
    t.type(store.health().commitMs, 'number')
  })
}

function claiming(t: Test, prepare: Prepare): void {
  t.test('a claim belongs to its document for ever', async (t) => {
    const store = await opened(t, prepare)
    t.equal(await store.claimant('domain', 'token'), undefined)
    await store.commitDocuments([documents(write('a', 0, { claims: ['token', 'tökn'] }))])
    const taken = { kind: 'claimConflict', claim: 'tökn', by: 'a' }
    const second = documents(write('b', 0, { claims: ['free', 'tökn'] }))
    t.strictSame(await store.commitDocuments([second]), [taken])
    t.equal(await store.document('domain', 'b'), undefined)
    t.equal(await store.claimant('domain', 'free'), undefined)
    const zone = { ...create(example), documents: [write('b', 0, { claims: ['tökn'] })] }
    t.strictSame(await store.commit([zone]), [taken])
    t.equal(await store.zone(example), undefined)
    // Its own it may claim again, and what it does not name it keeps.
    const again = await store.commitDocuments([
      documents(write('a', 1, { claims: ['token'] })),
      documents(write('a', 2)),
    ])
    t.strictSame(again, [done, done])
    t.equal(await store.claimant('domain', 'token'), 'a')
    t.equal(await store.claimant('domain', 'tökn'), 'a')
    const elsewhere = write('b', 0, { collection: 'tlsa', claims: ['token'] })
    t.strictSame(await store.commitDocuments([documents(elsewhere)]), [done])
    t.equal(await store.claimant('tlsa', 'token'), 'b')
  })

  t.test('of 50 documents that want one name at once one gets it', async (t) => {
    const store = await opened(t, prepare)
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        const commit = documents(write(`d${n}`, 0, { claims: [`own${n}`, 'token'] }))
        return (await store.commitDocuments([commit]))[0]
      }),
    )
    const winner = outcomes.findIndex((outcome) => outcome?.kind === 'done')
    for (const [n, outcome] of outcomes.entries()) {
      const taken = { kind: 'claimConflict', claim: 'token', by: `d${winner}` }
      t.strictSame(outcome, n === winner ? done : taken)
      t.equal(await store.claimant('domain', `own${n}`), n === winner ? `d${n}` : undefined)
    }
    t.equal((await store.documents({ collection: 'domain', limit: 99 })).items.length, 1)
  })
}

function lists(t: Test, prepare: Prepare): void {
  t.test('documents come in order of their keys, of all tenants or one, by pages', async (t) => {
    const store = await opened(t, prepare)
    // Prefixes of each other, and characters whose order in UTF-8 is not that in UTF-16.
    const keys = ['a', 'a\u0000', 'a.b', 'aa', 'b', '\ue000', '\u{10000}', 'z'.repeat(512)]
    const inOrder = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    const writes = keys.toReversed().map((key, n) => {
      return write(key, 0, { tenant: n % 2 === 0 ? 'even' : 'odd' })
    })
    const foreign = write('a', 0, { collection: 'domains', tenant: 'even' })
    await store.commitDocuments([documents(...writes, foreign)])
    const isEven = (key: string) => keys.toReversed().indexOf(key) % 2 === 0
    for (const limit of [1, 2, 3, 8, 100_000]) {
      const keysOf = async (tenant?: string) => {
        const query = { collection: 'domain', limit, ...(tenant === undefined ? {} : { tenant }) }
        const all = await pages(t, limit, (from) => store.documents({ ...query, ...from }))
        return all.map(({ key }) => key)
      }
      t.strictSame(await keysOf(), inOrder)
      t.strictSame(await keysOf('even'), inOrder.filter(isEven))
      t.strictSame(
        await keysOf('odd'),
        inOrder.filter((key) => !isEven(key)),
      )
      t.strictSame(await keysOf('eve'), [])
      t.strictSame(await keysOf(''), [])
    }
    for (const cursor of ['', '=', '?', 'YQ==', Buffer.alloc(513, 97).toString('base64url')]) {
      const page = store.documents({ collection: 'domain', limit: 1, cursor })
      await t.rejects(page, { code: 'cursor-invalid' }, cursor)
    }
  })

  t.test('a document goes with its tenant and its time', async (t) => {
    const store = await opened(t, prepare)
    const at = (seconds: number) => (now + seconds) as UnixSeconds
    await store.commitDocuments([
      documents(write('late', 0, { dueAt: at(20) }), write('never', 0)),
      documents(write('b', 0, { dueAt: at(10) }), write('a', 0, { dueAt: at(10) })),
      documents(write('soon', 0, { dueAt: at(9) })),
      documents(write('other', 0, { collection: 'tlsa', dueAt: at(0) })),
    ])
    const due = async (seconds: number, limit = 9) => {
      const found = await store.dueDocuments('domain', at(seconds), limit)
      return found.map(({ key }) => key)
    }
    t.strictSame(await due(8), [])
    t.strictSame(await due(9), ['soon'])
    t.strictSame(await due(19), ['soon', 'a', 'b'])
    t.strictSame(await due(99), ['soon', 'a', 'b', 'late'])
    t.strictSame(await due(99, 2), ['soon', 'a'])
    await store.commitDocuments([
      documents(write('soon', 1), write('late', 1, { dueAt: 0 as UnixSeconds })),
      documents(write('a', 1, { dueAt: at(10), tenant: 'another' }), write('never', 1)),
    ])
    t.strictSame(await due(99), ['late', 'a', 'b'])
    const conflict = documents(write('b', 1), write('a', 0))
    t.match(await store.commitDocuments([conflict]), [{ kind: 'documentConflict' }])
    t.strictSame(await due(99), ['late', 'a', 'b'])
    t.strictSame(await store.dueDocuments('domain', at(99), 1), [
      document('late', 2, { dueAt: 0 as UnixSeconds }),
    ])
    const keysOf = async (tenant: string) => {
      const { items } = await store.documents({ collection: 'domain', tenant, limit: 9 })
      return items.map(({ key }) => key)
    }
    t.strictSame(await keysOf('another'), ['a'])
    t.strictSame(await keysOf('ten'), ['b', 'late', 'never', 'soon'])
  })

  t.test('documentHistory has every version, newest first, by pages', async (t) => {
    const store = await opened(t, prepare)
    const notes = Array.from({ length: 9 }, (_, version) => `nöte ${version + 1}`)
    for (const [version, note] of notes.entries()) {
      const writes = [write('a', version, { note, claims: [`c${version}`] })]
      if (version === 4) await store.commit([{ ...create(example), documents: writes }])
      else await store.commitDocuments([documents(...writes, write(`a${version}`, 0))])
    }
    const query = { collection: 'domain', key: 'a' }
    for (const limit of [1, 4, 9, 100_000]) {
      const all = await pages(t, limit, (from) =>
        store.documentHistory({ ...query, limit, ...from }),
      )
      t.strictSame(
        all.map(({ note }) => note),
        notes.toReversed(),
      )
      const expected = { document: document('a', 9), at: now, note: 'nöte 9' }
      t.match(all[0], { ...expected, actor: { token: 'tok', tenant: 'ten', from: '192.0.2.1' } })
    }
    const none = { items: [], next: undefined }
    t.strictSame(await store.documentHistory({ ...query, key: 'none', limit: 9 }), none)
    const cursor = store.documentHistory({ ...query, limit: 9, cursor: 'x' })
    await t.rejects(cursor, { code: 'cursor-invalid' })
  })
}

function refusals(t: Test, prepare: Prepare): void {
  t.test('what cannot be stored is refused with what is wrong with it, wholly', async (t) => {
    const store = await opened(t, prepare)
    const refused = async (code: string, message: RegExp, ...writes: DocumentWrite[]) => {
      const alone = store.commitDocuments([documents(write('sound', 0), ...writes)])
      await t.rejects(alone, { code, message })
      const withZone = store.commit([{ ...create(example), documents: writes }])
      await t.rejects(withZone, { code, message })
    }
    const large = (message: RegExp, ...writes: DocumentWrite[]) =>
      refused('store-entry-too-large', message, ...writes)
    const invalid = (message: RegExp, ...writes: DocumentWrite[]) =>
      refused('store-document-invalid', message, ...writes)
    await large(/513 octets in the key of/, write('x'.repeat(513), 0))
    await large(/514 octets in the key of/, write('ü'.repeat(257), 0))
    await large(/256 octets in the tenant of/, write('a', 0, { tenant: 'x'.repeat(256) }))
    await large(/513 octets in a claim of/, write('a', 0, { claims: ['x'.repeat(513)] }))
    const nine = Array.from({ length: 9 }, (_, n) => `c${n}`)
    await large(/9 claims in document domain "a": 8 are the most/, write('a', 0, { claims: nine }))
    await large(/1001 characters in the note of/, write('a', 0, { note: 'x'.repeat(1001) }))
    await large(/octets in document domain "a"/, write('a', 0, { value: 'x'.repeat(2 ** 18) }))
    const many = Array.from({ length: 257 }, (_, n) => write(`d${n}`, 0))
    await large(/25[78] documents in one commit: 256 are the most/, ...many)
    await invalid(/key of .*: it is empty/, write('', 0))
    await invalid(/a claim of .*: it is empty/, write('a', 0, { claims: [''] }))
    await invalid(/it is no text in UTF-8/, write('\ud800', 0))
    for (const collection of ['', 'a-b', 'x'.repeat(33), 'ü']) {
      await invalid(/a collection is 1 to 32 letters/, write('a', 0, { collection }))
    }
    const skips = write('a', 1)
    const third = { ...skips, document: { ...skips.document, version: 3 } }
    await invalid(/version 3 does not follow 1/, third)
    await invalid(/version 0 does not follow -1/, write('a', -1))
    await invalid(/-1 is no time to be due/, write('a', 0, { dueAt: -1 as UnixSeconds }))
    await invalid(/one commit has it twice/, write('a', 0), write('a', 1))
    const wanted = { claims: ['token'] }
    await invalid(/"a" claims "token" in the same/, write('a', 0, wanted), write('b', 0, wanted))
    t.equal(await store.zone(example), undefined)
    t.equal(await store.document('domain', 'sound'), undefined)
    t.equal((await store.audit({ limit: 9 })).items.length, 0)
  })

  t.test('what is as large as it may be is stored', async (t) => {
    const store = await opened(t, prepare)
    const claims = Array.from({ length: 8 }, (_, n) => `${n}${'c'.repeat(511)}`)
    const largest = write('k'.repeat(512), 0, {
      ...{ collection: 'C'.repeat(32), tenant: 't'.repeat(255), note: 'n'.repeat(1000), claims },
      ...{ dueAt: Number.MAX_SAFE_INTEGER as UnixSeconds, value: 'v'.repeat(2 ** 18 - 3000) },
    })
    const { collection, key, tenant } = largest.document
    t.strictSame(await store.commitDocuments([documents(largest)]), [done])
    t.strictSame(await store.document(collection, key), largest.document)
    t.equal((await store.documents({ collection, tenant, limit: 1 })).items.length, 1)
    t.equal((await store.documentHistory({ collection, key, limit: 1 })).items.length, 1)
    for (const claim of claims) t.equal(await store.claimant(collection, claim), key)
    const many = Array.from({ length: 256 }, (_, n) => write(`d${n}`, 0))
    t.strictSame(await store.commitDocuments([documents(...many)]), [done])
    t.equal((await store.documents({ collection: 'domain', limit: 999 })).items.length, 256)
  })

  t.test('under what cannot be stored nothing is found', async (t) => {
    const store = await opened(t, prepare)
    for (const key of ['', 'x'.repeat(100_000), '\ud800']) {
      t.equal(await store.document('domain', key), undefined)
      t.equal(await store.claimant('domain', key), undefined)
      const history = await store.documentHistory({ collection: 'domain', key, limit: 1 })
      t.strictSame(history, { items: [], next: undefined })
    }
    const page = await store.documents({ collection: 'x'.repeat(100_000), limit: 1 })
    t.strictSame(page, { items: [], next: undefined })
    t.strictSame(await store.dueDocuments('?', now, 1), [])
  })
}

function lasting(t: Test, prepare: Prepare): void {
  t.test('documents are there after a reopening, and in a backup', async (t) => {
    const driver = await prepare(t)
    const first = await driver.open()
    await fill(first)
    await first.close()
    const second = await driver.open()
    t.teardown(() => second.close())
    await holds(t, second)
    const path = join(driver.directory, 'backup')
    await second.backup(path)
    const copy = await driver.openBackup(path)
    t.teardown(() => copy.close())
    await holds(t, copy)
    t.strictSame(await copy.commitDocuments([documents(write('a', 2))]), [done])
  })
}

/** Writes some of all that there is about documents. */
export async function fill(store: Store): Promise<void> {
  const dueAt = (now + 5) as UnixSeconds
  await store.commit([{ ...create(example), documents: [write('a', 0, { claims: ['ä'] })] }])
  await store.commitDocuments([
    documents(write('a', 1, { dueAt, note: 'second' }), write('ü', 0, { tenant: 'other' })),
  ])
}

/** Whether what `fill` wrote is there. */
export async function holds(t: Test, store: Store): Promise<void> {
  const dueAt = (now + 5) as UnixSeconds
  const a = document('a', 2, { dueAt })
  const collection = 'domain'
  t.equal((await collect(store.zones())).length, 1)
  t.strictSame(await store.document(collection, 'a'), a)
  const { items } = await store.documents({ collection, limit: 9 })
  t.strictSame(items, [a, document('ü', 1, { tenant: 'other' })])
  t.equal((await store.documents({ collection, tenant: 'ten', limit: 9 })).items.length, 1)
  t.strictSame(await store.dueDocuments(collection, dueAt, 9), [a])
  t.equal(await store.claimant(collection, 'ä'), 'a')
  const history = await store.documentHistory({ collection, key: 'a', limit: 9 })
  t.strictSame(
    history.items.map(({ note }) => note),
    ['second', ''],
  )
  const taken = documents(write('b', 0, { claims: ['ä'] }))
  t.match(await store.commitDocuments([taken]), [{ kind: 'claimConflict', by: 'a' }])
}

async function pages<T>(
  t: Test,
  limit: number,
  read: (from: { readonly cursor?: string }) => Promise<Page<T>>,
): Promise<T[]> {
  const found: T[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await read(cursor === undefined ? {} : { cursor })
    t.ok(page.items.length <= limit)
    found.push(...page.items)
    cursor = page.next
    if (cursor === undefined) return found
  }
}

async function opened(t: Test, prepare: Prepare): Promise<Store> {
  const store = await (await prepare(t)).open()
  t.teardown(() => store.close())
  return store
}
