import { existsSync, rmdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { CodedError } from '../base/index.ts'
import { openControl } from '../control/index.ts'
import type { Became, Injection } from '../overlay/index.ts'
import { defaultScenario, parseScenario, type Scenario, worldSpec } from '../scenario/index.ts'
import { formatName } from '../wire/index.ts'
import { buildWorld, type OpenWorld, openWorld, type World } from '../world/index.ts'
import { readText, writeText } from './files.ts'
import { asFinding, findingJson, writeFindings } from './findings.ts'
import { Exit, type ExitCode, type Io, writeJson, writeLine } from './io.ts'
import { injectionView, labCommands } from './lab-control.ts'
import { dsText, type LabPlaces, labFiles, resolverCommands } from './lab-files.ts'
import { worldLedger } from './lab-ledger.ts'
import { formatInjection } from './status.ts'

/** What `danelaw lab up` takes. */
export interface UpFlags {
  readonly port?: number
  readonly writeConfig?: string
  readonly socket: string
  readonly json?: boolean
}

/** The port of the address that answers for every zone. */
const frontPort = 5354
const dnsPort = 53

/** Runs `danelaw lab up` until it is told to stop. */
export async function labUp(file: string | undefined, flags: UpFlags, io: Io): Promise<ExitCode> {
  const from = io.monotonicMs()
  const scenario = await readScenario(file, flags, io)
  if (!scenario) return Exit.failed
  const ends: (() => Promise<void>)[] = []
  const end = async () => {
    for (const close of ends.reverse()) await close()
  }
  let stop = (): void => undefined
  const stopped = new Promise<void>((resolveStop) => {
    stop = io.onSignal((signal) => {
      if (signal === 'stop') resolveStop()
    })
  })
  try {
    const lab = await raise(scenario, flags, ends, io)
    const written = await writeConfigurations(flags, lab.places, io)
    tellReady(lab, written, { scenario, flags, milliseconds: io.monotonicMs() - from }, io)
    await stopped
    await end()
    if (flags.json) writeJson(io.stdout, { event: 'stopped' })
    return Exit.ok
  } catch (error) {
    await end()
    return fail(error, flags, io)
  } finally {
    stop()
  }
}

function fail(error: unknown, { json }: UpFlags, io: Io): ExitCode {
  const finding = asFinding(error)
  if (json) writeJson(io.stdout, { event: 'failed', findings: [findingJson(finding)] })
  else writeFindings([finding], io)
  return Exit.failed
}

async function readScenario(
  named: string | undefined,
  flags: UpFlags,
  io: Io,
): Promise<Scenario | undefined> {
  if (named === undefined) return defaultScenario
  try {
    const file = resolve(io.cwd, named)
    const text = await readText(named, io)
    const { value, findings } = parseScenario(text, { file: named, directory: dirname(file) })
    if (value) return value
    if (flags.json) writeJson(io.stdout, { event: 'failed', findings: findings.map(findingJson) })
    else writeFindings(findings, io)
  } catch (error) {
    fail(error, flags, io)
  }
  return undefined
}

/** A lab that is up. */
interface Lab {
  readonly world: World
  readonly places: LabPlaces
}

/** Raises everything; what has to be closed again goes to `ends`. */
async function raise(
  scenario: Scenario,
  flags: UpFlags,
  ends: (() => Promise<void>)[],
  io: Io,
): Promise<Lab> {
  const { clock, timers } = io
  const world = buildWorld(worldSpec(scenario, () => clock.now()))
  const port = flags.port ?? scenario.port ?? frontPort
  const front = await openWorld(world, { port, front: scenario.front, timers })
  ends.push(() => front.close())
  const servers = await openServers(world, front.port, io)
  ends.push(() => servers.close())
  const ledger = worldLedger(world, io, (injection, became) =>
    tellChange(injection, became, flags, io),
  )
  ends.push(async () => ledger.close())
  ends.push(await openSocket(labCommands(ledger), flags, io))
  return {
    world,
    places: {
      anchor: world.anchor,
      hints: world.hints.map(({ name, address }) => ({ name: formatName(name), address })),
      port: servers.port,
      front: { address: scenario.front, port: front.port },
    },
  }
}

/** At port 53, as resolvers want it, or else at another. */
async function openServers(world: World, port: number, { timers }: Io): Promise<OpenWorld> {
  try {
    return await openWorld(world, { port: dnsPort, timers })
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'listen-failed') throw error
    return openWorld(world, { port, timers })
  }
}

