import { CodedError, type UnixSeconds } from '../base/index.ts'
import { formatName } from '../wire/index.ts'
import type { KeyMaterial } from './certificates.ts'
import { publishedKeys } from './change.ts'
import { sameRollovers } from './document.ts'
import { holdSeconds, isKnown, withdrawableAt } from './plan.ts'
import { isMatched, latestSightings, serverOf } from './sightings.ts'
import type { KeyFact, Rollover, Sighting } from './types.ts'

/** Keys of one owner that are published at a time. */
export const publishedMax = 8
/** How old a sighting may grow before the document is written for its time alone, in seconds. */
const sightingAgeSeconds = 6 * 3600

/** The key of an id, or the only one that begins so. @throws {CodedError} `tlsa-key-absent` */
export function keyOf({ owner, keys }: Rollover, id: string): KeyFact {
  const found = keys.filter((key) => id.length >= idLettersMin && key.id.startsWith(id))
  const [key] = found
  if (key && found.length === 1) return key
  const why = found.length > 1 ? 'more than one key begins so' : 'there is no such key'
  const text = `Cannot find key ${JSON.stringify(id)} of ${formatName(owner)}: ${why}`
  throw new CodedError('tlsa-key-absent', text)
}

/** Letters of a key's id that it may be called by. */
const idLettersMin = 8

/**
 * Takes keys in: new ones are published, known ones are told of anew, and one that was to go, or is
 * gone, comes back.
 *
 * @throws {CodedError} `request-invalid` for more keys than a set should have
 */
export function withKeys(
  rollover: Rollover,
  materials: readonly (KeyMaterial & { readonly source: string })[],
  isDeployed: boolean,
  now: UnixSeconds,
): Rollover {
  const byId = new Map(rollover.keys.map((key) => [key.id, key]))
  for (const material of materials) {
    byId.set(material.id, taken(byId.get(material.id), material, isDeployed, now))
  }
  const keys = [...byId.values()]
  const published = keys.filter(({ withdrawnAt }) => withdrawnAt === undefined)
  if (published.length > publishedMax) {
    const text = `Cannot publish ${published.length} keys: at most ${publishedMax} at a time`
    throw new CodedError('request-invalid', text)
  }
  // Files are read anew whenever the server starts.
  const after = { ...rollover, keys }
  return sameRollovers(rollover, after) ? rollover : after
}

function taken(
  known: KeyFact | undefined,
  { id, tlsas, notAfter, source }: KeyMaterial & { readonly source: string },
  isDeployed: boolean,
  now: UnixSeconds,
): KeyFact {
  const stays = known !== undefined && known.withdrawnAt === undefined
  const deployedAt = stays && known.retiredAt === undefined ? known.deployedAt : undefined
  return {
    ...{ id, tlsas, source, notAfter },
    importedAt: stays ? known.importedAt : now,
    publishedAt: stays ? known.publishedAt : undefined,
    deployedAt: deployedAt ?? (isDeployed ? now : undefined),
    lastSeenAt: stays ? known.lastSeenAt : undefined,
    ...{ retiredAt: undefined, withdrawnAt: undefined },
  }
}

/** Notes that a key is at the servers. @throws {CodedError} `tlsa-key-absent` */
export function withDeployed(rollover: Rollover, id: string, now: UnixSeconds): Rollover {
  const key = keyOf(rollover, id)
  if (key.withdrawnAt !== undefined) {
    const text = `Cannot note key ${key.id} as deployed: it is not published; import it again`
    throw new CodedError('tlsa-key-absent', text)
  }
  return withKey(rollover, { ...key, deployedAt: key.deployedAt ?? now, retiredAt: undefined })
}

/** How a key goes. */
export interface Retirement {
  /** Withdraws it with the same commit instead of when nobody relies on it any more. */
  readonly now?: boolean
  /** Overrides the guards. */
  readonly force?: boolean
}

/**
 * Decides that a key goes.
 *
 * @throws {CodedError} `tlsa-key-absent`; `tlsa-in-use` while servers present it or caches have
 *   nothing else to go by
 */
export function withRetired(
  rollover: Rollover,
  id: string,
  { now: isNow = false, force = false }: Retirement,
  now: UnixSeconds,
): Rollover {
  const key = keyOf(rollover, id)
  if (key.withdrawnAt !== undefined) return rollover
  const retired = { ...key, retiredAt: key.retiredAt ?? now }
  if (!force) refuseInUse(rollover, retired, isNow, now)
  const goesNow = { ...retired, withdrawnAt: now }
  return withKey(rollover, isNow ? goesNow : retired)
}

