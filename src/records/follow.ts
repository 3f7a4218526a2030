import { isMadeAtApex } from '../publish/index.ts'
import type { ChangeSet } from '../store/index.ts'
import { nameKey } from '../wire/index.ts'
import type { Change } from '../zone/index.ts'
import { type BringParts, bring, refresh } from './bring.ts'
import type { LiveEntry } from './live.ts'
import { PageSize } from './page-size.ts'
import { servedRRset } from './stored.ts'

/** RRsets of a change set that are applied between two queries; with more a zone is built anew. */
export const changesInPlaceMax = 2000

/**
 * Follows the one sequence of change sets of a store: what this node committed is passed over, what
 * others did is applied, in order. Whoever calls sees to it that nothing else changes zones
 * meanwhile.
 */
export class Follower {
  readonly #parts: BringParts
  /** Sequences that this node committed and that `#sequence` has not reached. */
  readonly #own = new Set<number>()
  readonly #onProgress: () => void
  #sequence = 0
  /** `rewinds` of the store when all zones were read; undefined before the first time. */
  #readAt: number | undefined
  #isStale = false

  /** `onProgress` is called whenever it got further. */
  constructor(parts: BringParts, onProgress: () => void) {
    this.#parts = parts
    this.#onProgress = onProgress
  }

  /** All change sets up to this one are live here. */
  get sequence(): number {
    return this.#sequence
  }

  /** Whether all zones were read once. */
  get isRead(): boolean {
    return this.#readAt !== undefined
  }

  /** Whether it is enough to apply what is new. */
  get isCurrent(): boolean {
    return this.#readAt === this.#parts.store.rewinds && !this.#isStale
  }

  /** Has all zones read anew the next time: by other policies, which could not be looked up. */
  startOver(): void {
    this.#isStale = true
  }

  /** Notes a change set that this node made live itself. */
  noteOwn(sequence: number): void {
    this.#own.add(sequence)
    while (this.#own.delete(this.#sequence + 1)) this.#sequence++
    this.#onProgress()
  }

  /**
   * Applies what others committed; tells whether there was anything. Reads all zones at first, and
   * again when the store has lost what was there. Rejects as the store does.
   */
  async catchUp(): Promise<boolean> {
    const { rewinds } = this.#parts.store
    if (this.isCurrent) return this.#applyNews()
    await this.#readAll()
    this.#readAt = rewinds
    this.#isStale = false
    await this.#applyNews()
    return true
  }

  /** What was committed since the sequence was read comes again. */
  async #readAll(): Promise<void> {
    const { store, keys, live } = this.#parts
    const sequence = await store.sequence()
    const keysOf = await keys.all()
    const gone = new Set([...live.entries()].map(({ apexKey }) => apexKey))
    for await (const zone of store.zones()) {
      gone.delete(nameKey(zone.apex))
      await bring(this.#parts, zone, keysOf)
    }
    for (const apexKey of gone) live.delete(apexKey)
    this.#own.clear()
    this.#sequence = sequence
    this.#onProgress()
  }

  async #applyNews(): Promise<boolean> {
    const { store } = this.#parts
    if ((await store.sequence()) <= this.#sequence) return false
    let foreign = false
    const size = new PageSize()
    for (;;) {
      const { limit } = size
      const query = { after: this.#sequence, newestFirst: false, limit }
      const { items } = await store.history(query)
      for (const changeSet of items) {
        if (!this.#own.delete(changeSet.sequence)) {
          foreign = true
          await this.#apply(changeSet)
        }
        this.#sequence = changeSet.sequence
      }
      this.#onProgress()
      if (items.length < limit) return foreign
      size.saw(items)
    }
  }

  async #apply(changeSet: ChangeSet): Promise<void> {
    const { live } = this.#parts
    const { apex, kind, version, changes } = changeSet
    const entry = live.get(nameKey(apex))
    // Read with the zone, after it was committed; keys are read before, for all zones at once.
    if (entry && kind === 'change' && version <= entry.zone.version) return
    const isNext = entry?.zone.version === version - 1
    const fits = kind === 'change' && isNext && changes.length <= changesInPlaceMax
    if (entry && fits && live.served(entry.apexKey)) this.#applyInPlace(entry, changeSet)
    else await refresh(this.#parts, apex)
  }

  #applyInPlace(entry: LiveEntry, { changes, version, serialAfter, at }: ChangeSet): void {
    const { live } = this.#parts
    const steps: Change[] = []
    for (const { owner, type, after } of changes) {
      if (entry.signed && isMadeAtApex(type)) continue
      steps.push({ owner, type, rrset: servedRRset(after) })
    }
    live.served(entry.apexKey)?.zone.apply(steps)
    const serial = serialAfter ?? entry.zone.serial
    live.note(entry, { ...entry.zone, version, serial, changedAt: at })
  }
}
