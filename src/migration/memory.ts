import type { UnixSeconds } from '../base/index.ts'
import { matchesMx } from '../mtasts/index.ts'
import { formatHost, type Name } from '../wire/index.ts'
import type { ObservedDomain } from './types.ts'

/** An MX record that was seen; the host as text without final dot. */
export interface SeenMx {
  readonly preference: number
  readonly host: string
}

/** An MX RRset that was seen, and until when a cache may have it. */
export interface SeenMxSet {
  /** By preference, then by host. */
  readonly records: readonly SeenMx[]
  readonly ttl: number
  readonly isCurrent: boolean
  readonly until: UnixSeconds
}

/** An MTA-STS policy of mode enforce that was seen, and until when a sender may keep to it. */
export interface SeenPolicy {
  readonly mx: readonly string[]
  readonly maxAge: number
  readonly isCurrent: boolean
  readonly until: UnixSeconds
}

/** The policy as it was seen last; what has another text has to have another id. */
export interface LastPolicy {
  readonly id: string
  readonly lines: readonly string[]
  /** The text was changed under this id: who has the old one does not come for the new one. */
  readonly isStale: boolean
}

/**
 * What has been seen of a domain on its way; plain JSON. Observations show the present, and waiting
 * is about what others have kept of the past.
 */
export interface MigrationMemory {
  readonly mxSets: readonly SeenMxSet[]
  readonly policies: readonly SeenPolicy[]
  readonly lastPolicy: LastPolicy | null
  /** Hosts without final dot that were met by SMTP and took mail. */
  readonly metHosts: readonly string[]
}

/** Nothing has been seen yet. */
export const noMemory: MigrationMemory = {
  mxSets: [],
  policies: [],
  lastPolicy: null,
  metHosts: [],
}

/** Sets, policies and hosts that are remembered; what is forgotten soonest gives way. */
export const seenMax = 16
/** Records of a set and lines of a policy that are remembered. */
export const partsMax = 64

/**
 * Adds an observation. What was there before and is no more may have been handed out until a moment
 * ago: it stays in caches for its TTL, and with senders for its max_age, from now.
 */
export function remember(memory: MigrationMemory, observed: ObservedDomain): MigrationMemory {
  const { at } = observed
  return {
    mxSets: rememberMx(memory.mxSets, observed).filter(({ until }) => until > at),
    policies: rememberPolicy(memory.policies, observed).filter(({ until }) => until > at),
    lastPolicy: rememberLast(memory.lastPolicy, observed),
    metHosts: rememberHosts(memory.metHosts, observed),
  }
}

/** Takes note that a host was tried, by whatever means, and took mail. */
export function rememberMet(memory: MigrationMemory, host: Name): MigrationMemory {
  return { ...memory, metHosts: addHosts(memory.metHosts, [formatHost(host)]) }
}

/** Whether a host was met. */
export function wasMet({ metHosts }: MigrationMemory, host: Name): boolean {
  return metHosts.includes(formatHost(host))
}

/** Until when a cache may have an MX RRset of which this holds; undefined if none may. */
export function mxCachedUntil(
  { mxSets }: MigrationMemory,
  isSought: (records: readonly SeenMx[]) => boolean,
): UnixSeconds | undefined {
  return latest(mxSets.filter(({ records }) => isSought(records)))
}

/** Until when some sender may have a policy that refuses one of these hosts; undefined: none. */
export function refusedUntil(
  { policies }: MigrationMemory,
  hosts: readonly Name[],
): UnixSeconds | undefined {
  const refuses = ({ mx, maxAge }: SeenPolicy) =>
    hosts.length === 0 ||
    hosts.some((host) => !matchesMx({ mode: 'enforce', maxAge, mx, lines: [] }, host))
  return latest(policies.filter(refuses))
}

function latest(seen: readonly { readonly until: UnixSeconds }[]): UnixSeconds | undefined {
  return seen.length === 0
    ? undefined
    : (Math.max(...seen.map(({ until }) => until)) as UnixSeconds)
}

