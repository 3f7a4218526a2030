import type { Fault } from '../lab/index.ts'
import type { MailCase } from '../post/index.ts'
import type { ZoneSpec } from '../world/index.ts'

/** What a lab is made of. */
export interface Scenario {
  /** All keys and all that looks random come of it. */
  readonly seed: string
  /** Faults of the catalogue, each with a zone of its own. */
  readonly faults: readonly Fault[]
  /** Cases of mail, each with zones and servers of its own. */
  readonly mail: readonly MailCase[]
  /** The port of every server; undefined for 53 where that may be bound, and any where not. */
  readonly port: number | undefined
  /** Where every zone is answered for at once, for those who reach a lab through one door. */
  readonly front: string
  /** Zones beside those of the catalogue. */
  readonly zones: readonly ZoneSpec[]
}
