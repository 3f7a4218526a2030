import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import type { Test } from 'tap'
import { freePort, temporaryDirectory } from './peers/daemon.ts'
import { findProgram } from './peers/programs.ts'

/** A PostgreSQL of a test's own, on loopback; it flushes as it would in earnest. */
export interface PostgresServer {
  /** Makes an empty database; resolves with its URL. */
  createDatabase(): Promise<string>
  /** Stops it, as an operator would (`fast`) or as a crash does. */
  stop(how?: 'fast' | 'crash'): Promise<void>
  /** Starts it again where it was. */
  start(): Promise<void>
}

const user = 'danelaw'

/** Starts one that ends with the test. Needs the program `postgres`. */
export async function startPostgres(t: Test): Promise<PostgresServer> {
  const directory = temporaryDirectory(t)
  const data = join(directory, 'data')
  const port = await freePort()
  const run = await runAs(directory)
  const initdb = ['-D', data, '-U', user, '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync']
  execFileSync(run.program, [...run.args, programPath('initdb'), ...initdb], { stdio: 'pipe' })
  let server: ChildProcess | undefined

  async function start(): Promise<void> {
    const settings = {
      listen_addresses: '127.0.0.1',
      port,
      unix_socket_directories: directory,
      fsync: 'on',
      synchronous_commit: 'on',
      shared_buffers: '32MB',
    }
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const child = spawn(run.program, [...run.args, programPath('postgres'), '-D', data, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    server = child
    let log = ''
    await new Promise<void>((resolve, reject) => {
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
        log += chunk
        if (log.includes('ready to accept connections')) resolve()
      })
      child.once('exit', () => reject(new Error(`PostgreSQL ended: ${log}`)))
    })
  }

  async function stop(how: 'fast' | 'crash' = 'fast'): Promise<void> {
    const child = server
    server = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT')
    await ended
  }

  await start()
  t.teardown(() => stop())
  let databases = 0
  const urlOf = (database: string) => `postgres://${user}@127.0.0.1:${port}/${database}`
  return {
    start,
    stop,
    async createDatabase() {
      const database = `test${++databases}`
      const client = new Client({ connectionString: urlOf('postgres') })
      await client.connect()
      await client.query(`CREATE DATABASE ${database}`)
      await client.end()
      return urlOf(database)
    },
  }
}

function programPath(name: string): string {
  return findProgram(name) ?? name
}

/** PostgreSQL refuses to run as root: then it runs as the user of its package. */
async function runAs(directory: string) {
  if (process.getuid?.() !== 0) return { program: 'env', args: [] }
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  const uid = id('-u')
  const gid = id('-g')
  chownSync(directory, uid, gid)
  const args = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--pdeathsig', 'INT']
  return { program: 'setpriv', args }
}