function rememberMx(seen: readonly SeenMxSet[], { mx, at }: ObservedDomain): SeenMxSet[] {
  const known = seenUntil(seen, at, ({ ttl }) => ttl)
  if (mx.kind === 'failed' || mx.kind === 'skipped') return known
  if (mx.kind !== 'found') return kept(known.map(past))
  const records = mx.records
    .map(({ preference, host }) => ({ preference, host: formatHost(host) }))
    .sort((a, b) => a.preference - b.preference || (a.host < b.host ? -1 : 1))
    .slice(0, partsMax)
  const ttl = Math.max(0, ...mx.records.map((record) => record.ttl))
  const key = JSON.stringify(records)
  const same = known.filter((set) => JSON.stringify(set.records) === key)
  const until = Math.max(at + ttl, ...same.map((set) => set.until)) as UnixSeconds
  const rest = known.filter((set) => !same.includes(set))
  return kept([{ records, ttl, isCurrent: true, until }, ...rest.map(past)])
}

function rememberPolicy(seen: readonly SeenPolicy[], { sts, at }: ObservedDomain): SeenPolicy[] {
  const known = seenUntil(seen, at, ({ maxAge }) => maxAge)
  if (sts.kind === 'skipped' || sts.kind === 'failed') return known
  if (sts.kind !== 'policy' || sts.policy.mode !== 'enforce') return kept(known.map(past))
  const { maxAge } = sts.policy
  const mx = sts.policy.mx.slice(0, partsMax)
  const same = known.filter((policy) => policy.mx.join() === mx.join())
  const until = Math.max(at + maxAge, ...same.map((policy) => policy.until)) as UnixSeconds
  const rest = known.filter((policy) => !same.includes(policy))
  return kept([{ mx, maxAge, isCurrent: true, until }, ...rest.map(past)])
}

/** What was current has been handed out until now, for all that is known; the rest has not. */
function seenUntil<T extends SeenMxSet | SeenPolicy>(
  seen: readonly T[],
  at: UnixSeconds,
  lifetime: (one: T) => number,
): T[] {
  return seen.map((one) => {
    const until = one.isCurrent ? Math.max(one.until, at + lifetime(one)) : one.until
    return { ...one, until: until as UnixSeconds }
  })
}

function past<T extends SeenMxSet | SeenPolicy>(one: T): T {
  return { ...one, isCurrent: false }
}

/** What is there now comes first: it is what others will have next. */
function kept<T extends SeenMxSet | SeenPolicy>(seen: readonly T[]): T[] {
  return seen
    .toSorted((a, b) => Number(b.isCurrent) - Number(a.isCurrent) || b.until - a.until)
    .slice(0, seenMax)
}

function rememberLast(last: LastPolicy | null, { sts }: ObservedDomain): LastPolicy | null {
  if (sts.kind !== 'policy') return last
  const { id } = sts
  const lines = sts.policy.lines.slice(0, partsMax)
  const isSame = last?.id === id
  const isStale = isSame && (last.isStale || last.lines.join('\n') !== lines.join('\n'))
  return { id, lines, isStale }
}

/** A host that failed, or was gone, has to be met again. */
function rememberHosts(
  known: readonly string[],
  { meetings, hosts, others }: ObservedDomain,
): readonly string[] {
  const gone = [...hosts, ...others].filter(({ addresses }) => addresses.length === 0)
  const bad = meetings.filter(({ isGood }) => !isGood)
  const lost = [...gone.map(({ name }) => name), ...bad.map(({ host }) => host)].map(formatHost)
  const met = meetings.filter(({ isGood }) => isGood).map(({ host }) => formatHost(host))
  return addHosts(
    known.filter((host) => !lost.includes(host)),
    met,
  )
}

function addHosts(known: readonly string[], added: readonly string[]): readonly string[] {
  return [...new Set([...added, ...known])].slice(0, seenMax)
}
