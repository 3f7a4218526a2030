import type { Clock, Timers } from '../base/index.ts'
import type { HealthReport, Log, Metrics } from '../observe/index.ts'
import type { Records } from '../records/index.ts'
import type { Store } from '../store/index.ts'

/** Where the API listens; loopback or a Unix socket unless TLS is there or plain is allowed. */
export interface ApiListen {
  readonly address?: string
  readonly port?: number
  /** A Unix socket, mode 0600, instead. */
  readonly path?: string
}

/** Bounds of the HTTP side. */
export interface ApiLimits {
  readonly bodyOctets: number
  readonly headerOctets: number
  readonly connections: number
  readonly requestTimeoutMs: number
  /** Requests under way at a time; further ones get 503 with Retry-After. */
  readonly requests: number
}

/** What the API is a skin of. */
export interface ApiWorld {
  readonly records: Records
  readonly store: Store
  readonly log: Log
  readonly metrics: Metrics
  readonly health: () => HealthReport
  readonly clock: Clock
  readonly timers: Timers
  readonly random: (octets: number) => Uint8Array
  /** Of danelaw, for `version` fields. */
  readonly version: string
}
