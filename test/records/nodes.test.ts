import { join } from 'node:path'
import t, { type Test } from 'tap'
import { CodedError, fixedClock } from '../../src/base/index.ts'
import { parseSealingKey } from '../../src/crypto/index.ts'
import { openKeyDirectory } from '../../src/keystore/index.ts'
import { directoryKeys, type KeySource, sealedKeys } from '../../src/records/index.ts'
import { RR } from '../../src/rr/index.ts'
import type { Store } from '../../src/store/index.ts'
import { lowerName } from '../../src/wire/index.ts'
import { findRRset } from '../../src/zone/index.ts'
import { apex, creation, drop, put, type Recording, recording, told } from '../support/recording.ts'
import { testTime } from '../support/served-zone.ts'

/** Equal octets from equal keys (RFC 6979). */
const same = { deterministic: true }

/** Two nodes that follow one store. */
async function twoNodes(
  t: Test,
  keysOf: (store: Store, directory: string) => KeySource = (store, directory) =>
    directoryKeys(openKeyDirectory(join(directory, 'keys'), same), store, same),
) {
  const clock = fixedClock(testTime)
  let keys: KeySource | undefined
  const alterKeys = () => keys as KeySource
  const a = await recording(t, {
    ...{ clock, empty: true, node: 'a' },
    alterKeys: (given) => {
      keys = given
      return given
    },
  })
  const { directory } = a
  keys = keysOf(a.store, directory)
  await a.records.close()
  const common = { clock, directory, store: a.store, empty: true, alterKeys }
  const first = await recording(t, { ...common, node: 'a' })
  const second = await recording(t, { ...common, node: 'b' })
  await first.submit({ wish: creation() })
  return { first, second, store: a.store, clock }
}

/** Waits until a node serves all that is durable. */
async function caughtUp(node: Recording): Promise<void> {
  const { live, waitingFor } = await node.records.whenLive(await node.store.sequence(), 5000)
  if (!live) throw new Error(`still waiting for ${waitingFor}`)
}

function signatures({ served }: Recording, now: number): readonly Uint8Array[] {
  const { zone, signing } = served()
  const soa = findRRset(zone.apexNode, RR.SOA)
  return (soa && signing?.signer.signatures(soa, now as never)) ?? []
}

t.test('two nodes on one store serve the same, signatures included', async (t) => {
  const { first, second, clock } = await twoNodes(t)
  await caughtUp(first)
  t.equal(told(await first.edit([put('www', 'A', '192.0.2.80')])), 'done 2026010101')
  await caughtUp(first)
  t.equal(second.server.ask('www.a.test.', 'A', { dnssec: true }).answer.length, 2)
  t.equal(told(await second.edit([put('ftp', 'A', '192.0.2.81')])), 'done 2026010102')
  await caughtUp(second)
  t.equal(first.server.ask('ftp.a.test.', 'A').answer.length, 1)
  t.equal(first.served().zone.serial, second.served().zone.serial)
  t.same(signatures(first, clock.now()), signatures(second, clock.now()), 'octet for octet')
  t.equal(signatures(first, clock.now()).length, 1)
  const settings = { kind: 'settings', settings: { denial: 'nsec3' } } as const
  t.equal(told(await second.submit({ wish: settings })), 'done 2026010102')
  await caughtUp(second)
  t.equal(first.served().signing?.denial.kind, 'nsec3')
  const add = {
    kind: 'generate',
    role: 'csk',
    algorithm: 13,
    active: true,
    published: true,
  } as const
  await first.submit({ wish: { kind: 'keys', edit: add } })
  await caughtUp(first)
  t.equal(second.server.ask('a.test.', 'DNSKEY').answer.length, 2)
  t.equal(told(await first.submit({ wish: { kind: 'delete' } })), 'done undefined')
  await caughtUp(first)
  t.equal(second.server.ask('a.test.', 'SOA').rcode, 5)
  t.equal(second.records.get(apex), undefined)
  t.equal(told(await second.submit({ wish: creation() })), 'done 1')
  await caughtUp(second)
  t.ok(first.records.get(apex)?.served, 'and made anew')
  t.same([...first.faults, ...second.faults], [])
})

