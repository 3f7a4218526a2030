import type { Json } from '../rr/index.ts'
import { formatHost } from '../wire/index.ts'
import { allLines, formatStatusLine, statusJson } from './format.ts'
import type { MigrationReport, MigrationStep } from './types.ts'
import { formatTime } from './words.ts'

/** Styles that a terminal may have. */
type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan'

/** Gives text a style; where there is no terminal it gives it back. */
type Paint = (style: Style, text: string) => string

const plain: Paint = (_, text) => text

interface Look {
  readonly mark: string
  readonly style: Style
  /** What the mark means, where it is not plain. */
  readonly word: string
}

const looks: Readonly<Record<MigrationStep['state'], Look>> = {
  done: { mark: '✔', style: 'green', word: '' },
  skipped: { mark: '–', style: 'dim', word: '' },
  next: { mark: '→', style: 'cyan', word: 'next: ' },
  wait: { mark: '…', style: 'yellow', word: 'wait: ' },
  wrong: { mark: '✘', style: 'red', word: 'wrong: ' },
  later: { mark: '·', style: 'dim', word: '' },
}

const ways = {
  enable: 'to a signed host and SMTP DANE',
  disable: 'back to a host that need not be signed',
} as const

/** A report for people: the steps of the way, and what is next. Lines without their ends. */
export function formatMigration(report: MigrationReport, paint: Paint = plain): string[] {
  const { name, at, direction, steps, next, status } = report
  const done = steps.filter(({ state }) => state === 'done' || state === 'skipped').length
  const head = `${formatHost(name)}, ${ways[direction]}`
  const findings = allLines(status).map((line) => `  ${formatStatusLine(line)}`)
  return [
    `${paint('bold', head)} ${paint('dim', `(${formatTime(at)})`)}`,
    ...steps.flatMap((step, index) => formatStep(step, index === steps.length - 1, paint)),
    '',
    ...(findings.length > 0 ? [paint('bold', 'Status'), ...findings, ''] : []),
    `${paint('bold', `${done} of ${steps.length} steps are done.`)} ${closing(next)}`,
  ]
}

/** What is not its turn yet has a title and no more. */
function formatStep(
  { title, state, text }: MigrationStep,
  isLast: boolean,
  paint: Paint,
): string[] {
  const { mark, style, word } = looks[state]
  const branch = paint('dim', isLast ? '└─' : '├─')
  const line = `${branch} ${paint(style, mark)} ${paint(state === 'later' ? 'dim' : 'bold', title)}`
  if (state === 'later') return [line]
  const bar = paint('dim', isLast ? '  ' : '│ ')
  return [line, `${bar}   ${paint(style, `${word}${text}`)}`]
}

function closing(next: MigrationStep | undefined): string {
  if (!next) return 'The end of the way is reached.'
  switch (next.state) {
    case 'wait':
      return next.until === undefined ? 'Wait.' : `Wait until ${formatTime(next.until)}.`
    case 'wrong':
      return `Mend this first: ${next.text}.`
    default:
      return `Next: ${next.text}.`
  }
}

/** A report for programs. */
export function migrationJson(report: MigrationReport): Json {
  const { name, at, direction, steps, next, status } = report
  return {
    domain: formatHost(name),
    at: formatTime(at),
    direction,
    next: next?.id ?? null,
    steps: steps.map(({ id, title, state, text, until, codes }) => ({
      ...{ id, title, state, text, codes },
      until: until === undefined ? null : formatTime(until),
    })),
    status: statusJson(status),
  }
}
