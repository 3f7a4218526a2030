import { formatTable, type Table } from './table.ts'

const head = 'Made by `npm run bench -- --record`; absolute figures wander.'

/** Sections of a text, each from its `## ` to the next, in their order. */
function sectionsOf(text: string): Map<string, string> {
  const sections = text.split(/^(?=## )/m).filter((section) => section.startsWith('## '))
  return new Map(sections.map((section) => [section.split('\n')[0] ?? '', section]))
}

/**
 * The text of bench/baseline.md with these tables in it, each in the place of the one that has its
 * title, or at the end. What was not measured now stays as it was recorded.
 */
export function recorded(before: string, tables: readonly Table[], machine: string): string {
  const sections = sectionsOf(before)
  for (const table of tables) {
    const section = formatTable(table)
    sections.set(section.split('\n')[0] ?? '', section)
  }
  const texts = [...sections.values()].map((section) => `${section.trimEnd()}\n`)
  return ['# Baseline\n', `${head} ${machine}.\n`, ...texts].join('\n')
}
