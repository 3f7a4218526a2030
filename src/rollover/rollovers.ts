import type { Actor, Page } from '../store/index.ts'
import type { Name } from '../wire/index.ts'
import type { PemText } from './certificates.ts'
import type { Retirement } from './steps.ts'
import type { Rollover, RolloverPlan, Tracked } from './types.ts'
import type { TrackWish } from './world.ts'

/** How keys are imported. */
export interface ImportManner {
  /** The servers present them already. */
  readonly deployed?: boolean
  /** Overrides the guards. */
  readonly force?: boolean
}

/** An owner as it was when it was last looked at, for metrics and health. */
export interface RolloverFacts {
  readonly owner: string
  readonly rollover: Rollover
  readonly plan: RolloverPlan
}

/**
 * TLSA owners that follow certificates. Everything that changes one is durable and live when its
 * promise resolves. All reject with `CodedError`: `tlsa-untracked`, `tlsa-key-absent`,
 * `tlsa-in-use`, `tlsa-unmatched`, `pem-invalid`, `zone-absent`, or as `records` and the store do.
 */
export interface Rollovers {
  /** Takes an owner up, or sets it otherwise. Nothing is published for it until keys come. */
  track(owner: Name, wish: TrackWish, actor: Actor): Promise<Tracked>
  /**
   * Publishes keys beside those that are there. Servers, where some are set, are looked at first: a
   * set that does not match what one of them presents is refused.
   */
  importKeys(
    owner: Name,
    pems: readonly PemText[],
    how: ImportManner,
    actor: Actor,
  ): Promise<Tracked>
  /** Notes that a key, by its id or the first 8 letters or more of it, is at the servers. */
  declareDeployed(owner: Name, id: string, actor: Actor): Promise<Tracked>
  /** Decides that a key goes; its records stay until nobody relies on them. */
  retire(owner: Name, id: string, how: Retirement, actor: Actor): Promise<Tracked>
  /** Looks at the servers now. */
  watch(owner: Name, actor: Actor): Promise<Tracked>
  status(owner: Name): Promise<Tracked>
  /** Owners in order of their names; a page may hold fewer than asked for. */
  list(query: {
    readonly tenant?: string
    readonly limit: number
    readonly cursor?: string
  }): Promise<Page<Tracked>>
  /** Stops following certificates; what is published stays. */
  remove(owner: Name, actor: Actor): Promise<void>
  /** Withdraws what may be withdrawn; gives how many owners were seen to. */
  runDue(limit: number): Promise<number>
  /** What is to be done every minute: files, servers, what is due, what there is to say. */
  lookAfter(): Promise<void>
  /** As of the last `lookAfter` or change on this node; from memory. */
  facts(): readonly RolloverFacts[]
  /** Why files were not followed at the last look, by owner; none where all were. */
  faults(): ReadonlyMap<string, string>
}
