import { LineCounter, parseDocument, visit } from 'yaml'
import type { Finding } from '../zonefile/index.ts'
import { placeAt, report, type Source, type Spot } from './setting.ts'

/** Where a text comes from. */
export interface ParseConfigOptions {
  /** What findings call the text. */
  readonly file: string
  /** Absolute; relative paths in the text start from it. */
  readonly directory: string
}

/** What was read of a text: a value, or the errors for which there is none. */
export interface ReadText<T> {
  readonly value: T | undefined
  /** Every error, in the order of the text as far as it is known. */
  readonly findings: readonly Finding[]
}

/**
 * Reads YAML 1.2 by settings: `read` makes a value of the spot at the top, over its defaults.
 * Never throws on account of the text: every error is a finding with its place, and with any of
 * them there is no value.
 */
export function readText<T>(
  text: string,
  options: ParseConfigOptions,
  read: (spot: Spot) => T,
): ReadText<T> {
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
  if (findings.length > 0) return { value: undefined, findings }
  const value = read({ source, path: '', node: document.contents ?? undefined })
  findings.sort(byPlace)
  return { value: findings.length === 0 ? value : undefined, findings }
}

function byPlace(a: Finding, b: Finding): number {
  const lines = (a.place?.line ?? 0) - (b.place?.line ?? 0)
  return lines === 0 ? (a.place?.column ?? 0) - (b.place?.column ?? 0) : lines
}
