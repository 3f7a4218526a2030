import { type Answer, formatAnswer } from './ask.ts'

/** Something that a cache had and that was no longer said. */
export interface OldReport {
  /** Such as `example.test. DNSKEY`. */
  readonly question: string
  /** When it was last said; seconds since 1970. */
  readonly said: number
}

/** What some cache made of what is watched. */
export interface SightingReport {
  readonly answer: Answer
  /** The first and the last moment at which it was seen; seconds since 1970. */
  readonly from: number
  readonly to: number
  /** What was old in the first such cache; empty where all was of that moment. */
  readonly old: readonly OldReport[]
}

/** What all watches have seen since the last judgement. */
export interface WatchReport {
  readonly looks: number
  /** The most caches that differed at one moment. */
  readonly cachesMax: number
  readonly sightings: readonly SightingReport[]
}

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
  /** Of QUERY and SEND, and of an EXPECT about them that was not met. */
  readonly answer?: Answer
  /** Of EXPECT always and sometimes. */
  readonly watched?: WatchReport
}

/**
 * What came of a scenario. Plain data: the same text and seed give the same JSON, octet for octet.
 */
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

const marks = { done: ' ', met: '✓', unmet: '✗' } as const
/** Columns before the words of a step. */
const margin = ' '.repeat(23)

/** `2026-03-01 12:00:00`, in UTC. */
function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')
}

function formatSighting({ answer, from, to, old }: SightingReport): string {
  const span = from === to ? `at ${formatTime(from)}` : `${formatTime(from)} to ${formatTime(to)}`
  const items = old.map(({ question, said }) => `${question} of ${formatTime(said)}`)
  const whose = items.length === 0 ? '' : `, in a cache with ${items.join(' and ')}`
  return `${span}${whose}: ${formatAnswer(answer)}`
}

function saysOf({ status, answer, watched }: StepReport): string[] {
  if (answer) return [status === 'unmet' ? `found ${formatAnswer(answer)}` : formatAnswer(answer)]
  if (!watched) return []
  const { looks, cachesMax, sightings } = watched
  const caches = cachesMax === 1 ? 'one kind of cache' : `up to ${cachesMax} kinds of caches`
  return [
    `${looks} ${looks === 1 ? 'look' : 'looks'} at ${caches}`,
    ...sightings.map(formatSighting),
  ]
}

/** The lines of one step: when, what was done, and what was found. */
export function formatStep(step: StepReport): string {
  const head = `${marks[step.status]} ${formatTime(step.at)}  ${step.text}`
  return [head, ...saysOf(step).map((line) => `${margin}${line}`)].join('\n')
}

/** How it went, in one line. */
export function formatEnd({ file, steps, passed }: Report): string {
  const unmet = steps.filter(({ status }) => status === 'unmet')
  const expected = steps.filter(({ status }) => status !== 'done').length
  if (passed) return `${file}: ${expected} of ${expected} expectations were met`
  const met = expected - unmet.length
  return `${file}: ${met} of ${expected} expectations were met; see line ${unmet[0]?.line}`
}

/** What a report begins with: the file, and its title. */
export function formatTitle({ file, title }: Pick<Report, 'file' | 'title'>): string {
  return title === '' ? file : `${file}: ${title}`
}

/** A report for people; it ends with a line that says whether all was as expected. */
export function formatReport(report: Report): string {
  const lines = [formatTitle(report), ...report.steps.map(formatStep), formatEnd(report)]
  return `${lines.join('\n')}\n`
}
