import { type Clock, CodedError, type ErrorCode } from '../base/index.ts'
import { listsInstances, type Pace } from '../publish/index.ts'
import type { SignatureCache } from '../signer/index.ts'
import type { Store, StoredInstances, StoredRRset, StoredZone } from '../store/index.ts'
import { type Name, nameKey } from '../wire/index.ts'
import { buildStored, signingFor } from './build.ts'
import type { KeySource, KeysOf } from './keys.ts'
import type { LiveZones } from './live.ts'

/** What it takes to bring a zone of the store to life. */
export interface BringParts {
  readonly store: Store
  readonly live: LiveZones
  readonly keys: KeySource
  readonly cache: SignatureCache
  readonly clock: Clock
  readonly makePace: () => Pace
}

/** How often a zone is read anew because it was changed at that moment. */
const attemptsMax = 32

/**
 * Brings a zone to life as the store has it, in slices. Keys are never made here: a zone whose keys
 * are gone has a DS that matches no others. Rejects as the store does; what is wrong with the zone
 * or its keys is its trouble. `keysOf` spares looking for the keys of each zone by itself.
 */
export async function bring(parts: BringParts, zone: StoredZone, keysOf?: KeysOf): Promise<void> {
  let next: StoredZone | undefined = zone
  for (let attempt = 1; next && attempt <= attemptsMax; attempt++) {
    const done = await bringAs(parts, next, keysOf)
    if (done) return
    next = await parts.store.zone(zone.apex)
  }
  // Its deletion, or what others do to it without a pause, comes with what is followed.
  if (!next) parts.live.delete(nameKey(zone.apex))
}

/** Tells whether it came to life, or to trouble: not so where it has another version by now. */
async function bringAs(
  parts: BringParts,
  zone: StoredZone,
  keysOf: KeysOf | undefined,
): Promise<boolean> {
  const { store, live, keys: source, cache, clock, makePace } = parts
  const { apex } = zone
  const { policy, apexKey } = live.entryOf(zone)
  if (live.isFromFile(apexKey)) {
    live.hide(zone)
    return true
  }
  try {
    const keys = policy.dnssec ? await keysFor(source, apex, keysOf) : []
    const before = live.served(apexKey)
    const material = { apex, policy, keys, now: clock.now() }
    const signing = signingFor(material, cache, before?.signing)
    if (signing && 'severity' in signing) {
      live.keep(zone, [signing])
      return true
    }
    const rrsets = await rrsetsOf(store, zone)
    if (!rrsets) return false
    const stored = { ...material, rrsets, now: zone.changedAt }
    const published = await buildStored(stored, signing, makePace(), before?.zone, live.ready)
    const listed = listsInstances(published.zone, policy)
    if (listed) live.keep(zone, [listed])
    else live.serve(zone, published)
  } catch (error) {
    if (!(error instanceof CodedError) || isOfStore(error)) throw error
    live.keep(zone, [{ severity: 'error', code: error.code, message: error.message }])
  }
  return true
}

/**
 * The RRsets of a zone at the very version that is asked for; undefined where it has another one.
 * Versions never come again, so what has the same one before and after was not changed between.
 */
async function rrsetsOf(
  store: Store,
  { apex, version }: StoredZone,
): Promise<AsyncIterable<StoredRRset | StoredInstances> | undefined> {
  const rrsets = store.content(apex)[Symbol.asyncIterator]()
  try {
    const first = await rrsets.next()
    const now = await store.zone(apex)
    if (now?.version === version) return resumed(first, rrsets)
  } catch (error) {
    await rrsets.return?.()
    throw error
  }
  await rrsets.return?.()
  return undefined
}

async function* resumed<T>(
  first: IteratorResult<T, unknown>,
  rest: AsyncIterator<T>,
): AsyncIterable<T> {
  try {
    for (let item = first; !item.done; item = await rest.next()) yield item.value
  } finally {
    await rest.return?.()
  }
}

async function keysFor(source: KeySource, apex: Name, keysOf: KeysOf | undefined) {
  return keysOf ? keysOf(apex) : (await source.list(apex)).map(({ key }) => key)
}

/** Brings a zone to the state that the store has it in now, whichever that is. */
export async function refresh(parts: BringParts, apex: Name): Promise<void> {
  const zone = await parts.store.zone(apex)
  if (zone) await bring(parts, zone)
  else parts.live.delete(nameKey(apex))
}

const unusable: ReadonlySet<ErrorCode> = new Set([
  'store-unavailable',
  'store-refused',
  'store-too-new',
  'store-full',
])

/** Whether an error says that the store cannot be used, rather than that what it holds is bad. */
export function isOfStore({ code }: CodedError): boolean {
  return unusable.has(code)
}
