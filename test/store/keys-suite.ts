import { join } from 'node:path'
import type { Test } from 'tap'
import type { Store } from '../../src/store/index.ts'
import { parseName } from '../../src/wire/index.ts'
import {
  address,
  change,
  collect,
  create,
  documents,
  keyOf,
  remove,
  withKeys,
  write,
} from './samples.ts'
import type { Driver } from './suite.ts'

type Prepare = (t: Test) => Promise<Driver>

const example = parseName('example.')
const other = parseName('other.')
const conflict = (version: number) => ({ kind: 'conflict' as const, version })

/** What the suite of all drivers says of keys, alone and with change sets. */
export function keysSuite(t: Test, prepare: Prepare): void {
  alone(t, prepare)
  committing(t, prepare)
  usingUp(t, prepare)
}

function alone(t: Test, prepare: Prepare): void {
  t.test('keys are put, replaced, listed by id, removed', async (t) => {
    const store = await opened(t, prepare)
    const sealed = Uint8Array.of(7, 7)
    await store.putKey(keyOf(example, 300))
    await store.putKey(keyOf(example, 2, sealed))
    await store.putKey(keyOf(other, 1, sealed))
    t.strictSame(await store.keys(example), [keyOf(example, 2, sealed), keyOf(example, 300)])
    await store.putKey({ ...keyOf(example, 300), keyTag: 1 })
    t.equal((await store.keys(example))[1]?.keyTag, 1)
    const owners = (await collect(store.sealedKeys())).map(({ apex, id }) => `${apex}/${id}`)
    t.strictSame(owners.sort(), [`${example}/2`, `${other}/1`].sort())
    await store.deleteKey(example, 2)
    await store.deleteKey(example, 99)
    t.strictSame(await idsOf(store), [300])
  })

  t.test('replaceKey: only what is as it was seen', async (t) => {
    const store = await opened(t, prepare)
    const seen = keyOf(example, 1, Uint8Array.of(7))
    const resealed = keyOf(example, 1, Uint8Array.of(8))
    t.equal(await store.replaceKey(seen, resealed), false, 'nothing is there')
    t.strictSame(await store.keys(example), [])
    await store.putKey(seen)
    t.equal(await store.replaceKey(seen, resealed), true)
    t.equal(await store.replaceKey(seen, { ...seen, keyTag: 1 }), false, 'it is another one now')
    t.strictSame(await store.keys(example), [resealed])
  })
}