function refuseInUse(rollover: Rollover, key: KeyFact, isNow: boolean, now: UnixSeconds): void {
  const others = publishedKeys(rollover).filter(({ id }) => id !== key.id)
  const presented = latestSightings(rollover.sightings).find(
    (sighting) => sighting.key === key.id && !isMatched(others, sighting),
  )
  if (presented) throw inUse(key, `${presented.address} presents it`)
  const wasUsed = key.deployedAt !== undefined || key.lastSeenAt !== undefined
  const successors = others.filter(
    ({ retiredAt, deployedAt }) => retiredAt === undefined && deployedAt !== undefined,
  )
  if (wasUsed && successors.length === 0) {
    throw inUse(key, 'no other key is known to be deployed')
  }
  if (wasUsed && !successors.some((other) => isKnown(rollover, other, now))) {
    throw inUse(key, 'caches may know no other key yet')
  }
  const goesAt = withdrawableAt(rollover, key)
  if (isNow && goesAt !== undefined && goesAt > now) {
    const hold = holdSeconds(rollover)
    throw inUse(key, `it stays ${hold} s after it was last in use, for another ${goesAt - now} s`)
  }
}

function inUse({ id }: KeyFact, why: string): CodedError {
  return new CodedError('tlsa-in-use', `Cannot let key ${id} go: ${why}`)
}

function withKey(rollover: Rollover, key: KeyFact): Rollover {
  return { ...rollover, keys: rollover.keys.map((other) => (other.id === key.id ? key : other)) }
}

/**
 * Notes what servers were seen to present: keys that are seen are deployed, and one that was seen
 * before and now nowhere, while every server presents another that caches know, goes. Returns the
 * same owner where nothing is worth being written.
 */
export function withSightings(
  rollover: Rollover,
  seen: readonly Sighting[],
  now: UnixSeconds,
): Rollover {
  const sightings = mergedSightings(rollover, seen)
  const presented = new Set(seen.flatMap(({ key }) => (key === undefined ? [] : [key])))
  const isWhole = seen.length > 0 && seen.every(({ key }) => key !== undefined)
  const keys = rollover.keys.map((key): KeyFact => {
    if (key.withdrawnAt !== undefined) return key
    if (presented.has(key.id)) {
      return { ...key, deployedAt: key.deployedAt ?? now, lastSeenAt: now }
    }
    const goes = isWhole && isReplaced(rollover, key, presented, now)
    return goes ? { ...key, retiredAt: now } : key
  })
  const after = { ...rollover, keys, sightings }
  return isWorthWriting(rollover, after) ? after : rollover
}

/** Whether a key that was at servers is at none, and what is there instead is known to caches. */
function isReplaced(
  rollover: Rollover,
  key: KeyFact,
  presented: ReadonlySet<string>,
  now: UnixSeconds,
): boolean {
  if (key.lastSeenAt === undefined || key.retiredAt !== undefined) return false
  return [...presented].every((id) => {
    const other = rollover.keys.find((known) => known.id === id)
    if (!other || other.retiredAt !== undefined || other.withdrawnAt !== undefined) return false
    return isKnown(rollover, other, now)
  })
}

/** A server that cannot be looked at now is held to present what it did. */
function mergedSightings({ settings, sightings }: Rollover, seen: readonly Sighting[]): Sighting[] {
  const latest = new Map(latestSightings(sightings).map((one) => [serverOf(one), one]))
  for (const one of seen) {
    const known = latest.get(serverOf(one))
    if (one.key !== undefined || known?.key === undefined) latest.set(serverOf(one), one)
  }
  const wanted = settings.servers.flatMap(({ host, addresses }) =>
    addresses.map((address) => serverOf({ host, address })),
  )
  return wanted.flatMap((server) => latest.get(server) ?? [])
}

function isWorthWriting(before: Rollover, after: Rollover): boolean {
  if (JSON.stringify(factsOf(before)) !== JSON.stringify(factsOf(after))) return true
  return after.sightings.some(({ at }, index) => {
    return at - (before.sightings[index]?.at ?? 0) > sightingAgeSeconds
  })
}

/** An owner without what changes with every look. */
function factsOf({ keys, sightings }: Rollover): object {
  return [
    keys.map(({ id, deployedAt, retiredAt, lastSeenAt }) => ({
      // When a key that goes was last seen decides when it is gone.
      ...{ id, deployedAt, retiredAt, isSeen: lastSeenAt !== undefined },
      ...(retiredAt !== undefined && { lastSeenAt }),
    })),
    sightings.map((sighting) => [serverOf(sighting), sighting.key, sighting.anchors]),
  ]
}
