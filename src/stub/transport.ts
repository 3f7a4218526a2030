import { isIPv6 } from 'node:net'
import type { Timers } from '../base/index.ts'
import type { StubLimits } from './limits.ts'
import type { Upstream } from './stub.ts'

/** What transports need of their stub. */
export interface Transport {
  readonly timers: Timers
  readonly random: (octets: number) => Uint8Array
  readonly limits: StubLimits
}

/** One query to be carried, and how to know its answer. */
export interface Carried<T> {
  readonly server: Upstream
  readonly octets: Uint8Array
  /** Judges octets that came from the server; undefined for what is not the answer. */
  readonly hear: (octets: Uint8Array) => T | undefined
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/**
 * What came of it.
 *
 * - `silent`: no answer within the time.
 * - `failed`: the server, or the way to it, said no.
 * - `unreachable`: there is no way to it at all; nothing was sent.
 * - `abandoned`: whoever asked no longer wants to know.
 */
export type Heard<T> =
  | { readonly kind: 'heard'; readonly value: T; readonly octets: number }
  | { readonly kind: 'silent'; readonly text: string }
  | { readonly kind: 'failed'; readonly text: string }
  | { readonly kind: 'unreachable'; readonly text: string }
  | { readonly kind: 'abandoned' }

/** What carries queries: sockets, or what stands in for them. */
export interface Network {
  byUdp<T>(carried: Carried<T>): Promise<Heard<T>>
  byStream<T>(carried: Carried<T>): Promise<Heard<T>>
  /** Lets go of what is open. */
  close(): void
}

/** The server in words: `192.0.2.1:53`, `[2001:db8::1]:853`. */
export function formatServer({ address, port }: Upstream): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`
}

/** The addresses are numbers already: nobody is asked for them. */
export function numericLookup(
  address: string,
  _options: unknown,
  found: (error: Error | null, address: string, family: number) => void,
): void {
  found(null, address, isIPv6(address) ? 6 : 4)
}

const wayless = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'])

/** What the system's error means for a query. */
export function heardError(error: unknown): Heard<never> {
  const { code = '', message } = error as NodeJS.ErrnoException
  const text = code === 'ECONNREFUSED' ? 'connection refused' : message
  return { kind: wayless.has(code) ? 'unreachable' : 'failed', text }
}
