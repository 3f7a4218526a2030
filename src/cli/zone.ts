import { basename, resolve } from 'node:path'
import { Command } from 'commander'
import { CodedError } from '../base/index.ts'
import type { Config } from '../config/index.ts'
import { openKeyDirectory } from '../keystore/index.ts'
import {
  type ExportedRecord,
  exportRecords,
  formatExported,
  formatOfFile,
  loadZone,
  makePace,
  type PublishedZone,
  Publisher,
  plainRecords,
  systemDisk,
} from '../publish/index.ts'
import { formatType, rdataToJson } from '../rr/index.ts'
import { SignatureCache } from '../signer/index.ts'
import { formatName, type Name, nameKey, parseName } from '../wire/index.ts'
import { ZoneTable } from '../zone/index.ts'
import { addServerOptions, askServer, type ServerFlags } from './ask-server.ts'
import {
  asFinding,
  type FindingJson,
  findingJson,
  formatFindingJson,
  shortPath,
  writeFindings,
} from './findings.ts'
import { Exit, type ExitCode, type Io, writeJson, writeLine } from './io.ts'
import { makeProgress } from './progress.ts'
import { readSettings } from './settings.ts'
import type { ImportResult } from './zone-moves.ts'

const sliceMs = 50
/** Signatures for export live with the zone; the cache for made-up denials stays empty. */
const exportCacheOctets = 1 << 20

interface CheckOptions {
  readonly origin?: string
  readonly json?: boolean
}

interface ShowOptions {
  readonly config?: string
  readonly json?: boolean
}

interface ImportOptions extends ServerFlags {
  readonly tenant: string
}

interface ExportOptions extends ShowOptions {
  readonly socket?: string
  readonly to?: string
  readonly plain?: boolean
}

/** Builds `danelaw zone check|print|export`. */
export function zoneCommand(io: Io, exit: (code: ExitCode) => void): Command {
  const command = new Command('zone').description('check, print, export and import zones')

  command
    .command('check')
    .description('tell what is wrong with zone files, and where')
    .argument('<file...>', 'NAME.zone (master file) or NAME.yaml (octoDNS layout)')
    .option('-o, --origin <name>', 'name of the zone; default: that of the file')
    .option('--json', 'write JSON')
    .addHelpText(
      'after',
      '\nExit code 0 when no file has an error, 1 otherwise. Warnings are no errors.',
    )
    .action(async (files: string[], options: CheckOptions) => {
      exit(await check(files, options, io))
    })

  show(command.command('print'))
    .description('print a zone as it was read: every record on its line, nothing signed')
    .action(async (zone: string, options: ShowOptions) => {
      exit(await print(zone, options, io, unsigned, ({ zone: live }) => plainRecords(live)))
    })

  exportCommand(command.command('export'), io, exit)
  importCommand(command.command('import'), io, exit)
  return command
}

function exportCommand(command: Command, io: Io, exit: (code: ExitCode) => void): void {
  show(command)
    .description('print a zone with its keys, signatures and a real chain of NSEC or NSEC3')
    .option('--to <file>', 'have the running server write the zone as it serves it to a file')
    .option('--plain', 'without keys and signatures, as a zone file that can be served')
    .option('-s, --socket <path>', 'with --to: control socket; default: of the configuration')
    .addHelpText(
      'after',
      '\nFor other servers and tools to read. A zone with minimal or compact denial is exported\n' +
        'with NSEC. Keys that are missing are not made: see "danelaw key generate".\n\n' +
        'Zones of the API live in the store, which the server has open: export them with --to.\n' +
        '  danelaw zone export example.test --plain --to zones/example.test.zone\n\n' +
        'Instances (LIKE) are written out as what they answer; with --plain they stay LIKE.',
    )
    .action(async (zone: string, options: ExportOptions) => {
      const { to, plain = false } = options
      if (to === undefined && plain) {
        exit(await print(zone, options, io, unsigned, ({ zone: live }) => plainRecords(live)))
        return
      }
      if (to === undefined) {
        const now = io.clock.now()
        const records = (published: PublishedZone) => exportRecords(published, now)
        exit(await print(zone, options, io, (config) => config, records))
        return
      }
      const file = resolve(io.cwd, to)
      const request = { command: 'zone-export', zone: formatName(absolute(zone)), file, plain }
      const tell = ({ records }: { readonly records: number }) => {
        writeLine(io.stdout, `${to} has ${records} records of ${zone}`)
      }
      exit(await askServer(options, request, tell, io))
    })
}

