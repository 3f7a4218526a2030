import type { UnixSeconds } from '../base/index.ts'
import { formatTlsa, type Tlsa } from '../dane/index.ts'
import type { KeyFact, KeyStage, Rollover, RolloverPlan, Sighting } from './types.ts'

type Note = RolloverPlan['notes'][number]

/**
 * How long records are published before what they announce may be deployed: at least twice the
 * TTL (RFC 7671 §8.1: a resolver may have taken the old set a moment before, and a client may hold
 * it for as long again), and what secondaries lag behind.
 */
export function holdSeconds({ ttl, settings }: Pick<Rollover, 'ttl' | 'settings'>): number {
  return 2 * ttl + settings.lagSeconds
}

/** When a key may be deployed; undefined while its records are not live. */
function readyAt(rollover: Rollover, { publishedAt }: KeyFact): UnixSeconds | undefined {
  if (publishedAt === undefined) return undefined
  return (publishedAt + holdSeconds(rollover)) as UnixSeconds
}

/**
 * When the records of a key that goes may be withdrawn: once no server presents it, and a sender
 * that asked just before the last one changed has forgotten what it was told.
 */
function withdrawableAt(rollover: Rollover, key: KeyFact): UnixSeconds | undefined {
  if (key.retiredAt === undefined) return undefined
  const last = Math.max(key.retiredAt, key.lastSeenAt ?? 0)
  return (last + holdSeconds(rollover)) as UnixSeconds
}

/** Where a key is on its way at `now`. */
export function stageOf(rollover: Rollover, key: KeyFact, now: UnixSeconds): KeyStage {
  if (key.withdrawnAt !== undefined) return 'gone'
  if (key.retiredAt !== undefined) {
    return now >= (withdrawableAt(rollover, key) ?? now) ? 'gone' : 'retiring'
  }
  if (key.deployedAt !== undefined) return 'live'
  const ready = readyAt(rollover, key)
  return ready !== undefined && now >= ready ? 'ready' : 'waiting'
}

/** Works out what a TLSA owner needs at `now`. Pure. */
export function planRollover(rollover: Rollover, now: UnixSeconds): RolloverPlan {
  const stages = new Map<string, KeyStage>()
  for (const key of rollover.keys) stages.set(key.id, stageOf(rollover, key, now))
  const stays = rollover.keys.filter(({ id }) => stages.get(id) !== 'gone')
  const pending = stays.filter(({ id }) => stages.get(id) === 'waiting')
  const unpublished = pending.some(({ publishedAt }) => publishedAt === undefined)
  const readies = pending.map((key) => readyAt(rollover, key) ?? now)
  const safeAt = pending.length > 0 ? (Math.max(...readies) as UnixSeconds) : undefined
  return {
    publish: recordsOf(stays),
    stages,
    isSafeToDeploy: pending.length === 0,
    safeAt: unpublished ? undefined : safeAt,
    nextAt: nextAt(rollover, now),
    notes: notesOf(rollover, stages, now),
  }
}

/** The records of keys, each once, in canonical order (RFC 4034 §6.3). */
function recordsOf(keys: readonly KeyFact[]): Tlsa[] {
  const byText = new Map<string, Tlsa>()
  for (const { tlsas } of keys) {
    for (const tlsa of tlsas) byText.set(`${orderOf(tlsa)}`, tlsa)
  }
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, tlsa]) => tlsa)
}

/** RDATA as hexadecimal, whose order is that of the octets. */
function orderOf({ usage, selector, matching, data }: Tlsa): string {
  return Buffer.from([usage, selector, matching, ...data]).toString('hex')
}

/** When one of the times that matter comes. */
function nextAt(rollover: Rollover, now: UnixSeconds): UnixSeconds | undefined {
  const times: number[] = []
  for (const key of rollover.keys) {
    if (key.withdrawnAt !== undefined) continue
    const { notAfter, deployedAt, retiredAt } = key
    if (retiredAt !== undefined) times.push(withdrawableAt(rollover, key) ?? now)
    else if (deployedAt === undefined) times.push(readyAt(rollover, key) ?? now)
    else if (notAfter !== undefined) times.push(notAfter - rollover.settings.warnSeconds, notAfter)
  }
  const coming = times.filter((time) => time > now)
  return coming.length > 0 ? (Math.min(...coming) as UnixSeconds) : undefined
}

/** What a server presented when it was last looked at. */
export function latestSightings(sightings: readonly Sighting[]): Sighting[] {
  const latest = new Map<string, Sighting>()
  for (const sighting of sightings) {
    const server = `${sighting.address} ${Buffer.from(sighting.host).toString('latin1')}`
    const known = latest.get(server)
    if (!known || known.at <= sighting.at) latest.set(server, sighting)
  }
  return [...latest.values()]
}

/**
 * Whether a set of keys would leave a server without a match. Servers that were not seen, or had
 * no TLS, cannot be judged.
 *
 * @returns the sightings that nothing in the set matches
 */
export function unmatched(
  keys: readonly KeyFact[],
  sightings: readonly Sighting[],
): readonly Sighting[] {
  const ids = new Set(keys.map(({ id }) => id))
  return latestSightings(sightings).filter(({ key }) => key !== undefined && !ids.has(key))
}

function notesOf(
  rollover: Rollover,
  stages: ReadonlyMap<string, KeyStage>,
  now: UnixSeconds,
): Note[] {
  const notes: Note[] = []
  for (const key of rollover.keys) {
    const stage = stages.get(key.id)
    if (stage === 'live') notes.push(...expiryNotes(rollover, key, now))
  }
  const stays = rollover.keys.filter(({ id }) => stages.get(id) !== 'gone')
  for (const { address, text } of unmatched(stays, rollover.sightings)) {
    const what = `${address} presents a key that no published record matches: ${text}`
    notes.push({ severity: 'error', text: what })
  }
  if (stays.length > 0 && !stays.some(({ id }) => stages.get(id) === 'live')) {
    const text = 'No key is known to be deployed: say which with `danelaw tlsa deployed`, or watch'
    notes.push({ severity: 'warning', text })
  }
  return notes
}

/** DANE-EE does not look at dates (RFC 7671 §5.1); Exchange Online does, and so do people. */
function expiryNotes({ settings }: Rollover, key: KeyFact, now: UnixSeconds): Note[] {
  const { id, notAfter, tlsas } = key
  if (notAfter === undefined || notAfter - now > settings.warnSeconds) return []
  const what = tlsas[0] ? formatTlsa(tlsas[0]).slice(0, 30) : id.slice(0, 16)
  if (notAfter <= now) {
    return [{ severity: 'error', text: `The certificate of ${what}… has expired: renew it now` }]
  }
  const days = Math.floor((notAfter - now) / 86_400)
  return [
    { severity: 'warning', text: `The certificate of ${what}… expires in ${days} days: renew it` },
  ]
}
