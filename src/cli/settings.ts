import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type Config, defaultConfig, type ParsedConfig, parseConfig } from '../config/index.ts'
import type { Io } from './io.ts'

/** The configuration that is looked for where none is named. */
export const configFileName = 'danelaw.yaml'

/** A configuration with the file it was read from; undefined when it is the default one. */
export interface Settings extends ParsedConfig {
  readonly file: string | undefined
}

/**
 * Reads the configuration: the file named, else `danelaw.yaml` in the current directory, else the
 * defaults. A file that was named and cannot be read is a finding, `config-absent`.
 */
export async function readSettings(named: string | undefined, io: Io): Promise<Settings> {
  const file = resolve(io.cwd, named ?? configFileName)
  try {
    const text = await readFile(file, 'utf8')
    return { file, ...parseConfig(text, { file, directory: dirname(file) }) }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    if (named === undefined && error.code === 'ENOENT') {
      return { file: undefined, config: defaultConfig(io.cwd), findings: [] }
    }
    const message = `Cannot read configuration ${file}: ${error.message}`
    return {
      file,
      config: undefined,
      findings: [{ severity: 'error', code: 'config-absent', message }],
    }
  }
}

/** Whether two configurations differ in what only a new start of the server can change. */
export function needsRestart(running: Config, next: Config): readonly string[] {
  const names = [
    ...(['listen', 'tls', 'keys', 'signing', 'server', 'control'] as const),
    ...(['store', 'api', 'resolver', 'log', 'lab'] as const),
  ]
  return names.filter((name) => JSON.stringify(running[name]) !== JSON.stringify(next[name]))
}
