import t from 'tap'
import { CodedError } from '../../src/base/index.ts'
import type { Draft } from '../../src/records/index.ts'
import type { DocumentWrite, Store } from '../../src/store/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { apex, basics, creation, put, recording, told } from '../support/recording.ts'

/** Writes the next version of a document. */
function write(
  key: string,
  expectedVersion: number,
  claims: readonly string[] = [],
): DocumentWrite {
  const version = expectedVersion + 1
  const document = {
    collection: 'domain',
    key,
    tenant: 'acme',
    version,
    dueAt: undefined,
    value: 1,
  }
  return { expectedVersion, document, claims, note: '' }
}

async function versionOf(store: Store, key: string): Promise<number> {
  return (await store.document('domain', key))?.version ?? 0
}

/** A store that does something else in some of its methods. */
function changed(store: Store, methods: Partial<Store>): Store {
  return new Proxy(store, {
    get(target, name) {
      const owner = name in methods ? methods : target
      const value: unknown = Reflect.get(owner, name, owner)
      return typeof value === 'function' ? value.bind(owner) : value
    },
  })
}

const generate = {
  kind: 'generate',
  role: 'csk',
  algorithm: 13,
  active: true,
  published: true,
} as const

t.test('every wish takes its documents along, or neither comes to pass', async (t) => {
  const { submit, store, records, edit } = await recording(t, { empty: true })
  const many = Array.from({ length: 2100 }, (_, n) => put(`n${n}`, 'A', '192.0.2.1'))
  let start = 0
  const wishes: readonly [string, () => Draft['wish']][] = [
    ['create', () => creation()],
    ['edit', () => ({ kind: 'edit', edits: [put('www', 'A', '192.0.2.80')] })],
    ['settings alone', () => ({ kind: 'settings', settings: { account: 'me' } })],
    ['settings of answers', () => ({ kind: 'settings', settings: { denial: 'nsec3' } })],
    ['keys', () => ({ kind: 'keys', edit: generate })],
    ['revert', () => ({ kind: 'revert', sequence: start })],
    ['replaceAll', () => ({ kind: 'replaceAll', rrsets: [...basics, put('x', 'A', '192.0.2.1')] })],
    ['much', () => ({ kind: 'edit', edits: many })],
    ['delete', () => ({ kind: 'delete' })],
  ]
  await edit([])
  await store.commitDocuments([
    {
      ...{ writes: [write('owner', 0, ['taken'])], at: 1 as never },
      actor: { token: '', tenant: '', from: '' },
      audit: {
        ...{ at: 1 as never, actor: { token: '', tenant: '', from: '' } },
        ...{ action: '', apex: undefined, detail: '' },
      },
    },
  ])
  for (const [key, wish] of wishes) {
    start ||= await store.sequence()
    const keysBefore = await records.keys(apex)
    const before = { zone: records.get(apex)?.zone, sequence: await store.sequence() }
    const stale = { wish: wish(), force: true, documents: [write(key, 0), write('owner', 7)] }
    t.equal(told(await submit(stale)), 'conflict document-conflict', key)
    const taken = { wish: wish(), force: true, documents: [write(key, 0, ['taken'])] }
    t.equal(told(await submit(taken)), 'conflict claim-taken', key)
    const dry = { wish: wish(), force: true, dryRun: true, documents: [write(key, 0)] }
    t.match(await submit(dry), { kind: 'done', dryRun: true }, key)
    t.equal(await versionOf(store, key), 0, key)
    t.same({ zone: records.get(apex)?.zone, sequence: await store.sequence() }, before, key)
    t.same((await records.keys(apex)).length, keysBefore.length, `${key} leaves no key`)
    const result = await submit({ wish: wish(), force: true, documents: [write(key, 0, [key])] })
    t.match(result, { kind: 'done', changeSet: { sequence: before.sequence + 1 } }, key)
    t.equal(await versionOf(store, key), 1, key)
    t.equal(await store.claimant('domain', key), key)
  }
})

t.test('a conflict about a document says who has what', async (t) => {
  const { edit } = await recording(t)
  await edit([], { documents: [write('a', 0, ['token'])] })
  const stale = await edit([put('www', 'A', '192.0.2.80')], { documents: [write('a', 0)] })
  t.match(stale, { error: { message: 'Cannot write document "a": it has version 1 now' } })
  const claim = await edit([put('www', 'A', '192.0.2.80')], {
    documents: [write('b', 0, ['token'])],
  })
  t.match(claim, { error: { message: 'Cannot claim "token": "a" has it' } })
})

