import type { UnixSeconds } from '../base/index.ts'
import type { Tlsa } from '../dane/index.ts'
import { isMatched, latestSightings } from './sightings.ts'
import type { KeyFact, KeyStage, Rollover, RolloverPlan } from './types.ts'

type Note = RolloverPlan['notes'][number]

/**
 * How long records are published before what they announce may be deployed: at least twice the
 * TTL, and what secondaries lag behind (RFC 7671 §8.1). A cache may have taken the old set a moment
 * before the last secondary had the new one, and keeps it for one TTL; whoever asked that cache in
 * its last moment may go by the answer for another one.
 */
export function holdSeconds({ ttl, settings }: Pick<Rollover, 'ttl' | 'settings'>): number {
  return 2 * ttl + settings.lagSeconds
}

/** When a key may be deployed; undefined while its records are not live. */
export function readyAt(rollover: Rollover, key: KeyFact): UnixSeconds | undefined {
  const { publishedAt } = key
  if (publishedAt === undefined) return undefined
  const hold = hasForerunner(rollover, publishedAt) ? holdSeconds(rollover) : 0
  return Math.max(publishedAt + hold, rollover.cachesUntil) as UnixSeconds
}

/** Whether caches may have had sets without what was published then; not so of the first. */
function hasForerunner(rollover: Rollover, publishedAt: UnixSeconds): boolean {
  const hold = holdSeconds(rollover)
  return rollover.keys.some((other) => {
    if (other.publishedAt === undefined || other.publishedAt >= publishedAt) return false
    return other.withdrawnAt === undefined || other.withdrawnAt + hold > publishedAt
  })
}

/**
 * When the records of a key that goes may be withdrawn. No cache needs them once no server presents
 * the key: all sets that caches have then name its successor too, since that was held before it was
 * deployed. They stay for as long again as a successor is held, for servers that nobody looked at
 * and for the way back. A key that never was anywhere goes at once.
 */
export function withdrawableAt(rollover: Rollover, key: KeyFact): UnixSeconds | undefined {
  const { retiredAt, deployedAt, lastSeenAt } = key
  if (retiredAt === undefined) return undefined
  if (deployedAt === undefined && lastSeenAt === undefined) return retiredAt
  return (Math.max(retiredAt, lastSeenAt ?? 0) + holdSeconds(rollover)) as UnixSeconds
}

/** Where a key is on its way at `now`. */
export function stageOf(rollover: Rollover, key: KeyFact, now: UnixSeconds): KeyStage {
  if (key.withdrawnAt !== undefined) return 'gone'
  const goesAt = withdrawableAt(rollover, key)
  if (goesAt !== undefined) return now >= goesAt ? 'gone' : 'retiring'
  if (key.deployedAt !== undefined) return 'live'
  return isKnown(rollover, key, now) ? 'ready' : 'waiting'
}

/** Whether every cache has forgotten the sets that lack a key. */
export function isKnown(rollover: Rollover, key: KeyFact, now: UnixSeconds): boolean {
  const ready = readyAt(rollover, key)
  return ready !== undefined && now >= ready
}

/** Works out what a TLSA owner needs at `now`. Pure. */
export function planRollover(rollover: Rollover, now: UnixSeconds, isStray = false): RolloverPlan {
  const stages = new Map<string, KeyStage>()
  for (const key of rollover.keys) stages.set(key.id, stageOf(rollover, key, now))
  const published = rollover.keys.filter(({ id }) => stages.get(id) !== 'gone')
  const stays = published.filter(({ retiredAt }) => retiredAt === undefined)
  // A key that some server has too early is no safer to deploy on the next one.
  const pending = stays.filter((key) => !isKnown(rollover, key, now))
  const isSafeToDeploy = !isStray && stays.length > 0 && pending.length === 0
  const notes = notesOf(rollover, published, stages, now)
  return {
    publish: recordsOf(published),
    stages,
    isStray,
    isSafeToDeploy,
    safeAt: isStray ? undefined : latest(pending.map((key) => readyAt(rollover, key))),
    nextAt: nextAt(rollover, now),
    notes: isStray ? [strayNote, ...notes] : notes,
  }
}

/** The last of some times; undefined where there is none, or one is not known. */
function latest(times: readonly (UnixSeconds | undefined)[]): UnixSeconds | undefined {
  let last: UnixSeconds | undefined
  for (const time of times) {
    if (time === undefined) return undefined
    if (last === undefined || time > last) last = time
  }
  return last
}

