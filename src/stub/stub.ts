import type { Clock, Timers } from '../base/index.ts'
import type { Message } from '../message/index.ts'
import type { RRType } from '../rr/index.ts'
import type {
  Reason,
  TrustAnchor,
  ValidationStep,
  ValidatorLimits,
  Verdict,
} from '../validator/index.ts'
import type { Name } from '../wire/index.ts'
import type { StubLimits } from './limits.ts'
import type { Network } from './transport.ts'

/** Where to ask: an address, never a name, so that asking needs no asking. */
export interface Upstream {
  /** IPv4 or IPv6 text. */
  readonly address: string
  readonly port: number
  /** `udp` falls back to TCP on truncation; `tls` is DNS over TLS (RFC 7858). */
  readonly via: 'udp' | 'tcp' | 'tls'
  /** For `tls`: the name that the certificate must have; undefined for an unauthenticated one. */
  readonly tlsName?: string
  /** For `tls`: PEM of certificate authorities instead of the system's. */
  readonly tlsCa?: string
}

/** A root server to begin at when iterating. */
export interface Hint {
  readonly name: Name
  readonly address: string
  /** Default 53; where every authority of a lab listens on another port. */
  readonly port?: number
}

/** How questions find answers. */
export type Mode =
  | { readonly kind: 'forward'; readonly servers: readonly Upstream[] }
  | {
      readonly kind: 'iterate'
      readonly hints: readonly Hint[]
      /** The port of every authority that a referral names; 53 unless a lab says otherwise. */
      readonly port: number
    }

/** What happened on the way, in order; for `--trace`. */
export type TraceEvent =
  | {
      readonly kind: 'query'
      readonly name: Name
      readonly type: RRType
      readonly server: Upstream
      /** How it is sent: by TCP where UDP did not do. */
      readonly via: 'udp' | 'tcp' | 'tls'
      readonly id: number
      /** From 1; more than 1 is a retry. */
      readonly attempt: number
    }
  | {
      readonly kind: 'response'
      readonly name: Name
      readonly type: RRType
      readonly server: Upstream
      readonly via: 'udp' | 'tcp' | 'tls'
      readonly octets: number
      readonly elapsedMs: number
      readonly message: Message
    }
  | {
      readonly kind: 'trouble'
      readonly name: Name
      readonly type: RRType
      readonly server: Upstream
      /** Such as `no answer within 1500 ms`, or `truncated, asking by TCP`. */
      readonly text: string
    }
  | { readonly kind: 'cached'; readonly name: Name; readonly type: RRType; readonly text: string }
  | { readonly kind: 'step'; readonly step: ValidationStep }

/** Per question. */
export interface ResolveOptions {
  readonly onTrace?: (event: TraceEvent) => void
  /** Gives up early; the verdict is then indeterminate. */
  readonly signal?: AbortSignal
}

/** A verdict, and how long it took to come to. */
export interface Resolution extends Verdict {
  readonly elapsedMs: number
  /** Queries sent over the network for it; 0 when all of it was cached. */
  readonly queries: number
  /** Why the answer was bogus before it was asked for once more, of other servers. */
  readonly retriedAfter?: Reason
}

/** Asks and validates. Never trusts an AD bit. */
export interface Stub {
  /** Resolves one question. Never rejects for anything that the network does. */
  resolve(name: Name, type: RRType, options?: ResolveOptions): Promise<Resolution>
  /** Closes every socket; questions under way end indeterminate. */
  close(): Promise<void>
}

/** What a stub is made of; everything that is not pure is a parameter. */
export interface StubOptions {
  readonly mode: Mode
  readonly anchors: readonly TrustAnchor[]
  readonly clock: Clock
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number
  readonly timers: Timers
  /** So many octets that nobody can foresee. */
  readonly random: (octets: number) => Uint8Array
  /**
   * Whether what is bogus is forgotten and asked for once more. Default true. Without it, what was
   * kept before counts for as long as its TTL, as with resolvers that never look twice.
   */
  readonly looksTwice?: boolean
  readonly limits?: Partial<StubLimits>
  readonly validatorLimits?: Partial<ValidatorLimits>
  /** What carries queries; sockets unless given. */
  readonly network?: Network
}
