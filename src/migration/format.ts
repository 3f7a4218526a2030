import type { Json } from '../rr/index.ts'
import type { DnssecStatus, StatusLine, StatusLines } from './types.ts'
import { mxRecord } from './words.ts'

/** One property of an object as PowerShell lists it; nested ones have lines of their own. */
type Property = readonly [key: string, value: string | readonly Property[]]

/** A code line as Exchange Online has it: `EX012:No MX records found for domain [contoso.com].` */
export function formatStatusLine({ code, text }: StatusLine): string {
  return `${code}:${text}`
}

/**
 * The status as the console shows it: `Key : value`, keys in their order and padded, lists in
 * braces, the three validations indented. Lines without their ends.
 */
export function formatStatus(status: DnssecStatus): string[] {
  const { feature, expected, dns, mx, sts } = status
  return listOf([
    ['DnssecFeatureStatus', feature],
    ['ExpectedMxRecord', expected ? recordInfo(mxRecord(expected)) : ''],
    ...linesOf(status),
    ['DnsValidation', [['DnssecSupport', dns.support], ...linesOf(dns)]],
    [
      'MxValidation',
      [
        ['Status', mx.status],
        ['ActualMxRecords', braces(mx.actual.map((record) => recordInfo(mxRecord(record))))],
        ...linesOf(mx),
      ],
    ],
    [
      'MtaStsValidation',
      [
        ['Status', sts.status],
        ['MtaStsAvailable', sts.available ? 'True' : 'False'],
        ['MtaStsMode', sts.mode],
        ...linesOf(sts),
      ],
    ],
  ])
}

/** What lies behind each code, and what to do about it. Lines; none where all is valid. */
export function explainStatus(status: DnssecStatus): string[] {
  return allLines(status).flatMap((line) => [
    `${line.code} ${line.text}`,
    `  ${line.cause}.`,
    `  → ${line.remedy}.`,
  ])
}

/** Every line of a status: of the domain, DNS, MX and MTA-STS, errors before warnings in each. */
export function allLines(status: DnssecStatus): readonly StatusLine[] {
  return [status, status.dns, status.mx, status.sts].flatMap(({ errors, warnings }) => [
    ...errors,
    ...warnings,
  ])
}

/** The status with the keys that scripts know from Exchange Online. */
export function statusJson(status: DnssecStatus): Json {
  const { feature, expected, dns, mx, sts } = status
  return {
    DnssecFeatureStatus: { Value: feature },
    ExpectedMxRecord: expected ? { Record: mxRecord(expected) } : null,
    ...linesJson(status),
    DnsValidation: { DnssecSupport: dns.support, ...linesJson(dns) },
    MxValidation: {
      Status: mx.status,
      ActualMxRecords: mx.actual.map((record) => ({ Record: mxRecord(record) })),
      ...linesJson(mx),
    },
    MtaStsValidation: {
      Status: sts.status,
      MtaStsAvailable: sts.available,
      MtaStsMode: sts.mode,
      ...linesJson(sts),
    },
  }
}

function linesJson({ errors, warnings }: StatusLines) {
  return { Errors: errors.map(formatStatusLine), Warnings: warnings.map(formatStatusLine) }
}

function linesOf({ errors, warnings }: StatusLines): Property[] {
  return [
    ['Errors', braces(errors.map(formatStatusLine))],
    ['Warnings', braces(warnings.map(formatStatusLine))],
  ]
}

function braces(items: readonly string[]): string {
  return `{${items.join(', ')}}`
}

/** An object with one property, as PowerShell writes it within a line. */
function recordInfo(record: string): string {
  return `@{Record = "${record}"}`
}

function listOf(properties: readonly Property[]): string[] {
  const width = Math.max(...properties.map(([key]) => key.length))
  return properties.flatMap(([key, value]) => {
    const head = `${key.padEnd(width)} : `
    if (typeof value === 'string') return [`${head}${value}`.trimEnd()]
    const [first, ...rest] = listOf(value)
    return [`${head}${first}`, ...rest.map((line) => `${' '.repeat(head.length)}${line}`)]
  })
}
