import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { temporaryDirectory } from './daemon.ts'
import { findProgram, type Peer, skip, skipWithoutPeers } from './programs.ts'

/** Set, in the environment of a test file, once it runs in a network of its own. */
const marker = 'DANELAW_OWN_NETWORK'

/**
 * A fresh network with nothing but loopback, a fresh table of mounts so that `resolv.conf` can be
 * covered, and fresh process ids: whatever a test leaves behind ends with its first process.
 */
const namespaces = ['--net', '--mount', '--pid', '--mount-proc', '--fork', '--kill-child']

const plainNode = new URL('../plain-node.js', import.meta.url)

/** Where the resolver of a network of its own listens, on port 53. */
export const resolverAddress = '127.0.0.53'

/**
 * Runs `tests` in a network where every port is free and nobody else is reached: the file is run
 * once more, by root of a namespace, and its results become those of this run. Programs that read
 * `resolv.conf` ask `resolverAddress` there. Skips, loudly, where that cannot be had.
 */
export async function inOwnNetwork(
  root: Pick<Test, 'test'>,
  file: string,
  peers: readonly Peer[],
  tests: () => void,
): Promise<void> {
  if (process.env[marker] !== undefined) {
    tests()
    return
  }
  await root.test('in a network of its own', { timeout: timeoutMs }, async (t) => {
    if (skipWithoutPeers(t, [...peers, 'ip', 'unshare']) || skipWithoutNamespaces(t)) return
    const command = [...namespaces, process.execPath, file]
    const env = { ...process.env, [marker]: '1', NODE_OPTIONS: `--import=${plainNode}` }
    await t.spawn(
      findProgram('unshare') ?? 'unshare',
      command,
      { env, timeout: timeoutMs },
      'there',
    )
  })
}

/** A bound against hanging, not a measure. */
const timeoutMs = 280_000

function skipWithoutNamespaces(t: Test): boolean {
  const tried = spawnSync('unshare', [...namespaces, 'true'], { encoding: 'utf8' })
  if (tried.status === 0) return false
  skip(t, `no namespaces can be made here (${tried.stderr.trim() || 'unshare fails'}); be root`)
  return true
}

/** Brings loopback up and makes `resolverAddress` the resolver. Only for inside. */
export function prepareNetwork(t: Test): void {
  execFileSync(findProgram('ip') ?? 'ip', ['link', 'set', 'lo', 'up'])
  const file = join(temporaryDirectory(t), 'resolv.conf')
  // The resolver is on this very machine: its AD bit may be taken for what it is.
  writeFileSync(file, `nameserver ${resolverAddress}\noptions edns0 trust-ad\n`)
  execFileSync('mount', ['--bind', file, '/etc/resolv.conf'])
  t.teardown(() => void execFileSync('umount', ['/etc/resolv.conf']))
}
