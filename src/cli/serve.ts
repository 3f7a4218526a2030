import { Command } from 'commander'
import { storeDriverOf } from '../config/index.ts'
import { hasErrors, type PublishReport } from '../publish/index.ts'
import type { BoundAddress } from '../server/index.ts'
import { formatName, type Name } from '../wire/index.ts'
import { anchorPath } from './anchor.ts'
import { asFinding, findingJson, writeFindings } from './findings.ts'
import { Exit, type ExitCode, type Io, type Signal, writeJson, writeLine } from './io.ts'
import { makeProgress } from './progress.ts'
import { tellReload } from './reload.ts'
import { reloadResult } from './reload-result.ts'
import type { Bound, RunningServer } from './running-server.ts'
import { readSettings } from './settings.ts'
import { describeZone, formatZoneSummary, type ZoneSummary } from './zone-summary.ts'

interface ServeOptions {
  readonly config?: string
  readonly json?: boolean
}

/**
 * Builds `danelaw serve`. The server is loaded when it is asked for: it takes longer to load than
 * most other commands take to run.
 */
export function serveCommand(io: Io, version: string, exit: (code: ExitCode) => void): Command {
  return new Command('serve')
    .description('serve zones, signed, until told to stop')
    .option('-c, --config <file>', 'configuration; default: danelaw.yaml, where there is one')
    .option('--json', 'write one JSON object a line: ready, reload, stopped')
    .addHelpText(
      'after',
      '\nWithout a configuration: every zone in ./zones on 127.0.0.1:5300, UDP and TCP, signed\n' +
        'with the keys in ./keys, which are made where they are missing.\n\n' +
        'SIGHUP reloads, SIGTERM and SIGINT stop after answering what was asked.',
    )
    .action(async (options: ServeOptions) => {
      exit(await serve(options, version, io))
    })
}

async function serve(options: ServeOptions, version: string, io: Io): Promise<ExitCode> {
  const { config, ...settings } = await readSettings(options.config, io)
  if (!config) return fail(options, settings.findings, io)
  const progress = makeProgress(io)
  const running = await import('./running-server.ts')
  const server = new running.RunningServer({
    ...{ settings: { ...settings, config }, version, io },
    onProgress(done, total, zone) {
      progress.update(`reading zones: ${done} of ${total}, ${formatName(zone as Name)}`)
    },
  })
  try {
    const report = await server.publish()
    progress.clear()
    if (!options.json) writeFindings(allFindings(report), io)
    const isEmpty = server.zones.size === 0 && storeDriverOf(config) === 'off'
    if (isEmpty && hasErrors(report)) return fail(options, [], io, report)
    const bound = await server.start()
    const signals = hear(io)
    try {
      tellReady(server, bound, report, version, options, io)
      await live(server, signals, options, io)
      return Exit.ok
    } finally {
      // Whatever happens from here on: nothing stays behind that keeps the process alive.
      signals.end()
      await server.stop()
      if (options.json) writeJson(io.stdout, { event: 'stopped' })
    }
  } catch (error) {
    progress.clear()
    return fail(options, [asFinding(error)], io)
  }
}

function allFindings({ findings, zones }: PublishReport) {
  return [...findings, ...zones.flatMap((zone) => zone.findings)]
}

function fail(
  options: ServeOptions,
  findings: Parameters<typeof writeFindings>[0],
  io: Io,
  report?: PublishReport,
): ExitCode {
  const told = report ? allFindings(report) : findings
  if (options.json) writeJson(io.stdout, { event: 'failed', findings: told.map(findingJson) })
  else {
    writeFindings(findings, io)
    if (report) writeLine(io.stderr, 'error: there is no zone without errors, so nothing is served')
  }
  return Exit.failed
}

/** Signals in the order in which they come. */
interface Signals {
  next(): Promise<Signal>
  end(): void
}

function hear(io: Io): Signals {
  const waiting: Signal[] = []
  let wake: (signal: Signal) => void = () => undefined
  const end = io.onSignal((signal) => {
    waiting.push(signal)
    wake(signal)
  })
  return {
    end,
    async next() {
      if (waiting.length === 0) {
        await new Promise<Signal>((resolve) => {
          wake = resolve
        })
      }
      return waiting.shift() ?? 'stop'
    },
  }
}

/** Serves until told to stop; reloads when told to. */
async function live(
  server: RunningServer,
  signals: Signals,
  options: ServeOptions,
  io: Io,
): Promise<void> {
  for (;;) {
    if ((await signals.next()) === 'stop') break
    const result = await server.reload()
    if (options.json) writeJson(io.stdout, { event: 'reload', ...result })
    else tellReload(result, io)
  }
}

function tellReady(
  server: RunningServer,
  { dns, api }: Bound,
  report: PublishReport,
  version: string,
  options: ServeOptions,
  io: Io,
): void {
  const zones: ZoneSummary[] = []
  for (const published of server.zones.values()) {
    const anchor = anchorPath(published, server.config.keys.directory)
    zones.push(describeZone(published, anchor))
  }
  if (options.json) {
    const result = reloadResult(report, [])
    const { findings } = result
    const ways = dns.map(({ via, address, port }) => ({ via, address, port }))
    const all = [...findings, ...result.zones.flatMap((zone) => zone.findings)]
    writeJson(io.stdout, { event: 'ready', version, listen: ways, api, zones, findings: all })
    return
  }
  const count = `${zones.length} ${zones.length === 1 ? 'zone' : 'zones'}`
  writeLine(io.stdout, `danelaw ${version} serves ${count} on ${formatAddresses(dns)}`)
  for (const address of api)
    writeLine(io.stdout, `the API listens on ${formatApi(address, server)}`)
  const plain = dns.find(({ via }) => via === 'udp')
  for (const zone of zones.slice(0, zonesShownMax)) {
    writeLine(io.stdout)
    for (const line of formatZoneSummary(zone, plain, io.cwd)) writeLine(io.stdout, line)
  }
  if (zones.length > zonesShownMax) {
    writeLine(io.stdout, `\nand ${zones.length - zonesShownMax} more: --json has all of them`)
  }
}

function formatApi(address: Bound['api'][number], { config }: RunningServer): string {
  if ('path' in address) return address.path
  const { tls } = config.api
  const host = address.address.includes(':') ? `[${address.address}]` : address.address
  return `${tls.certificate === undefined ? 'http' : 'https'}://${host}:${address.port}`
}

/** Zones that are described to people when the server starts. */
const zonesShownMax = 20

/** `127.0.0.1:5300 (UDP, TCP), [::1]:853 (TLS)`. */
function formatAddresses(addresses: readonly BoundAddress[]): string {
  const ways = new Map<string, string[]>()
  for (const { via, address, port } of addresses) {
    const text = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
    ways.set(text, [...(ways.get(text) ?? []), via.toUpperCase()])
  }
  return [...ways].map(([text, vias]) => `${text} (${vias.sort().reverse().join(', ')})`).join(', ')
}