function importCommand(command: Command, io: Io, exit: (code: ExitCode) => void): void {
  addServerOptions(command)
    .description('take a zone from its file into the store of the running server')
    .argument('<zone>', 'name of the zone')
    .argument('[file]', 'its file; default: the one that the zone is served from')
    .option('--tenant <name>', 'whose zone it is to be', 'default')
    .addHelpText(
      'after',
      '\nA zone that is served from a file goes over between two queries, with its keys; its\n' +
        'file is renamed to FILE.imported, so that no reload brings it back.\n\nExamples:\n' +
        '  danelaw zone import example.test                    a zone that is served already\n' +
        '  danelaw zone import example.test ./example.zone     another one',
    )
    .action(async (zone: string, file: string | undefined, options: ImportOptions) => {
      const { tenant } = options
      const path = file === undefined ? {} : { file: resolve(io.cwd, file) }
      const name = formatName(absolute(zone))
      const request = { command: 'zone-import', zone: name, tenant, ...path }
      const tell = (result: ImportResult) => {
        const { serial, rrsets, renamed, findings } = result
        writeLine(io.stdout, `${name} is in the store: serial ${serial}, ${rrsets} RRsets`)
        if (renamed !== undefined) {
          writeLine(io.stdout, `its file is ${shortPath(renamed, io.cwd)} now`)
        }
        for (const finding of findings) writeLine(io.stderr, formatFindingJson(finding, io.cwd))
      }
      exit(await askServer(options, request, tell, io))
    })
}

function show(command: Command): Command {
  return command
    .argument('<zone>', 'name of a zone of the configuration')
    .option('-c, --config <file>', 'configuration; default: danelaw.yaml')
    .option('--json', 'write one JSON object for each record')
}

/** The zone that a file holds by its name: `example.test` for `example.test.zone`. */
function zoneNameOf(file: string): Name {
  return parseName(
    `${basename(file)
      .replace(/\.(?:zone|ya?ml)$/, '')
      .replace(/\.$/, '')}.`,
  )
}

function absolute(name: string): Name {
  return parseName(name.endsWith('.') ? name : `${name}.`)
}

async function check(files: readonly string[], options: CheckOptions, io: Io): Promise<ExitCode> {
  let failed = false
  const results: { file: string; zone: string; records: number; findings: FindingJson[] }[] = []
  for (const file of files) {
    try {
      const path = resolve(io.cwd, file)
      const zone = options.origin === undefined ? zoneNameOf(file) : absolute(options.origin)
      const pace = makePace({ sliceMs, now: io.monotonicMs, turn: io.turn })
      const source = { kind: 'file' as const, zone, file: path, format: formatOfFile(path) }
      const { records, findings } = await loadZone(source, systemDisk, pace)
      const text = formatName(zone)
      if (!records) failed = true
      const count = records?.length ?? 0
      results.push({ file, zone: text, records: count, findings: findings.map(findingJson) })
      if (options.json) continue
      writeFindings(findings, io)
      const verdict = records ? `ok, ${count} records` : 'has errors'
      writeLine(io.stdout, `${file}: zone ${text} ${verdict}`)
    } catch (error) {
      failed = true
      const finding = asFinding(error)
      results.push({ file, zone: '', records: 0, findings: [findingJson(finding)] })
      if (!options.json) writeFindings([finding], io)
    }
  }
  if (options.json) writeJson(io.stdout, { ok: !failed, files: results })
  return failed ? Exit.failed : Exit.ok
}

/** The configuration with every zone unsigned: what a file says needs no keys. */
function unsigned(config: Config): Config {
  return { ...config, policy: { ...config.policy, dnssec: false }, overrides: new Map() }
}

async function print(
  zoneText: string,
  options: ShowOptions,
  io: Io,
  adapt: (config: Config) => Config,
  recordsOf: (published: PublishedZone) => Iterable<ExportedRecord>,
): Promise<ExitCode> {
  const { config, findings } = await readSettings(options.config, io)
  if (!config) {
    writeFindings(findings, io)
    return Exit.failed
  }
  const progress = makeProgress(io)
  try {
    const apex = absolute(zoneText)
    const table = new ZoneTable<PublishedZone>()
    const publisher = new Publisher({
      table,
      disk: systemDisk,
      keys: openKeyDirectory(config.keys.directory, config.signing),
      makeKeys: false,
      cache: new SignatureCache(exportCacheOctets),
      clock: io.clock,
      makePace: () => makePace({ sliceMs, now: io.monotonicMs, turn: io.turn }),
    })
    progress.update(`reading ${zoneText}`)
    const report = await publisher.publish(adapt(config), [apex])
    progress.clear()
    writeFindings([...report.findings, ...report.zones.flatMap((zone) => zone.findings)], io)
    const published = table.get(nameKey(apex))
    if (!published) {
      if (report.zones.length === 0) tellWhereElse(zoneText, io)
      return Exit.failed
    }
    let written = 0
    for (const record of recordsOf(published)) {
      if (options.json) writeJson(io.stdout, recordJson(record))
      else writeLine(io.stdout, formatExported(record))
      if (++written % 1000 === 0) progress.update(`${written} records written`)
    }
    progress.clear()
    return Exit.ok
  } catch (error) {
    progress.clear()
    if (!(error instanceof CodedError)) throw error
    writeFindings([asFinding(error)], io)
    return Exit.failed
  }
}

/** The store is open in the server, and files are all that a command reads by itself. */
function tellWhereElse(zone: string, io: Io): void {
  const command = `danelaw zone export ${zone} --to FILE`
  writeLine(io.stderr, `if the zone is one of the API, have the server write it: ${command}`)
}

function recordJson({ owner, ttl, type, rdata }: ExportedRecord) {
  return {
    owner: formatName(owner),
    ttl,
    type: formatType(type),
    data: rdataToJson(type, rdata),
  }
}
