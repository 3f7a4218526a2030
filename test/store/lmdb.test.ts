import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { open } from 'lmdb'
import t, { type Test } from 'tap'
import { systemClock, systemTimers } from '../../src/base/index.ts'
import { openLmdbStore, restoreStore } from '../../src/store/index.ts'
import { formatKey, zoneKey } from '../../src/store/keyspace.ts'
import { parseName } from '../../src/wire/index.ts'
import { address, change, collect, create } from './samples.ts'
import { type Driver, storeSuite } from './suite.ts'

const crashChild = fileURLToPath(new URL('crash-child.js', import.meta.url))
const parts = {
  clock: systemClock,
  timers: systemTimers,
  monotonicMs: () => performance.now(),
}

async function prepare(test: Test): Promise<Driver> {
  const directory = test.testdir()
  return {
    directory,
    open: (options = {}) => openLmdbStore({ ...parts, path: join(directory, 'store'), ...options }),
    async openBackup(path) {
      const restored = join(directory, 'restored')
      await restoreStore(path, restored)
      return openLmdbStore({ ...parts, path: restored })
    },
  }
}

storeSuite(t, prepare)

const example = parseName('example.')

t.test('openLmdbStore keeps its files for their owner', async (t) => {
  const path = join(t.testdir(), 'a', 'store')
  const store = await openLmdbStore({ ...parts, path })
  t.teardown(() => store.close())
  t.equal(statSync(path).mode & 0o777, 0o700)
  for (const file of readdirSync(path)) {
    t.equal(statSync(join(path, file)).mode & 0o777, 0o600, file)
  }
})

