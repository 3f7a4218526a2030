import { CodedError } from '../base/index.ts'
import {
  generatePrivateKey,
  privateKeyFromSecret,
  type SealingKey,
  type SigningOptions,
  seal,
  unseal,
} from '../crypto/index.ts'
import {
  type KeyTiming,
  makeZoneKey,
  type NewKey,
  roleFlags,
  tagsOf,
  type ZoneKey,
} from '../keystore/index.ts'
import type { Json } from '../rr/index.ts'
import type { KeyWrite, Store, StoredKey } from '../store/index.ts'
import { formatName, type Name, type NameKey, nameKey } from '../wire/index.ts'
import type { LiveKey } from './types.ts'

/**
 * The keys of one zone.
 *
 * @throws {CodedError} for a zone whose keys cannot be read
 */
export type KeysOf = (zone: Name) => readonly ZoneKey[]

/** What becomes of one key of a zone. */
export interface KeyStep {
  /** As it was listed; undefined for one that comes. */
  readonly before: LiveKey | undefined
  /** Undefined for one that goes. */
  readonly after: ZoneKey | undefined
}

/** What came of a commit; `unknown` where the store went away in the middle of it. */
export type Fate = 'done' | 'failed' | 'unknown'

/** Steps that are ready to be committed with their change set. */
export interface StagedKeys {
  /** Durable with the change set or not at all. */
  readonly writes: readonly KeyWrite[]
  /** Brings what is outside the store to where the commit left the store. */
  settle(fate: Fate): Promise<void>
}

/** Where the keys of the zones of a store are. */
export interface KeySource {
  /** The keys of a zone in order of their ids. Rejects as the store and the directory do. */
  list(zone: Name): Promise<readonly LiveKey[]>
  /** The keys of all zones at once, for whoever brings many to life. */
  all(): Promise<KeysOf>
  /** Makes a key that is nowhere yet; its tags differ from those of `present`. */
  generate(zone: Name, choice: NewKey, present: readonly ZoneKey[]): ZoneKey
  /** Makes steps ready for a commit; keys that come get ids that none of the zone ever had. */
  stage(zone: Name, steps: readonly KeyStep[]): Promise<StagedKeys>
}

/** How many keys to make before giving up on one with a free tag. */
const attemptsMax = 1000

/** Makes a key whose tags differ from those of others. */
export function makeKey(
  zone: Name,
  { algorithm, role, now, timing }: NewKey,
  present: readonly ZoneKey[],
  options: SigningOptions,
): ZoneKey {
  const taken = new Set(present.flatMap(tagsOf))
  const times = timing ?? { created: now, publish: now, activate: now }
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const key = makeZoneKey(zone, generatePrivateKey(algorithm, options), roleFlags(role), times)
    if (!tagsOf(key).some((tag) => taken.has(tag))) return key
  }
  const message = `Cannot make key for ${formatName(zone)}: its key tags are all taken`
  throw new CodedError('key-exists', message)
}

/** A key as the store has it. */
export function storedKey({ id, key }: LiveKey, sealed: Uint8Array | undefined): StoredKey {
  const { zone: apex, keyTag, flags, dnskey, timing } = key
  const { algorithm } = key.private
  return { apex, id, algorithm, keyTag, flags, dnskey, timing: timingJson(timing), sealed }
}

/** Times as the store has them. */
export function timingJson(timing: KeyTiming): Json {
  return { ...timing }
}

/** Things by the zone that they belong to. */
export function byZone<T>(
  all: readonly T[],
  zoneOf: (one: T) => Name,
): (zone: Name) => readonly T[] {
  const zones = new Map<NameKey, T[]>()
  for (const one of all) {
    const key = nameKey(zoneOf(one))
    const present = zones.get(key)
    if (present) present.push(one)
    else zones.set(key, [one])
  }
  return (zone) => zones.get(nameKey(zone)) ?? []
}

/**
 * Keys in the store itself, their private parts sealed; for nodes that share one store. The first
 * of `sealing` seals; all of them unseal, so that keys can be changed one after another.
 */
export function sealedKeys(
  store: Store,
  sealing: readonly [SealingKey, ...SealingKey[]],
  options: SigningOptions,
): KeySource {
  const sealedKey = (live: LiveKey) => {
    const secret = live.key.private.secret()
    const sealed = seal(sealing[0], secret, { zone: live.key.zone, id: live.id })
    secret.fill(0)
    return storedKey(live, sealed)
  }
  const opened = (row: StoredKey): LiveKey[] => {
    // What lives in somebody's directory is not for all nodes.
    if (!row.sealed) return []
    const secret = unseal(sealing, row.sealed, { zone: row.apex, id: row.id })
    const privateKey = privateKeyFromSecret(row.algorithm, secret, options)
    secret.fill(0)
    const key = makeZoneKey(row.apex, privateKey, row.flags, row.timing as KeyTiming)
    return [{ id: row.id, key }]
  }
  return {
    async list(zone) {
      const rows = await store.keys(zone)
      return rows.flatMap(opened).sort((a, b) => a.id - b.id)
    },
    async all() {
      const rows: StoredKey[] = []
      for await (const row of store.sealedKeys()) rows.push(row)
      const rowsOf = byZone(rows, ({ apex }) => apex)
      return (zone) => rowsOf(zone).flatMap((row) => opened(row).map(({ key }) => key))
    },
    generate: (zone, choice, present) => makeKey(zone, choice, present, options),
    async stage(zone, steps) {
      const rows = await store.keys(zone)
      let last = await store.lastKeyId(zone)
      const writes = steps.map(({ before: live, after: key }): KeyWrite => {
        if (!live) {
          const id = ++last
          return { id, before: undefined, after: key && sealedKey({ id, key }) }
        }
        // Where another node was faster it is no more, or has other timing: a conflict, that is.
        const before = rows.find(({ id }) => id === live.id)
        const after = key && before && { ...before, timing: timingJson(key.timing) }
        return { id: live.id, before, after }
      })
      return { writes, settle: () => Promise.resolve() }
    },
  }
}
