import type { Name } from '../wire/index.ts'
import { decode, encode } from './codec.ts'
import type { Environment } from './environment.ts'
import { type Used, usedForm } from './forms.ts'
import type { PreparedKey } from './keys.ts'
import { everyKeyOfZone, keyKey, usedKey } from './keyspace.ts'

/**
 * Keys of the embedded store, and what names have used up; whatever writes belongs into
 * `environment.write`.
 */
export class LmdbKeys {
  readonly #environment: Environment

  constructor(environment: Environment) {
    this.#environment = environment
  }

  /** What a name has used up so far. */
  used(apex: Name): Used {
    const octets = this.#environment.get(usedKey(apex))
    return octets ? decode(usedForm, octets, 'what a name has used up') : { version: 0, keyId: 0 }
  }

  /** Whether keys are as those saw them who want to write them. */
  areAsSeen(apex: Name, prepared: readonly PreparedKey[]): boolean {
    return prepared.every(({ id, before }) => {
      if (!before) return id > this.used(apex).keyId
      const found = this.#environment.get(keyKey(apex, id))
      return found !== undefined && Buffer.compare(found, before) === 0
    })
  }

  /** Writes keys that are as they were seen. */
  write(apex: Name, prepared: readonly PreparedKey[]): void {
    for (const { id, after } of prepared) {
      if (after) this.put(apex, id, after)
      else this.#environment.remove(keyKey(apex, id))
    }
  }

  /** Writes one key, whatever was there. */
  put(apex: Name, id: number, octets: Uint8Array): void {
    this.#environment.put(keyKey(apex, id), octets)
    const used = this.used(apex)
    if (id > used.keyId) this.#use(apex, { ...used, keyId: id })
  }

  /** Removes all keys of a zone that is deleted; from now on its name has used that version up. */
  removeAll(apex: Name, version: number): void {
    this.#environment.removeAll(everyKeyOfZone('key', apex))
    this.#use(apex, { ...this.used(apex), version })
  }

  #use(apex: Name, used: Used): void {
    this.#environment.put(usedKey(apex), encode(usedForm, used))
  }
}
