import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Test } from 'tap'

/** A program of another project that the interop tests talk to. */
export type Peer =
  | 'delv'
  | 'dig'
  | 'dnspython'
  | 'dnssec-dsfromkey'
  | 'dnssec-verify'
  | 'dnssec-signzone'
  | 'drill'
  | 'ip'
  | 'kdig'
  | 'knotd'
  | 'kresd'
  | 'kzonecheck'
  | 'lego'
  | 'ldns-verify-zone'
  | 'named'
  | 'nsd'
  | 'nsupdate'
  | 'openssl'
  | 'pdns_recursor'
  | 'pdns_server'
  | 'postfix'
  | 'postgres'
  | 'posttls-finger'
  | 'sqlite3'
  | 'unbound'
  | 'unbound-control'
  | 'unshare'
  | 'validns'

/** The Debian package of each peer. */
const packages: Readonly<Record<Peer, string>> = {
  delv: 'bind9-dnsutils',
  dig: 'bind9-dnsutils',
  dnspython: 'python3-dnspython',
  'dnssec-dsfromkey': 'bind9-utils',
  'dnssec-verify': 'bind9-utils',
  'dnssec-signzone': 'bind9-utils',
  drill: 'ldnsutils',
  ip: 'iproute2',
  kdig: 'knot-dnsutils',
  knotd: 'knot',
  kresd: 'knot-resolver',
  kzonecheck: 'knot-dnssecutils',
  lego: 'lego',
  'ldns-verify-zone': 'ldnsutils',
  named: 'bind9',
  nsd: 'nsd',
  nsupdate: 'bind9-dnsutils',
  openssl: 'openssl',
  pdns_recursor: 'pdns-recursor',
  pdns_server: 'pdns-backend-sqlite3',
  postfix: 'postfix',
  postgres: 'postgresql',
  'posttls-finger': 'postfix',
  sqlite3: 'sqlite3',
  unbound: 'unbound',
  'unbound-control': 'unbound',
  unshare: 'util-linux',
  validns: 'validns',
}

/** Debian's Python: dnspython is installed there, whatever other `python3` comes first in PATH. */
const debianPython = '/usr/bin/python3'
const dnspythonModule = '/usr/lib/python3/dist-packages/dns/__init__.py'

/** Where a program lies: PATH, then the directories of daemons that a user's PATH may lack. */
export function findProgram(name: string): string | undefined {
  const path = (process.env['PATH'] ?? '').split(delimiter)
  const directories = [...path, '/usr/sbin', '/sbin', '/usr/lib/postgresql/15/bin']
  return directories.map((directory) => join(directory, name)).find((path) => existsSync(path))
}

function isInstalled(peer: Peer): boolean {
  if (peer === 'dnspython') return existsSync(debianPython) && existsSync(dnspythonModule)
  return findProgram(peer) !== undefined
}

/**
 * Skips the test, loudly, when a peer is not installed: says which, and how to get it.
 *
 * @returns whether the test was skipped; the caller then returns
 */
export function skipWithoutPeers(t: Test, peers: readonly Peer[]): boolean {
  const missing = peers.filter((peer) => !isInstalled(peer))
  if (missing.length === 0) return false
  const wanted = [...new Set(missing.map((peer) => packages[peer]))].join(' ')
  skip(t, `not installed: ${missing.join(', ')} (apt-get install ${wanted})`)
  return true
}

/** Skips the test, and says so where people look. */
export function skip(t: Test, why: string): void {
  const reason = `SKIPPED, ${why}`
  process.stderr.write(`\n*** ${t.fullname}\n*** ${reason}\n\n`)
  t.plan(0, reason)
}

/** How a program ended and what it said. */
export interface Finished {
  /** The exit status; -1 when a signal ended it. */
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** What to give a program that is run to its end. */
export interface RunOptions {
  /** Standard input; none by default. */
  readonly input?: string
  readonly cwd?: string
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>
  /** After this it is killed. Generous: a bound against hanging, not a measure. */
  readonly timeoutMilliseconds?: number
}

/**
 * Runs a program to its end. A status other than zero is a value, not an error.
 *
 * @throws {Error} when the program cannot be started at all
 */
export function runProgram(
  name: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const program = name === 'python3' ? debianPython : (findProgram(name) ?? name)
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: options.timeoutMilliseconds ?? 60_000,
      env: { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC', ...options.env },
    })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    // A program may end without reading all of its input: that is its own business.
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input ?? '')
    child.on('error', reject)
    child.on('close', (status) =>
      resolve({
        status: status ?? -1,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      }),
    )
  })
}

/** Both outputs of a program, for a failure message. */
export function transcript(finished: Finished): string {
  return `status ${finished.status}\n${finished.stdout}${finished.stderr}`
}
