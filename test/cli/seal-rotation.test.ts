import { join } from 'node:path'
import t, { type Test } from 'tap'
import { systemClock, systemTimers } from '../../src/base/index.ts'
import { sealAnew } from '../../src/cli/seal-rotation.ts'
import {
  generateSealingKeyText,
  parseSealingKey,
  seal,
  sealingKeyId,
  unseal,
} from '../../src/crypto/index.ts'
import { openLmdbStore, type Store, type StoredKey } from '../../src/store/index.ts'
import { parseName } from '../../src/wire/index.ts'

const apex = parseName('example.')
const secret = Buffer.from('private')
const [before, after] = [0, 1].map(() => parseSealingKey(generateSealingKeyText(), 'a test'))
if (!before || !after) throw new Error('two keys')

function keyOf(id: number, timing = {}): StoredKey {
  const sealed = seal(before as never, secret, { zone: apex, id })
  const dnskey = Uint8Array.of(1, 1, 3, 13, id)
  return { apex, id, algorithm: 13, keyTag: id, flags: 257, dnskey, timing, sealed }
}

/** A store with two keys, that does `meanwhile` to the first once it was listed. */
async function changing(t: Test, meanwhile: (store: Store) => Promise<void>): Promise<Store> {
  const store = await openLmdbStore({
    ...{ path: join(t.testdir(), 'store'), clock: systemClock, timers: systemTimers },
    monotonicMs: () => performance.now(),
  })
  t.teardown(() => store.close())
  for (const id of [1, 2]) await store.putKey(keyOf(id))
  const list = store.sealedKeys.bind(store)
  return Object.assign(store, {
    async *sealedKeys() {
      for await (const key of list()) {
        if (key.id === 1) await meanwhile(store)
        yield key
      }
    },
  })
}

t.test('bug: seal-rotate took back what was changed of a key meanwhile', async (t) => {
  const timing = { inactive: 5 }
  const store = await changing(t, (store) => store.putKey(keyOf(1, timing)))
  t.strictSame(await sealAnew(store, [after, before]), { sealed: 2, kept: 0 })
  const keys = await store.keys(apex)
  t.strictSame(
    keys.map((key) => key.timing),
    [timing, {}],
  )
  for (const { id, sealed = Buffer.alloc(0) } of keys) {
    t.equal(sealingKeyId(sealed), after.id)
    t.equal(Buffer.compare(unseal([after], sealed, { zone: apex, id }), secret), 0)
  }
})

t.test('bug: seal-rotate brought back a key that was removed meanwhile', async (t) => {
  const store = await changing(t, (store) => store.deleteKey(apex, 1))
  t.strictSame(await sealAnew(store, [after, before]), { sealed: 1, kept: 0 })
  t.strictSame(
    (await store.keys(apex)).map(({ id }) => id),
    [2],
  )
})
