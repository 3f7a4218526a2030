/** Every bound on a conversation with a mail server; times are milliseconds. */
export interface SmtpLimits {
  readonly connectTimeoutMs: number
  /** From the connection to the whole banner (RFC 5321 §4.5.3.2.1 has five minutes). */
  readonly bannerTimeoutMs: number
  /** For each other reply. */
  readonly replyTimeoutMs: number
  readonly handshakeTimeoutMs: number
  /** For the reply to QUIT, when all that matters is known. */
  readonly quitTimeoutMs: number
  /** For the whole conversation. */
  readonly totalTimeoutMs: number
  /** Octets of one reply line (RFC 5321 §4.5.3.1.5 has 512; servers send more). */
  readonly lineOctets: number
  /** Lines of one reply. */
  readonly replyLines: number
  /** Certificates looked at. */
  readonly chainLength: number
}

/** What holds unless a caller says otherwise. */
export const defaultSmtpLimits: SmtpLimits = {
  connectTimeoutMs: 10_000,
  bannerTimeoutMs: 30_000,
  replyTimeoutMs: 20_000,
  handshakeTimeoutMs: 15_000,
  quitTimeoutMs: 2000,
  totalTimeoutMs: 90_000,
  lineOctets: 2048,
  replyLines: 128,
  chainLength: 16,
}
