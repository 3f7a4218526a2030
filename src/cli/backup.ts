import { resolve } from 'node:path'
import { Command } from 'commander'
import { CodedError } from '../base/index.ts'
import { storeDriverOf } from '../config/index.ts'
import { restoreStore } from '../store/index.ts'
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
      '\nQueries and changes go on. The copy has zones, their history, tokens as hashes, the audit\n' +
        'log, and private keys where store.sealingKeys seals them. Zone files, the configuration,\n' +
        'keys in keys.directory and the sealing keys themselves are files: copy them as such.\n\n' +
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
    .description('make the embedded store from a backup, while no server runs')
    .argument('<file>', 'what danelaw backup wrote')
    .option('-c, --config <file>', 'configuration, for store.path; default: danelaw.yaml')
    .option('--to <directory>', 'where the store is to be; default: store.path')
    .option('--json', 'write JSON')
    .addHelpText(
      'after',
      '\nThe whole backup is read and checked first, and nothing is overwritten: where a store is,\n' +
        'move it away.\n\nExample:\n' +
        '  mv state/store state/store.broken && danelaw restore /var/backups/danelaw-2026-11-25',
    )
    .action(async (file: string, flags: RestoreFlags) => {
      exit(await restore(file, flags, io))
    })
}

async function restore(file: string, flags: RestoreFlags, io: Io): Promise<ExitCode> {
  try {
    const directory = flags.to ? resolve(io.cwd, flags.to) : await storePath(flags, io)
    if (directory === undefined) return Exit.failed
    await restoreStore(resolve(io.cwd, file), directory)
    if (flags.json) writeJson(io.stdout, { ok: true, store: directory })
    else writeLine(io.stdout, `${directory} has what ${file} has; start the server`)
    return Exit.ok
  } catch (error) {
    return tellFailure(error, flags, io)
  }
}

async function storePath(flags: RestoreFlags, io: Io): Promise<string | undefined> {
  const { config, findings } = await readSettings(flags.config, io)
  if (!config) {
    writeFindings(findings, io)
    return undefined
  }
  if (storeDriverOf(config) !== 'postgres') return config.store.path
  throw new CodedError(
    'store-unavailable',
    'Cannot restore into PostgreSQL: restore its own backup, or name a directory with --to',
  )
}
