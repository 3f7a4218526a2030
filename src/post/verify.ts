import type { Clock, Timers } from '../base/index.ts'
import { type CheckReport, checkDomain, type DomainVerdict, tlsReportOf } from '../check/index.ts'
import { dnssecStatus, type ExpectedDomain, observeDomain } from '../migration/index.ts'
import { StsCache } from '../mtasts/index.ts'
import type { Ttl } from '../rr/index.ts'
import { createStub, type Mode, type Stub, type StubLimits } from '../stub/index.ts'
import type { RptFailure, RptPolicy } from '../tlsrpt/index.ts'
import { parseName, rootName } from '../wire/index.ts'
import type { OpenWorld, World } from '../world/index.ts'
import type { OpenPost, PlacedCase } from './post.ts'
import type { DeliveryCase, MailCase, MailExpectation, MailRow, StatusCase } from './types.ts'

/** Which post is put to the test, in which world, and by what means. */
export interface VerifyMailOptions {
  readonly post: OpenPost
  /** The world that has the zones of the post. */
  readonly world: Pick<World, 'anchor' | 'hints'>
  /** Where it is heard. */
  readonly open: Pick<OpenWorld, 'port' | 'front'>
  /** All of the post unless given. */
  readonly cases?: readonly PlacedCase[]
  /** The world's. */
  readonly clock: Clock
  readonly timers: Timers
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number
  /** So many octets that nobody can foresee. */
  readonly random: (octets: number) => Uint8Array
  /** Limits of the stub other than those of trials. */
  readonly limits?: Partial<StubLimits>
  /** Cases under way at a time; `mailConcurrency` unless given. */
  readonly concurrency?: number
  /** Told of each row as it comes, which is not the order of the cases. */
  readonly onRow?: (row: MailRow, done: number) => void
  /** Gives up early: what is left is not played. */
  readonly signal?: AbortSignal
}

/** How many cases are under way at a time. */
export const mailConcurrency = 16

/** On loopback, what has not come after this long does not come; some of it never does. */
const trialLimits: Partial<StubLimits> = {
  udpTimeoutMs: 500,
  streamTimeoutMs: 2000,
  attempts: 3,
}

/** What mail servers and the policy host are waited for is divided by it. */
const haste = 8

/**
 * Plays a sender that meets each case for the first time: a whole check, held against the three
 * columns of the catalogue; for domains of provisioning, its status. Rows come in the order of the
 * cases. Never rejects.
 */
export async function verifyMail(options: VerifyMailOptions): Promise<readonly MailRow[]> {
  const { post, cases = post.cases, concurrency = mailConcurrency, onRow, signal } = options
  const rows: MailRow[] = []
  let next = 0
  let done = 0
  const work = async (): Promise<void> => {
    for (let at = next++; at < cases.length && !signal?.aborted; at = next++) {
      const row = await play(cases[at] as PlacedCase, options)
      rows[at] = row
      onRow?.(row, ++done)
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, cases.length) }, work))
  return rows.filter((row) => row !== undefined)
}

/** Each case has a stub of its own, since what one makes of a server must not count in the next. */
async function play(placed: PlacedCase, options: VerifyMailOptions): Promise<MailRow> {
  const stub = stubOf(options)
  const one = placed.case
  try {
    return one.kind === 'status'
      ? await playStatus(one, placed, stub, options)
      : await playDelivery(one, placed, stub, options)
  } finally {
    await stub.close()
  }
}

function stubOf(options: VerifyMailOptions): Stub {
  const { world, open, clock, monotonicMs, timers, random, limits } = options
  const { front, port } = open
  const mode: Mode =
    front === undefined
      ? { kind: 'iterate', hints: world.hints.map((hint) => ({ ...hint, port })), port }
      : { kind: 'forward', servers: [{ address: front, port, via: 'udp' }] }
  return createStub({
    ...{ mode, clock, monotonicMs, timers, random },
    anchors: [{ zone: rootName, ds: world.anchor, dnskeys: [] }],
    limits: { ...trialLimits, ...limits },
  })
}

/** Timers of which so much passes in the time of one. */
function hastened({ set, clear }: Timers): Timers {
  return { set: (ms, callback) => set(ms / haste, callback), clear }
}

async function playDelivery(
  one: DeliveryCase,
  placed: PlacedCase,
  stub: Stub,
  options: VerifyMailOptions,
): Promise<MailRow> {
  const { post, clock, monotonicMs, timers, signal } = options
  const report = await checkDomain(
    {
      ...{ domain: placed.domain, mode: 'dane', policy: 'opportunistic' },
      ...{ profiles: ['rfc', 'exchange'], families: one.families ?? 'strict' },
      ...{ port: post.smtpPort, ehloName: 'sender.test', ca: post.ca, stsPort: post.httpsPort },
    },
    {
      ...{ stub, clock, monotonicMs, stsCache: new StsCache() },
      timers: hastened(timers),
      ...(signal ? { signal } : {}),
    },
  )
  const expected = expectedColumns(one.expect, placed.fill)
  const got = columnsOf(report, one.expect)
  return rowOf(one, expected, got, report.verdicts.rfc.reason, report)
}

