import type { CheckReport, Protection } from '../../../../src/check/index.ts'
import type { ReportType } from '../../../../src/dane/index.ts'
import type { FamilyRule } from '../../../../src/destination/index.ts'
import type { MailLab, Scene } from '../../../support/mail-lab/lab.ts'

/** One row of the catalogue of faults, as data. */
export interface MailCase extends Scene {
  /** As the catalogue has it. */
  readonly id: string
  /** Where one row needs several scenes: which one this is. */
  readonly variant?: string
  readonly families?: FamilyRule
  readonly expect: Expectation
  /** Where the catalogue leaves it open: what was decided, and by which section. */
  readonly decided?: string
  /** What else must hold. */
  readonly also?: (report: CheckReport, lab: MailLab) => readonly Fact[]
}

/** Something that must hold, in words. */
export type Fact = readonly [holds: boolean, text: string]

/** The three columns. */
export interface Expectation {
  /** R: how mail is protected when it is delivered, or that it is not. */
  readonly rfc: Exclude<Protection, 'none'> | 'delayed' | 'refused'
  /** X: the code that Exchange Online gives while it retries, or that it delivers. */
  readonly exchange: 'delivers' | `4.${string}` | `5.${string}`
  /** T: the result types of failures, and the policies of successes, as TLS-RPT has them. */
  readonly report: readonly (ReportType | 'tlsa' | 'sts' | 'no-policy-found')[]
  /** Whether DANE may be said to protect the domain; undefined where the row is not about it. */
  readonly isProtected?: boolean
}

/** The domain of most scenes: one host with a good chain and TLSA `3 1 1`. */
export const goodZone = `
  @ MX 10 mx
  mx A {mx}
  _25._tcp.mx TLSA {mx 3 1 1}
`

/** The same with other TLSA records, or none. */
export function zoneWith(...tlsa: readonly string[]): string {
  return ['@ MX 10 mx', 'mx A {mx}', ...tlsa.map((rdata) => `_25._tcp.mx TLSA ${rdata}`)].join('\n')
}

/** Expectations that come again and again. */
export const expected = {
  dane: { rfc: 'dane', exchange: 'delivers', report: ['tlsa'] },
  encrypted: { rfc: 'encrypted', exchange: 'delivers', report: ['tlsa'] },
  opportunistic: { rfc: 'opportunistic', exchange: 'delivers', report: ['no-policy-found'] },
  noMatch: { rfc: 'delayed', exchange: '4.7.323', report: ['tlsa-invalid'] },
  badDnssec: { rfc: 'delayed', exchange: '4.7.324', report: ['dnssec-invalid'] },
  noLookup: { rfc: 'delayed', exchange: '4.4.312', report: ['dnssec-invalid'] },
  noStartTls: { rfc: 'delayed', exchange: '4.7.321', report: ['starttls-not-supported'] },
  noTls: { rfc: 'delayed', exchange: '4.7.321', report: ['validation-failure'] },
} as const satisfies Readonly<Record<string, Expectation>>
