import { relative } from 'node:path'
import { CodedError, type ErrorCode, formatPlace } from '../base/index.ts'
import type { Finding } from '../zonefile/index.ts'
import { Exit, type ExitCode, type Io, writeJson, writeLine } from './io.ts'

/** A finding as `--json` shows it. */
export interface FindingJson {
  readonly severity: 'error' | 'warning'
  readonly code: ErrorCode
  readonly message: string
  readonly file?: string
  readonly line?: number
  readonly column?: number
}

/** The JSON form of a finding: its place unfolded. */
export function findingJson({ severity, code, message, place }: Finding): FindingJson {
  return { severity, code, message, ...place }
}

/** `file:line:column: severity: message [code]`, the form that editors and terminals follow. */
export function formatFinding({ severity, code, message, place }: Finding, cwd: string): string {
  const text = `${severity}: ${message} [${code}]`
  if (!place) return text
  return `${formatPlace({ ...place, file: shortPath(place.file, cwd) })}: ${text}`
}

/** A finding that came as JSON, as a line for people. */
export function formatFindingJson(finding: FindingJson, cwd: string): string {
  const { severity, code, message, file, line, column } = finding
  const place = file === undefined ? {} : { place: { file, line: line ?? 1, column: column ?? 1 } }
  return formatFinding({ severity, code, message, ...place }, cwd)
}

/** A path as people would type it from `cwd`. */
export function shortPath(path: string, cwd: string): string {
  const short = relative(cwd, path)
  return short === '' || short.startsWith('..') || path === short ? path : short
}

/** Writes findings to standard error, one line each. */
export function writeFindings(findings: readonly Finding[], { stderr, cwd }: Io): void {
  for (const finding of findings) writeLine(stderr, formatFinding(finding, cwd))
}

/** An error as a finding; anything but a `CodedError` is a bug and is thrown on. */
export function asFinding(error: unknown): Finding {
  if (!(error instanceof CodedError)) throw error
  const { code, message, place } = error
  return { severity: 'error', code, message, ...(place ? { place } : {}) }
}

/**
 * Tells why a command could not do what was asked, as `--json` or as a line for people.
 *
 * @returns the exit code of a failure; anything but a `CodedError` is a bug and is thrown on
 */
export function tellFailure(error: unknown, isJson: boolean | undefined, io: Io): ExitCode {
  const finding = asFinding(error)
  if (isJson) writeJson(io.stdout, { findings: [findingJson(finding)] })
  else writeFindings([finding], io)
  return Exit.failed
}
