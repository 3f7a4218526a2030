import { type NameKey, parentKey, rootKey } from '../wire/index.ts'
import { makeReadyInstances, type ReadyInstances } from './instances.ts'
import type { Zone } from './zone.ts'

/** What a table holds: a zone, and whatever its owner keeps beside it. */
export interface Served {
  readonly zone: Zone
}

/** Who wants to know what is served. */
export interface ZoneListener<T extends Served> {
  /** Hears of a zone when it is put, for the first time or in place of another. */
  note(served: T): void
}

/** The zones of a server by apex. Putting and removing are single steps between two queries. */
export class ZoneTable<T extends Served> {
  readonly #zones = new Map<NameKey, T>()
  readonly #listener: ZoneListener<T> | undefined
  /** For zones that are made for this table: what they share, so that one bound holds for all. */
  readonly ready: ReadyInstances = makeReadyInstances()

  /** `listener` hears of every zone that is put. */
  constructor(listener?: ZoneListener<T>) {
    this.#listener = listener
  }

  /** Serves a zone, in place of one with the same apex. */
  put(served: T): void {
    this.#zones.set(served.zone.apexKey, served)
    this.#listener?.note(served)
  }

  /** Stops serving the zone of an apex; tells whether there was one. */
  delete(apex: NameKey): boolean {
    return this.#zones.delete(apex)
  }

  /** The zone with exactly this apex. */
  get(apex: NameKey): T | undefined {
    return this.#zones.get(apex)
  }

  /** The zone with the longest apex at or above a name. One Map look-up for each label. */
  find(name: NameKey): T | undefined {
    for (let key = name; ; key = parentKey(key)) {
      const served = this.#zones.get(key)
      if (served || key === rootKey) return served
    }
  }

  /**
   * The zone that answers for DS at a name: the one above it where both are served (RFC 4035
   * §3.1.4.1), else the one that `find` gives, which then says NODATA.
   */
  findForDs(name: NameKey): T | undefined {
    const served = this.find(name)
    if (!served || served.zone.apexKey !== name || name === rootKey) return served
    return this.find(parentKey(name)) ?? served
  }

  /** All zones, in the order in which they were first put. */
  values(): IterableIterator<T> {
    return this.#zones.values()
  }

  /** How many zones there are. */
  get size(): number {
    return this.#zones.size
  }
}
