import { resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { CodedError, type UnixSeconds } from '../base/index.ts'
import { type Config, policyOf } from '../config/index.ts'
import { type KeyTag, parseAlgorithm } from '../crypto/index.ts'
import {
  exportKey,
  exportPem,
  type KeyDirectory,
  type KeyRole,
  keyFileBase,
  openKeyDirectory,
  readKeyPair,
  readPemKey,
  type ZoneKey,
} from '../keystore/index.ts'
import { formatName, type Name, parseName } from '../wire/index.ts'
import { asFinding, findingJson, shortPath, writeFindings } from './findings.ts'
import { Exit, type ExitCode, type Io, writeJson, writeLine } from './io.ts'
import { dsRecords, formatDs } from './key-ds.ts'
import { describeKey, type KeyJson } from './key-json.ts'
import { askDs, askKeyList, askKeys } from './sealed-keys.ts'
import { readSettings } from './settings.ts'

/** What every key command needs. */
interface KeyContext {
  readonly io: Io
  readonly config: Config
  readonly directory: KeyDirectory
  /** Of a server that may have keys sealed; undefined where `--keys` names the directory. */
  readonly socket: string | undefined
}

interface CommonOptions {
  readonly config?: string
  readonly keys?: string
  readonly json?: boolean
}

/** What a command gives back: one value for `--json`, the same in lines for people. */
interface Report {
  readonly json: unknown
  readonly lines: readonly string[]
}

/** Lists the keys of one zone, or all. @throws {CodedError} as `KeyDirectory.list` does */
export function describeKeys(directory: KeyDirectory, now: UnixSeconds, zone?: Name): KeyJson[] {
  const keys = directory.list(zone)
  return keys.map((key) => describeFile(key, keys, directory, now))
}

function describeFile(
  key: ZoneKey,
  keys: readonly ZoneKey[],
  directory: KeyDirectory,
  now: UnixSeconds,
): KeyJson {
  return { ...describeKey(key, keys, now), path: resolve(directory.path, keyFileBase(key)) }
}

function absent(directory: KeyDirectory, zone: Name, what: string): CodedError {
  const where = `zone ${formatName(zone)} has ${what} in ${directory.path}`
  return new CodedError('key-absent', `Cannot find key: ${where}`)
}

/** The keys with this tag, or all when none is given. @throws {CodedError} `key-absent` */
function chooseKeys(
  directory: KeyDirectory,
  zone: Name,
  all: readonly ZoneKey[],
  tag: KeyTag | undefined,
): readonly ZoneKey[] {
  const keys = all.filter((key) => tag === undefined || key.keyTag === tag)
  if (keys.length > 0) return keys
  throw absent(directory, zone, tag === undefined ? 'no key' : `no key with tag ${tag}`)
}

function keyLine({ zone, keyTag, mnemonic, role, state, path }: KeyJson, io: Io): string {
  const tag = String(keyTag).padStart(5)
  const where = path === undefined ? 'sealed in the store' : shortPath(path, io.cwd)
  return `${zone}  ${tag}  ${mnemonic}  ${role}  ${state}  ${where}`
}

function keyReport({ io, directory }: KeyContext, keys: readonly ZoneKey[]): Report {
  const now = io.clock.now()
  const json = keys.map((key) => describeFile(key, directory.list(key.zone), directory, now))
  return { json, lines: json.map((key) => keyLine(key, io)) }
}

async function list(
  { io, directory, socket }: KeyContext,
  zoneText: string | undefined,
): Promise<Report> {
  const zone = zoneText === undefined ? undefined : parseName(zoneText)
  const sealed = zone && socket !== undefined ? await askKeyList(socket, zone) : []
  const json = sealed.length > 0 ? sealed : describeKeys(directory, io.clock.now(), zone)
  if (json.length > 0) return { json, lines: json.map((key) => keyLine(key, io)) }
  const whose = zone ? ` of ${formatName(zone)}` : ''
  return { json, lines: [`No keys${whose} in ${shortPath(directory.path, io.cwd)}`] }
}

function generate(
  context: KeyContext,
  zoneText: string,
  options: { readonly algorithm?: string; readonly role?: KeyRole },
): Report {
  const zone = parseName(zoneText)
  const policy = policyOf(context.config, zone)
  const algorithm = options.algorithm ? parseAlgorithm(options.algorithm).number : policy.algorithm
  const usual: KeyRole[] = policy.keys === 'csk' ? ['csk'] : ['ksk', 'zsk']
  const roles = options.role ? [options.role] : usual
  const now = context.io.clock.now()
  const made = roles.map((role) => context.directory.generate(zone, { algorithm, role, now }))
  return keyReport(context, made)
}

/** By the keys that a server has sealed in its store, else by those of files. */
async function ds(context: KeyContext, zoneText: string, digestType: number): Promise<Report> {
  const { io, directory, socket } = context
  const zone = parseName(zoneText)
  const sealed = socket === undefined ? [] : await askDs(socket, zone, digestType)
  const records =
    sealed.length > 0 ? sealed : dsRecords(directory.list(zone), io.clock.now(), digestType)
  if (records.length === 0) throw absent(directory, zone, 'no published key')
  return { json: records, lines: records.map(formatDs) }
}

function importKey(
  context: KeyContext,
  file: string,
  options: { readonly zone?: string; readonly role: KeyRole },
): Report {
  const { directory, io } = context
  const path = resolve(io.cwd, file)
  const now = io.clock.now()
  const timing = { created: now, publish: now, activate: now }
  const key =
    options.zone === undefined
      ? readKeyPair(path)
      : readPemKey(path, parseName(options.zone), { role: options.role, timing })
  directory.add(key)
  return keyReport(context, [key])
}

async function exportKeys(
  { directory, io, socket }: KeyContext,
  zoneText: string,
  options: { readonly to: string; readonly tag?: KeyTag; readonly pem?: boolean },
): Promise<Report> {
  const target = resolve(io.cwd, options.to)
  const zone = parseName(zoneText)
  const sealed = socket === undefined ? [] : await askKeys(socket, zone)
  const all = sealed.length > 0 ? sealed : directory.list(zone)
  const keys = chooseKeys(directory, zone, all, options.tag)
  const paths = keys.map((key) => (options.pem ? exportPem : exportKey)(key, target))
  return { json: paths, lines: paths.map((path) => shortPath(path, io.cwd)) }
}

const ofSealedKeys =
  '\nKeys that are sealed in the store are asked of the running server; others are files.'

/**
 * Builds `danelaw key list|generate|ds|import|export`. `exit` hears once how the command ended;
 * errors of a code are written to standard error, or as `{ "findings": … }` with `--json`.
 */
export function keyCommand(io: Io, exit: (code: ExitCode) => void): Command {
  const command = new Command('key').description('look after the keys that zones are signed with')
  const run = async (
    options: CommonOptions,
    work: (context: KeyContext) => Report | Promise<Report>,
  ) => {
    exit(await runKeyCommand(io, options, work))
  }

  common(command.command('list'))
    .description('list the keys of one zone, or all that are in the directory')
    .argument('[zone]', 'name of the zone')
    .addHelpText(
      'after',
      `${ofSealedKeys}
Without a zone, only files are listed.`,
    )
    .action((zone: string | undefined, options: CommonOptions) =>
      run(options, (context) => list(context, zone)),
    )

  common(command.command('generate'))
    .description('make the keys that the policy of a zone asks for, or one key')
    .argument('<zone>', 'name of the zone')
    .option(
      '-a, --algorithm <algorithm>',
      '13, 14, 15 or its mnemonic; default: as its policy says',
    )
    .addOption(
      roleOption(
        'make one key: csk signs all, ksk the keys, zsk the rest; default: all of the policy',
      ),
    )
    .action((zone: string, options: CommonOptions & Parameters<typeof generate>[2]) =>
      run(options, (context) => generate(context, zone, options)),
    )

  common(command.command('ds'))
    .description('print the DS records to put into the parent zone')
    .argument('<zone>', 'name of the zone')
    .addOption(
      new Option('-d, --digest <type>', 'digest of the key: 2 is SHA-256, 4 is SHA-384')
        .choices(['2', '4'])
        .default('2'),
    )
    .addHelpText('after', ofSealedKeys)
    .action((zone: string, options: CommonOptions & { readonly digest: string }) =>
      run(options, (context) => ds(context, zone, Number(options.digest))),
    )

  common(command.command('import'))
    .description('take over a key: the .private file of BIND or ldns, or with --zone a PEM file')
    .argument('<file>', 'K….private with its .key beside it, or PEM (PKCS#8, SEC1)')
    .option('-z, --zone <zone>', 'the file is PEM, and the key is for this zone')
    .addOption(
      roleOption('role of a key from PEM: csk signs all, ksk the keys, zsk the rest').default(
        'csk',
      ),
    )
    .action((file: string, options: CommonOptions & Parameters<typeof importKey>[2]) =>
      run(options, (context) => importKey(context, file, options)),
    )

  common(command.command('export'))
    .description('write the keys of a zone, secrets and all, into another directory')
    .argument('<zone>', 'name of the zone')
    .requiredOption('-t, --to <directory>', 'where to write them; has to be given')
    .option('--tag <tag>', 'only the key with this tag', keyTagOf)
    .option('--pem', 'write PKCS#8 PEM instead of the files of BIND')
    .addHelpText('after', ofSealedKeys)
    .action((zone: string, options: CommonOptions & Parameters<typeof exportKeys>[2]) =>
      run(options, (context) => exportKeys(context, zone, options)),
    )

  return command
}

function common(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration; default: danelaw.yaml')
    .option('-k, --keys <directory>', 'directory of the keys; default: as the configuration says')
    .option('--json', 'write JSON')
}

function roleOption(description: string): Option {
  return new Option('-r, --role <role>', description).choices(['csk', 'ksk', 'zsk'])
}

function keyTagOf(text: string): KeyTag {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65535) return Number(text) as KeyTag
  throw new InvalidArgumentError('A key tag is a number from 0 to 65535.')
}

async function runKeyCommand(
  io: Io,
  options: CommonOptions,
  work: (context: KeyContext) => Report | Promise<Report>,
): Promise<ExitCode> {
  const { config, findings } = await readSettings(options.config, io)
  if (!config) return fail(io, options, findings)
  const path = options.keys === undefined ? config.keys.directory : resolve(io.cwd, options.keys)
  try {
    const socket = options.keys === undefined ? config.control.socket : undefined
    const report = await work({ io, config, directory: openKeyDirectory(path), socket })
    if (options.json) writeJson(io.stdout, report.json)
    else for (const line of report.lines) writeLine(io.stdout, line)
    return Exit.ok
  } catch (error) {
    return fail(io, options, [asFinding(error)])
  }
}

function fail(
  io: Io,
  options: CommonOptions,
  findings: Parameters<typeof writeFindings>[0],
): ExitCode {
  if (options.json) writeJson(io.stdout, { findings: findings.map(findingJson) })
  else writeFindings(findings, io)
  return Exit.failed
}
