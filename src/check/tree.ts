import type { Profile } from '../dane/index.ts'
import type { CheckReport, CheckStep, StepStatus } from './report.ts'
import { deliveryLabel, formatMs, statusMarks, verdictLabel } from './words.ts'

/** Styles that a terminal may have. */
export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan'

/** Gives text a style; where there is no terminal it gives it back. */
export type Paint = (style: Style, text: string) => string

const plain: Paint = (_, text) => text

const statusStyles: Readonly<Record<StepStatus, Style>> = {
  ok: 'green',
  note: 'cyan',
  warning: 'yellow',
  failed: 'red',
  skipped: 'dim',
}

/**
 * A report for people: the tree of steps, the verdicts of both profiles side by side, and what to
 * do. Lines without their ends.
 */
export function formatCheckTree(report: CheckReport, paint: Paint = plain): string[] {
  return [
    ...formatStep(report.tree, paint, '', ''),
    '',
    ...formatVerdicts(report, paint),
    ...formatTodo(report, paint),
  ]
}

function formatStep(step: CheckStep, paint: Paint, first: string, rest: string): string[] {
  const mark = paint(statusStyles[step.status], statusMarks[step.status])
  const elapsed = step.elapsedMs > 0 ? ` ${paint('dim', `(${formatMs(step.elapsedMs)})`)}` : ''
  const bar = paint('dim', `${rest}${step.steps.length > 0 ? '│ ' : '  '}`)
  return [
    `${paint('dim', first)}${mark} ${paint('bold', step.title)}${elapsed}`,
    `${bar}${paint(statusStyles[step.status], step.result)}`,
    ...step.details.map((detail) => `${bar}  ${paint('dim', detail)}`),
    ...step.advice.map((advice) => `${bar}${paint('yellow', '→')} ${advice}`),
    ...step.steps.flatMap((child, index) => {
      const isLast = index === step.steps.length - 1
      return formatStep(
        child,
        paint,
        `${rest}${isLast ? '└─' : '├─'}`,
        `${rest}${isLast ? '  ' : '│ '}`,
      )
    }),
  ]
}

interface Row {
  readonly name: string
  readonly cells: readonly string[]
}

/** What each profile says of domain, hosts and addresses, in columns. */
export function verdictRows({ profiles, verdicts, domain, hosts }: CheckReport): Row[] {
  const cells = (label: (profile: Profile) => string) => profiles.map(label)
  const rows: Row[] = [{ name: domain, cells: cells((profile) => verdictLabel(verdicts[profile])) }]
  for (const host of hosts) {
    const name = `  ${host.preference} ${host.name}`
    rows.push({ name, cells: cells((profile) => deliveryLabel(host.verdicts[profile])) })
    for (const address of host.addresses) {
      const label = (profile: Profile) => deliveryLabel(address.verdicts[profile])
      rows.push({ name: `    ${address.address}`, cells: cells(label) })
    }
  }
  return rows
}

/** How a profile is called. */
export const profileNames: Readonly<Record<Profile, string>> = {
  rfc: 'RFC 7672',
  exchange: 'Exchange Online',
}

function formatVerdicts(report: CheckReport, paint: Paint): string[] {
  const rows = verdictRows(report)
  const heads = report.profiles.map((profile) => profileNames[profile])
  const nameWidth = Math.max(7, ...rows.map(({ name }) => name.length))
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map(({ cells }) => cells[column]?.length ?? 0)),
  )
  const line = (name: string, cells: readonly string[]) =>
    [name.padEnd(nameWidth), ...cells.map((cell, n) => cell.padEnd(widths[n] ?? 0))].join('  ')
  return [
    paint('bold', line('Verdict', heads).trimEnd()),
    ...rows.map(({ name, cells }) => {
      const differs = new Set(cells).size > 1 ? paint('yellow', '  ≠') : ''
      return `${line(name, cells).trimEnd()}${differs}`
    }),
    '',
    ...report.profiles.flatMap((profile) => {
      const { reason, status, outcome } = report.verdicts[profile]
      const style = outcome === 'delivers' ? 'green' : 'red'
      const lines = [`${profileNames[profile]}: ${paint(style, reason)}`]
      if (status !== undefined) lines.push(`  ${status.reply}`)
      return lines
    }),
  ]
}

function formatTodo({ lints, tree }: CheckReport, paint: Paint): string[] {
  const advice = collectAdvice(tree)
  const lines: string[] = []
  if (advice.length > 0) {
    lines.push('', paint('bold', 'What to do'))
    for (const text of advice) lines.push(`  → ${text}`)
  }
  if (lints.length > 0) {
    lines.push('', paint('bold', 'What could be better'))
    for (const { severity, subject, text, advice, code } of lints) {
      const mark = severity === 'warning' ? paint('yellow', '!') : paint('cyan', '·')
      lines.push(`  ${mark} ${subject}: ${text} [${code}]`, `    ${paint('dim', advice)}`)
    }
  }
  return lines
}

/** Every piece of advice in a tree, each once, in order. */
export function collectAdvice(step: CheckStep): string[] {
  return [...new Set([...step.advice, ...step.steps.flatMap(collectAdvice)])]
}
