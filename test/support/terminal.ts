import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import type { Test } from 'tap'
import { temporaryDirectory } from './peers/daemon.ts'

/** Where commands are run. */
export interface Terminal {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

/** An empty directory in which `danelaw` is a command. */
export function openTerminal(t: Test): Terminal {
  const cwd = temporaryDirectory(t)
  // Some daemons become another user, who has to get there too.
  chmodSync(cwd, 0o755)
  const bin = temporaryDirectory(t)
  const main = resolve(import.meta.dirname, '../../src/main.js')
  const program = `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`
  writeFileSync(join(bin, 'danelaw'), program, { mode: 0o755 })
  const PATH = [bin, process.env['PATH'], '/usr/sbin', '/sbin'].join(delimiter)
  return { cwd, env: { ...process.env, PATH } }
}

/** A program that runs in a terminal. */
export interface Running {
  /** What it has written so far. */
  output(): string
  /** Resolves when what it has written has this, or it has ended. */
  written(pattern: RegExp): Promise<void>
  /** Ctrl-C, to it and all that it has started. */
  end(): Promise<void>
}

/** Starts a program and waits until it has written that it can be asked. It ends with the test. */
export async function begin(
  t: Test,
  command: string,
  ready: RegExp,
  terminal: Terminal,
): Promise<Running> {
  const child = spawn('sh', ['-c', `exec ${command}`], {
    ...terminal,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const waiting = new Set<() => void>()
  const hear = (chunk?: Buffer): void => {
    output += chunk?.toString() ?? ''
    for (const look of waiting) look()
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  child.on('exit', () => hear())
  const isRunning = () => child.exitCode === null && child.signalCode === null
  const written = (pattern: RegExp) =>
    new Promise<void>((done) => {
      const look = (): void => {
        if (isRunning() && !pattern.test(output)) return
        waiting.delete(look)
        done()
      }
      waiting.add(look)
      look()
    })
  const end = async () => {
    if (!isRunning() || child.pid === undefined) return
    const ended = once(child, 'exit')
    // Negative: the whole group, as a terminal does it.
    process.kill(-child.pid, 'SIGINT')
    await ended
  }
  t.teardown(end)
  await written(ready)
  t.ok(isRunning(), `${command} runs: ${output}`)
  return { output: () => output, written, end }
}

/** What a command writes, however it ends. */
export function finished(command: string, terminal: Terminal): Promise<string> {
  return new Promise((done) => {
    execFile('sh', ['-c', command], terminal, (_, stdout, stderr) => done(stdout + stderr))
  })
}
