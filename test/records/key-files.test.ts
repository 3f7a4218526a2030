import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { CodedError, type UnixSeconds } from '../../src/base/index.ts'
import { openKeyDirectory } from '../../src/keystore/index.ts'
import {
  directoryKeys,
  type KeyEdit,
  type KeySource,
  type LiveKey,
} from '../../src/records/index.ts'
import type { Store } from '../../src/store/index.ts'
import { apex, type Recording, recording, told } from '../support/recording.ts'
import { testTime } from '../support/served-zone.ts'

const generate = { kind: 'generate', role: 'csk', algorithm: 13 } as const
const active = { active: true, published: true } as const

/** How a node comes to its end in the middle of an edit of keys. */
interface Crash {
  /** Whether the change set was durable by then. */
  readonly after: boolean
}

/** A zone with key 1, which is active, and key 2, which is published; then one edit and its end. */
async function crashed(t: Test, crash: Crash, edits: readonly KeyEdit[]): Promise<Recording> {
  const base = await recording(t)
  await edit(base, { ...generate, active: false, published: true })
  await base.records.close()
  const { directory } = base
  let isLast = false
  const gone = new CodedError('store-unavailable', 'Cannot reach store: it ends')
  const store: Store = Object.create(base.store, {
    commit: {
      value: (commits: Parameters<Store['commit']>[0]) =>
        isLast && !crash.after ? Promise.reject(gone) : base.store.commit(commits),
    },
  })
  // What comes after the commit never happens.
  const alterKeys = (): KeySource => {
    const good = sourceOf(base)
    return {
      ...good,
      async stage(...asked) {
        const staged = await good.stage(...asked)
        return isLast ? { ...staged, settle: () => Promise.resolve() } : staged
      },
    }
  }
  for (const method of ['zones', 'zone', 'content', 'read', 'history', 'sequence'] as const) {
    Object.defineProperty(store, method, { value: base.store[method].bind(base.store) })
  }
  for (const method of ['answer', 'watch', 'health', 'putNode', 'nodes'] as const) {
    Object.defineProperty(store, method, { value: base.store[method].bind(base.store) })
  }
  const ending = await recording(t, { store, directory, alterKeys, empty: true })
  for (const [at, wished] of edits.entries()) {
    isLast = at === edits.length - 1
    await edit(ending, wished)
  }
  await ending.records.close()
  const keys = sourceOf(base)
  return recording(t, { store: base.store, directory, keys, empty: true })
}

function sourceOf({ directory, store }: Pick<Recording, 'directory' | 'store'>): KeySource {
  return directoryKeys(openKeyDirectory(join(directory, 'keys')), store, {})
}

function edit({ submit }: Recording, wished: KeyEdit) {
  return submit({ wish: { kind: 'keys', edit: wished } })
}

function filesOf({ directory }: Recording): number {
  return readdirSync(join(directory, 'keys')).filter((file) => file.endsWith('.private')).length
}

async function idsOf({ records }: Recording): Promise<number[]> {
  return (await records.keys(apex)).map(({ id }) => id)
}

function signaturesOf({ server }: Recording): number {
  return server.ask('a.test.', 'SOA', { dnssec: true }).answer.length - 1
}

t.test('bug: an end before the commit left a zone whose key was marked as removed', async (t) => {
  for (const wished of [
    { kind: 'remove', id: 1 },
    { kind: 'set', id: 1, active: false, published: false },
  ] as const) {
    const node = await crashed(t, { after: false }, [wished])
    t.equal(signaturesOf(node), 1, wished.kind)
    t.same(await idsOf(node), [1, 2])
    t.match(node.records.get(apex), { served: true, settings: { dnssec: true } })
  }
})

t.test('a key that came before a commit that never was is one too many, no less', async (t) => {
  const node = await crashed(t, { after: false }, [{ ...generate, ...active }])
  t.equal(node.server.ask('a.test.', 'DNSKEY').answer.length, 3)
  t.equal(signaturesOf(node), 2)
  t.same(await idsOf(node), [1, 2, 3])
})

t.test('bug: an end after the commit brought a removed key back', async (t) => {
  const node = await crashed(t, { after: true }, [{ kind: 'remove', id: 2 }])
  t.equal(node.server.ask('a.test.', 'DNSKEY').answer.length, 1)
  t.equal(signaturesOf(node), 1)
  t.same(await idsOf(node), [1])
  t.equal(filesOf(node), 1)
  t.equal(told(await edit(node, { ...generate, ...active })), 'done 1')
  t.same(await idsOf(node), [1, 3], 'its id does not come again')
})

t.test('an end after a commit that signs a zone anew leaves it signed', async (t) => {
  const node = await crashed(t, { after: true }, [
    { kind: 'set', id: 1, active: false, published: true },
    { kind: 'set', id: 2, ...active },
  ])
  t.match(node.records.get(apex), { served: true, settings: { dnssec: true } })
  t.equal(signaturesOf(node), 1)
  const timings = (await node.records.keys(apex)).map(({ key }) => key.timing)
  t.match(timings, [{ inactive: testTime }, { activate: testTime }])
  t.same((await sourceOf(node).all())(apex).length, 2)
})

t.test('a file that others change counts, once nothing is left to do with it', async (t) => {
  const node = await recording(t)
  t.equal(told(await edit(node, { ...generate, ...active })), 'done 1')
  t.equal(told(await edit(node, { kind: 'set', id: 2, active: false, published: true })), 'done 1')
  const [first] = await node.records.keys(apex)
  const { key } = first as LiveKey
  const timing = { ...key.timing, activate: (testTime + 1000) as never }
  openKeyDirectory(join(node.directory, 'keys')).replace({ ...key, timing })
  t.same((await node.records.keys(apex))[0]?.key.timing, timing)
})

t.test('a key is not to be seen before its commit, nor after one that failed', async (t) => {
  const node = await recording(t)
  const source = sourceOf(node)
  const [{ key }] = (await source.list(apex)) as [LiveKey]
  const seen = async () => (await source.list(apex)).length
  const stage = async () => {
    const choice = { algorithm: 13, role: 'csk' as const, now: testTime as UnixSeconds }
    const after = source.generate(apex, choice, [key])
    const staged = await source.stage(apex, [{ before: undefined, after }])
    t.equal(filesOf(node), 2)
    t.equal(await seen(), 1)
    return { ...staged, after }
  }
  const failed = await stage()
  await failed.settle('failed')
  t.equal(filesOf(node), 1)
  const unknown = await stage()
  await unknown.settle('unknown')
  t.equal(await seen(), 1, 'it is not in the store')
  t.equal(filesOf(node), 1)
  const durable = await stage()
  for (const { after } of durable.writes) if (after) await node.store.putKey(after)
  await durable.settle('unknown')
  t.equal(await seen(), 2, 'it is')
})
