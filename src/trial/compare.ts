import type { Expectation, Status } from '../lab/index.ts'
import { formatRcode, Rcode } from '../message/index.ts'
import type { SaidError } from '../stub/index.ts'

/** What a validator said of a case. */
export interface Said {
  readonly status: Status
  /** Mnemonic, as a client of the validator sees it. */
  readonly rcode: string
  readonly ede: readonly SaidError[]
  /** The highest of the answer; undefined without one. */
  readonly ttl: number | undefined
  /** Why, in its own words where it has any. */
  readonly told: string
}

/** Whether it is what was expected; `also-right` where validators may differ. */
export type Agreement = 'as-expected' | 'also-right' | 'otherwise' | 'not-asked'

/**
 * How well the extended errors explain it. `by-the-book`: one that is due, or none where none is.
 * `allowed`: only such as are neither due nor wrong. `another`: only others. `none`: one is due.
 */
export type EdeGrade = 'by-the-book' | 'allowed' | 'another' | 'none'

/** What came of a case. */
export interface Result {
  readonly id: string
  /** Such as `expired.lab.test. A`. */
  readonly question: string
  readonly expected: Expectation
  /** Undefined where nobody was asked. */
  readonly got: Said | undefined
  readonly agreement: Agreement
  /** Undefined where nobody was asked. */
  readonly ede: EdeGrade | undefined
  /** What differs; else what was said, or why nobody was asked. */
  readonly why: string
  readonly elapsedMs: number
}

/** Whether a result speaks neither against the validator nor against the expectation. */
export function agrees({ agreement }: Pick<Result, 'agreement'>): boolean {
  return agreement !== 'otherwise'
}

/** How much is known of whoever said it. */
export interface Standard {
  /** Whether it can be told what is bogus from what was not reached. */
  readonly seesFailures: boolean
  /** Whether an extended error has to be one that is expected. */
  readonly holdsEde: boolean
}

/** What a comparison leads to. */
export type Comparison = Pick<Result, 'agreement' | 'ede' | 'why'>

/** Holds what was said against what was to be said. */
export function compare(expected: Expectation, said: Said, standard: Standard): Comparison {
  const ede = gradeEde(expected, said)
  const differences = differencesOf(expected, said, standard, ede)
  if (differences.length === 0) return { agreement: 'as-expected', ede, why: said.told }
  const { or } = expected
  if (or && isAlternative(expected, or, said, standard)) {
    return { agreement: 'also-right', ede, why: or.because }
  }
  return { agreement: 'otherwise', ede, why: [...differences, said.told].join('; ') }
}

/** Grades extended errors (RFC 8914 §3: what they say changes nothing of the answer). */
export function gradeEde({ ede, edeToo = [] }: Expectation, said: Pick<Said, 'ede'>): EdeGrade {
  const codes = said.ede.map(({ code }) => code)
  if (ede.length === 0)
    return codes.every((code) => edeToo.includes(code)) ? 'by-the-book' : 'another'
  if (codes.length === 0) return 'none'
  if (codes.some((code) => ede.includes(code))) return 'by-the-book'
  return codes.some((code) => edeToo.includes(code)) ? 'allowed' : 'another'
}

const servfail = formatRcode(Rcode.SERVFAIL)
const failures: ReadonlySet<Status> = new Set(['bogus', 'unreachable'])

function isStatus(expected: Status, said: Status, { seesFailures }: Standard): boolean {
  return expected === said || (!seesFailures && failures.has(expected) && failures.has(said))
}

/** Whether it is what validators may say instead, which has an rcode and a highest TTL too. */
function isAlternative(
  { rcode, ttlMax }: Expectation,
  or: NonNullable<Expectation['or']>,
  said: Said,
  standard: Standard,
): boolean {
  if (!isStatus(or.status, said.status, standard) || isTooLong(said, ttlMax)) return false
  const answered = rcode === servfail ? formatRcode(Rcode.NOERROR) : rcode
  return said.rcode === (or.rcode ?? (failures.has(or.status) ? servfail : answered))
}

function isTooLong({ ttl }: Said, ttlMax: number | undefined): boolean {
  return ttlMax !== undefined && ttl !== undefined && ttl > ttlMax
}

function differencesOf(
  expected: Expectation,
  said: Said,
  standard: Standard,
  grade: EdeGrade,
): readonly string[] {
  const { status, rcode, ede, ttl } = said
  const { ttlMax } = expected
  const differences: string[] = []
  if (!isStatus(expected.status, status, standard)) {
    differences.push(`${status} instead of ${expected.status}`)
  } else if (rcode !== expected.rcode) {
    differences.push(`${rcode} instead of ${expected.rcode}`)
  } else if (standard.holdsEde && (grade === 'another' || grade === 'none')) {
    const codes = ede.map(({ code }) => code)
    differences.push(`EDE ${listed(codes)} instead of ${listed(expected.ede)}`)
  }
  if (isTooLong(said, ttlMax)) {
    differences.push(`TTL ${ttl} instead of at most ${ttlMax}`)
  }
  return differences
}

/** The rcode that a client of a validator gets (RFC 4035 §5.5). */
export function rcodeFor(status: Status, rcode: number): string {
  return failures.has(status) ? servfail : formatRcode(rcode)
}

/** Codes as text: `6 or 9`, or `none`. */
export function listed(codes: readonly number[]): string {
  return codes.length === 0 ? 'none' : codes.join(' or ')
}
