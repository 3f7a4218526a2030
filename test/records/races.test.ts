import t, { type Test } from 'tap'
import { CodedError, fixedClock } from '../../src/base/index.ts'
import { parseSealingKey } from '../../src/crypto/index.ts'
import { type KeyEdit, type ParentDs, sealedKeys } from '../../src/records/index.ts'
import type { Store } from '../../src/store/index.ts'
import { nameKey, parseName } from '../../src/wire/index.ts'
import { manualTimers } from '../support/manual-timers.ts'
import {
  apex,
  basics,
  contents,
  creation,
  put,
  type Recording,
  recording,
  told,
} from '../support/recording.ts'
import { testTime } from '../support/served-zone.ts'

const down = new CodedError('store-unavailable', 'Cannot reach store: gone')

/** A store of which some methods are others. */
function altered(store: Store, methods: Partial<Store>): Store {
  return new Proxy(store, {
    get(target, name) {
      const own = methods[name as keyof Store]
      if (own !== undefined) return own
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** Two nodes on one store; the second hears of nothing by itself, and may see another store. */
async function twoNodes(
  t: Test,
  alter: (store: Store, first: Recording) => Partial<Store> = () => ({}),
): Promise<{ readonly first: Recording; readonly second: Recording }> {
  const clock = fixedClock(testTime)
  const sealing = parseSealingKey('ab'.repeat(32), 'test')
  const base = await recording(t, { clock, empty: true, node: 'base' })
  await base.records.close()
  const { store, directory } = base
  const keys = sealedKeys(store, [sealing], {})
  const common = { clock, directory, keys, empty: true }
  const first = await recording(t, { ...common, store, node: 'a' })
  await first.submit({ wish: creation() })
  const methods = { watch: () => () => undefined, ...alter(store, first) }
  const deaf = altered(store, methods)
  const timers = manualTimers()
  return { first, second: await recording(t, { ...common, store: deaf, node: 'b', timers }) }
}

t.test('bug: what was worked out upon a zone fitted the one made anew in its place', async (t) => {
  let isMade = false
  const { first, second } = await twoNodes(t, (store, first) => ({
    async commit(commits) {
      if (!isMade) {
        isMade = true
        await first.submit({ wish: { kind: 'delete' } })
        await first.submit({ wish: creation([...basics, put('x', 'CNAME', 'ns')]) })
      }
      return store.commit(commits)
    },
  }))
  t.equal(told(await second.edit([put('x', 'A', '192.0.2.1')])), 'invalid cname-and-other')
  t.equal((await contents(first.records)).filter((line) => line.startsWith('x.')).length, 1)
  t.equal(first.records.get(apex)?.zone.version, 3, 'versions count on')
})

t.test('bug: a draft was refused for what another node had changed already', async (t) => {
  const { first, second } = await twoNodes(t)
  await first.edit([put('x', 'A', '192.0.2.1')])
  const edits = [put('y', 'A', '192.0.2.1')]
  t.equal(told(await second.edit(edits, { ifVersion: 2 })), 'done 2026010102')
  const other = parseName('b.test.')
  const owners = ['b.test.', 'b.test.', 'ns.b.test.']
  const there = basics.map((edit, at) => ({ ...edit, owner: parseName(owners[at] ?? '') }))
  await first.submit({ apex: other, wish: creation(there) })
  t.equal(told(await second.submit({ apex: other, wish: { kind: 'delete' } })), 'done undefined')
})

t.test('bug: a draft was refused for one before it that then came to nothing', async (t) => {
  let isMade = false
  const { second } = await twoNodes(t, (store, first) => ({
    async commit(commits) {
      if (!isMade) await first.edit([put('x', 'TXT', '"first"')])
      isMade = true
      return store.commit(commits)
    },
  }))
  const results = await Promise.all([
    second.edit([put('x', 'CNAME', 'ns')]),
    second.edit([put('x', 'A', '192.0.2.1')]),
  ])
  t.same(results.map(told), ['invalid cname-and-other', 'done 2026010102'])
})

const generate = { kind: 'generate', role: 'csk', algorithm: 13 } as const
const published = { active: false, published: true } as const
const active = { active: true, published: true } as const

/** Two nodes; whatever the second commits next, the first has changed the keys before. */
async function racing(t: Test, faster: (first: Recording) => Promise<unknown>) {
  let isFaster = true
  const nodes = await twoNodes(t, (store, first) => ({
    async commit(commits) {
      if (!isFaster) await faster(first)
      isFaster = true
      return store.commit(commits)
    },
  }))
  const edit = (node: Recording, wished: KeyEdit) =>
    node.submit({ wish: { kind: 'keys', edit: wished } })
  t.equal(told(await edit(nodes.first, { ...generate, ...published })), 'done 1')
  t.equal(told(await edit(nodes.second, { ...generate, ...published })), 'done 1')
  isFaster = false
  const ids = async () => (await nodes.first.records.keys(apex)).map(({ id }) => id)
  return { ...nodes, edit, ids }
}

t.test('bug: of two edits of keys at once the slower one undid the faster one', async (t) => {
  const { second, edit, ids } = await racing(t, (first) =>
    first.submit({ wish: { kind: 'keys', edit: { kind: 'remove', id: 2 } } }),
  )
  t.same(await ids(), [1, 2, 3])
  const slower = await edit(second, { kind: 'set', id: 2, active: true, published: true })
  t.equal(told(slower), 'absent key-absent')
  t.same(await ids(), [1, 3], 'what was removed stays so')
  t.equal(second.server.ask('a.test.', 'DNSKEY').answer.length, 2)
})

t.test('bug: two keys made at once had one id, and one of them was lost', async (t) => {
  const made: unknown[] = []
  const { first, second, edit, ids } = await racing(t, async (first) => {
    const wish = { kind: 'keys', edit: { ...generate, ...published } } as const
    made.push(told(await first.submit({ wish })))
  })
  made.push(told(await edit(second, { ...generate, ...published })))
  t.same(made, ['done 1', 'done 1'])
  t.same(await ids(), [1, 2, 3, 4, 5])
  t.equal(told(await first.edit([put('x', 'A', '192.0.2.1')])), 'done 2026010101', 'caught up')
  for (const { server } of [first, second]) {
    t.equal(server.ask('a.test.', 'DNSKEY').answer.length, 5)
  }
})

t.test('bug: the timing before one that lost was put back over the one that won', async (t) => {
  const { first, second } = await racing(t, (first) =>
    first.submit({ wish: { kind: 'keys', edit: { kind: 'set', id: 2, ...active } } }),
  )
  const wished = { kind: 'set', id: 2, active: false, published: false } as const
  const slower = await second.submit({ wish: { kind: 'keys', edit: wished }, ifVersion: 3 })
  t.equal(told(slower), 'version zone-version')
  const [, key] = await first.records.keys(apex)
  t.match(key, { id: 2, key: { timing: { activate: testTime } } })
})

t.test('bug: an answer was replayed by a node that did not serve the change yet', async (t) => {
  const { first, second } = await twoNodes(t)
  const answer = () => ({ status: 200, headers: {}, body: '' })
  const idempotency = { key: 'k', request: 'aa', answer }
  const edits = [put('x', 'A', '192.0.2.1')]
  t.equal(told(await first.edit(edits, { idempotency })), 'done 2026010101')
  t.equal(told(await second.edit(edits, { idempotency })), 'replayed 200')
  t.equal(second.server.ask('x.a.test.', 'A').answer.length, 1)
})

t.test('bug: a request that two nodes got at once was refused by one', async (t) => {
  const { first, second } = await twoNodes(t)
  const answer = () => ({ status: 200, headers: {}, body: '' })
  const more = { idempotency: { key: 'k', request: 'aa', answer }, ifVersion: 1 }
  const edits = [put('x', 'A', '192.0.2.1')]
  const results = await Promise.all([first, second].map((node) => node.edit(edits, more)))
  t.same(results.map(told).sort(), ['done 2026010101', 'replayed 200'])
})

t.test('bug: a zone deleted while it was read was served without an SOA', async (t) => {
  let isMade = false
  const { second } = await twoNodes(t, (store, first) => ({
    async *content(zone) {
      if (!isMade) await first.submit({ wish: { kind: 'delete' } })
      isMade = true
      yield* store.content(zone)
    },
    // As if the change set were not to be seen yet.
    sequence: async () => 1,
  }))
  t.equal(second.table.size, 0)
  t.equal(second.server.ask('a.test.', 'SOA').rcode, 5)
  t.equal(second.records.get(apex), undefined)
})

t.test('bug: settings of a zone that another node had deleted were a fault', async (t) => {
  const { first, second } = await twoNodes(t)
  await first.submit({ wish: { kind: 'delete' } })
  const settings = { denial: 'nsec3' } as const
  const result = await second.submit({ wish: { kind: 'settings', settings } })
  t.equal(told(result), 'absent zone-absent')
  t.same(second.faults, [])
})

t.test('bug: a zone changed while it was read had the content of another version', async (t) => {
  let isMade = false
  const { second } = await twoNodes(t, (store, first) => ({
    async *content(zone) {
      if (!isMade) await first.edit([put('x', 'A', '192.0.2.1')])
      isMade = true
      yield* store.content(zone)
    },
    // As if the change set were not to be seen yet.
    sequence: async () => 1,
  }))
  t.equal(second.records.get(apex)?.zone.serial, second.served().zone.serial)
})

t.test('bug: a zone that is not served, for no reason known, made drafts reject', async (t) => {
  const { edit, table } = await recording(t)
  table.delete(nameKey(apex))
  t.equal(told(await edit([put('x', 'A', '192.0.2.1')])), 'conflict zone-busy')
})

t.test('bug: a parent that does not answer held up all changes', async (t) => {
  let release: (state: 'present') => void = () => undefined
  const parentDs: ParentDs = () => new Promise((resolve) => (release = resolve))
  const { edit, submit } = await recording(t, { parentDs })
  const deletion = submit({ wish: { kind: 'delete' } })
  t.equal(told(await edit([put('x', 'A', '192.0.2.1')])), 'done 2026010101')
  release('present')
  t.equal(told(await deletion), 'conflict ds-at-parent')
})

t.test('bug: a key whose removal was refused was gone after a restart', async (t) => {
  let isDown = false
  const first = await recording(t)
  await first.records.close()
  const store = altered(first.store, {
    commit: (commits) => (isDown ? Promise.reject(down) : first.store.commit(commits)),
  })
  const { directory } = first
  const node = await recording(t, { store, directory, empty: true })
  const [key] = await node.records.keys(apex)
  isDown = true
  const edit = { kind: 'remove', id: key?.id ?? 0 } as const
  const wish = { kind: 'keys', edit } as const
  t.equal(told(await node.submit({ wish })), 'unavailable store-unavailable')
  t.same((await node.records.keys(apex))[0]?.key.timing, key?.key.timing)
  const again = await recording(t, { store: first.store, directory, empty: true })
  t.equal(again.server.ask('a.test.', 'SOA', { dnssec: true }).answer.length, 2)
})

t.test('bug: a key that could not be written down stayed in its directory', async (t) => {
  let isDown = false
  const first = await recording(t)
  await first.records.close()
  const store = altered(first.store, {
    commit: (commits) => (isDown ? Promise.reject(down) : first.store.commit(commits)),
  })
  const node = await recording(t, { store, directory: first.directory, empty: true })
  isDown = true
  const wish = { kind: 'keys', edit: { ...generate, active: true, published: true } } as const
  t.equal(told(await node.submit({ wish })), 'unavailable store-unavailable')
  isDown = false
  t.equal((await node.records.keys(apex)).length, 1)
})

t.test('bug: a sealed key was marked as removed by a commit that came to nothing', async (t) => {
  let isDown = false
  const first = await recording(t, { empty: true })
  await first.records.close()
  const sealing = parseSealingKey('ab'.repeat(32), 'test')
  const store = altered(first.store, {
    commit: (commits) => (isDown ? Promise.reject(down) : first.store.commit(commits)),
  })
  const keys = sealedKeys(store, [sealing], {})
  const node = await recording(t, { store, directory: first.directory, keys })
  const [key] = await node.records.keys(apex)
  isDown = true
  const edit = { kind: 'remove', id: key?.id ?? 0 } as const
  t.equal(
    told(await node.submit({ wish: { kind: 'keys', edit } })),
    'unavailable store-unavailable',
  )
  t.same((await node.records.keys(apex))[0]?.key.timing, key?.key.timing)
  isDown = false
  t.equal(told(await node.edit([put('x', 'A', '192.0.2.1')])), 'done 2026010101')
  t.same((await node.records.keys(apex))[0]?.key.timing, key?.key.timing)
})

t.test('bug: waiting for all nodes rejected when the store was gone', async (t) => {
  let isDown = false
  const first = await recording(t)
  await first.records.close()
  const store = altered(first.store, {
    nodes: (since) => (isDown ? Promise.reject(down) : first.store.nodes(since)),
  })
  const node = await recording(t, { store, directory: first.directory, empty: true })
  const sequence = await store.sequence()
  isDown = true
  t.same(await node.records.whenLive(sequence, 5), {
    ...{ live: false, waitingFor: [], reason: down.message },
  })
  isDown = false
  t.same(await node.records.whenLive(sequence, 5000), { live: true, waitingFor: [] })
  const waiting = node.records.whenLive(sequence + 1, 5000)
  await node.records.close()
  t.match(await waiting, { live: false, reason: 'the server stops' })
})
