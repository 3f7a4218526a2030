import { matchChain } from '../dane/index.ts'
import {
  type Destination,
  examineDestination,
  type Host,
  isFailure,
  lookUpAddresses,
} from '../destination/index.ts'
import { exchangeHttps } from '../https/index.ts'
import { evaluateSts, type StsState } from '../mtasts/index.ts'
import { joinedText, RR, type RRType } from '../rr/index.ts'
import { type ProbeResult, probe } from '../smtp/index.ts'
import type { Resolution, Stub } from '../stub/index.ts'
import { parseRptRecord, type RptRecord, rptRecordOwner } from '../tlsrpt/index.ts'
import { formatName, type Name } from '../wire/index.ts'
import { mapBounded } from './bounded.ts'
import { composeReport } from './compose.ts'
import type { Discovered, Encounter, Findings, MetHost } from './encounter.ts'
import { type CheckLimits, defaultCheckLimits } from './limits.ts'
import { lookupDetails } from './lookup-text.ts'
import type { CheckReport } from './report.ts'
import type { CheckRequest, CheckWorld } from './world.ts'

/**
 * Checks a domain: does all that a sender does but sending, and tells what came of it. Always
 * resolves; how long it takes is bounded by the stub's limits, those of `smtp` and `https`, and
 * the number of conversations.
 */
export async function checkDomain(request: CheckRequest, world: CheckWorld): Promise<CheckReport> {
  return composeReport(await gather(request, world))
}

/** What a check is made of, gathered from DNS, mail servers and the host of the policy. */
async function gather(request: CheckRequest, world: CheckWorld): Promise<Findings> {
  const limits = { ...defaultCheckLimits, ...world.limits }
  const time = world.clock.now()
  const begun = world.monotonicMs()
  const asker = new Asker(world)
  const { domain, mode, port, families } = request
  asker.say(`looking up where mail for ${formatName(domain)} goes`)
  const bounds = { hostsMax: limits.hosts, addressesMax: limits.addresses }
  const destination = await examineDestination({ domain, port, families, ...bounds }, asker)
  const isQuiet = mode === 'dnssec-only'
  const [sts, tlsRpt, hosts] = await Promise.all([
    isQuiet ? undefined : findSts(request, world, asker),
    isQuiet ? undefined : findTlsRpt(domain, asker),
    meetHosts(destination, { request, world, limits, time }, asker),
  ])
  const elapsedMs = world.monotonicMs() - begun
  return { request, destination, hosts, sts, tlsRpt, time, elapsedMs, queries: asker.queries }
}

/** The stub, counted, traced and given up on when the check is. */
class Asker implements Stub {
  readonly #world: CheckWorld
  queries = 0

  constructor(world: CheckWorld) {
    this.#world = world
  }

  async resolve(name: Name, type: RRType): Promise<Resolution> {
    const { stub, onTrace, signal } = this.#world
    const resolution = await stub.resolve(name, type, {
      ...(onTrace ? { onTrace } : {}),
      ...(signal ? { signal } : {}),
    })
    this.queries += resolution.queries
    return resolution
  }

  close(): Promise<void> {
    return this.#world.stub.close()
  }

  say(text: string): void {
    this.#world.onProgress?.(text)
  }
}

/** TXT records as texts, each its strings joined, with what DNS said. */
async function lookUpTexts(asker: Asker, owner: Name) {
  const resolution = await asker.resolve(owner, RR.TXT)
  const rdatas = resolution.data?.rrset.rdatas ?? []
  return { resolution, texts: rdatas.map(joinedText) }
}

async function findSts(
  { domain, ca, stsPort }: CheckRequest,
  { clock, timers, monotonicMs, stsCache, signal }: CheckWorld,
  asker: Asker,
): Promise<Discovered<StsState>> {
  const begun = monotonicMs()
  const details: string[] = []
  const state = await evaluateSts({
    domain,
    now: clock.now(),
    cache: stsCache,
    port: stsPort,
    ...(ca === undefined ? {} : { ca }),
    async lookUpTxt(owner) {
      const { resolution, texts } = await lookUpTexts(asker, owner)
      details.push(...lookupDetails(resolution))
      if (!isFailure(resolution)) return { kind: 'texts', texts }
      return { kind: 'failed', text: resolution.reason.text }
    },
    lookUpAddresses: (host) => lookUpAddresses(asker, host),
    exchange: (https) => exchangeHttps(https, { timers, ...(signal ? { signal } : {}) }),
  })
  return { state, details, elapsedMs: monotonicMs() - begun }
}

async function findTlsRpt(domain: Name, asker: Asker): Promise<Discovered<RptRecord> | undefined> {
  const owner = rptRecordOwner(domain)
  if (owner === undefined) return undefined
  const { resolution, texts } = await lookUpTexts(asker, owner)
  const state: RptRecord = isFailure(resolution)
    ? { kind: 'none', text: `the lookup failed: ${resolution.reason.text}` }
    : parseRptRecord(texts)
  return { state, details: lookupDetails(resolution), elapsedMs: resolution.elapsedMs }
}

/** What meeting hosts depends on. */
interface Meeting {
  readonly request: CheckRequest
  readonly world: CheckWorld
  readonly limits: CheckLimits
  readonly time: number
}

interface Call {
  readonly host: Host
  readonly address: string
}

async function meetHosts(
  { hosts }: Destination,
  meeting: Meeting,
  asker: Asker,
): Promise<MetHost[]> {
  const { limits, request, world } = meeting
  const calls = hosts
    .filter((host) => isToBeMet(host, request))
    .flatMap((host) => host.addresses.map((address): Call => ({ host, address })))
    .slice(0, limits.conversationsTotal)
  let done = 0
  const met = await mapBounded(calls, limits.conversations, async (call) => {
    if (world.signal?.aborted) return undefined
    const encounter = await meet(call, meeting)
    asker.say(`${++done} of ${calls.length} addresses met, ${call.address} last`)
    return encounter
  })
  return hosts.map((host) => ({
    host,
    encounters: met.filter((_, n) => calls[n]?.host === host).filter((one) => one !== undefined),
  }))
}

/**
 * Nothing may be delivered to a host whose lookups failed, so nobody connects to it (RFC 7672
 * §2.1.2), unless the policy is to deliver all the same.
 */
function isToBeMet({ level }: Host, { mode, policy }: CheckRequest): boolean {
  if (mode === 'dnssec-only') return false
  return level !== 'failed' || mode === 'inbound-smtp' || policy === 'audit' || policy === 'none'
}

async function meet({ host, address }: Call, meeting: Meeting): Promise<Encounter> {
  const { request, world, time } = meeting
  const { timers, monotonicMs, smtpLimits, signal } = world
  const result = await probe(
    {
      address,
      port: request.port,
      // RFC 7672 §8.1: SNI is the TLSA base; without one, the name that MTA-STS would want.
      serverName: formatName(host.tlsaBase ?? host.name).slice(0, -1),
      ehloName: request.ehloName,
      ...(request.ca === undefined ? {} : { ca: request.ca }),
    },
    {
      ...{ timers, monotonicMs },
      ...(smtpLimits ? { limits: smtpLimits } : {}),
      ...(signal ? { signal } : {}),
    },
  )
  return { result, match: matchOf(host, result, time) }
}

function matchOf({ tlsa, referenceNames }: Host, { outcome }: ProbeResult, now: number) {
  if (!tlsa || tlsa.active.length === 0 || outcome.kind !== 'tls') return undefined
  return matchChain({ tlsa, chain: outcome.tls.chain, referenceNames, now })
}
