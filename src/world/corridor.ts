import type { UnixSeconds } from '../base/index.ts'
import { AnswerContext, answer } from '../query/index.ts'
import { type NameKey, rootKey } from '../wire/index.ts'
import { ZoneTable } from '../zone/index.ts'
import { datagramOctetsMax } from './encode.ts'
import type { RaisedZone } from './raise.ts'
import type { Asked } from './types.ts'

const messageOctetsMax = 65535

/**
 * The way in which real zones are answered for, with one zone in it at a time: that which a
 * question is for. Aliases that lead out of the zone are left to whoever asks, so that each zone
 * speaks by its own clock and for itself alone.
 */
export class Corridor {
  readonly #zones = new ZoneTable<RaisedZone>()
  readonly #contexts: Readonly<Record<Asked['via'], AnswerContext>>
  readonly #out = new Uint8Array(messageOctetsMax)
  readonly #clock: { now(): UnixSeconds }
  readonly #now: () => UnixSeconds
  #within: NameKey = rootKey

  /** No zone is in it yet. `now`: what time it is where there is none. */
  constructor(now: () => UnixSeconds) {
    this.#now = now
    this.#clock = { now }
    const options = {
      ...{ zones: this.#zones, clock: this.#clock, udpOctets: datagramOctetsMax },
      ...{ identity: undefined, version: undefined },
    }
    this.#contexts = {
      udp: new AnswerContext({ ...options, datagramOctetsMax }),
      tcp: new AnswerContext({ ...options, datagramOctetsMax: undefined }),
    }
  }

  /** The honest answer, in memory of its own; undefined where none is due. */
  answer(
    query: Uint8Array,
    via: Asked['via'],
    zone: RaisedZone | undefined,
  ): Uint8Array | undefined {
    this.#zones.delete(this.#within)
    this.#clock.now = zone?.clock.now ?? this.#now
    if (zone) {
      this.#zones.put(zone)
      this.#within = zone.zone.apexKey
    }
    const length = answer(query, this.#out, this.#contexts[via])
    return length === 0 ? undefined : this.#out.slice(0, length)
  }
}
