import type { Clock } from '../base/index.ts'
import type { Records } from '../records/index.ts'
import type { Ttl } from '../rr/index.ts'
import type { ProbeRequest, ProbeResult } from '../smtp/index.ts'
import type { Actor, Store } from '../store/index.ts'
import type { Name } from '../wire/index.ts'
import type { PemText } from './certificates.ts'
import type { RolloverPlan, RolloverSettings } from './types.ts'

/**
 * Reads the PEM text at a path: a file, or a directory as certbot leaves it. `stamp` tells one
 * state of it from another.
 */
export type ReadPem = (
  path: string,
  stamp: string | undefined,
) => Promise<(PemText & { readonly stamp: string }) | undefined>

/** What is wished for an owner; what is left out is as it was, or the default. */
export interface TrackWish extends Partial<RolloverSettings> {
  readonly ttl?: Ttl
}

/** An owner whose certificates are files that somebody else renews. */
export interface WatchedOwner {
  readonly owner: Name
  readonly certificates: readonly string[]
  readonly wish: TrackWish
}

/** What rollovers live by. */
export interface RolloverOptions {
  readonly records: Records
  readonly store: Store
  readonly clock: Clock
  /** Talks to a mail server; undefined where nobody may be asked. */
  readonly probe: ((request: ProbeRequest) => Promise<ProbeResult>) | undefined
  /** What EHLO says of us. */
  readonly ehloName: string
  /** Reads a path of `watched`; undefined where it is as it was when it had that stamp. */
  readonly readPem: ReadPem
  /** Owners that follow files, as the configuration has them now. */
  readonly watched: () => readonly WatchedOwner[]
  /** Hears of what was due, or was to be looked at, and could not be done. */
  readonly onFault: (error: unknown, owner: string) => void
  /** Hears of what there is to say of an owner, once. */
  readonly onNote: (owner: string, note: RolloverPlan['notes'][number]) => void
}

/** Who does what is due. */
export const system: Actor = { token: 'system', tenant: '*', from: 'local' }
