/** What came of one step. */
export interface StepReport {
  /** From 1. */
  readonly line: number
  /** The step as it stands in the file. */
  readonly text: string
  /** When it was taken, by the clock of the scenario: seconds since 1970. */
  readonly at: number
  /** `met` and `unmet` are for EXPECT; all else is `done`. */
  readonly status: 'done' | 'met' | 'unmet'
  /** What was found, in sentences. */
  readonly says: readonly string[]
}

/** What came of a scenario. Plain data: the same file and seed give the same JSON, octet for octet. */
export interface Report {
  readonly file: string
  readonly title: string
  readonly seed: string
  /** Whether everything was as expected. */
  readonly passed: boolean
  readonly steps: readonly StepReport[]
  /** SHA-256 over all that servers said, in hexadecimal. */
  readonly digest: string
}

/** A time as reports have it: `2026-03-01 12:00:00`, in UTC. */
export function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')
}

const marks = { done: ' ', met: '✓', unmet: '✗' } as const

/** The lines of one step: when, what was done, and what was found. */
export function formatStep({ at, status, text, says }: StepReport): string {
  const head = `${marks[status]} ${formatTime(at)}  ${text}`
  return [head, ...says.map((line) => `${' '.repeat(25)}${line}`)].join('\n')
}

/** A report for people; it ends with a line that says whether all was as expected. */
export function formatReport(report: Report): string {
  const { file, title, steps, passed } = report
  const unmet = steps.filter(({ status }) => status === 'unmet')
  const expected = steps.filter(({ status }) => status !== 'done').length
  const end = passed
    ? `${file}: all ${expected} expectations were met`
    : `${file}: ${unmet.length} of ${expected} expectations were not met, the first in line ${unmet[0]?.line}`
  return [title === '' ? file : `${file}: ${title}`, ...steps.map(formatStep), end, ''].join('\n')
}
