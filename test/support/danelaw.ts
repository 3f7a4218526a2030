import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'
import { temporaryDirectory } from './peers/daemon.ts'
import { danelawProgram } from './peers/paths.ts'
import { type Finished, runProgram } from './peers/programs.ts'

/** A zone for danelaw to serve. */
export interface TestZone {
  /** With its final dot. */
  readonly name: string
  /** Master file. */
  readonly text: string
  /** The `overrides` entry of the zone in the configuration, as YAML flow: `{ denial: nsec3 }`. */
  readonly policy?: string
}

/** What danelaw says of a zone when it is ready. */
export interface ReadyZone {
  readonly zone: string
  readonly serial: number
  readonly denial: string
  readonly keyTags: readonly number[]
  readonly ds: readonly string[]
  readonly anchor?: string
}

/** A directory with a configuration, zones and keys: what an operator would have. */
export interface Installation {
  readonly directory: string
  readonly config: string
  /** Runs one danelaw command to its end; `--config` is added. */
  run(...args: readonly string[]): Promise<Finished>
  /** The same for commands that read no configuration. */
  runAlone(...args: readonly string[]): Promise<Finished>
  /** Writes a zone file anew. */
  writeZone(zone: TestZone): void
}

/** A danelaw process that serves. */
export interface RunningDanelaw {
  readonly pid: number
  readonly port: number
  /** Where the API is, without a path; empty where there is none. */
  readonly api: string
  readonly zones: readonly ReadyZone[]
  /** The next line of its standard output, decoded. */
  nextEvent(): Promise<{ readonly event: string; readonly [key: string]: unknown }>
  log(): string
  /** Sends a signal. */
  signal(name: NodeJS.Signals): void
  /** Sends SIGTERM, or another signal that ends it, and gives the exit status. */
  stop(name?: NodeJS.Signals): Promise<number | null>
}

function zoneFile(directory: string, name: string): string {
  return join(directory, 'zones', name === '.' ? 'root.db' : `${name}zone`)
}

/** Makes an installation in a fresh temporary directory; `extra` is more YAML at the top level. */
export function install(
  t: Test,
  zones: readonly TestZone[],
  extra = '',
  listen = '127.0.0.1:0',
): Installation {
  const directory = temporaryDirectory(t)
  mkdirSync(join(directory, 'zones'))
  const config = join(directory, 'danelaw.yaml')
  const writeZone = (zone: TestZone): void => {
    writeFileSync(zoneFile(directory, zone.name), zone.text)
  }
  zones.forEach(writeZone)
  const overrides = zones.filter(({ policy }) => policy !== undefined)
  const hasRoot = zones.some(({ name }) => name === '.')
  const files = hasRoot ? ', files: { ".": ./zones/root.db }' : ''
  writeFileSync(
    config,
    [
      `listen: [${listen}]`,
      `zones: { directory: ./zones${files} }`,
      'control: { socket: ./control.sock }',
      overrides.length > 0 ? 'overrides:' : '',
      ...overrides.map(({ name, policy }) => `  "${name}": ${policy}`),
      extra,
      '',
    ].join('\n'),
  )
  const runAlone = (...args: readonly string[]): Promise<Finished> =>
    runProgram(process.execPath, [danelawProgram(), ...args], { cwd: directory })
  const run = (...args: readonly string[]): Promise<Finished> =>
    runAlone(...args, '--config', config)
  return { directory, config, run, runAlone, writeZone }
}

/**
 * Starts `danelaw serve` and waits for its ready line. It is ended with the test. `wrapper` is a
 * program, with its arguments, that becomes what follows.
 */
export async function startDanelaw(
  t: Test,
  { directory, config }: Installation,
  wrapper: readonly string[] = [],
) {
  const serve = [process.execPath, danelawProgram(), 'serve', '--config', config, '--json']
  const [program = '', ...args] = [...wrapper, ...serve]
  const child = spawn(program, args, {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const errors: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  const log = (): string => Buffer.concat(errors).toString()
  t.teardown(async () => {
    await end(child)
    if (!t.passing()) t.comment(`log of danelaw:\n${log()}`)
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const nextEvent: RunningDanelaw['nextEvent'] = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`danelaw ended:\n${log()}`)
    return JSON.parse(value)
  }
  const ready = await nextEvent()
  if (ready.event !== 'ready') throw new Error(`danelaw is not ready: ${JSON.stringify(ready)}`)
  const listen = ready['listen'] as readonly { via: string; port: number }[]
  const [api] = ready['api'] as readonly { address?: string; port?: number }[]
  const running: RunningDanelaw = {
    pid: child.pid ?? 0,
    port: listen.find(({ via }) => via === 'udp')?.port ?? 0,
    api: api?.port === undefined ? '' : `http://${api.address}:${api.port}`,
    zones: ready['zones'] as readonly ReadyZone[],
    nextEvent,
    log,
    signal: (name) => {
      child.kill(name)
    },
    stop: (name) => end(child, name),
  }
  return running
}

async function end(child: ChildProcess, name?: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit')
    child.kill(name ?? 'SIGTERM')
    await gone
  }
  return child.exitCode
}
