import { CodedError } from '../base/index.ts'
import { type Paint, printable } from '../check/index.ts'
import { lookUpAddresses } from '../destination/index.ts'
import { exchangeHttps } from '../https/index.ts'
import { joinedText, RR } from '../rr/index.ts'
import type { Stub } from '../stub/index.ts'
import {
  describeMail,
  parseRptRecord,
  type ReportMail,
  type ReportProfile,
  type RptRecord,
  type RptReport,
  retryDelaysSeconds,
  rptRecordOwner,
  type SubmitResult,
  submitReport,
  writeReport,
} from '../tlsrpt/index.ts'
import type { Security } from '../validator/index.ts'
import { formatName, lowerName, type Name } from '../wire/index.ts'
import type { Io } from './io.ts'
import type { StubSource } from './stub-options.ts'

/** A report that is to be handed in, and how. */
export interface HandInRequest {
  readonly domain: Name
  readonly report: RptReport
  readonly profile: ReportProfile
  /** PEM of authorities instead of the system's. */
  readonly ca: string | undefined
  /** Whether the certificates of collectors have to be right. */
  readonly verify: boolean
  /** Find out where it would go, and connect to nobody. */
  readonly isRehearsal: boolean
}

/** What became of a report, in the form of `--json`. */
export interface HandIn {
  readonly domain: string
  /** What DNSSEC says of the record; it counts in any case but failure (RFC 8460 §3). */
  readonly security: Security | undefined
  /** What the record says, or why there is none. */
  readonly record: string
  readonly results: readonly (SubmitResult & { readonly mail?: ReportMail })[]
  /** Whether anybody has taken it, or would have been asked to in a rehearsal. */
  readonly isDelivered: boolean
  /** Seconds to wait before each further attempt, where one may do better. */
  readonly retryDelaysSeconds?: readonly number[]
}

/**
 * Looks up where a domain wants its TLS reports, and hands one in at each `https:` address. How to
 * mail it is told for each `mailto:` address.
 *
 * @throws {CodedError} `report-foreign`
 */
export async function handIn(request: HandInRequest, source: StubSource, io: Io): Promise<HandIn> {
  const { domain, report, profile, ca, verify, isRehearsal } = request
  const name = withoutDot(formatName(lowerName(domain)))
  checkDomains(report, name)
  const { stub } = source.open()
  try {
    const { security, record } = await lookUpRecord(stub, domain)
    const found = { domain: name, security, record: record.text }
    if (record.kind === 'none') {
      const isTemporary = security === 'bogus' || security === 'indeterminate'
      const retry = isTemporary ? { retryDelaysSeconds } : {}
      return { ...found, results: [], isDelivered: false, ...retry }
    }
    const results = await submitReport({
      json: writeReport(report, profile),
      rua: record.rua,
      compress: true,
      verify,
      isRehearsal,
      lookUpAddresses: (host) => lookUpAddresses(stub, host),
      exchange: (exchange) => exchangeHttps(exchange, { timers: io.timers }),
      ...(ca === undefined ? {} : { ca }),
    })
    const mail = describeMail(report, name, true)
    // RFC 8460 §3: one is enough; §5.5: none is a reason to try again.
    const isDelivered = results.some(({ kind }) => kind === 'accepted' || kind === 'rehearsed')
    const isWorthRetrying = !isDelivered && results.some(({ kind }) => kind === 'failed')
    return {
      ...found,
      results: results.map((result) => (result.kind === 'mail' ? { ...result, mail } : result)),
      isDelivered,
      ...(isWorthRetrying ? { retryDelaysSeconds } : {}),
    }
  } finally {
    await stub.close()
  }
}

/** Nobody is to learn what happened to the mail of others. */
function checkDomains({ policies }: RptReport, domain: string): void {
  const other = policies.find((policy) => withoutDot(policy.domain).toLowerCase() !== domain)
  if (other === undefined) return
  const about = JSON.stringify(other.domain.slice(0, 255))
  throw new CodedError(
    'report-foreign',
    `Cannot submit report to "${domain}": it is about ${about}`,
  )
}

function withoutDot(name: string): string {
  return name.replace(/(?<=.)\.$/, '')
}

async function lookUpRecord(
  stub: Stub,
  domain: Name,
): Promise<{ readonly security: Security | undefined; readonly record: RptRecord }> {
  const owner = rptRecordOwner(domain)
  if (owner === undefined) {
    const text = 'the domain is so long that it cannot have a TLS-RPT record'
    return { security: undefined, record: { kind: 'none', text } }
  }
  const { security, reason, data } = await stub.resolve(owner, RR.TXT)
  if (security === 'bogus' || security === 'indeterminate') {
    return { security, record: { kind: 'none', text: `the lookup failed: ${reason.text}` } }
  }
  return { security, record: parseRptRecord((data?.rrset.rdatas ?? []).map(joinedText)) }
}

/** Why a report is not delivered; undefined where it is. */
export function handInProblem({ isDelivered, record, results }: HandIn): CodedError | undefined {
  if (isDelivered) return undefined
  const isByMail = results.length > 0 && results.every(({ kind }) => kind === 'mail')
  const tried = isByMail ? 'it is wanted by mail only' : 'no address took it'
  const why = results.length === 0 ? printable(record) : tried
  return new CodedError('report-undelivered', `Cannot submit report: ${why}`)
}

const marks = { accepted: '✔', rehearsed: '✔', failed: '✘', mail: '·' } as const
const styles = { accepted: 'green', rehearsed: 'green', failed: 'red', mail: 'cyan' } as const

/** What became of a report, for people. */
export function formatHandIn(handedIn: HandIn, paint: Paint): string[] {
  const { domain, security, record, results, retryDelaysSeconds: delays } = handedIn
  const state = security === undefined ? '' : ` (${security})`
  return [
    `${paint('bold', `TLS-RPT record of ${domain}`)}${state}: ${printable(record)}`,
    ...results.flatMap(({ kind, rua, text, mail }) => [
      `  ${paint(styles[kind], marks[kind])} ${printable(rua)}: ${printable(text)}`,
      ...(mail ? formatMail(mail).map((line) => paint('dim', `      ${line}`)) : []),
    ]),
    ...(delays === undefined ? [] : [formatPlan(delays)]),
  ]
}

function formatMail({ headers, mediaType, fileName }: ReportMail): string[] {
  return [
    'A mail would need a DKIM signature of the reporting domain (RFC 8460 §3), and',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${printable(value)}`),
    `with a part of type ${mediaType}, the report in gzip: ${fileName}`,
  ]
}

function formatPlan(delays: readonly number[]): string {
  const waits = delays.map(formatDuration).join(', ')
  return `Worth trying again after ${waits} (RFC 8460 §5.5); nothing waits for that here.`
}

function formatDuration(seconds: number): string {
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.round((seconds % 3600) / 60)
  return [hours > 0 ? `${hours} h` : '', minutes > 0 ? `${minutes} min` : '']
    .filter((part) => part !== '')
    .join(' ')
}