t.test('keys sealed in the store serve every node that can unseal them', async (t) => {
  const key = parseSealingKey('ab'.repeat(32), 'test')
  const { first, second, store } = await twoNodes(t, (store) => sealedKeys(store, [key], {}))
  await caughtUp(first)
  const [row] = await store.keys(apex)
  t.ok(row?.sealed)
  t.same(
    second.served().keys.map(({ keyTag }) => keyTag),
    first.served().keys.map(({ keyTag }) => keyTag),
  )
  const add = {
    kind: 'generate',
    role: 'csk',
    algorithm: 13,
    active: true,
    published: true,
  } as const
  const result = await second.submit({ wish: { kind: 'keys', edit: add } })
  t.equal(told(result), 'done 1')
  await caughtUp(second)
  t.equal(first.served().keys.length, 2)
})

t.test('writers on both nodes at once lose nothing', async (t) => {
  const { first, second, store } = await twoNodes(t)
  await caughtUp(first)
  const results = await Promise.all(
    Array.from({ length: 60 }, (_, at) =>
      (at % 2 ? first : second).edit([put(`w${at}`, 'A', '192.0.2.1')]),
    ),
  )
  t.same([...new Set(results.map(({ kind }) => kind))], ['done'])
  await caughtUp(first)
  const { items } = await store.history({ apex, newestFirst: false, limit: 100 })
  t.same(
    items.map(({ version }) => version),
    Array.from({ length: 61 }, (_, at) => at + 1),
  )
  for (const node of [first, second]) {
    t.equal(node.served().zone.serial, items.at(-1)?.serialAfter)
    t.equal(node.served().zone.nodeCount, 62)
    t.equal(node.records.get(apex)?.zone.version, 61)
  }
})

t.test('bug: a node that was slower than another 32 times gave up', async (t) => {
  const { first, second, store } = await twoNodes(t)
  await caughtUp(first)
  const commit = store.commit.bind(store)
  let faster = 0
  let isFaster = false
  Object.assign(store, {
    async commit(commits: Parameters<Store['commit']>[0]) {
      if (!isFaster && faster < 40) {
        isFaster = true
        await second.edit([put('other', 'A', `192.0.2.${faster++}`)])
        isFaster = false
      }
      return commit(commits)
    },
  })
  t.match(told(await first.edit([put('x', 'A', '192.0.2.1')])), /^done /)
  t.equal(faster, 40)
})

t.test('of two nodes that both saw a version, one gets to change it', async (t) => {
  const { first, second } = await twoNodes(t)
  await caughtUp(first)
  const results = await Promise.all(
    [first, second].map((node) => node.edit([put('x', 'A', '192.0.2.1')], { ifVersion: 1 })),
  )
  t.same(results.map(told).sort(), ['done 2026010101', 'version zone-version'])
})

t.test('a store that is gone: answers go on, drafts are refused, then it catches up', async (t) => {
  const { first, second, store } = await twoNodes(t)
  await caughtUp(first)
  const down = new CodedError('store-unavailable', 'Cannot reach store: gone')
  let isDown = true
  const gone = (method: 'commit' | 'read' | 'history' | 'sequence' | 'putNode') => {
    const real = store[method].bind(store) as (...args: unknown[]) => unknown
    Object.assign(store, {
      [method]: (...args: unknown[]) => (isDown ? Promise.reject(down) : real(...args)),
    })
  }
  for (const method of ['commit', 'read', 'history', 'sequence', 'putNode'] as const) gone(method)
  t.equal(told(await first.edit([put('x', 'A', '192.0.2.1')])), 'unavailable store-unavailable')
  t.match(first.records.health(), { state: 'behind', text: /gone/ })
  t.equal(first.server.ask('ns.a.test.', 'A', { dnssec: true }).answer.length, 2)
  isDown = false
  t.equal(told(await second.edit([put('y', 'A', '192.0.2.1')])), 'done 2026010101')
  await caughtUp(second)
  t.equal(first.server.ask('y.a.test.', 'A').answer.length, 1)
  t.equal(told(await first.edit([drop('y', 'A')])), 'done 2026010102')
  t.match(first.records.health(), { state: 'ok' })
})