function committing(t: Test, prepare: Prepare): void {
  const [one, two] = [keyOf(example, 1, Uint8Array.of(1)), keyOf(example, 2)]
  const retimed = { ...one, timing: { created: 1, inactive: 5 } }

  t.test('commit: keys come, change and go with their change set', async (t) => {
    const store = await opened(t, prepare)
    await store.commit([withKeys(create(example), [undefined, one], [undefined, two])])
    t.strictSame(await store.keys(example), [one, two])
    await store.commit([withKeys(change(example, 1, []), [one, retimed], [two, undefined])])
    t.strictSame(await store.keys(example), [retimed])
    t.strictSame(await collect(store.sealedKeys()), [retimed])
    t.equal((await store.zone(example))?.version, 2)
  })

  t.test('commit: what conflicts leaves neither keys nor anything else', async (t) => {
    const store = await opened(t, prepare)
    await store.commit([withKeys(create(example), [undefined, one])])
    const three = keyOf(example, 3)
    const a = address(example, 'a', 1)
    const late = withKeys(change(example, 7, [a]), [undefined, three])
    t.strictSame(await store.commit([late]), [conflict(1)], 'the version')
    await store.replaceKey(one, { ...one, sealed: Uint8Array.of(2) })
    const stale = withKeys(change(example, 1, [a]), [undefined, three], [one, retimed])
    const outcomes = await store.commit([stale, change(example, 1, []), create(other)])
    t.strictSame(outcomes.slice(0, 2), [conflict(1), conflict(1)], 'a key that has another seal')
    t.equal(outcomes[2]?.kind, 'done', 'another zone')
    const gone = withKeys(change(example, 1, [a]), [two, undefined])
    t.strictSame(await store.commit([gone]), [conflict(1)], 'a key that is not there')
    await store.commitDocuments([documents(write('d', 0))])
    const claims = withKeys({ ...change(example, 1, [a]), documents: [write('d', 0)] }, [
      undefined,
      three,
    ])
    t.equal((await store.commit([claims]))[0]?.kind, 'documentConflict')
    t.strictSame(await store.keys(example), [{ ...one, sealed: Uint8Array.of(2) }])
    t.strictSame(await collect(store.rrsets(example)), [])
    t.equal((await store.zone(example))?.version, 1)
  })

  t.test('commit: keys of a group are those of each commit in turn', async (t) => {
    const store = await opened(t, prepare)
    const theirs = keyOf(other, 1)
    const outcomes = await store.commit([
      withKeys(create(example), [undefined, one], [undefined, two]),
      create(parseName('none.')),
      withKeys(change(example, 4, []), [two, undefined]),
      withKeys(create(other), [undefined, theirs]),
    ])
    t.strictSame(
      outcomes.map(({ kind }) => kind),
      ['done', 'done', 'conflict', 'done'],
    )
    t.strictSame(await store.keys(example), [one, two])
    t.strictSame(await store.keys(other), [theirs])
  })

  t.test('commit: of 20 writers of keys each gets through, with an id of its own', async (t) => {
    const store = await opened(t, prepare)
    await store.commit([create(example)])
    let tries = 0
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        for (;;) {
          tries++
          const version = (await store.zone(example))?.version ?? 0
          const key = keyOf(example, (await store.lastKeyId(example)) + 1)
          const work = withKeys(change(example, version, []), [undefined, key])
          const [outcome] = await store.commit([work])
          if (outcome?.kind === 'done') return
        }
      }),
    )
    t.ok(tries > 20, `${tries} tries: writers did meet`)
    t.strictSame(
      await idsOf(store),
      Array.from({ length: 20 }, (_, n) => n + 1),
    )
  })
}

function usingUp(t: Test, prepare: Prepare): void {
  t.test('no id of a key comes again, not even over a deletion', async (t) => {
    const driver = await prepare(t)
    const store = await driver.open()
    t.teardown(() => store.close())
    t.equal(await store.lastKeyId(example), 0)
    const [one, two] = [keyOf(example, 1), keyOf(example, 2)]
    await store.commit([withKeys(create(example), [undefined, one], [undefined, two])])
    await store.commit([withKeys(change(example, 1, []), [two, undefined])])
    t.equal(await store.lastKeyId(example), 2)
    const again = withKeys(change(example, 2, []), [undefined, two])
    t.strictSame(await store.commit([again]), [conflict(2)])
    await store.commit([remove(example, 2)])
    t.equal(await store.lastKeyId(example), 2)
    const anew = withKeys(create(example, 4), [undefined, two])
    t.strictSame(await store.commit([anew]), [conflict(0)])
    await store.putKey(keyOf(example, 9))
    t.equal(await store.lastKeyId(example), 9)
    await store.putKey(keyOf(example, 4))
    t.equal(await store.lastKeyId(example), 9)
    const backup = join(driver.directory, 'backup')
    await store.backup(backup)
    const copy = await driver.openBackup(backup)
    t.teardown(() => copy.close())
    t.equal(await copy.lastKeyId(example), 9)
    t.strictSame(await copy.commit([create(example)]), [conflict(0)])
  })

  t.test(
    'bug: a zone made beside a creation and a deletion could get a used version',
    async (t) => {
      const store = await opened(t, prepare)
      await store.commit([create(example), change(example, 1, []), remove(example, 2)])
      t.strictSame(await store.commit([create(example)]), [conflict(0)])
      t.strictSame(await store.commit([create(example, 3)]), [conflict(0)])
      t.equal((await store.commit([create(example, 4)]))[0]?.kind, 'done')
      t.equal((await store.zone(example))?.version, 4)
    },
  )
}

async function idsOf(store: Store): Promise<number[]> {
  return (await store.keys(example)).map(({ id }) => id)
}

async function opened(t: Test, prepare: Prepare): Promise<Store> {
  const store = await (await prepare(t)).open()
  t.teardown(() => store.close())
  return store
}
