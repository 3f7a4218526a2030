import { access, constants } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { CodedError } from '../base/index.ts'
import { type Config, storeDriverOf } from '../config/index.ts'
import { readSecretLine } from '../keystore/index.ts'
import { restorePostgresStore, restoreStore } from '../store/index.ts'
import { addServerOptions, askServer, type ServerFlags, tellFailure } from './ask-server.ts'
import { writeFindings } from './findings.ts'
import { Exit, type ExitCode, type Io, writeJson, writeLine } from './io.ts'
import { readSettings } from './settings.ts'

interface RestoreFlags {
  readonly config?: string
  readonly to?: string
  readonly json?: boolean
}

/** Builds `danelaw backup`. */
export function backupCommand(io: Io, exit: (code: ExitCode) => void): Command {
  return addServerOptions(new Command('backup'))
    .description('have a running server write a consistent copy of its store')
    .argument('<file>', 'where to; nothing may be there yet. Mode 0600')
    .addHelpText(
      'after',
      '\nQueries and changes go on. The copy has zones, their history, tokens as hashes, the\n' +
        'audit log, and private keys where store.sealingKeys seals them. Zone files, the\n' +
        'configuration, keys in keys.directory and the sealing keys themselves are files: copy\n' +
        'them as such.\n\n' +
        'Example:\n  danelaw backup /var/backups/danelaw-$(date +%F)',
    )
    .action(async (file: string, flags: ServerFlags) => {
      const path = resolve(io.cwd, file)
      const tell = ({ sequence }: { readonly sequence: number }) => {
        writeLine(io.stdout, `${file} has everything up to change set ${sequence}`)
      }
      exit(await askServer(flags, { command: 'backup', file: path }, tell, io))
    })
}

/** Builds `danelaw restore`. */
export function restoreCommand(io: Io, exit: (code: ExitCode) => void): Command {
  return new Command('restore')
    .description('make the store from a backup, while no server runs')
    .argument('<file>', 'what danelaw backup wrote')
    .option('-c, --config <file>', 'configuration, for the store; default: danelaw.yaml')
    .option('--to <directory>', 'where the store is to be; default: the configured store')
    .option('--json', 'write JSON')
    .addHelpText(
      'after',
      '\nThe whole backup is read and checked first, and nothing is overwritten: where a store\n' +
        'is, move it away. With store.driver postgres an empty database is filled; a backup of\n' +
        'either driver will do, so this is also the way from one to the other.\n\nExample:\n' +
        '  mv state/store state/store.broken && danelaw restore /var/backups/danelaw-2026-11-25',
    )
    .action(async (file: string, flags: RestoreFlags) => {
      exit(await restore(file, flags, io))
    })
}

async function restore(file: string, flags: RestoreFlags, io: Io): Promise<ExitCode> {
  try {
    const target = await targetOf(flags, io)
    if (target === undefined) return Exit.failed
    const backup = resolve(io.cwd, file)
    await checkReadable(backup)
    const place = await restoreInto(backup, target, io)
    if (flags.json) writeJson(io.stdout, { ok: true, store: place })
    else writeLine(io.stdout, `${place} has what ${file} has; start the server`)
    return Exit.ok
  } catch (error) {
    return tellFailure(error, flags, io)
  }
}

/** @throws {CodedError} `file-unreadable`, before anything is made where the store is to be */
async function checkReadable(file: string): Promise<void> {
  try {
    await access(file, constants.R_OK)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new CodedError('file-unreadable', `Cannot read ${file}: ${why}`)
  }
}

/** A directory, or PostgreSQL as it is configured. */
type Target = string | Pick<Config['store'], 'url' | 'passwordFile'>

async function targetOf(flags: RestoreFlags, io: Io): Promise<Target | undefined> {
  if (flags.to) return resolve(io.cwd, flags.to)
  const { config, findings } = await readSettings(flags.config, io)
  if (config) return storeDriverOf(config) === 'postgres' ? config.store : config.store.path
  writeFindings(findings, io)
  return undefined
}

/** Restores; what has it now. */
async function restoreInto(file: string, target: Target, { timers }: Io): Promise<string> {
  if (typeof target === 'string') {
    await restoreStore(file, target)
    return target
  }
  const { url = '', passwordFile } = target
  const password = passwordFile === undefined ? undefined : readSecretLine(passwordFile)
  await restorePostgresStore(file, { url, password, timers })
  return url
}