t.test('openLmdbStore refuses a store that somebody has, and only as long', async (t) => {
  const path = join(t.testdir(), 'store')
  const child = spawn(process.execPath, [crashChild, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  await once(child.stdout, 'data')
  const message = `Cannot open store ${path}: process ${child.pid} has it`
  await t.rejects(openLmdbStore({ ...parts, path }), { code: 'store-in-use', message })
  child.kill('SIGKILL')
  await closed
  const store = await openLmdbStore({ ...parts, path })
  await t.rejects(openLmdbStore({ ...parts, path }), { code: 'store-in-use' }, 'not even ourselves')
  t.ok((await store.sequence()) > 0, 'the first is as well as before')
  t.match(await store.commit([create(example)]), [{ kind: 'done' }])
  const other = spawn(process.execPath, [crashChild, path], { stdio: ['ignore', 'ignore', 'pipe'] })
  const said = other.stderr.setEncoding('utf8').reduce((text, chunk) => text + chunk, '')
  const [status] = await once(other, 'close')
  t.not(status, 0)
  t.match(await said, new RegExp(`store-in-use|process ${process.pid} has it`))
  await store.close()
  const again = await openLmdbStore({ ...parts, path })
  await again.close()
})

t.test('openLmdbStore refuses what another version or somebody else wrote', async (t) => {
  const path = join(t.testdir(), 'store')
  const store = await openLmdbStore({ ...parts, path })
  await store.close()
  const put = async (key: Buffer, value: Buffer | undefined) => {
    const database = open<Buffer, Buffer>({
      path: join(path, 'data.mdb'),
      noSubdir: true,
      overlappingSync: false,
      encoding: 'binary',
      keyEncoding: 'binary',
    })
    await (value ? database.put(key, value) : database.remove(key))
    await database.close()
  }
  const refused = (code: string, message: RegExp) => {
    return t.rejects(openLmdbStore({ ...parts, path }), { code, message })
  }
  await put(formatKey, Buffer.of(1, 2))
  await refused('store-too-new', /its format is 2, and 1 is the newest/)
  await put(formatKey, Buffer.of(9, 1))
  await refused('store-corrupt', /octet 1 of the format: its layout is 9 and not 1/)
  await put(formatKey, undefined)
  await put(zoneKey(example), Buffer.of(1, 2, 3))
  await refused('store-corrupt', /it has no format/)
  await put(formatKey, Buffer.of(1, 1))
  const broken = await openLmdbStore({ ...parts, path })
  t.teardown(() => broken.close())
  await t.rejects(broken.zone(example), { code: 'store-corrupt', message: /of zone example\./ })
  await t.rejects(broken.commit([change(example, 1, [])]), { code: 'store-corrupt' })
  await t.rejects(collect(broken.zones()), { code: 'store-corrupt' })
  t.equal(broken.health().state, 'degraded')
  await broken.commit([create(parseName('other.'))])
})

t.test('openLmdbStore refuses a file that would end the process', async (t) => {
  const directory = t.testdir()
  const source = join(directory, 'source')
  const store = await openLmdbStore({ ...parts, path: source })
  const names = Array.from({ length: 2000 }, (_, n) => address(example, `n${n}`, 1))
  await store.commit([create(example), change(example, 1, names)])
  await store.close()
  const whole = readFileSync(join(source, 'data.mdb'))
  const refused = async (octets: Uint8Array, message: RegExp) => {
    const path = mkdtempSync(join(directory, 'x'))
    writeFileSync(join(path, 'data.mdb'), octets)
    await t.rejects(openLmdbStore({ ...parts, path }), { code: 'store-corrupt', message })
  }
  const notOurs = /it is not a file of LMDB/
  await refused(Buffer.alloc(8192, 7), notOurs)
  await refused(Buffer.from('short'), notOurs)
  for (const [at, value] of [
    [0x18, 0],
    [0x1c, 1],
    [0x31, 0],
    [0x1018, 0],
  ] as const) {
    const changed = Buffer.from(whole)
    changed[at] = value
    await refused(changed, notOurs)
  }
  await refused(whole.subarray(0, 4096), notOurs)
  const path = mkdtempSync(join(directory, 'x'))
  mkdirSync(join(path, 'data.mdb'))
  await t.rejects(openLmdbStore({ ...parts, path }), { code: 'store-unavailable' })
})

t.test('openLmdbStore refuses writes once its file is as large as it may be', async (t) => {
  const path = join(t.testdir(), 'store')
  const store = await openLmdbStore({ ...parts, path, octetsMax: 200_000 })
  t.teardown(() => store.close())
  let version = 0
  const write = async () => {
    const changes = version === 0 ? [] : [address(example, `n${version}`, 1)]
    await store.commit([version === 0 ? create(example) : change(example, version, changes)])
    version++
  }
  await t.rejects(
    async () => {
      for (;;) await write()
    },
    { code: 'store-full', message: /and 200000 octets are the most/ },
  )
  t.ok(version > 20)
  t.equal((await store.zone(example))?.version, version)
  t.ok(statSync(join(path, 'data.mdb')).size < 400_000)
})

t.test('bug: writes to a file that is gone, or replaced, were acknowledged', async (t) => {
  const directory = t.testdir()
  const path = join(directory, 'store')
  const file = join(path, 'data.mdb')
  const store = await openLmdbStore({ ...parts, path })
  t.teardown(() => store.close())
  await store.commit([create(example)])
  await store.backup(join(directory, 'backup'))
  renameSync(file, join(directory, 'moved'))
  const next = change(example, 1, [])
  await t.rejects(store.commit([next]), { code: 'store-unavailable', message: /ENOENT/ })
  copyFileSync(join(directory, 'backup'), file)
  const message = /another file is in its place/
  await t.rejects(store.commit([next]), { code: 'store-unavailable', message })
  t.match(store.health(), { state: 'degraded', text: message })
  t.equal((await store.zone(example))?.version, 1, 'what was read can be read')
  renameSync(join(directory, 'moved'), file)
  t.strictSame(await store.commit([next]), [{ kind: 'done', sequence: 2 }])
  t.equal(store.health().state, 'ok')
})

t.test('restoreStore overwrites nothing and takes no other file', async (t) => {
  const directory = t.testdir({ junk: 'junk' })
  const path = join(directory, 'store')
  const store = await openLmdbStore({ ...parts, path })
  t.teardown(() => store.close())
  const backup = join(directory, 'backup')
  await store.backup(backup)
  await t.rejects(restoreStore(backup, path), { code: 'store-not-empty' })
  const fresh = join(directory, 'fresh')
  await t.rejects(restoreStore(join(directory, 'none'), fresh), { code: 'store-unavailable' })
  await t.rejects(restoreStore(join(directory, 'junk'), fresh), { code: 'store-corrupt' })
  const whole = readFileSync(backup)
  for (const length of [0, 8192, whole.length - 4096, whole.length - 1]) {
    const cut = join(directory, `cut${length}`)
    writeFileSync(cut, whole.subarray(0, length))
    const message = `Cannot restore ${cut}: its end is missing`
    await t.rejects(restoreStore(cut, fresh), { code: 'store-corrupt', message })
  }
  t.strictSame(readdirSync(fresh), [], 'and leaves nothing behind')
  await t.rejects(store.backup(join(directory, 'no', 'such')), { code: 'store-unavailable' })
})
