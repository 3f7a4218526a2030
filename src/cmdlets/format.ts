import type { Json } from '../rr/index.ts'

/**
 * A row as the console lists it: `Key : value`, keys in their order and padded. Lines without
 * their ends.
 */
export function formatRow(row: Readonly<Record<string, Json>>): string[] {
  const entries = Object.entries(row)
  const width = Math.max(0, ...entries.map(([key]) => key.length))
  return entries.map(([key, value]) => `${key.padEnd(width)} : ${formatValue(value)}`.trimEnd())
}

function formatValue(value: Json): string {
  if (value === null) return ''
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return `{${value.map(formatValue).join(', ')}}`
  const parts = Object.entries(value as Readonly<Record<string, Json>>)
  return `@{${parts.map(([key, part]) => `${key}=${formatValue(part)}`).join('; ')}}`
}
