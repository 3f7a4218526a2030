import type { Clock } from '../base/index.ts'
import { AnswerContext, answer } from '../query/index.ts'
import { RR, type RRType } from '../rr/index.ts'
import { type Name, type NameKey, nameKey } from '../wire/index.ts'
import { ZoneTable } from '../zone/index.ts'
import { datagramOctetsMax } from './encode.ts'
import type { RaisedZone } from './raise.ts'
import type { Asked } from './types.ts'

const messageOctetsMax = 65535

/** What is behind one address: the zones that it serves, and the corridor to them. */
export class Host {
  readonly #zones = new ZoneTable<RaisedZone>()
  readonly #contexts: Readonly<Record<Asked['via'], AnswerContext>>
  readonly #out = new Uint8Array(messageOctetsMax)

  /** Serves nothing yet; what it will serve it signs by the clock. */
  constructor(clock: Clock) {
    const options = {
      ...{ zones: this.#zones, clock, udpOctets: datagramOctetsMax },
      ...{ identity: undefined, version: undefined },
    }
    this.#contexts = {
      udp: new AnswerContext({ ...options, datagramOctetsMax }),
      tcp: new AnswerContext({ ...options, datagramOctetsMax: undefined }),
    }
  }

  /** Serves a zone, in place of one with the same apex. */
  put(zone: RaisedZone): void {
    this.#zones.put(zone)
  }

  /** Stops serving the zone of an apex. */
  delete(apex: NameKey): void {
    this.#zones.delete(apex)
  }

  /** The zone that a question is for: the deepest, but for DS (RFC 4035 §3.1.4.1). */
  zoneFor(name: Name, type: RRType): RaisedZone | undefined {
    const key = nameKey(name)
    return type === RR.DS ? this.#zones.findForDs(key) : this.#zones.find(key)
  }

  /** The honest answer, in memory of its own; undefined where none is due. */
  answer(query: Uint8Array, via: Asked['via']): Uint8Array | undefined {
    const length = answer(query, this.#out, this.#contexts[via])
    return length === 0 ? undefined : this.#out.slice(0, length)
  }
}