/** The control socket; its directory goes again where it was made for it. */
async function openSocket(
  commands: ReturnType<typeof labCommands>,
  { socket }: UpFlags,
  { cwd, timers }: Io,
): Promise<() => Promise<void>> {
  const path = resolve(cwd, socket)
  const isOurs = !existsSync(dirname(path))
  const readers = new Set(commands.map(([name]) => name))
  const control = await openControl({ path, commands: new Map(commands), readers, timers })
  return async () => {
    await control.close()
    if (isOurs) removeEmpty(dirname(path))
  }
}

function removeEmpty(directory: string): void {
  try {
    rmdirSync(directory)
  } catch {
    // Somebody else has put something there.
  }
}

async function writeConfigurations(
  { writeConfig }: UpFlags,
  places: LabPlaces,
  io: Io,
): Promise<string | undefined> {
  if (writeConfig === undefined) return undefined
  const directory = resolve(io.cwd, writeConfig)
  for (const { path, text } of labFiles(directory, places)) {
    await writeText(join(directory, path), text, 0o644, io)
  }
  return writeConfig
}

function tellChange(injection: Injection, became: Became, { json }: UpFlags, io: Io): void {
  const view = injectionView(injection)
  if (json) writeJson(io.stdout, { event: became, ...view })
  else writeLine(io.stdout, `${became}: ${formatInjection(view)}`)
}

interface Told {
  readonly scenario: Scenario
  readonly flags: UpFlags
  readonly milliseconds: number
}

function tellReady(
  { world, places }: Lab,
  written: string | undefined,
  { scenario, flags, milliseconds }: Told,
  io: Io,
): void {
  const { anchor, hints, port, front } = places
  const anchors = anchor.map((rdata) => `. IN DS ${dsText(rdata)}`)
  if (flags.json) {
    const { seed } = scenario
    const zones = [...world.zones.keys()]
    const facts = { seed, anchors, hints, port, front, zones, directory: written ?? null }
    return writeJson(io.stdout, {
      event: 'ready',
      milliseconds: Math.round(milliseconds),
      ...facts,
    })
  }
  const say = (line = '') => writeLine(io.stdout, line)
  say(`danelaw lab: ${world.zones.size} zones, up in ${(milliseconds / 1000).toFixed(1)} s`)
  say()
  for (const text of anchors) say(`trust anchor   ${text}`)
  for (const { name, address } of hints) say(`root hint      ${name} ${address} port ${port}`)
  say(`all zones at   ${front.address} port ${front.port}`)
  say()
  tellResolvers(written, places, say)
  say()
  say('danelaw lab list names every fault; Ctrl-C ends all of it.')
}

function tellResolvers(
  written: string | undefined,
  { front }: LabPlaces,
  say: (line?: string) => void,
): void {
  if (written === undefined) {
    say('Resolvers for it: danelaw lab up --write-config DIR writes their configurations.')
    say('Or ask here and judge here:')
    say(`  danelaw resolve valid.lab.test A --server ${front.address}:${front.port} --anchor FILE`)
    return
  }
  say('Start a resolver, then ask it:')
  for (const { name, command, port } of resolverCommands(written)) {
    say(`  ${name.padEnd(13)}  ${command}`)
    say(`  ${''.padEnd(13)}  dig @127.0.0.1 -p ${port} ds-bogus-digest-value.lab.test`)
  }
  say(`  ${'danelaw'.padEnd(13)}  danelaw resolve ds-bogus-digest-value.lab.test A \\`)
  const server = `${front.address}:${front.port}`
  say(`  ${''.padEnd(13)}    --server ${server} --anchor ${join(written, 'anchor.ds')}`)
}