/** How a check is summed up, as the catalogue does: whatever an expectation is about. */
function columnsOf(report: CheckReport, about: MailExpectation): readonly string[] {
  const { rfc, exchange } = report.verdicts
  const { policies } = tlsReportOf(report, 'rfc', reporter)
  const failures = policies.flatMap((policy) => policy.failures)
  return [
    rfc.outcome === 'delivers' ? rfc.protection : rfc.outcome,
    exchangeColumn(exchange),
    reportColumn(policies),
    ...(about.isProtected === undefined ? [] : [protectedText(rfc.isProtected)]),
    ...(about.host === undefined ? [] : [`host ${rfc.host ?? 'none'}`]),
    ...(about.base === undefined ? [] : [`base ${report.hosts[0]?.tlsaBase ?? 'none'}`]),
    ...(about.rua === undefined ? [] : [ruaText(report.tlsRpt?.rua ?? [])]),
    ...(about.policyDomain === undefined
      ? []
      : policies.map(({ domain }) => `policy of ${domain}`)),
    ...(about.failedAt === undefined ? [] : failures.map(failureText)),
    ...(about.lint === undefined ? [] : [lintText(about.lint, report)]),
  ]
}

function expectedColumns(
  about: MailExpectation,
  fill: (text: string) => string,
): readonly string[] {
  const { rfc, exchange, report, isProtected, host, base, rua } = about
  const { policyDomain, failedAt, lint } = about
  return [
    ...[rfc, exchange, report.join(' ') || 'nothing'],
    ...(isProtected === undefined ? [] : [protectedText(isProtected)]),
    ...(host === undefined ? [] : [`host ${fill(host)}`]),
    ...(base === undefined ? [] : [`base ${fill(base)}`]),
    ...(rua === undefined ? [] : [ruaText(rua.map(fill))]),
    ...(policyDomain === undefined ? [] : [`policy of ${fill(policyDomain)}`]),
    ...(failedAt === undefined ? [] : [`failed at ${fill(failedAt)}`]),
    ...(lint === undefined ? [] : [`warned: ${lint}`]),
  ]
}

const reporter = { organization: 'Sender', contact: 'mailto:tls@sender.test', id: '1' }

function protectedText(isProtected: boolean): string {
  return isProtected ? 'protected' : 'not protected'
}

function failureText({ receivingAddress = 'no address' }: RptFailure): string {
  return `failed at ${receivingAddress}`
}

function lintText(code: string, { lints }: CheckReport): string {
  return `${lints.some((lint) => lint.code === code) ? 'warned' : 'not warned'}: ${code}`
}

function ruaText(rua: readonly string[]): string {
  return `reports to ${rua.join() || 'nobody'}`
}

/** The code while it is tried again, or at once where it is refused. */
function exchangeColumn({ outcome, status }: DomainVerdict): string {
  if (outcome === 'delivers') return outcome
  return (outcome === 'delayed' ? status?.transient : status?.permanent) ?? 'no code'
}

/** Failures by their type, then policies under which a session succeeded; each once. */
function reportColumn(policies: readonly RptPolicy[]): string {
  const failed = policies.flatMap(({ failures }) => failures.map(({ type }) => type))
  const succeeded = policies.flatMap(({ type, successes }) => (successes > 0 ? [type] : []))
  return [...new Set([...failed, ...succeeded])].join(' ') || 'nothing'
}

async function playStatus(
  one: StatusCase,
  placed: PlacedCase,
  stub: Stub,
  options: VerifyMailOptions,
): Promise<MailRow> {
  const { post, clock, timers, signal } = options
  const observed = await observeDomain(
    { domain: placed.domain, stsPort: post.httpsPort, ca: post.ca },
    { stub, clock, timers: hastened(timers), ...(signal ? { signal } : {}) },
  )
  const status = dnssecStatus(expectedDomain(one, placed), observed)
  const { dns, mx, sts } = status
  const lines = [status, dns, mx, sts].flatMap(({ errors, warnings }) => [...errors, ...warnings])
  const got = lines.map(({ code }) => code).sort()
  const text = lines.map((line) => line.text).join(' ') || 'nothing is wrong'
  return rowOf(one, codesText([...one.codes].sort()), codesText(got), text, undefined)
}

function codesText(codes: readonly string[]): readonly string[] {
  return [codes.join(' ') || 'valid']
}

/** The TTL of the expected record, which nothing is compared with. */
const expectedTtl = 60 as Ttl

/** What provisioning would know of the domain. */
function expectedDomain(
  { feature, preference }: StatusCase,
  { domain: name, signed }: PlacedCase,
): ExpectedDomain {
  const since = 0 as NonNullable<NonNullable<ExpectedDomain['domain']>['verifiedAt']>
  const state = feature === 'on' ? ({ kind: 'on', since } as const) : ({ kind: 'off' } as const)
  const host = parseName(signed)
  const isOn = feature === 'on'
  return {
    name,
    domain:
      feature === 'absent'
        ? undefined
        : {
            ...{ kind: 'managed', proof: 'MS=ms12345678', removedAt: undefined },
            verifiedAt: feature === 'unverified' ? undefined : since,
            ...{ dnssec: state, dane: state, legacy: { kind: 'off' } },
          },
    expected: isOn ? { host, preference, ttl: expectedTtl } : undefined,
    signedHost: isOn ? host : undefined,
    legacyHost: undefined,
  }
}

function rowOf(
  { id, title, why }: MailCase,
  wanted: readonly string[],
  found: readonly string[],
  told: string,
  report: CheckReport | undefined,
): MailRow {
  const [expected, got] = [wanted, found].map((columns) => columns.join('; '))
  return {
    ...{ id, title, expected: expected ?? '', got: got ?? '', agrees: expected === got, report },
    why: `${told} (${why.join(', ')})`,
  }
}
