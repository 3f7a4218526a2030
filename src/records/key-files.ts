import { CodedError } from '../base/index.ts'
import type { SigningOptions } from '../crypto/index.ts'
import type { KeyDirectory, KeyTiming, ZoneKey } from '../keystore/index.ts'
import type { KeyWrite, Store, StoredKey } from '../store/index.ts'
import { type Name, nameKey } from '../wire/index.ts'
import { byZone, type Fate, type KeySource, type KeyStep, makeKey, storedKey } from './keys.ts'
import type { LiveKey } from './types.ts'

/**
 * Keys in a directory of files, for a store that only one machine uses; the store holds their ids.
 *
 * A file cannot be written in one with a change set. So a key that comes has its file before the
 * commit: one too many does no harm, a signed zone without its key does. A key that changes or goes
 * is first marked in the store, with the change set, and its file follows; whoever lists the keys
 * of the zone next makes up for what a crash came between. Files without a mark count as they are:
 * other programs may change them.
 */
export function directoryKeys(
  directory: KeyDirectory,
  store: Store,
  options: SigningOptions,
): KeySource {
  const keys = new DirectoryKeys(directory, store)
  return {
    list: (zone) => keys.list(zone),
    all: () => keys.all(),
    generate: (zone, choice, present) => makeKey(zone, choice, present, options),
    stage: (zone, steps) => keys.stage(zone, steps),
  }
}

/** What the file of a key is yet to do, as its row in the store says. */
type Mark = 'change' | 'go'

function markOf({ timing }: StoredKey): Mark | undefined {
  return (timing as { readonly mark?: Mark }).mark
}

function marked(row: StoredKey, mark: Mark): StoredKey {
  return { ...row, timing: { ...timingOf(row), mark } }
}

function timingOf({ timing }: StoredKey): KeyTiming {
  const { mark: _, ...times } = timing as KeyTiming & { readonly mark?: Mark }
  return times
}

class DirectoryKeys {
  readonly #directory: KeyDirectory
  readonly #store: Store
  /** DNSKEYs of files whose commit is under way: they are not to be seen yet. */
  readonly #coming = new Set<string>()
  /** Those whose commit came through or not: the store tells when it is there again. */
  readonly #doubtful = new Set<string>()

  constructor(directory: KeyDirectory, store: Store) {
    this.#directory = directory
    this.#store = store
  }

  async list(zone: Name): Promise<readonly LiveKey[]> {
    const files = this.#files(zone)
    const ids = new Map<string, number>()
    const rows = await this.#store.keys(zone)
    for (const row of rows) ids.set(textOf(row), row.id)
    const keys: LiveKey[] = []
    for (const key of await this.#upToDate(files, rows)) {
      keys.push({ id: ids.get(textOf(key)) ?? (await this.#number(key)), key })
    }
    return keys.sort((a, b) => a.id - b.id)
  }

  async all() {
    let files: readonly ZoneKey[]
    try {
      files = this.#files()
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      // One file spoils the whole: each zone by itself then.
      return (zone: Name) => this.#directory.list(zone)
    }
    const filesOf = byZone(files, ({ zone }) => zone)
    const keys: ZoneKey[] = []
    const zones = new Map(files.map(({ zone }) => [nameKey(zone), zone]))
    for (const zone of zones.values()) {
      keys.push(...(await this.#upToDate(filesOf(zone), await this.#store.keys(zone))))
    }
    return byZone(keys, ({ zone }) => zone)
  }

  async stage(zone: Name, steps: readonly KeyStep[]) {
    const rows = await this.#store.keys(zone)
    const added: ZoneKey[] = []
    let last = await this.#store.lastKeyId(zone)
    const writes: KeyWrite[] = []
    for (const { before: live, after: key } of steps) {
      if (!live) {
        const id = ++last
        writes.push({ id, before: undefined, after: key && storedKey({ id, key }, undefined) })
        if (key) added.push(key)
      } else {
        const before = rows.find(({ id }) => id === live.id)
        const after = storedKey(key ? { id: live.id, key } : live, undefined)
        writes.push({ id: live.id, before, after: marked(after, key ? 'change' : 'go') })
      }
    }
    await this.#add(added)
    const settle = (fate: Fate) => this.#settle(zone, added, fate)
    return { writes, settle }
  }

  async #add(added: readonly ZoneKey[]): Promise<void> {
    for (const [at, key] of added.entries()) {
      this.#coming.add(textOf(key))
      try {
        this.#directory.add(key)
      } catch (error) {
        // What was refused must not be found there, and sign, after the next start.
        this.#coming.delete(textOf(key))
        this.#takeBack(added.slice(0, at))
        throw error
      }
    }
  }

  #takeBack(added: readonly ZoneKey[]): void {
    for (const key of added) {
      this.#directory.remove(key)
      this.#coming.delete(textOf(key))
    }
  }

  async #settle(zone: Name, added: readonly ZoneKey[], fate: Fate): Promise<void> {
    if (fate === 'failed') return this.#takeBack(added)
    for (const key of added) {
      if (fate === 'unknown') this.#doubtful.add(textOf(key))
      this.#coming.delete(textOf(key))
    }
    if (fate === 'done') await this.list(zone)
  }

  /** Read before their rows: what is no longer coming has one, if it is to stay. */
  #files(zone?: Name): readonly ZoneKey[] {
    return this.#directory.list(zone).filter((key) => !this.#coming.has(textOf(key)))
  }

  /** The keys of a zone, once their files are where the store says that they should be. */
  async #upToDate(
    files: readonly ZoneKey[],
    rows: readonly StoredKey[],
  ): Promise<readonly ZoneKey[]> {
    const byKey = new Map(rows.map((row) => [textOf(row), row]))
    const keys: ZoneKey[] = []
    for (const key of files) {
      const text = textOf(key)
      const row = byKey.get(text)
      const cameToNothing = this.#doubtful.delete(text) && !row
      if (cameToNothing) this.#directory.remove(key)
      else if (!row || !markOf(row)) keys.push(key)
      else keys.push(...(await this.#follow(key, row)))
    }
    return keys
  }

  /** Does with a file what its row was marked with. */
  async #follow(key: ZoneKey, row: StoredKey): Promise<readonly ZoneKey[]> {
    if (markOf(row) === 'go') {
      this.#directory.remove(key)
      await this.#store.deleteKey(key.zone, row.id)
      return []
    }
    const changed = { ...key, timing: timingOf(row) }
    this.#directory.replace(changed)
    // Where another change was marked meanwhile, the mark stays for that.
    await this.#store.replaceKey(row, storedKey({ id: row.id, key: changed }, undefined))
    return [changed]
  }

  async #number(key: ZoneKey): Promise<number> {
    const id = (await this.#store.lastKeyId(key.zone)) + 1
    await this.#store.putKey(storedKey({ id, key }, undefined))
    return id
  }
}

/** What tells keys of a zone apart. */
function textOf({ dnskey }: { readonly dnskey: Uint8Array }): string {
  return Buffer.from(dnskey).toString('latin1')
}
