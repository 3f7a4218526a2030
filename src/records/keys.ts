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
  type KeyDirectory,
  type KeyTiming,
  makeZoneKey,
  type NewKey,
  roleFlags,
  tagsOf,
  type ZoneKey,
} from '../keystore/index.ts'
import type { Json } from '../rr/index.ts'
import type { Store, StoredKey } from '../store/index.ts'
import { formatName, type Name, type NameKey, nameKey } from '../wire/index.ts'
import type { LiveKey } from './types.ts'

/**
 * The keys of one zone.
 *
 * @throws {CodedError} for a zone whose keys cannot be read
 */
export type KeysOf = (zone: Name) => readonly ZoneKey[]

/** Where the keys of the zones of a store are. */
export interface KeySource {
  /** The keys of a zone in order of their ids. Rejects as the store and the directory do. */
  list(zone: Name): Promise<readonly LiveKey[]>
  /** The keys of all zones at once, for whoever brings many to life. */
  all(): Promise<KeysOf>
  /** Makes a key that is nowhere yet; its tags differ from those of `present`. */
  generate(zone: Name, choice: NewKey, present: readonly ZoneKey[]): ZoneKey
  /** Takes a key in, under an id that is at least `idMin` and greater than all that are there. */
  add(key: ZoneKey, idMin: number): Promise<LiveKey>
  /** Gives a key other timing. */
  set(key: LiveKey): Promise<void>
  /** Forgets a key. */
  remove(key: LiveKey): Promise<void>
}

/** How many keys to make before giving up on one with a free tag. */
const attemptsMax = 1000

function makeKey(
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

function storedKey({ id, key }: LiveKey, sealed: Uint8Array | undefined): StoredKey {
  const { zone: apex, keyTag, flags, dnskey, timing } = key
  const { algorithm } = key.private
  return { apex, id, algorithm, keyTag, flags, dnskey, timing: timingJson(timing), sealed }
}

function timingJson(timing: KeyTiming): Json {
  return { ...timing }
}

function nextId(rows: readonly StoredKey[], idMin: number): number {
  return Math.max(idMin, ...rows.map(({ id }) => id + 1))
}

function byZone<T>(all: readonly T[], zoneOf: (one: T) => Name): (zone: Name) => readonly T[] {
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
 * Keys in a directory of files, the store holding nothing but their ids. For a store that only one
 * machine uses.
 */
export function directoryKeys(
  directory: KeyDirectory,
  store: Store,
  options: SigningOptions,
): KeySource {
  const idOf = (rows: readonly StoredKey[], key: ZoneKey) =>
    rows.find((row) => Buffer.compare(row.dnskey, key.dnskey) === 0)?.id
  const number = async (key: ZoneKey, rows: readonly StoredKey[], idMin: number) => {
    const live = { id: nextId(rows, idMin), key }
    await store.putKey(storedKey(live, undefined))
    return live
  }
  return {
    async list(zone) {
      const rows = [...(await store.keys(zone))]
      const keys: LiveKey[] = []
      for (const key of directory.list(zone)) {
        const id = idOf(rows, key)
        const live = id === undefined ? await number(key, rows, 1) : { id, key }
        if (id === undefined) rows.push(storedKey(live, undefined))
        keys.push(live)
      }
      return keys.sort((a, b) => a.id - b.id)
    },
    async all() {
      try {
        return byZone(directory.list(), ({ zone }) => zone)
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
        // One file spoils the whole: each zone by itself then.
        return (zone) => directory.list(zone)
      }
    },
    generate: (zone, choice, present) => makeKey(zone, choice, present, options),
    async add(key, idMin) {
      const rows = await store.keys(key.zone)
      directory.add(key)
      try {
        return await number(key, rows, idMin)
      } catch (error) {
        // What was refused must not be found there, and sign, after the next start.
        directory.remove(key)
        throw error
      }
    },
    async set(live) {
      // The file counts: it changes last, and not when the store is gone.
      await store.putKey(storedKey(live, undefined))
      directory.replace(live.key)
    },
    async remove({ id, key }) {
      directory.remove(key)
      await store.deleteKey(key.zone, id)
    },
  }
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
    async add(key, idMin) {
      const live = { id: nextId(await store.keys(key.zone), idMin), key }
      await store.putKey(sealedKey(live))
      return live
    },
    set: (live) => store.putKey(sealedKey(live)),
    remove: ({ id, key }) => store.deleteKey(key.zone, id),
  }
}
