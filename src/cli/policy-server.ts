import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { CodedError } from '../base/index.ts'
import { printable } from '../check/index.ts'
import { isLoopback } from '../config/index.ts'
import { placeSocket } from '../control/index.ts'
import { examineDestination, examineSoleHost } from '../destination/index.ts'
import {
  defaultPolicyLimits,
  Policies,
  type PolicyAnswer,
  type PolicyPlace,
  type PolicyServer,
  type Protocol,
  type Reply,
  socketmap,
  startPolicyServer,
  stsLookup,
  tcpTable,
} from '../policy/index.ts'
import { parseDomain } from './domain.ts'
import { readText } from './files.ts'
import { asFinding, findingJson, writeFindings } from './findings.ts'
import { portArgument } from './flags.ts'
import { Exit, type ExitCode, type Io, writeJson, writeLine } from './io.ts'
import { openStsCache } from './sts-cache-file.ts'
import { addStubOptions, readStubOptions, type StubFlags } from './stub-options.ts'

interface PolicyFlags extends StubFlags {
  readonly listen: Endpoint
  readonly allowRemote?: boolean
  readonly socket?: string
  readonly socketMode: '0600' | '0660'
  readonly protocol: 'socketmap' | 'tcp'
  readonly withoutPolicy: 'may' | 'notfound'
  readonly mtaSts: boolean
  readonly ca?: string
  readonly stsPort: number
  readonly stsCache?: string
  readonly json?: boolean
}

interface Endpoint {
  readonly address: string
  readonly port: number
}

const help = `
In Postfix's main.cf, whose resolver must validate (smtp_dns_support_level = dnssec):
  smtp_tls_policy_maps = socketmap:inet:127.0.0.1:8461:danelaw

For each destination it answers what DANE and MTA-STS demand: dane-only, dane, secure match=…, or
may where nothing is demanded; and TEMP where that cannot be told, so that mail waits.

SIGTERM and SIGINT stop, after the answers that are under way.`

/** Builds `danelaw policy-server`. */
export function policyServerCommand(io: Io, exit: (code: ExitCode) => void): Command {
  const command = new Command('policy-server')
    .description('tell Postfix what each destination demands of TLS, until told to stop')
    .addOption(listenOption())
    .option(
      '--allow-remote',
      'listen where other machines may ask: nothing there is secret to them',
    )
    .addOption(new Option('--socket <path>', 'listen at a Unix socket instead').conflicts('listen'))
    .addOption(modeOption())
    .addOption(
      new Option('--protocol <name>', 'how Postfix asks: socketmap or tcp (tcp_table)')
        .choices(Object.keys(protocols))
        .default('socketmap'),
    )
    .addOption(
      new Option('--without-policy <word>', 'what to answer where nothing is demanded')
        .choices(Object.keys(unprotected))
        .default('may'),
    )
    .option('--no-mta-sts', 'leave MTA-STS alone: DANE only')
    .option(
      '--ca <file>',
      'PEM of authorities for hosts of MTA-STS policies; default: the system’s',
    )
    .option('--sts-port <n>', 'port of MTA-STS policies, for labs', portArgument, 443)
    .option('--sts-cache <file>', 'where MTA-STS policies outlive a restart; default: nowhere')
    .option('--json', 'write one JSON object a line: ready, stopped; answers to standard error')
    .addHelpText('after', help)
  return addStubOptions(command).action(async (flags: PolicyFlags) => {
    exit(await serve(flags, io))
  })
}

/** The default in the form in which it is given. */
function listenOption(): Option {
  const usual = { address: '127.0.0.1', port: 8461 }
  return new Option('-l, --listen <addr:port>', 'where to listen')
    .argParser(endpointArgument)
    .default(usual, `${usual.address}:${usual.port}`)
}

function modeOption(): Option {
  return new Option('--socket-mode <mode>', 'who may use the socket: its owner, or the group too')
    .choices(['0600', '0660'])
    .default('0600')
}

const protocols: Readonly<Record<PolicyFlags['protocol'], Protocol>> = { socketmap, tcp: tcpTable }

const unprotected: Readonly<Record<PolicyFlags['withoutPolicy'], Reply>> = {
  may: { kind: 'found', value: 'may' },
  notfound: { kind: 'absent' },
}

/** Reads `ADDR:PORT`, an IPv6 address in brackets. */
function endpointArgument(text: string): Endpoint {
  const [, bracketed, bare, digits] = /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? []
  const address = bracketed ?? bare ?? ''
  const port = Number(digits)
  if (isIP(address) === 0 || port > 65_535) {
    throw new InvalidArgumentError('An address is written like 127.0.0.1:8461 or [::1]:8461.')
  }
  return { address, port }
}

