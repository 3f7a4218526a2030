import { Command } from 'commander'
import { callControl, type JsonObject } from '../control/index.ts'
import { asFinding, findingJson, formatFindingJson, writeFindings } from './findings.ts'
import { Exit, type ExitCode, type Io, writeJson, writeLine } from './io.ts'
import type { ReloadResult } from './reload-result.ts'
import { readSettings } from './settings.ts'

interface ReloadOptions {
  readonly config?: string
  readonly socket?: string
  readonly json?: boolean
}

/** Builds `danelaw reload`. */
export function reloadCommand(io: Io, exit: (code: ExitCode) => void): Command {
  return new Command('reload')
    .description('make a running server take up changed zone files and settings')
    .argument('[zone...]', 'only these zones, which are then read even if they look untouched')
    .option('-c, --config <file>', 'configuration of the server; default: danelaw.yaml')
    .option(
      '-s, --socket <path>',
      'control socket of the server; default: as the configuration says',
    )
    .option('--json', 'write JSON')
    .addHelpText(
      'after',
      '\nA zone with errors stays as it was; the exit code is 1 then. SIGHUP does the same as a\n' +
        'reload of everything, and reports to the standard error of the server.',
    )
    .action(async (zones: string[], options: ReloadOptions) => {
      exit(await reload(zones, options, io))
    })
}

async function reload(zones: readonly string[], options: ReloadOptions, io: Io): Promise<ExitCode> {
  try {
    const socket = options.socket ?? (await socketOf(options.config, io))
    if (socket === undefined) return Exit.failed
    const request = { command: 'reload', ...(zones.length > 0 ? { zones } : {}) }
    const result = await callControl(socket, request)
    if (options.json) writeJson(io.stdout, result)
    else tellReload(asReloadResult(result), io)
    return result['clean'] === true ? Exit.ok : Exit.failed
  } catch (error) {
    const finding = asFinding(error)
    if (options.json) writeJson(io.stdout, { clean: false, findings: [findingJson(finding)] })
    else writeFindings([finding], io)
    return Exit.failed
  }
}

async function socketOf(file: string | undefined, io: Io): Promise<string | undefined> {
  const { config, findings } = await readSettings(file, io)
  if (!config) writeFindings(findings, io)
  else if (config.control.socket === undefined) {
    writeLine(io.stderr, 'error: the configuration has no control socket; send SIGHUP instead')
  } else return config.control.socket
  return undefined
}

/** Both ends are danelaw; what an older one leaves out counts as empty. */
function asReloadResult(result: JsonObject): ReloadResult {
  const empty: ReloadResult = { clean: false, zones: [], findings: [], restart: [] }
  return { ...empty, ...result } as ReloadResult
}

/** Tells people what a reload did: what changed on standard output, findings on standard error. */
export function tellReload({ zones, findings, restart }: ReloadResult, io: Io): void {
  const told = zones.filter(({ verdict }) => verdict !== 'unchanged')
  for (const { zone, verdict, serial, changes } of told) {
    const version = serial === undefined ? '' : ` serial ${serial}`
    const count = verdict === 'updated' ? `, ${changes} RRsets changed` : ''
    writeLine(io.stdout, `${zone} ${verdict}${version}${count}`)
  }
  const quiet = zones.length - told.length
  if (quiet > 0) writeLine(io.stdout, `${quiet} ${quiet === 1 ? 'zone' : 'zones'} unchanged`)
  for (const finding of [...findings, ...zones.flatMap((zone) => zone.findings)]) {
    writeLine(io.stderr, formatFindingJson(finding, io.cwd))
  }
  if (restart.length > 0) {
    writeLine(io.stderr, `warning: restart the server for changes of: ${restart.join(', ')}`)
  }
}
