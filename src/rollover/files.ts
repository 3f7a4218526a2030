import { CodedError } from '../base/index.ts'
import { formatName, nameKey } from '../wire/index.ts'
import { type PemText, readKeyMaterial } from './certificates.ts'
import type { Rollovers } from './rollovers.ts'
import { type RolloverOptions, system, type WatchedOwner } from './world.ts'

/**
 * Follows files that somebody else renews, certbot for one. A new certificate is imported as soon
 * as it is found, to wait until it may be deployed; one that cannot be read, since it is half
 * written or gone for the moment, leaves what was, and is tried again.
 */
export class FileWatch {
  readonly #world: RolloverOptions
  readonly #rollovers: Pick<Rollovers, 'track' | 'importKeys'>
  /** Stamps of what was imported, by owner and path. */
  readonly #stamps = new Map<string, string>()
  /** What was wrong with each owner the last time: said once. */
  readonly #faults = new Map<string, string>()

  constructor(world: RolloverOptions, rollovers: Pick<Rollovers, 'track' | 'importKeys'>) {
    this.#world = world
    this.#rollovers = rollovers
  }

  /** What was wrong with each owner at the last look. */
  get faults(): ReadonlyMap<string, string> {
    return this.#faults
  }

  /** Looks at every path once. */
  async look(): Promise<void> {
    const all = this.#world.watched()
    const owners = new Set(all.map(({ owner }) => formatName(owner)))
    for (const owner of this.#faults.keys()) if (!owners.has(owner)) this.#faults.delete(owner)
    for (const watched of all) {
      const owner = formatName(watched.owner)
      try {
        await this.#lookAt(watched)
        this.#faults.delete(owner)
      } catch (error) {
        if (!(error instanceof CodedError)) throw error
        if (this.#faults.get(owner) !== error.message) this.#world.onFault(error, owner)
        this.#faults.set(owner, error.message)
      }
    }
  }

  async #lookAt({ owner, certificates, wish }: WatchedOwner): Promise<void> {
    const { rollover } = await this.#rollovers.track(owner, wish, system)
    const changed: PemText[] = []
    const stamps = new Map<string, string>()
    for (const path of certificates) {
      const key = `${nameKey(owner)} ${path}`
      const found = await this.#world.readPem(path, this.#stamps.get(key))
      if (!found) continue
      readKeyMaterial(found, rollover.settings)
      changed.push(found)
      stamps.set(key, found.stamp)
    }
    if (changed.length > 0) {
      // Where nobody can be asked, the first certificate is taken for the one in use.
      const { keys, settings } = rollover
      const deployed = keys.length === 0 && settings.servers.length === 0
      await this.#rollovers.importKeys(owner, changed, { deployed }, system)
    }
    for (const [key, stamp] of stamps) this.#stamps.set(key, stamp)
  }
}
