/**
 * Questions a second of a stub that iterates, and whole checks a second over a list of domains, on
 * loopback, with name servers, mail server and sender in one process; then what each step of a
 * check takes.
 *
 * "Cold" is a sender that has asked nothing before; "warm" one that has met other domains, so that
 * it knows the zones above; "again" one that has met the same domain within its TTL.
 */
import { fixedClock, systemTimers } from '../src/base/index.ts'
import { type CheckReport, type CheckStep, checkDomain } from '../src/check/index.ts'
import { StsCache } from '../src/mtasts/index.ts'
import { RR } from '../src/rr/index.ts'
import type { Stub } from '../src/stub/index.ts'
import { parseName, rootName } from '../src/wire/index.ts'
import {
  type Authorities,
  addressBlock,
  type LabZone,
  openAuthorities,
} from '../test/support/mail-lab/authorities.ts'
import { type MailHosts, openMailHosts } from '../test/support/mail-lab/mail-hosts.ts'
import { present } from '../test/support/mail-lab/presented.ts'
import { labStub } from '../test/support/mail-lab/stub.ts'
import { testTime } from '../test/support/served-zone.ts'
import type { Table } from './table.ts'

const domains = 100
/** Checks under way at a time, where many are. */
const concurrency = 16

/** Many domains with one mail server. */
interface Town {
  readonly authorities: Authorities
  readonly mail: MailHosts
  readonly names: readonly string[]
}

const mailHost = 100

async function openTown(): Promise<Town> {
  const block = addressBlock()
  const chain = await present(['mx.example.test'])
  const mail = await openMailHosts(block, [
    { at: mailHost, startTls: 'good', credential: () => chain },
  ])
  const signing = { denial: 'nsec' } as const
  const names = Array.from({ length: domains }, (_, n) => `domain${n}.test.`)
  const text = `
    @ MX 10 mx
    mx A ${block}${mailHost}
    _${mail.port}._tcp.mx TLSA ${chain.tlsa([3, 1, 1], 'leaf')}
  `
  const authorities = await openAuthorities(
    [
      { apex: '.', server: 1, text: '', signing },
      { apex: 'test.', server: 2, text: '', signing },
      ...names.map((apex): LabZone => ({ apex, server: 3, text, signing })),
    ],
    block,
  )
  return { authorities, mail, names }
}

function newStub({ authorities }: Town): Stub {
  return labStub({
    authorities,
    anchors: [{ zone: rootName, ds: [authorities.rootDs], dnskeys: [] }],
    timers: { ...systemTimers, monotonicMs: () => performance.now() },
  })
}

function check({ mail }: Town, stub: Stub, domain: string): Promise<CheckReport> {
  return checkDomain(
    {
      domain: parseName(domain),
      mode: 'dane',
      policy: 'opportunistic',
      profiles: ['rfc', 'exchange'],
      families: 'strict',
      port: mail.port,
      ehloName: 'sender.test',
      ca: undefined,
      stsPort: 443,
    },
    {
      stub,
      clock: fixedClock(testTime),
      monotonicMs: () => performance.now(),
      timers: systemTimers,
      stsCache: new StsCache(),
    },
  )
}

/** How many of `work` a second get done, so many at a time. */
async function rateOf(
  town: Town,
  atOnce: number,
  work: (domain: string) => Promise<unknown>,
): Promise<number> {
  const waiting = [...town.names]
  const start = performance.now()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await work(next)
    }),
  )
  return town.names.length / ((performance.now() - start) / 1000)
}

/** Cold, warm and again, for one kind of work. */
async function ratesOf(
  town: Town,
  atOnce: number,
  work: (stub: Stub, domain: string) => Promise<unknown>,
): Promise<readonly [number, number, number]> {
  const cold = await rateOf(town, atOnce, async (domain) => {
    const stub = newStub(town)
    await work(stub, domain)
    await stub.close()
  })
  const stub = newStub(town)
  await stub.resolve(parseName('test.'), RR.SOA)
  const warm = await rateOf(town, atOnce, (domain) => work(stub, domain))
  const again = await rateOf(town, atOnce, (domain) => work(stub, domain))
  await stub.close()
  return [cold, warm, again]
}

/** Adds the time of each kind of step up, less that of the steps within it. */
function addSteps(step: CheckStep, sums: Map<string, number>): void {
  const within = step.steps.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0)
  const own = Math.max(0, step.elapsedMs - within)
  sums.set(step.kind, (sums.get(step.kind) ?? 0) + own)
  for (const child of step.steps) addSteps(child, sums)
}

async function stepTable(town: Town): Promise<Table> {
  const cold = new Map<string, number>()
  const warm = new Map<string, number>()
  const kept = newStub(town)
  await kept.resolve(parseName('test.'), RR.SOA)
  for (const domain of town.names) {
    const stub = newStub(town)
    addSteps((await check(town, stub, domain)).tree, cold)
    await stub.close()
    addSteps((await check(town, kept, domain)).tree, warm)
  }
  await kept.close()
  return {
    title: 'Steps of a check',
    note: 'Milliseconds that each takes by itself, one check at a time; some pass side by side.',
    columns: ['step', 'cold ms', 'warm ms'],
    rows: [...cold]
      .filter(([, ms]) => ms > 0)
      .map(([kind, ms]) => [kind, ms / domains, (warm.get(kind) ?? 0) / domains]),
  }
}

/** Runs it: some seconds. */
export async function checkTables(): Promise<Table[]> {
  const town = await openTown()
  const mx = (stub: Stub, domain: string) => stub.resolve(parseName(domain), RR.MX)
  const whole = (stub: Stub, domain: string) => check(town, stub, domain)
  // The first pass warms the compiler up, and has every signature made.
  await ratesOf(town, concurrency, whole)
  const rows = [
    ['question MX', 1, ...(await ratesOf(town, 1, mx))],
    ['question MX', concurrency, ...(await ratesOf(town, concurrency, mx))],
    ['check', 1, ...(await ratesOf(town, 1, whole))],
    ['check', concurrency, ...(await ratesOf(town, concurrency, whole))],
  ]
  const steps = await stepTable(town)
  await town.authorities.close()
  await town.mail.close()
  return [
    {
      title: 'Questions and checks',
      note: `${domains} domains with TLSA; servers and sender share one core.`,
      columns: ['what', 'at once', 'cold/s', 'warm/s', 'again/s'],
      rows,
    },
    steps,
  ]
}
