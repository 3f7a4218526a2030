import type { Clock, Timers } from '../base/index.ts'
import {
  type DestinationQuestion,
  examineDestination,
  examineSoleHost,
  type Host,
  isFailure,
  lookUpAddresses,
} from '../destination/index.ts'
import { exchangeHttps } from '../https/index.ts'
import { Rcode } from '../message/index.ts'
import { evaluateSts, StsCache } from '../mtasts/index.ts'
import { joinedText, RR, type Ttl, ttlMax } from '../rr/index.ts'
import type { Resolution, ResolveOptions, Stub } from '../stub/index.ts'
import type { JudgedRRset } from '../validator/index.ts'
import { equalNames, type Name, nameFromOctets } from '../wire/index.ts'
import type { Meeting, ObservedDomain, ObservedMx, ObservedMxSet, StatusSkips } from './types.ts'

/** What is to be looked at. */
export interface ObserveQuestion {
  readonly domain: Name
  /** Default: nothing is skipped. */
  readonly skips?: Partial<StatusSkips>
  /** Hosts to look at besides those of the MX records: the signed one, the one of before. */
  readonly hosts?: readonly Name[]
  /** Where policies of MTA-STS are served; 443 but in a lab. */
  readonly stsPort?: number
  /** PEM of certificate authorities for MTA-STS instead of the system's. */
  readonly ca?: string
}

/** Every bound of an observation; that of waiting is the stub's, and that of `https`. */
export interface ObserveLimits {
  /** MX hosts whose addresses and TLSA records are looked up, best first. */
  readonly hosts: number
  /** Addresses kept of each. */
  readonly addresses: number
  /** Hosts looked at besides. */
  readonly others: number
}

/** What holds unless a caller says otherwise. */
export const defaultObserveLimits: ObserveLimits = { hosts: 20, addresses: 8, others: 4 }

/** The world of an observation. */
export interface ObserveWorld {
  readonly stub: Stub
  readonly clock: Clock
  readonly timers: Timers
  readonly limits?: Partial<ObserveLimits>
  /** Tries a host by SMTP; without it nobody is met, and it is left to the administrator. */
  readonly meet?: (host: Host) => Promise<Omit<Meeting, 'host'>>
  /** Gives up early. */
  readonly signal?: AbortSignal
}

/**
 * Looks at a domain from outside: MX records, their hosts, the policy of MTA-STS. Never rejects.
 * Of MX records the TTL is the one of the zone, even out of a cache, where they are signed (RFC
 * 4034 §3.1.4). Policies are fetched anew each time: what counts is what is published now.
 */
export async function observeDomain(
  question: ObserveQuestion,
  world: ObserveWorld,
): Promise<ObservedDomain> {
  const at = world.clock.now()
  const skips = { dns: false, mx: false, sts: false, ...question.skips }
  const [mail, others, sts] = await Promise.all([
    observeMail(question.domain, skips, world),
    observeOthers(question, world),
    skips.sts ? ({ kind: 'skipped' } as const) : observeSts(question, world),
  ])
  return { at, skips, ...mail, ...others, sts }
}

function optionsOf({ signal }: ObserveWorld): ResolveOptions {
  return signal ? { signal } : {}
}

/** As a strict sender asks: both address families have to be answered, TLSA is that of port 25. */
function questionOf(domain: Name, limits?: Partial<ObserveLimits>): DestinationQuestion {
  const { hosts, addresses } = { ...defaultObserveLimits, ...limits }
  return { domain, port: 25, families: 'strict', hostsMax: hosts, addressesMax: addresses }
}

