import type { Timers } from '../base/index.ts'

/** One HTTPS request. Redirects are never followed (RFC 8461 §3.3). */
export interface HttpsRequest {
  readonly method: 'GET' | 'POST'
  /** Host of the URL: SNI, certificate name and Host header. */
  readonly host: string
  readonly port: number
  readonly path: string
  /** Where to connect, tried in order: found by our own stub. */
  readonly addresses: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** PEM of authorities instead of the system's. */
  readonly ca?: string
  /** Whether the certificate must be right; a report may be sent without (RFC 8460 §3). */
  readonly verify: boolean
  readonly limits: HttpsLimits
}

/** Bounds of one exchange. */
export interface HttpsLimits {
  /** From the first connection to the last octet. */
  readonly timeoutMs: number
  /** For one address, up to the end of its TLS handshake; then the next one is tried. */
  readonly connectTimeoutMs: number
  readonly bodyOctets: number
  readonly headerOctets: number
}

/** The world of an exchange. */
export interface HttpsWorld {
  readonly timers: Timers
  /** Gives up early; the exchange then fails. */
  readonly signal?: AbortSignal
}

/** What came of it. */
export type HttpsResult =
  | {
      readonly kind: 'response'
      readonly status: number
      /** Lower case names; the first value of each. */
      readonly headers: Readonly<Record<string, string>>
      readonly body: Uint8Array
      readonly address: string
    }
  /** TLS failed because of the certificate: its PKIX error, such as `CERT_HAS_EXPIRED`. */
  | { readonly kind: 'certificate'; readonly code: string; readonly text: string }
  /** More octets than allowed. */
  | { readonly kind: 'too-large'; readonly text: string }
  | { readonly kind: 'timeout'; readonly text: string }
  | { readonly kind: 'failed'; readonly text: string }
