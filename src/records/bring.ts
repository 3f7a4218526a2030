import { type Clock, CodedError } from '../base/index.ts'
import { listsInstances, type Pace } from '../publish/index.ts'
import type { SignatureCache } from '../signer/index.ts'
import type { Store, StoredZone } from '../store/index.ts'
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

/**
 * Brings a zone to life as the store has it, in slices. Keys are never made here: a zone whose keys
 * are gone has a DS that matches no others. Rejects as the store does; what is wrong with the zone
 * or its keys is its trouble. `keysOf` spares looking for the keys of each zone by itself.
 */
export async function bring(parts: BringParts, zone: StoredZone, keysOf?: KeysOf): Promise<void> {
  const { store, live, keys: source, cache, clock, makePace } = parts
  const { apex } = zone
  const { policy, apexKey } = live.entryOf(zone)
  if (live.isFromFile(apexKey)) {
    live.hide(zone)
    return
  }
  try {
    const keys = policy.dnssec ? await keysFor(source, apex, keysOf) : []
    const material = { apex, policy, keys, rrsets: store.rrsets(apex), now: zone.changedAt }
    const before = live.served(apexKey)?.signing
    const signing = signingFor({ ...material, now: clock.now() }, cache, before)
    if (signing && 'severity' in signing) {
      live.keep(zone, [signing])
      return
    }
    const published = await buildStored(material, signing, makePace())
    const listed = listsInstances(published.zone, policy)
    if (listed) live.keep(zone, [listed])
    else live.serve(zone, published)
  } catch (error) {
    if (!(error instanceof CodedError) || isOfStore(error)) throw error
    live.keep(zone, [{ severity: 'error', code: error.code, message: error.message }])
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

/** Whether an error says that the store cannot be used, rather than that what it holds is bad. */
export function isOfStore({ code }: CodedError): boolean {
  return code === 'store-unavailable' || code === 'store-full'
}
