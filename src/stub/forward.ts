import { Ede, type Message } from '../message/index.ts'
import type { Lookup } from '../validator/index.ts'
import { canvass } from './canvass.ts'
import type { Errand } from './errand.ts'
import type { Exchange } from './exchange.ts'
import type { Found, Source } from './found.ts'
import type { Peers } from './peers.ts'
import { describeRcode, isConclusive } from './query.ts'
import type { Upstream } from './stub.ts'

/** What asking resolvers needs. */
export interface ForwardOptions {
  readonly exchange: Pick<Exchange, 'ask'>
  readonly peers: Peers
  readonly attempts: number
  readonly servers: readonly Upstream[]
}

function fault(message: Message): string | undefined {
  return isConclusive(message) ? undefined : describeRcode(message)
}

/** Lookups by resolvers, in the order in which they were given. */
export class Forward implements Source {
  readonly #options: ForwardOptions

  /** Resolvers are asked in the order given, those in trouble last. */
  constructor(options: ForwardOptions) {
    this.#options = options
  }

  /** Asks until a resolver has an answer or a denial. */
  find(lookup: Lookup, errand: Errand, avoid: ReadonlySet<string>): Promise<Found> {
    const ede = Ede.NETWORK_ERROR
    return canvass({ ...this.#options, lookup, errand, avoid, isRecursive: true, fault, ede })
  }
}
