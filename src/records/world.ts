import type { Clock, Timers } from '../base/index.ts'
import type { Config } from '../config/index.ts'
import type { Pace, PublishedZone } from '../publish/index.ts'
import type { SignatureCache } from '../signer/index.ts'
import type { Store } from '../store/index.ts'
import type { Name } from '../wire/index.ts'
import type { ZoneTable } from '../zone/index.ts'
import type { KeySource } from './keys.ts'
import type { Draft, DraftResult } from './types.ts'

/** Whether DS records for a zone are at its parent, as the validating stub sees it. */
export type ParentDs = (zone: Name) => Promise<'present' | 'absent' | 'unknown'>

/**
 * What a draft is to be refused with, by a rule of whoever gives it; undefined, at once where the
 * draft cannot concern it, lets it pass. `tryOut` works a dry run out.
 */
export type DraftGuard = (
  draft: Draft,
  tryOut: (draft: Draft) => Promise<DraftResult>,
) => Promise<DraftResult | undefined> | undefined

/** What the zones of a store live by. */
export interface RecordsOptions {
  readonly store: Store
  /** Where zones are served from, those of files among them. */
  readonly table: ZoneTable<PublishedZone>
  readonly config: Config
  readonly keys: KeySource
  /** Signatures of synthesised denials; shared with the zones of files. */
  readonly cache: SignatureCache
  readonly clock: Clock
  readonly timers: Timers
  readonly makePace: () => Pace
  /** What this node is called among those that follow the same store. */
  readonly node: string
  /** Undefined where nobody can be asked: then nothing is guarded by DS records. */
  readonly parentDs?: ParentDs
  /** Undefined where no draft is refused for what others rely on. */
  readonly guard?: DraftGuard
  /** Hears of errors that are bugs, and of a store that is gone. */
  readonly onFault: (error: unknown) => void
}