t.test(
  'bug: keys that changed while a node started were not used before its next start',
  async (t) => {
    const key = parseSealingKey('ab'.repeat(32), 'test')
    const sealed = (store: Store) => sealedKeys(store, [key], {})
    const { first, store, clock } = await twoNodes(t, sealed)
    await caughtUp(first)
    const add = { kind: 'generate', role: 'csk', active: true, published: true } as const
    const alterKeys = (): KeySource => {
      const source = sealed(store)
      return {
        ...source,
        async all() {
          const keysOf = await source.all()
          await first.submit({ wish: { kind: 'keys', edit: { ...add, algorithm: 13 } } })
          return keysOf
        },
      }
    }
    const { directory } = first
    const late = await recording(t, { clock, directory, store, empty: true, alterKeys, node: 'c' })
    await caughtUp(late)
    t.equal(late.served().keys.length, 2)
    t.equal(late.server.ask('a.test.', 'DNSKEY').answer.length, 2)
  },
)

t.test('an idempotency key makes a request count once', async (t) => {
  const { edit, submit, records } = await recording(t)
  const answer = () => ({ status: 204, headers: { 'x-serial': '7' }, body: '' })
  const idempotency = { key: 'k1', request: 'aa', answer }
  const twice = await Promise.all(
    [1, 2].map(() => edit([put('x', 'A', '192.0.2.1')], { idempotency })),
  )
  t.same(twice.map(told), ['done 2026010101', 'replayed 204'])
  t.match(twice[1], { answer: { headers: { 'x-serial': '7' }, request: 'aa' } })
  const other = await submit({
    wish: { kind: 'edit', edits: [put('y', 'A', '192.0.2.1')] },
    idempotency: { ...idempotency, request: 'bb' },
  })
  t.equal(told(other), 'conflict idempotency-mismatch')
  t.equal(records.get(apex)?.zone.version, 2)
  const refused = { ...idempotency, key: 'k2' }
  const bad = put('x', 'CNAME', 'y')
  t.equal(told(await edit([bad], { idempotency: refused })), 'invalid cname-and-other')
  const good = await edit([put('z', 'A', '192.0.2.1')], { idempotency: refused })
  t.equal(told(good), 'done 2026010102', 'a refusal is not kept')
})

t.test('every commit leaves a line in the audit log', async (t) => {
  const { edit, store } = await recording(t)
  await edit([put('x', 'A', '192.0.2.1')], { note: 'for "x"', force: true })
  const { items } = await store.audit({ limit: 10 })
  t.match(items, [
    { action: 'zone.change', apex: lowerName(apex), actor: { token: 'tok', from: 'local' } },
    { action: 'zone.create' },
  ])
  t.match(items[0]?.detail, /serial 1 to 2026010101, 2 RRsets, forced, "for \\"x\\""/)
})

t.test('after close nothing is taken, and nobody waits for the node', async (t) => {
  const { first, second, store } = await twoNodes(t)
  await second.records.close()
  t.equal(told(await second.edit([])), 'unavailable records-busy')
  await first.edit([put('x', 'A', '192.0.2.1')])
  t.same(await first.records.whenLive(await store.sequence(), 1000), { live: true, waitingFor: [] })
  const future = (await store.sequence()) + 1
  t.same(await first.records.whenLive(future, 20), { live: false, waitingFor: ['a'] })
})