async function serve(flags: PolicyFlags, io: Io): Promise<ExitCode> {
  try {
    const place = placeOf(flags, io)
    const source = await readStubOptions(flags, io)
    const ca = flags.ca === undefined ? undefined : await readText(flags.ca, io)
    const { stub, clock } = source.open()
    const { timers, monotonicMs, random } = io
    const { cache, close } = await openStsCache(flags.stsCache, io)
    const limits = defaultPolicyLimits
    const policies = new Policies({
      examine: (question) => examineDestination({ ...question, random }, stub),
      examineHost: (question) => examineSoleHost(question, stub),
      sts: flags.mtaSts
        ? stsLookup({ stub, cache, clock, timers, ca, port: flags.stsPort })
        : undefined,
      unprotected: unprotected[flags.withoutPolicy],
      ...{ parseDomain, clock, monotonicMs, timers, limits },
    })
    try {
      const server = await startPolicyServer({
        ...{ place, timers, limits, protocol: protocols[flags.protocol] },
        answer: (key) => policies.answer(key),
        onAnswer: (answer) => tellAnswer(answer, flags, io),
      })
      await live(server, flags, io)
      return Exit.ok
    } finally {
      await stub.close()
      await close()
    }
  } catch (error) {
    const finding = asFinding(error)
    if (flags.json) writeJson(io.stdout, { event: 'failed', findings: [findingJson(finding)] })
    else writeFindings([finding], io)
    return Exit.failed
  }
}

/** Whoever can ask makes us ask others: by default nobody from outside can. */
function placeOf({ listen, allowRemote, socket, socketMode }: PolicyFlags, io: Io): PolicyPlace {
  if (socket !== undefined) {
    const path = resolve(io.cwd, socket)
    const mode = Number.parseInt(socketMode, 8)
    return { kind: 'unix', place: (server) => placeSocket(server, path, mode) }
  }
  if (!allowRemote && !isLoopback(listen.address)) {
    const where = `Cannot listen on ${listen.address} port ${listen.port}`
    throw new CodedError('listen-remote', `${where}: it is not loopback; add --allow-remote`)
  }
  return { kind: 'tcp', ...listen }
}

/** Serves until told to stop. */
async function live(server: PolicyServer, flags: PolicyFlags, io: Io): Promise<void> {
  let unhear = (): void => undefined
  const stopped = new Promise<void>((stop) => {
    unhear = io.onSignal((signal) => {
      if (signal === 'stop') stop()
    })
  })
  try {
    tellReady(server, flags, io)
    await stopped
  } finally {
    unhear()
    await server.stop()
    if (flags.json) writeJson(io.stdout, { event: 'stopped' })
  }
}

function tellReady({ address: bound }: PolicyServer, flags: PolicyFlags, io: Io): void {
  const { protocol, socket, json } = flags
  const path = socket === undefined ? undefined : resolve(io.cwd, socket)
  if (json) {
    const listen = bound ? { address: bound.address, port: bound.port } : { socket: path }
    writeJson(io.stdout, { event: 'ready', protocol, listen })
    return
  }
  const host = bound && isIP(bound.address) === 6 ? `[${bound.address}]` : bound?.address
  const where = bound ? `inet:${host}:${bound.port}` : `unix:${path}`
  const table = protocol === 'tcp' ? where.replace('inet', 'tcp') : `socketmap:${where}:danelaw`
  writeLine(io.stdout, 'danelaw answers for Postfix, whose main.cf is to say:')
  writeLine(io.stdout, `  smtp_tls_policy_maps = ${table}`)
}

/** Characters of a key that a log shows: the longest domain name, and a port. */
const keyShownMax = 270
/** Characters of a line of the log: the longest answer, and a reason. */
const lineMax = 20_000

function tellAnswer(answer: PolicyAnswer, { json }: PolicyFlags, io: Io): void {
  const { reply, reason, ttl, isCached, elapsedMs } = answer
  const key = answer.key.slice(0, keyShownMax)
  const said = reply.kind === 'found' ? reply.value : reply.kind
  if (json) {
    const value = reply.kind === 'found' ? { value: reply.value } : {}
    const facts = { reason, ttl, cached: isCached, elapsedMs: Math.round(elapsedMs) }
    writeJson(io.stderr, { event: 'answer', key, answer: reply.kind, ...value, ...facts })
    return
  }
  const time = isCached ? 'kept' : `${Math.round(elapsedMs)} ms`
  writeLine(io.stderr, printable(`${JSON.stringify(key)}: ${said} (${reason}; ${time})`, lineMax))
}
