import type { Timers } from '../base/index.ts'
import type { Certificate } from '../crypto/index.ts'
import type { SmtpLimits } from './limits.ts'

/** One conversation that is to be had with a mail server; no mail is sent. */
export interface ProbeRequest {
  /** IPv4 or IPv6 text. */
  readonly address: string
  readonly port: number
  /** SNI: the TLSA base domain without its final dot (RFC 7672 §8.1); undefined sends none. */
  readonly serverName: string | undefined
  /** What EHLO says of us. */
  readonly ehloName: string
  /** PEM of authorities, for the `webPki` of the result; undefined for the system's. */
  readonly ca?: string
  /** Address to connect from. */
  readonly localAddress?: string
}

/** The world of a probe. */
export interface ProbeWorld {
  readonly timers: Timers
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number
  readonly limits?: Partial<SmtpLimits>
  /** Gives up early; the conversation is then lost. */
  readonly signal?: AbortSignal
}

/** An SMTP reply (RFC 5321 §4.2). */
export interface Reply {
  readonly code: number
  /** Lines without code, their octets as latin1; bounded. */
  readonly lines: readonly string[]
}

/** A step of the conversation, for those who want to see it. */
export interface ProbeStep {
  readonly what: 'connect' | 'banner' | 'ehlo' | 'starttls' | 'handshake' | 'ehlo-tls' | 'quit'
  readonly ok: boolean
  readonly text: string
  readonly elapsedMs: number
}

/** What TLS came to. */
export interface TlsFacts {
  /** `TLSv1.2` or `TLSv1.3`. */
  readonly protocol: string
  readonly cipher: string
  /** As the server sent it, end entity first. */
  readonly chain: readonly Certificate[]
  /** What WebPKI would say of the chain for `serverName`: undefined when it is trusted. */
  readonly webPkiError: string | undefined
}

/** How the conversation ended. */
export type ProbeOutcome =
  /** TLS was established; whether the chain is right is for others to say. */
  | { readonly kind: 'tls'; readonly tls: TlsFacts; readonly reply: Reply | undefined }
  /** No STARTTLS offered, HELO only, or refused: `detail` says which. */
  | {
      readonly kind: 'no-starttls'
      readonly detail: 'not-offered' | 'refused' | 'helo-only'
      readonly text: string
    }
  /** STARTTLS was accepted and the handshake failed. */
  | { readonly kind: 'handshake-failed'; readonly text: string; readonly code: string | undefined }
  /** No connection, or it was lost, timed out or made no sense before STARTTLS was settled. */
  | { readonly kind: 'unreachable'; readonly text: string }
  /** The server does not want to talk: 4xx or 5xx where 2xx was needed (421, 554, …). */
  | { readonly kind: 'rejected'; readonly reply: Reply; readonly text: string }

/** All that was learnt of one address of one mail server. */
export interface ProbeResult {
  readonly address: string
  readonly port: number
  readonly outcome: ProbeOutcome
  /** Name in the banner or EHLO reply. */
  readonly helo: string | undefined
  /** Keywords of the first EHLO reply, upper case. */
  readonly extensions: readonly string[]
  /** Whether anything came in clear between the reply to STARTTLS and TLS (RFC 3207 §4.2). */
  readonly injected: boolean
  readonly steps: readonly ProbeStep[]
  readonly elapsedMs: number
}
