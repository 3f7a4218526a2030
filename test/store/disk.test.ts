import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { systemClock, systemTimers } from '../../src/base/index.ts'
import { openLmdbStore, type RRsetChange, type Store } from '../../src/store/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { temporaryDirectory } from '../support/peers/daemon.ts'
import { findProgram, skip, skipWithoutPeers } from '../support/peers/programs.ts'
import { address, auditEntry, change, collect, create } from './samples.ts'

/** Set once this file runs where it may mount: in a table of mounts that ends with it. */
const marker = 'DANELAW_OWN_MOUNTS'
const example = parseName('example.')

if (process.env[marker] === undefined) {
  await t.test('with disks of its own', { timeout: 120_000 }, async (t) => {
    if (skipWithoutPeers(t, ['unshare'])) return
    const unshare = findProgram('unshare') ?? 'unshare'
    const tried = spawnSync(unshare, ['--mount', 'true'])
    if (tried.status !== 0) return skip(t, 'no mount namespace can be made here; be root')
    const command = ['--mount', process.execPath, fileURLToPath(import.meta.url)]
    await t.spawn(unshare, command, { env: { ...process.env, [marker]: '1' } }, 'there')
  })
} else {
  onAFullDisk()
  onADiskThatTurnsReadOnly()
  onAReadOnlyDisk()
}

function onAFullDisk(): void {
  t.test('disk full: writes are refused, reads go on, writes work again', async (t) => {
    const disk = mountTmpfs(t)
    const store = await openStore(t, join(disk, 'store'))
    await store.commit([create(example), change(example, 1, [address(example, 'a', 1)])])
    const ballast = join(disk, 'ballast')
    fill(ballast)
    const refusal = await writeUntilRefused(store)
    t.match(refusal, { code: 'store-full', message: /^Cannot write .*data\.mdb: .*[Nn]o space/ })
    t.match(store.health(), { state: 'degraded', text: /[Nn]o space/ })
    const before = await contents(store)
    await t.rejects(store.commit([big(before.version)]), { code: 'store-full' })
    const two = Promise.allSettled([
      store.commit([big(before.version)]),
      store.commit([big(before.version)]),
    ])
    t.strictSame(
      (await two).map(({ status }) => status),
      ['rejected', 'rejected'],
    )
    await t.rejects(store.backup(join(disk, 'copy')), { code: 'store-full' })
    t.strictSame(readdirSync(disk).sort(), ['ballast', 'store'], 'nothing is left of the copy')
    t.strictSame(await contents(store), before, 'refused means: nothing changed')

    await store.close()
    const again = await openStore(t, join(disk, 'store'))
    t.strictSame(await contents(again), before, 'it opens on a full disk')
    await t.rejects(again.commit([big(before.version)]), { code: 'store-full' })

    rmSync(ballast)
    t.match(await again.commit([big(before.version)]), [{ kind: 'done' }])
    t.equal(again.health().state, 'ok')
    t.equal((await contents(again)).version, before.version + 1)
  })
}

function onADiskThatTurnsReadOnly(): void {
  t.test('a file system that turns read-only: writes are refused, reads go on', async (t) => {
    const disk = temporaryDirectory(t)
    const image = join(disk, 'image')
    const mounted = join(disk, 'mounted')
    mkdirSync(mounted)
    let device: string
    try {
      execFileSync('truncate', ['--size=16M', image])
      execFileSync('mke2fs', ['-q', '-t', 'ext4', '-O', '^has_journal', image])
      execFileSync('mount', ['-o', 'loop,errors=remount-ro', image, mounted], { stdio: 'pipe' })
      t.teardown(() => void execFileSync('umount', ['--lazy', mounted]))
      const source = execFileSync('findmnt', ['-no', 'SOURCE', mounted], { encoding: 'utf8' })
      device = basename(source.trim())
    } catch (error) {
      return skip(t, `no ext4 can be mounted here (${error})`)
    }
    const store = await openStore(t, join(mounted, 'store'))
    await store.commit([create(example), change(example, 1, [address(example, 'a', 1)])])
    const before = await contents(store)
    // What the kernel does by itself when a disk fails.
    writeFileSync(`/sys/fs/ext4/${device}/trigger_fs_error`, 'test')
    for (let time = 0; time < 3; time++) {
      await t.rejects(store.commit([change(example, 2, [])]), { code: 'store-full' })
      t.strictSame(await contents(store), before)
    }
    await t.rejects(store.putAudit(auditEntry('x')), { code: 'store-full' })
    t.match(store.health(), { state: 'degraded', text: /Read-only/ })
  })
}

function onAReadOnlyDisk(): void {
  t.test('a read-only file system: the store opens, is read, refuses writes', async (t) => {
    const disk = mountTmpfs(t)
    const path = join(disk, 'store')
    const first = await openStore(t, path)
    await first.commit([create(example), change(example, 1, [address(example, 'a', 1)])])
    const before = await contents(first)
    await first.close()

    execFileSync('mount', ['-o', 'remount,ro', disk])
    const second = await openStore(t, path)
    t.strictSame(await contents(second), before)
    await t.rejects(second.commit([change(example, 2, [])]), { code: 'store-full' })
    t.match(second.health(), { state: 'degraded', text: /read-only/ })
    await second.close()

    execFileSync('mount', ['-o', 'remount,rw', disk])
    const third = await openStore(t, path)
    t.strictSame(await third.commit([change(example, 2, [])]), [{ kind: 'done', sequence: 3 }])
    t.equal(third.health().state, 'ok')
  })
}

function mountTmpfs(t: Test): string {
  const disk = temporaryDirectory(t)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=700', 'tmpfs', disk])
  t.teardown(() => void execFileSync('umount', ['--lazy', disk]))
  return disk
}

async function openStore(t: Test, path: string): Promise<Store> {
  const store = await openLmdbStore({
    path,
    clock: systemClock,
    timers: systemTimers,
    monotonicMs: () => performance.now(),
  })
  t.teardown(() => store.close())
  return store
}

/** Takes all that is left of a disk. */
function fill(path: string): void {
  for (const octets of [65536, 4096]) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(octets), { flag: 'a' })
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
    }
  }
}

/** A change set that needs many pages. */
function big(version: number) {
  const changes = Array.from({ length: 400 }, (_, n): RRsetChange => {
    return address(example, `n${n}`, version % 256)
  })
  return change(example, version, changes)
}

async function writeUntilRefused(store: Store): Promise<unknown> {
  for (;;) {
    const version = (await store.zone(example))?.version ?? 0
    try {
      await store.commit([big(version)])
    } catch (error) {
      return error
    }
  }
}

async function contents(store: Store) {
  const zone = await store.zone(example)
  const rrsets = await collect(store.rrsets(example))
  const history = await store.history({ newestFirst: true, limit: 1000 })
  const version = zone?.version ?? 0
  return { version, rrsets, history: history.items.length, sequence: await store.sequence() }
}
