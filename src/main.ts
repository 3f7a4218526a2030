#!/usr/bin/env node
/**
 * The composition root: the only place that reads the arguments, the environment and the clock of
 * the process, hears its signals and sets its exit code.
 */
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { setImmediate as turn } from 'node:timers/promises'
import { systemClock, systemTimers } from './base/index.ts'
import { type Io, runCli, type Signal, type TextSink } from './cli/index.ts'
import { randomOctets } from './crypto/index.ts'

const signals: readonly (readonly [NodeJS.Signals, Signal])[] = [
  ['SIGHUP', 'reload'],
  ['SIGTERM', 'stop'],
  ['SIGINT', 'stop'],
]

function sinkOf(stream: NodeJS.WriteStream): TextSink {
  // Whoever reads us may go away (`| head`), and a disk that a log goes to may be full: neither
  // must keep a server from answering.
  stream.on('error', () => undefined)
  return {
    write: (text) => {
      stream.write(text)
    },
    isTerminal: stream.isTTY === true && process.env['NO_COLOR'] === undefined,
  }
}

/** Read once, and gone before a report of the process or a child of it could have it. */
function takeSecret(name: string): string | undefined {
  const value = process.env[name]
  delete process.env[name]
  return value
}

const io: Io = {
  stdout: sinkOf(process.stdout),
  stderr: sinkOf(process.stderr),
  stdin: () => process.stdin,
  cwd: process.cwd(),
  hostName: hostname(),
  sealingKeys: takeSecret('DANELAW_SEALING_KEYS'),
  clock: systemClock,
  monotonicMs: () => performance.now(),
  onSignal(handler) {
    const listeners = signals.map(([name, signal]) => [name, () => handler(signal)] as const)
    for (const [name, listener] of listeners) process.on(name, listener)
    return () => {
      for (const [name, listener] of listeners) process.off(name, listener)
    }
  },
  every(ms, handler) {
    const timer = setInterval(handler, ms)
    timer.unref()
    return () => clearInterval(timer)
  },
  turn: () => turn(),
  timers: systemTimers,
  random: randomOctets,
  stayAlive() {
    const timer = setInterval(() => undefined, 2 ** 30)
    return () => clearInterval(timer)
  },
}

const manifest = new URL('../../package.json', import.meta.url)
const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
process.exitCode = await runCli(process.argv.slice(2), version, io)
