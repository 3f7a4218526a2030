import { readFileSync, writeFileSync } from 'node:fs'
import type { Test } from 'tap'
import { Exit, type Io, runCli } from '../../../src/cli/index.ts'
import { type Installation, install, type TestZone } from '../danelaw.ts'
import { asking } from '../provisioned.ts'
import { makeWorld, type Outcome } from '../world.ts'
import { shiftedClock } from './clock.ts'

const version = '1.2.3'

/** danelaw, as its operator has it: `danelaw serve`, and commands that ask it. */
export interface JourneyServer {
  readonly installation: Installation
  /** The server's clock; commands go by it as well. */
  readonly clock: ReturnType<typeof shiftedClock>
  /** The DS records of a zone, as lines of its parent's zone file. */
  ds(zone: string): Promise<string>
  /** Asks the API with a token for all tenants; what it answers with success. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what came, whatever it is
  api(method: string, path: string, body: object): Promise<any>
  /** Runs a command to its end. */
  run(...argv: readonly string[]): Promise<Outcome>
  /** Runs a command with `--json`, and reads what it wrote. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what came, whatever it is
  json(...argv: readonly string[]): Promise<any>
  /** Has the server read its configuration anew, with settings of `provisioning` added. */
  configure(...settings: readonly string[]): Promise<void>
  /** Begins what the server does once a minute. */
  lookAfter(): void
}

/**
 * Runs `danelaw serve` in this process, on port 53 of 127.0.0.1, with a clock that can be moved:
 * the command itself, with its sockets, store, API and control socket. It is ended with the test.
 */
export async function startJourneyServer(
  t: Test,
  zones: readonly TestZone[],
  settings: string,
): Promise<JourneyServer> {
  const installation = install(t, zones, settings, '127.0.0.1:53')
  const { directory, config } = installation
  const original = readFileSync(config, 'utf8')
  const clock = shiftedClock()
  const ticks = new Set<() => void>()
  const worldOf = () => {
    const world = makeWorld(directory, { monotonicMs: () => performance.now() })
    const every: Io['every'] = (_, tick) => {
      ticks.add(tick)
      return () => ticks.delete(tick)
    }
    return { ...world, io: { ...world.io, clock, every } }
  }
  const server = worldOf()
  const ended = runCli(['serve', '--config', config, '--json'], version, server.io)
  t.teardown(async () => {
    server.signal('stop')
    await ended
    if (!t.passing()) t.comment(`log of danelaw:\n${server.err()}`)
  })
  await Promise.race([server.written(/"event":"ready".*\n/), ended])
  const ready = JSON.parse(server.out().split('\n')[0] ?? '')
  if (ready.event !== 'ready') throw new Error(`danelaw is not ready: ${server.out()}`)
  const run: JourneyServer['run'] = async (...argv) => {
    const { io, out, err } = worldOf()
    const code = await runCli([...argv, '--config', config], version, io)
    return { code, out: out(), err: err() }
  }
  const [{ address, port }] = ready.api
  const verbs = ['read', 'write'].flatMap((verb) => ['--allow', verb])
  const { out: token } = await run('token', 'create', 'journey', '--tenant', '*', ...verbs)
  const ask = asking({ api: `http://${address}:${port}` }, token.trim())
  return {
    ...{ installation, clock, run },
    async api(method, path, body) {
      const { status, json } = await ask(method, path, body)
      if (status < 300) return json
      throw new Error(`${method} ${path}: ${status} ${JSON.stringify(json)}`)
    },
    async ds(zone) {
      const { code, out, err } = await run('key', 'ds', zone)
      if (code !== Exit.ok) throw new Error(`danelaw key ds ${zone}: ${err}`)
      return out
    },
    async json(...argv) {
      const { out, err } = await run(...argv, '--json')
      if (out === '') throw new Error(`danelaw ${argv.join(' ')}: ${err}`)
      return JSON.parse(out)
    },
    async configure(...settings) {
      const lines = settings.map((setting) => `  ${setting}\n`).join('')
      writeFileSync(config, original.replace('provisioning:\n', `provisioning:\n${lines}`))
      const { code, out, err } = await run('reload')
      if (code !== Exit.ok) throw new Error(`danelaw reload: ${out}${err}`)
    },
    lookAfter() {
      for (const tick of ticks) tick()
    },
  }
}
