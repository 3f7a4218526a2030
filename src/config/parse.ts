import type { Finding } from '../zonefile/index.ts'
import type { Config } from './config.ts'
import { type ParseConfigOptions, readText } from './document.ts'
import { readConfig } from './schema.ts'

/** What became of a configuration: a config, or the errors for which there is none. */
export interface ParsedConfig {
  readonly config: Config | undefined
  /** Every error, in the order of the text as far as it is known. */
  readonly findings: readonly Finding[]
}

/**
 * Reads `danelaw.yaml` (YAML 1.2). Never throws on account of the text: every error is a finding
 * with its place, `config-invalid`, `config-key-unknown` or `name-invalid`, and with any of them
 * there is no config. An empty text is the default configuration.
 */
export function parseConfig(text: string, options: ParseConfigOptions): ParsedConfig {
  const { value, findings } = readText(text, options, readConfig)
  return { config: value, findings }
}