/** The records of keys, each once, in canonical order (RFC 4034 §6.3). */
export function recordsOf(keys: readonly KeyFact[]): Tlsa[] {
  const byOctets = new Map<string, Tlsa>()
  for (const { tlsas } of keys) for (const tlsa of tlsas) byOctets.set(hexOf(tlsa), tlsa)
  return [...byOctets].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, tlsa]) => tlsa)
}

/** RDATA as hexadecimal, whose order is that of the octets. */
function hexOf(tlsa: Tlsa): string {
  return Buffer.from(tlsaRdata(tlsa)).toString('hex')
}

/** A TLSA record as RDATA (RFC 6698 §2.1). */
export function tlsaRdata({ usage, selector, matching, data }: Tlsa): Uint8Array {
  return Uint8Array.of(usage, selector, matching, ...data)
}

const strayNote: Note = {
  severity: 'error',
  text: 'The TLSA set was changed by force, or is hidden: import a certificate again',
}

/** When one of the times that matter comes; now where a withdrawal waits to be done. */
function nextAt(rollover: Rollover, now: UnixSeconds): UnixSeconds | undefined {
  const { warnSeconds } = rollover.settings
  const times: (number | undefined)[] = []
  let isOverdue = false
  for (const key of rollover.keys) {
    const { withdrawnAt, notAfter, deployedAt, retiredAt } = key
    if (withdrawnAt !== undefined) continue
    const goesAt = withdrawableAt(rollover, key)
    if (goesAt !== undefined && goesAt <= now) isOverdue = true
    if (retiredAt !== undefined) times.push(goesAt)
    else if (deployedAt === undefined) times.push(readyAt(rollover, key))
    else if (notAfter !== undefined) times.push(notAfter - warnSeconds, notAfter)
  }
  if (isOverdue) return now
  const coming = times.filter((time) => time !== undefined && time > now) as UnixSeconds[]
  return coming.length > 0 ? (Math.min(...coming) as UnixSeconds) : undefined
}

/** When the certificates in use end, the first of them; undefined where none is known. */
export function expiresAt({ keys }: Rollover): UnixSeconds | undefined {
  let first: UnixSeconds | undefined
  for (const { notAfter, deployedAt, retiredAt, withdrawnAt } of keys) {
    const isUsed = deployedAt !== undefined && retiredAt === undefined && withdrawnAt === undefined
    if (!isUsed || notAfter === undefined) continue
    if (first === undefined || notAfter < first) first = notAfter
  }
  return first
}

function notesOf(
  rollover: Rollover,
  published: readonly KeyFact[],
  stages: ReadonlyMap<string, KeyStage>,
  now: UnixSeconds,
): Note[] {
  const notes: Note[] = []
  for (const key of published) {
    if (stages.get(key.id) !== 'live') continue
    notes.push(...expiryNotes(rollover, key, now), ...earlyNotes(rollover, key, now))
  }
  for (const sighting of latestSightings(rollover.sightings)) {
    if (isMatched(published, sighting)) continue
    const text = `${sighting.address} presents a key that no published record matches`
    notes.push({ severity: 'error', text: `${text}: ${sighting.text}` })
  }
  if (published.length > 0 && !published.some(({ id }) => stages.get(id) === 'live')) {
    const text = 'No key is known to be deployed: say which with `danelaw tlsa deployed`, or watch'
    notes.push({ severity: 'warning', text })
  }
  return notes
}

function earlyNotes(rollover: Rollover, key: KeyFact, now: UnixSeconds): Note[] {
  const ready = readyAt(rollover, key)
  if (ready === undefined || ready <= now) return []
  const text = `${nameOf(key)} was deployed before all caches knew it`
  // The same words until it is over: they are said once.
  const how = `some senders may defer mail for ${ready - (key.deployedAt ?? now)} s after that`
  return [{ severity: 'warning', text: `${text}: ${how}` }]
}

/** DANE-EE does not look at dates (RFC 7671 §5.1); Exchange Online does, and so do people. */
function expiryNotes({ settings }: Rollover, key: KeyFact, now: UnixSeconds): Note[] {
  const { notAfter } = key
  if (notAfter === undefined || notAfter - now > settings.warnSeconds) return []
  const what = `The certificate of ${nameOf(key)}`
  if (notAfter <= now) return [{ severity: 'error', text: `${what} has expired: renew it now` }]
  const days = Math.floor((notAfter - now) / 86_400)
  return [{ severity: 'warning', text: `${what} expires in ${days} days: renew it` }]
}

/** A key as people tell it from others. */
function nameOf({ id }: KeyFact): string {
  return `key ${id.slice(0, 16)}…`
}