t.test('a draft that changes nothing of its zone still writes its documents', async (t) => {
  const { edit, submit, store, records } = await recording(t)
  const same = { kind: 'edit', edits: [put('ns', 'A', '192.0.2.1')] } as const
  const version = records.get(apex)?.zone.version
  const written = await submit({ wish: same, documents: [write('a', 0)], note: 'why' })
  t.match(written, { kind: 'done', changeSet: { changes: [], sequence: 0, version } })
  t.equal(await versionOf(store, 'a'), 1)
  const { items } = await store.audit({ limit: 1 })
  t.match(items, [
    { action: 'zone.documents', apex, detail: 'a.test. as before, 1 documents, "why"' },
  ])
  t.equal(
    told(await submit({ wish: same, documents: [write('a', 0)] })),
    'conflict document-conflict',
  )
  const whole = { kind: 'replaceAll', rrsets: [...basics] } as const
  t.match(await submit({ wish: whole, documents: [write('a', 1)] }), { kind: 'done' })
  const back = { kind: 'revert', sequence: await store.sequence() } as const
  t.match(await submit({ wish: back, documents: [write('a', 2)] }), { kind: 'done' })
  t.match(await edit([], { dryRun: true, documents: [write('a', 3)] }), { kind: 'done' })
  t.equal(await versionOf(store, 'a'), 3)
  t.equal(await store.sequence(), 1)
  const gone = await submit({ apex: parseName('no.test.'), wish: same, documents: [write('b', 0)] })
  t.equal(told(gone), 'absent zone-absent')
  t.equal(await versionOf(store, 'b'), 0)
})

t.test('one that conflicts about a document drags nobody along', async (t) => {
  const { edit, submit, store, server, records } = await recording(t)
  const other = parseName('b.test.')
  await submit({ apex: other, wish: creation(basics.map((it) => ({ ...it, owner: moved(it) }))) })
  const www = put('www', 'A', '192.0.2.80')
  const results = await Promise.all([
    edit([put('one', 'A', '192.0.2.1')], { documents: [write('a', 0)] }),
    edit([put('two', 'A', '192.0.2.2')], { documents: [write('b', 0), write('a', 0)] }),
    edit([put('three', 'A', '192.0.2.3')], { documents: [write('a', 1)] }),
    edit([], { documents: [write('c', 0)] }),
    submit({
      ...{ apex: other, documents: [write('d', 0)] },
      wish: { kind: 'edit', edits: [{ ...www, owner: parseName('www.b.test.') }] },
    }),
  ])
  t.same(results.map(told), [
    'done 2026010101',
    'conflict document-conflict',
    'done 2026010102',
    'done 2026010102',
    'done 2026010101',
  ])
  const versions = await Promise.all(['a', 'b', 'c', 'd'].map((key) => versionOf(store, key)))
  t.same(versions, [2, 0, 1, 1])
  const answers = ['one', 'two', 'three'].map((name) => server.ask(`${name}.a.test.`, 'A'))
  t.same(
    answers.map(({ rcode }) => rcode),
    [0, 3, 0],
  )
  t.equal(records.get(apex)?.zone.version, 3)
})

function moved({ owner }: { readonly owner: ReturnType<typeof parseName> }) {
  return parseName(owner === apex ? 'b.test.' : 'ns.b.test.')
}

t.test('a zone that others changed is worked out anew, its documents with it', async (t) => {
  const first = await recording(t)
  let once = true
  let tries = 0
  const store = changed(first.store, {
    async commit(commits) {
      tries++
      const isFirst = once
      once = false
      // Between look and commit another node is faster.
      if (isFirst) await first.edit([put('faster', 'A', '192.0.2.1')])
      return first.store.commit(commits)
    },
  })
  const { clock, directory } = first
  const second = await recording(t, { store, clock, directory, empty: true, node: 'b' })
  const result = await second.edit([put('www', 'A', '192.0.2.80')], { documents: [write('a', 0)] })
  t.equal(told(result), 'done 2026010102')
  t.equal(tries, 2)
  t.equal(await versionOf(store, 'a'), 1)
  const stale = await second.edit([put('x', 'A', '192.0.2.80')], { documents: [write('a', 0)] })
  t.equal(told(stale), 'conflict document-conflict')
  t.ok(tries <= 4, 'what cannot come to pass is not tried for ever')
})

t.test('documents that cannot be stored are refused, and spoil nobody', async (t) => {
  const { edit, records, store } = await recording(t)
  const sound = write('a', 0)
  const results = await Promise.all([
    edit([put('one', 'A', '192.0.2.1')], { documents: [{ ...sound, expectedVersion: 5 }] }),
    edit([put('two', 'A', '192.0.2.2')], { documents: [{ ...sound, note: 'x'.repeat(1001) }] }),
    edit([put('three', 'A', '192.0.2.3')], { documents: [sound] }),
  ])
  t.same(results.map(told), [
    'invalid store-document-invalid',
    'invalid store-entry-too-large',
    'done 2026010101',
  ])
  t.equal(records.health().state, 'ok')
  t.equal(await versionOf(store, 'a'), 1)
})

t.test('documents alone that a store cannot take leave the others done', async (t) => {
  const { store: sound, clock, directory } = await recording(t)
  const gone = new CodedError('store-unavailable', 'away')
  const store = changed(sound, { commitDocuments: () => Promise.reject(gone) })
  const { edit } = await recording(t, { store, clock, directory, empty: true, node: 'b' })
  const results = await Promise.all([
    edit([put('www', 'A', '192.0.2.80')], { documents: [write('a', 0)] }),
    edit([], { documents: [write('b', 0)] }),
  ])
  t.same(results.map(told), ['done 2026010101', 'unavailable store-unavailable'])
})
