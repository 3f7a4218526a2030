import type { Server as NetServer } from 'node:net'
import type { Clock, Timers } from '../base/index.ts'
import type { Outlook } from '../migration/index.ts'
import type { HealthReport, Log, Metrics } from '../observe/index.ts'
import type { Provision } from '../provision/index.ts'
import type { Records } from '../records/index.ts'
import type { Rollovers } from '../rollover/index.ts'
import type { Store } from '../store/index.ts'
import type { Served, ZoneTable } from '../zone/index.ts'

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
  /** How long nothing may move while an answer is due: longer than `?wait=live` waits. */
  readonly answerTimeoutMs: number
  /** Requests under way at a time; further ones get 503 with Retry-After. */
  readonly requests: number
}

/** Certificate chain and private key, as PEM texts. */
export interface ApiTls {
  readonly certificate: string
  readonly key: string
}

/** How the API is opened. */
export interface ApiOptions {
  /** Loopback port 8053 unless said otherwise. */
  readonly listen?: readonly ApiListen[]
  readonly limits?: ApiLimits
  /** For all addresses, and for sockets too. */
  readonly tls?: ApiTls
  /** Listens without TLS on addresses that others reach. */
  readonly allowPlain: boolean
  /** Has a server listen on a Unix socket of mode 0600 (`control`); gives what removes it. */
  readonly place: (server: NetServer, path: string) => Promise<() => void>
}

/** An API that listens. */
export interface OpenApi {
  /** As bound, in the order of `listen`. */
  readonly addresses: readonly (
    | { readonly address: string; readonly port: number }
    | { readonly path: string }
  )[]
  /** Forgets a token that was revoked otherwise than through the API. */
  forgetToken(id: string): void
  /**
   * Takes another certificate for connections to come, where there was one; those that are open
   * keep theirs.
   *
   * @throws {CodedError} `tls-credentials-invalid`; the one in use stays
   */
  renewTls(tls: ApiTls): void
  /** Takes no more requests, lets those under way end, and resolves when all is closed. */
  close(): Promise<void>
}

/** What the API is a skin of. */
export interface ApiWorld {
  readonly records: Records
  readonly store: Store
  readonly rollovers: Rollovers
  readonly provision: Provision
  readonly outlook: Outlook
  readonly log: Log
  readonly metrics: Metrics
  readonly health: () => HealthReport
  readonly clock: Clock
  readonly timers: Timers
  readonly random: (octets: number) => Uint8Array
  /** Of long work: what it returns after a step is awaited before the next one. */
  readonly makePace: () => { step(): Promise<void> | undefined }
  /** Of danelaw, for `version` fields. */
  readonly version: string
  /** What is served, of files and of the store. */
  readonly zones: Pick<ZoneTable<Served>, 'get' | 'find' | 'values'>
  /** The corridor, as over TCP: a query in octets, its answer in octets; empty for none. */
  readonly answer: (query: Uint8Array) => Uint8Array
  /** This node's name among those that follow the store. */
  readonly node: string
}
