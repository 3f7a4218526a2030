import { LineCounter, parseDocument, visit } from 'yaml'
import type { Finding } from '../zonefile/index.ts'
import type { Config } from './config.ts'
import { readConfig } from './schema.ts'
import { placeAt, report, type Source } from './setting.ts'

/** Where a configuration comes from. */
export interface ParseConfigOptions {
  /** What findings call the text. */
  readonly file: string
  /** Absolute; relative paths in the text start from it. */
  readonly directory: string
}

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
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    strict: true,
    uniqueKeys: true,
  })
  const findings: Finding[] = []
  const source: Source = { ...options, document, lines, findings }
  for (const { message, pos } of [...document.errors, ...document.warnings]) {
    findings.push({
      severity: 'error',
      code: 'config-invalid',
      message: `Cannot read YAML: ${message}`,
      place: placeAt(source, pos[0]),
    })
  }
  visit(document, {
    Alias: (_, node) => {
      const message = `Cannot read alias "*${node.source}": write its value out`
      report({ source, path: '', node }, 'config-invalid', message)
    },
  })
  if (findings.length > 0) return { config: undefined, findings }
  const config = readConfig({ source, path: '', node: document.contents ?? undefined })
  findings.sort(byPlace)
  return { config: findings.length === 0 ? config : undefined, findings }
}

function byPlace(a: Finding, b: Finding): number {
  const lines = (a.place?.line ?? 0) - (b.place?.line ?? 0)
  return lines === 0 ? (a.place?.column ?? 0) - (b.place?.column ?? 0) : lines
}
