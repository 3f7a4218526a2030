/**
 * smtp: one careful conversation with a mail server, up to TLS and no further.
 *
 * In go an address, a port and a server name; out comes what the server did: banner, EHLO,
 * STARTTLS, handshake, the chain as it was sent, EHLO again, QUIT. Nothing is judged here: the
 * chain is captured without WebPKI, and `dane` says what it is worth. What WebPKI would have said
 * is told beside it, since MTA-STS asks.
 *
 * Invariants: the conversation always ends; lines, replies and times are bounded by `SmtpLimits`;
 * what arrives in clear after STARTTLS is thrown away, and told (RFC 3207 §4.2); TLS is
 * 1.2 at least; a lost server is a value, never an exception.
 *
 * RFC 3207, 5321, 7672 §8.
 */

export { defaultSmtpLimits, type SmtpLimits } from './limits.ts'
export { probe } from './probe.ts'
export type {
  ProbeOutcome,
  ProbeRequest,
  ProbeResult,
  ProbeStep,
  ProbeWorld,
  Reply,
  TlsFacts,
} from './types.ts'