async function observeMail(
  domain: Name,
  skips: StatusSkips,
  world: ObserveWorld,
): Promise<Pick<ObservedDomain, 'mx' | 'hosts'>> {
  if (skips.dns && skips.mx) return { mx: { kind: 'skipped' }, hosts: [] }
  if (skips.dns) {
    const mx = await world.stub.resolve(domain, RR.MX, optionsOf(world))
    return { mx: mxSetOf(mx), hosts: [] }
  }
  const question = questionOf(domain, world.limits)
  const { mx, kind, hosts } = await examineDestination(question, world.stub, optionsOf(world))
  return { mx: mxSetOf(mx), hosts: kind === 'mx' ? hosts : [] }
}

function mxSetOf(mx: Resolution): ObservedMxSet {
  const { security, data } = mx
  if (isFailure(mx)) return { kind: 'failed', security, text: mx.reason.text }
  if (data) return { kind: 'found', security, records: recordsOf(data) }
  return { kind: mx.rcode === Rcode.NXDOMAIN ? 'nxdomain' : 'nodata', security }
}

function recordsOf(set: JudgedRRset): ObservedMx[] {
  const ttl = publishedTtl(set)
  return set.rrset.rdatas
    .map((rdata) => ({
      preference: ((rdata[0] ?? 0) << 8) | (rdata[1] ?? 0),
      host: nameFromOctets(rdata.subarray(2)),
      ttl,
    }))
    .sort((a, b) => a.preference - b.preference)
}

/** Where the original TTL is within an RRSIG (RFC 4034 §3.1), and octets up to its end. */
const originalTtl = { offset: 4, end: 8 }

/**
 * RFC 4034 §3.1.4: a signature tells the TTL that the zone has, however long a cache had it. Of
 * several the least is believed, since not all of them need have been verified.
 */
function publishedTtl({ rrset, rrsigs, security }: JudgedRRset): Ttl {
  if (security !== 'secure') return rrset.ttl
  const originals = rrsigs
    .filter(({ length }) => length >= originalTtl.end)
    .map((rrsig) => new DataView(rrsig.buffer, rrsig.byteOffset).getUint32(originalTtl.offset))
  return Math.max(rrset.ttl, Math.min(...originals, ttlMax)) as Ttl
}

async function observeOthers(
  { hosts = [] }: ObserveQuestion,
  world: ObserveWorld,
): Promise<Pick<ObservedDomain, 'others' | 'meetings'>> {
  const { others: most } = { ...defaultObserveLimits, ...world.limits }
  const names = hosts.filter((host, at) => hosts.findIndex((one) => equalNames(one, host)) === at)
  const others = await Promise.all(
    names
      .slice(0, most)
      .map((name) => examineSoleHost(questionOf(name, world.limits), world.stub, optionsOf(world))),
  )
  const { meet } = world
  if (!meet) return { others, meetings: [] }
  const reachable = others.filter(({ addresses }) => addresses.length > 0)
  return { others, meetings: await Promise.all(reachable.map((host) => meetHost(host, meet))) }
}

/** A conversation that breaks is one that failed. */
async function meetHost(host: Host, meet: NonNullable<ObserveWorld['meet']>): Promise<Meeting> {
  try {
    return { host: host.name, ...(await meet(host)) }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return { host: host.name, isGood: false, text }
  }
}

function observeSts({ domain, stsPort, ca }: ObserveQuestion, world: ObserveWorld) {
  const { stub, clock, timers, signal } = world
  return evaluateSts({
    domain,
    now: clock.now(),
    cache: new StsCache(),
    ...(stsPort === undefined ? {} : { port: stsPort }),
    ...(ca === undefined ? {} : { ca }),
    async lookUpTxt(owner) {
      const found = await stub.resolve(owner, RR.TXT, optionsOf(world))
      if (isFailure(found)) return { kind: 'failed', text: found.reason.text }
      return { kind: 'texts', texts: (found.data?.rrset.rdatas ?? []).map(joinedText) }
    },
    lookUpAddresses: (host) => lookUpAddresses(stub, host),
    exchange: (request) => exchangeHttps(request, { timers, ...(signal ? { signal } : {}) }),
  })
}
