import type { Fault } from '../lab/index.ts'
import type { ZoneSpec } from '../world/index.ts'

/** Where the servers of the lab are, all of them on loopback. */
export interface Addresses {
  /** The root's server: the hint that resolvers begin with. */
  readonly root: string
  /** The server of zones between the root and those that carry faults. */
  readonly parents: string
  /** Servers of zones that carry faults, in the order in which faults number them. */
  readonly faults: readonly string[]
  /** The server of zones that carry mail. */
  readonly mail: string
  /** Where every zone is answered for at once. */
  readonly front: string
}

/** What a lab is made of. */
export interface Scenario {
  /** All keys and all that looks random come of it. */
  readonly seed: string
  /** Faults of the catalogue, each with a zone of its own. */
  readonly faults: readonly Fault[]
  /** Ids of mail cases, or all of them. */
  readonly mail: 'all' | readonly string[]
  /** The port of every server; undefined for 53 where that may be bound, and any where not. */
  readonly port: number | undefined
  readonly addresses: Addresses
  /** Zones beside those of the catalogue. */
  readonly zones: readonly ZoneSpec[]
}
