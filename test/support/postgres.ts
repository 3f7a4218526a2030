import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import {
  appendFileSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import type { Test } from 'tap'
import { findProgram } from './peers/programs.ts'

/** The user of Debian's package: PostgreSQL refuses to be root. */
const packageUser = 'postgres'
const administrator = 'postgres'
/** Whom alone the server asks for a password, once there is such a role. */
export const guarded = 'guarded'
const startTries = 4

/** A PostgreSQL server of a test's own. Needs the program `postgres`. */
export interface Postgres {
  /** Of a new, empty database; by way of 127.0.0.1. */
  createDatabase(): Promise<string>
  /** The same database by way of the Unix socket. */
  bySocket(url: string): string
  /** Starts it again, with the data and the port that it had. Resolves when it takes queries. */
  start(): Promise<void>
  /** Ends it as an administrator does (fast shutdown), or as a power failure does (`kill`). */
  stop(how?: 'fast' | 'kill'): Promise<void>
  /** Runs a statement as its administrator. */
  query(text: string, database?: string): Promise<Record<string, unknown>[]>
}

/**
 * Starts a PostgreSQL for one test: data, Unix socket and log in a temporary directory, everything
 * flushed as it would be for real. It is gone when the test ends. With `tls` it speaks that too.
 */
export async function startPostgres(
  t: Pick<Test, 'teardown'>,
  tls?: { readonly pem: string; readonly keyPem: string },
): Promise<Postgres> {
  const directory = mkdtempSync(join(tmpdir(), 'danelaw-postgres-'))
  const data = join(directory, 'data')
  mkdirSync(data)
  const asUser = { ...ownerOf(directory, data), cwd: directory, env: { LC_ALL: 'C', TZ: 'UTC' } }
  const initdb = ['-D', data, '-U', administrator, '-A', 'trust', '-E', 'UTF8', '--no-sync']
  const made = spawnSync(programPath('initdb'), initdb, { ...asUser, encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`initdb: ${made.stdout}${made.stderr}`)
  const rules = join(data, 'pg_hba.conf')
  const guard = `host all ${guarded} all scram-sha-256\n`
  writeFileSync(rules, `${guard}${readFileSync(rules, 'utf8')}`)
  if (tls) {
    const [certificate, key] = [join(data, 'server.crt'), join(data, 'server.key')]
    writeFileSync(certificate, tls.pem)
    writeFileSync(key, tls.keyPem, { mode: 0o600 })
    ownerOf(certificate, key)
    appendFileSync(join(data, 'postgresql.conf'), 'ssl = on\n')
  }
  const server = new Server(directory, data, asUser)
  t.teardown(async () => {
    await server.stop('fast')
    rmSync(directory, { recursive: true, force: true })
  })
  for (let tries = 1; ; tries++) {
    server.port = await lastingPort()
    try {
      await server.start()
      return server
    } catch (error) {
      if (tries === startTries) throw error
    }
  }
}

/** Below those that the kernel gives out by itself (`ip_local_port_range`), and above the known. */
const lastingPorts = [20_000, 32_000] as const

/**
 * A free port that nobody gets by chance: a server that is down for a while finds it free again,
 * however many connections other tests make meanwhile, and no client connects to itself there.
 */
async function lastingPort(): Promise<number> {
  for (;;) {
    const port = randomInt(...lastingPorts)
    const probe = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false))
      probe.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!isFree) continue
    probe.close()
    await once(probe, 'close')
    return port
  }
}

function programPath(name: string): string {
  return findProgram(name) ?? name
}

/** Whoever is root gives the directories to the user of the package, and runs as that one. */
function ownerOf(...directories: readonly string[]): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(execFileSync('id', [flag, packageUser]))
  const owner = { uid: id('-u'), gid: id('-g') }
  for (const directory of directories) chownSync(directory, owner.uid, owner.gid)
  return owner
}

interface AsUser {
  readonly uid?: number
  readonly gid?: number
  readonly cwd: string
  readonly env: Record<string, string>
}

class Server implements Postgres {
  port = 0
  log = ''
  readonly #directory: string
  readonly #data: string
  readonly #asUser: AsUser
  #process: ReturnType<typeof spawn> | undefined
  #databases = 0

  constructor(directory: string, data: string, asUser: AsUser) {
    this.#directory = directory
    this.#data = data
    this.#asUser = asUser
  }

  async createDatabase(): Promise<string> {
    const name = `store${this.#databases++}`
    await this.query(`create database ${name}`)
    return `postgres://${administrator}@127.0.0.1:${this.port}/${name}`
  }

  bySocket(url: string): string {
    return `${url}?host=${encodeURIComponent(this.#directory)}`
  }

  async start(): Promise<void> {
    const settings = [
      ...['listen_addresses=127.0.0.1', `port=${this.port}`],
      ...[`unix_socket_directories=${this.#directory}`, 'fsync=on', 'synchronous_commit=on'],
      // That it is ready is a line of the log.
      ...['shared_buffers=64MB', 'logging_collector=off', 'log_min_messages=log'],
    ]
    const args = ['-D', this.#data, ...settings.flatMap((setting) => ['-c', setting])]
    // It ends with this process, however that ends.
    const command = ['--pdeathsig', 'INT', programPath('postgres'), ...args]
    const child = spawn(programPath('setpriv'), command, {
      ...this.#asUser,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#process = child
    const lines = createInterface(child.stderr)
    const ready = new Promise<boolean>((resolve) => {
      lines.on('line', (line) => {
        this.log += `${line}\n`
        if (line.includes('ready to accept connections')) resolve(true)
      })
      child.once('exit', () => resolve(false))
    })
    if (await ready) return
    throw new Error(`PostgreSQL does not start:\n${this.log}`)
  }

  async stop(how: 'fast' | 'kill' = 'fast'): Promise<void> {
    const child = this.#process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    if (how === 'fast') child.kill('SIGINT')
    else this.#kill()
    await gone
  }

  async query(text: string, database = 'postgres'): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({
      host: this.#directory,
      port: this.port,
      user: administrator,
      database,
    })
    await client.connect()
    try {
      return (await client.query<Record<string, unknown>>(text)).rows
    } finally {
      await client.end()
    }
  }

  /** Ends the server and its children at once: they are one process group. */
  #kill(): void {
    const pid = this.#process?.pid
    if (pid === undefined) return
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // It is gone already.
    }
  }
}
