import type { Expectation } from '../lab/index.ts'
import { type Agreement, type EdeGrade, listed, type Result, type Said } from './compare.ts'

const heads = ['case', 'expected', 'got', 'EDE', 'ms', '', 'why']

const marks: Readonly<Record<Agreement, string>> = {
  'as-expected': 'ok',
  'also-right': 'ok too',
  otherwise: 'DIFFERS',
  'not-asked': '–',
}

const grades: Readonly<Record<EdeGrade, string>> = {
  'by-the-book': 'by the book',
  allowed: 'allowed',
  another: 'another',
  none: 'none',
}

function expectedText({ status, rcode, ede }: Expectation): string {
  return `${status} ${rcode}${ede.length > 0 ? ` ${listed(ede)}` : ''}`
}

function gotText({ status, rcode, ede }: Said): string {
  const codes = ede.map(({ code }) => code)
  return `${status} ${rcode}${codes.length > 0 ? ` ${codes.join(' ')}` : ''}`
}

function row({ id, expected, got, agreement, ede, why, elapsedMs }: Result): readonly string[] {
  return [
    ...[id, expectedText(expected), got ? gotText(got) : 'not asked'],
    ...[ede ? grades[ede] : '', got ? String(Math.round(elapsedMs)) : ''],
    ...[marks[agreement], agreement === 'as-expected' ? '' : why],
  ]
}

/** Results as lines of a table, heads first; what differs says why. */
export function formatResults(results: readonly Result[]): readonly string[] {
  const rows = [heads, ...results.map(row)]
  const widths = heads.map((_, at) => Math.max(...rows.map((cells) => cells[at]?.length ?? 0)))
  return rows.map((cells) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** How many results are what, such as `61 as expected, 1 also right, 1 otherwise of 63 cases`. */
export function formatSummary(results: readonly Result[]): string {
  const count = (agreement: Agreement) =>
    results.filter((result) => result.agreement === agreement).length
  const said = [
    `${count('as-expected')} as expected`,
    `${count('also-right')} also right`,
    `${count('otherwise')} otherwise`,
    ...(count('not-asked') > 0 ? [`${count('not-asked')} not asked`] : []),
  ]
  return `${said.join(', ')} of ${results.length} ${results.length === 1 ? 'case' : 'cases'}`
}
