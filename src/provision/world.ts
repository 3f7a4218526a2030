import type { Clock } from '../base/index.ts'
import type { Records } from '../records/index.ts'
import type { Actor, Store } from '../store/index.ts'
import type { Stub } from '../stub/index.ts'
import type { Turns } from './turns.ts'
import type { ProvisionSettings } from './types.ts'

/** What the use cases live by. */
export interface ProvisionOptions {
  readonly records: Records
  readonly store: Store
  /** Who is asked for proofs; undefined where nobody can be. */
  readonly stub: Pick<Stub, 'resolve'> | undefined
  readonly settings: ProvisionSettings
  readonly clock: Clock
  /** So many octets that nobody can foresee. */
  readonly random: (octets: number) => Uint8Array
  /** Hears of what was due and could not be done. */
  readonly onFault: (error: unknown) => void
}

/** The same, with who is at work. */
export interface World extends ProvisionOptions {
  readonly turns: Turns
}

/** Who does what is due. */
export const system: Actor = { token: 'system', tenant: '*', from: 'local' }
