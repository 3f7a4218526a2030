import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { findProgram } from './programs.ts'

/** A running server process that belongs to one test. */
export interface Daemon {
  readonly name: string
  /** 127.0.0.1, unless the test has a network of its own. */
  readonly address: string
  /** UDP and TCP. */
  readonly port: number
  /** Its own temporary directory, removed at the end. */
  readonly directory: string
  /** The process id, for a signal. */
  readonly pid: number
  /** Everything it has written to standard output and standard error. */
  log(): string
  /** Ends it and waits until it is gone. The end of the test does so anyway. */
  stop(): Promise<void>
}

/** How to start one kind of server. */
export interface DaemonSpec {
  readonly name: string
  /** An address to have to itself, at port 53; only in a network of one's own. */
  readonly address?: string | undefined
  /** Writes the configuration; gives the program and its arguments, to run in the foreground. */
  command(
    directory: string,
    port: number,
    address: string,
  ): readonly [program: string, ...args: string[]]
  /** Asks a real question: true once the server answers as it should. False or a throw: not yet. */
  ready(port: number, address: string): Promise<boolean>
}

/** A fresh temporary directory that is removed when the test ends. */
export function temporaryDirectory(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'danelaw-interop-'))
  t.teardown(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Ports given out by this process, so that two servers never get the same one. */
const given = new Set<number>()

/** A port of 127.0.0.1 that nobody uses, neither for UDP nor for TCP, at the moment. */
export async function freePort(): Promise<number> {
  for (;;) {
    const tcp = createServer()
    tcp.listen(0, '127.0.0.1')
    await once(tcp, 'listening')
    const address = tcp.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const udp = createSocket('udp4')
    const bound = await new Promise<boolean>((resolve) => {
      udp.once('error', () => resolve(false))
      udp.bind(port, '127.0.0.1', () => resolve(true))
    })
    if (bound) udp.close()
    tcp.close()
    await once(tcp, 'close')
    if (bound && !given.has(port)) {
      given.add(port)
      return port
    }
  }
}

/** Process groups to end when this process ends, however it ends. */
const groups = new Set<number>()
process.on('exit', () => {
  for (const pid of groups) signalGroup(pid, 'SIGKILL')
})

/** Signals a daemon and its children: each daemon leads a process group of its own. */
function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // It is gone already.
  }
}

async function stopProcess(child: ChildProcess, pid: number): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), 10_000)
    await gone
    clearTimeout(timer)
  }
  signalGroup(pid, 'SIGKILL')
  groups.delete(pid)
}

const startTries = 4
const readySeconds = 60
const askEveryMilliseconds = 25

async function tryStart(t: Test, spec: DaemonSpec): Promise<Daemon | string> {
  const directory = temporaryDirectory(t)
  const address = spec.address ?? '127.0.0.1'
  const port = spec.address === undefined ? await freePort() : 53
  const [program, ...args] = spec.command(directory, port, address)
  const child = spawn(findProgram(program) ?? program, args, {
    cwd: directory,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
  const log = (): string => Buffer.concat(chunks).toString()
  await Promise.race([once(child, 'spawn'), once(child, 'error')])
  const { pid } = child
  if (pid === undefined) return `cannot run ${program}`
  groups.add(pid)
  const stop = (): Promise<void> => stopProcess(child, pid)
  const deadline = performance.now() + readySeconds * 1000
  while (performance.now() < deadline && child.exitCode === null && child.signalCode === null) {
    if (await spec.ready(port, address).catch(() => false)) {
      return { name: spec.name, address, port, directory, pid, log, stop }
    }
    await delay(askEveryMilliseconds)
  }
  await stop()
  return log()
}

/**
 * Starts a server for one test and waits until it answers. Starts again on another port when the
 * first attempt fails, since somebody may have taken the port in between. When the test ends, the
 * server is ended too; when the test has failed, its log is shown.
 *
 * @throws {Error} with the log of the last attempt
 */
export async function startDaemon(t: Test, spec: DaemonSpec): Promise<Daemon> {
  let failure = ''
  for (let tries = 0; tries < startTries; tries++) {
    const started = await tryStart(t, spec)
    if (typeof started === 'string') {
      failure = started
      continue
    }
    t.teardown(async () => {
      await started.stop()
      if (!t.passing()) t.comment(`log of ${spec.name}:\n${started.log().slice(-20_000)}`)
    })
    return started
  }
  throw new Error(`${spec.name} does not start:\n${failure}`)
}
