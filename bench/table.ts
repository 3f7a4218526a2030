import { cpus } from 'node:os'

/** A cell: figures are rounded for people, and whole for programs. */
export type Cell = string | number

/** What a benchmark found. */
export interface Table {
  readonly title: string
  /** What one should know to read it: one sentence. */
  readonly note: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** The machine, for comparing like with like. */
export function machine(): string {
  return `${cpus()[0]?.model.trim() ?? 'unknown processor'}, Node ${process.version}`
}

function formatCell(cell: Cell): string {
  if (typeof cell === 'string') return cell
  if (Number.isInteger(cell)) return String(cell)
  return cell < 10 ? cell.toFixed(2) : String(Math.round(cell))
}

/** A table as Markdown, under a heading. */
export function formatTable({ title, note, columns, rows }: Table): string {
  if (rows.length === 0) return `## ${title}\n\n${note}\n`
  const first = rows[0] ?? []
  const rules = columns.map((_, at) => (typeof first[at] === 'number' ? '---:' : '---'))
  const lines = [
    `## ${title}`,
    '',
    note,
    '',
    `| ${columns.join(' | ')} |`,
    `|${rules.join('|')}|`,
    ...rows.map((row) => `| ${row.map(formatCell).join(' | ')} |`),
  ]
  return `${lines.join('\n')}\n`
}

/** A table as data: an object for each row. */
export function tableJson({ title, note, columns, rows }: Table): unknown {
  const objects = rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]])))
  return { title, note, rows: objects }
}
