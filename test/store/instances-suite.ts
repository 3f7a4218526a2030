import { join } from 'node:path'
import type { Test } from 'tap'
import { RR } from '../../src/rr/index.ts'
import type { RRsetChange, Store } from '../../src/store/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { contentOf } from './content.ts'
import { address, change, collect, create, instance, remove } from './samples.ts'
import type { Driver } from './suite.ts'

const apex = parseName('example.')
/** A zone whose keys begin as those of the other do. */
const below = parseName('a.example.')
const hosts = 3000

/** Labels that sort otherwise than their numbers, and of all lengths. */
function label(number: number): string {
  return `${(number * 7919) % 100_003}${'x'.repeat(number % 58)}`
}

function gone({ owner, type }: RRsetChange): RRsetChange {
  return { owner, type, before: undefined, after: undefined }
}

async function check(t: Test, store: Store, changes: readonly RRsetChange[]): Promise<void> {
  const expected = changes.flatMap(({ after }) => after ?? [])
  const rrsets = await collect(store.rrsets(apex))
  t.equal(rrsets.length, expected.length)
  t.strictSame(await contentOf(store, apex), rrsets)
  const keys = changes.map(({ owner, type }) => ({ apex, owner, type }))
  t.strictSame(
    await store.read(keys),
    changes.map(({ after }) => after),
  )
}

/** Instances, which a driver may keep otherwise than other RRsets. */
export function instancesSuite(t: Test, prepare: (t: Test) => Promise<Driver>): void {
  t.test('instances come, change, go and come again, many and one by one', async (t) => {
    const driver = await prepare(t)
    let store = await driver.open()
    const basics = [address(apex, '@', 1), address(apex, '5', 2), address(apex, 'y', 3)]
    const all = Array.from({ length: hosts }, (_, n) => instance(apex, label(n), n % 3))
    await store.commit([create(apex), change(apex, 1, [...basics, ...all])])
    await check(t, store, [...basics, ...all])
    t.strictSame(await collect(store.rrsets(below)), [])
    let version = 2
    const apply = (changes: readonly RRsetChange[]) =>
      store.commit([change(apex, version++, changes)])
    for (let n = 0; n < hosts; n += 97) {
      all[n] = instance(apex, label(n), (n % 5) + 3)
      await apply([all[n] as RRsetChange])
    }
    const removed = all.map((one, n) => (n % 4 === 0 ? one : gone(one)))
    await apply(removed.filter(({ after }) => !after))
    await check(t, store, [...basics, ...removed])
    await store.close()
    store = await driver.open()
    t.teardown(() => store.close())
    await check(t, store, [...basics, ...removed])
    await apply(removed.filter(({ after }) => after).map(gone))
    await check(t, store, [...basics, ...removed.map(gone)])
    await apply(all)
    await check(t, store, [...basics, ...all])
    await store.commit([remove(apex, version)])
    t.strictSame(await contentOf(store, apex), [])
    t.strictSame(await collect(store.rrsets(apex)), [])
  })

  t.test('instances of zones next to each other stay apart, and are in backups', async (t) => {
    const driver = await prepare(t)
    const store = await driver.open()
    t.teardown(() => store.close())
    const [here, there] = [instance(apex, 'b'), instance(below, 'b', 1)]
    const odd = [instance(apex, 'b.c'), instance(apex, '\\000b'), instance(apex, '@')]
    await store.commit([create(apex), create(below)])
    await store.commit([change(apex, 1, [here, ...odd]), change(below, 1, [there])])
    const path = join(driver.directory, 'backup')
    await store.backup(path)
    const copy = await driver.openBackup(path)
    t.teardown(() => copy.close())
    for (const one of [store, copy]) {
      t.strictSame(await collect(one.rrsets(below)), [there.after])
      await check(t, one, [odd[2], odd[1], here, odd[0]] as RRsetChange[])
      t.strictSame(await one.read([{ apex: below, owner: parseName('c', below), type: RR.LIKE }]), [
        undefined,
      ])
    }
  })
}
