import { existsSync, rmdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { CodedError } from '../base/index.ts'
import { openControl } from '../control/index.ts'
import type { Became, Injection } from '../overlay/index.ts'
import type { OpenPost } from '../post/index.ts'
import { defaultScenario, parseScenario, type Scenario } from '../scenario/index.ts'
import { formatName, labelCount, type Name } from '../wire/index.ts'
import { openWorld, type World } from '../world/index.ts'
import { readIfThere, readText, writeText } from './files.ts'
import { asFinding, findingJson, writeFindings } from './findings.ts'
import { Exit, type ExitCode, type Io, writeJson, writeLine } from './io.ts'
import { injectionView, labCommands } from './lab-control.ts'
import {
  authorityFile,
  dsText,
  type LabPlaces,
  labFiles,
  resolverCommands,
  writer,
} from './lab-files.ts'
import { worldLedger } from './lab-ledger.ts'
import { postfixFiles, submissionPort } from './lab-postfix.ts'
import { Ends, type Lab, raiseLab } from './lab-raise.ts'
import { formatEnded, formatInjection } from './status.ts'

/** What `danelaw lab up` takes. */
export interface UpFlags {
  readonly port?: number
  readonly writeConfig?: string
  readonly socket: string
  readonly json?: boolean
}

/** The port of the address that answers for every zone. */
const frontPort = 5354
/** What resolvers want, and senders of mail; or what is free. */
const dnsPort = 53
const mailPorts = [
  { smtp: 25, https: 443 },
  { smtp: 0, https: 0 },
]

/** Runs `danelaw lab up` until it is told to stop. */
export async function labUp(file: string | undefined, flags: UpFlags, io: Io): Promise<ExitCode> {
  const from = io.monotonicMs()
  const scenario = await readScenario(file, flags, io)
  if (!scenario) return Exit.failed
  const ends = new Ends()
  let stop = (): void => undefined
  const stopped = new Promise<void>((resolveStop) => {
    stop = io.onSignal((signal) => {
      if (signal === 'stop') resolveStop()
    })
  })
  try {
    const lab = await raise(scenario, flags, ends, io)
    const written = await writeConfigurations(flags, lab, io)
    tellReady(lab, written, { scenario, flags, milliseconds: io.monotonicMs() - from }, io)
    await stopped
    await ends.close()
    if (flags.json) writeJson(io.stdout, { event: 'stopped' })
    return Exit.ok
  } catch (error) {
    await ends.close()
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

/** A lab that is up, with its front and its control socket. */
interface RaisedLab extends Lab {
  readonly places: LabPlaces
}

/** Raises everything; what has to be closed again goes to `ends`. */
async function raise(scenario: Scenario, flags: UpFlags, ends: Ends, io: Io): Promise<RaisedLab> {
  const port = flags.port ?? scenario.port ?? frontPort
  const lab = await raiseLab(scenario, { dns: [dnsPort, port, 0], mail: mailPorts }, ends, io)
  const { world, servers } = lab
  const front = await openFront(world, { port, front: scenario.front, timers: io.timers })
  ends.add(() => front.close())
  const ledger = worldLedger(world, io, (injection, became) =>
    tellChange(injection, became, flags, io),
  )
  ends.add(() => ledger.close())
  ends.add(await openSocket(labCommands(ledger), flags, io))
  return {
    ...lab,
    places: {
      anchor: world.anchor,
      tops: topsOf(world),
      hints: world.hints.map(({ name, address }) => ({ name: formatName(name), address })),
      port: servers.port,
      front: { address: scenario.front, port: front.port },
    },
  }
}

/** The address that answers for every zone. @throws {CodedError} `listen-failed`: what helps */
async function openFront(world: World, options: Parameters<typeof openWorld>[1]) {
  try {
    return await openWorld(world, options)
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'listen-failed') throw error
    throw new CodedError(error.code, `${error.message}; is another lab up? --port takes another`)
  }
}

/** The zones below the root: those of one label. */
function topsOf({ zones }: World): LabPlaces['tops'] {
  const isTop = (apex: Name) => labelCount(apex) === 1
  const tops = [...zones.values()].filter(({ apex }) => isTop(apex))
  return new Map(tops.map(({ apex, ds }) => [formatName(apex), ds]))
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
  { places, post }: RaisedLab,
  io: Io,
): Promise<string | undefined> {
  if (writeConfig === undefined) return undefined
  const directory = resolve(io.cwd, writeConfig)
  const files = [
    ...labFiles(directory, places),
    ...postfixFiles(directory, post.smtpPort),
    { path: authorityFile, text: post.ca },
  ]
  const taken = files.find(({ path }) => existsSync(join(directory, path)))
  if (taken && !(await isOfLab(directory, io))) throw notOfLab(join(writeConfig, taken.path))
  for (const { path, text, isProgram } of files) {
    await writeText(join(directory, path), text, isProgram ? 0o755 : 0o644, io)
  }
  return writeConfig
}

/** Whether a directory is one that a lab has written before. */
async function isOfLab(directory: string, io: Io): Promise<boolean> {
  const text = await readIfThere(join(directory, 'unbound.conf'), io)
  return text?.includes(writer) ?? false
}

function notOfLab(file: string): CodedError {
  const why = 'it is there, and no lab has written it; name another directory'
  return new CodedError('file-unwritable', `Cannot write ${JSON.stringify(file)}: ${why}`)
}

function tellChange(injection: Injection, became: Became, { json }: UpFlags, io: Io): void {
  const view = injectionView(injection)
  if (json) writeJson(io.stdout, { event: became, ...view })
  else {
    const told = became === 'injected' ? formatInjection(view) : formatEnded(view)
    writeLine(io.stdout, `${became}: ${told}`)
  }
}

interface Told {
  readonly scenario: Scenario
  readonly flags: UpFlags
  readonly milliseconds: number
}

function tellReady(
  { world, places, post }: RaisedLab,
  written: string | undefined,
  { scenario, flags, milliseconds }: Told,
  io: Io,
): void {
  const { anchor, hints, port, front } = places
  const anchors = anchor.map((rdata) => `. IN DS ${dsText(rdata)}`)
  if (flags.json) {
    const { seed } = scenario
    const zones = [...world.zones.keys()]
    const mail = { cases: post.cases.length, smtpPort: post.smtpPort, httpsPort: post.httpsPort }
    const facts = { seed, anchors, hints, port, front, zones, mail, directory: written ?? null }
    writeJson(io.stdout, { event: 'ready', milliseconds: Math.round(milliseconds), ...facts })
    return
  }
  const say = (line = '') => writeLine(io.stdout, line)
  say(`danelaw lab: ${world.zones.size} zones, up in ${(milliseconds / 1000).toFixed(1)} s`)
  say()
  for (const text of anchors) say(`trust anchor   ${text}`)
  for (const { name, address } of hints) say(`root hint      ${name} ${address} port ${port}`)
  say(`all zones at   ${front.address} port ${front.port}`)
  say(`mail servers   127.53.1.0/24 port ${post.smtpPort}, policies at port ${post.httpsPort}`)
  if (port !== dnsPort) {
    say()
    say(
      'Port 53 is not to be had: resolvers forward to the address of all zones, so that faults of',
    )
    say('glue, and of one server out of two, do not show.')
  }
  say()
  tellResolvers(written, places, post, say)
  say()
  say('danelaw lab list names every fault; Ctrl-C ends all of it.')
}

function tellResolvers(
  written: string | undefined,
  { port, front }: LabPlaces,
  { smtpPort, httpsPort }: OpenPost,
  say: (line?: string) => void,
): void {
  const server = `${front.address}:${front.port}`
  if (written === undefined) {
    say('danelaw lab up --write-config DIR writes configurations of unbound, BIND, Knot Resolver,')
    say('PowerDNS Recursor and Postfix for it, and the files that danelaw check wants.')
    return
  }
  const row = (name: string, ...lines: readonly string[]) => {
    lines.forEach((line, at) => {
      say(`  ${(at === 0 ? name : '').padEnd(13)}  ${line}`)
    })
  }
  say('Start a resolver, then ask it:')
  for (const { name, command, port: at } of resolverCommands(written)) {
    row(name, command, `dig @127.0.0.1 -p ${at} ds-bogus-digest-value.lab.test`)
  }
  const stub = `--server ${server} --anchor ${join(written, 'anchor.ds')}`
  row('danelaw', `danelaw resolve ds-bogus-digest-value.lab.test ${stub}`)
  const ports = `--port ${smtpPort} --sts-port ${httpsPort} --ca ${join(written, authorityFile)}`
  row('', `danelaw check dane-good-311.mail.test ${stub} \\`, `  ${ports}`)
  if (port !== 53 || smtpPort !== 25) return
  const to = 'postmaster@dane-good-311.mail.test'
  const send = `swaks --server 127.0.0.1:${submissionPort} --to ${to}`
  row('Postfix', `${join(written, 'postfix/start')}    beside the unbound above, as root`, send)
}
