/** Every limit of the sockets. Counts are ≥ 1 unless said otherwise; times are milliseconds. */
export interface Limits {
  /**
   * Kernel buffer asked for on each UDP socket for datagrams that wait to be read, in octets. The
   * kernel cuts it to its own maximum (Linux: `net.core.rmem_max`).
   */
  readonly udpReceiveBufferOctets: number
  /** The same for answers that wait to be sent (Linux: `net.core.wmem_max`). */
  readonly udpSendBufferOctets: number
  /** Answers that one UDP socket keeps when the kernel takes no more; further ones are dropped. */
  readonly udpSendQueueMax: number
  /** Connections open at a time, TCP and TLS together. When full, the oldest idle one goes. */
  readonly connectionsMax: number
  /** Connections of one client: one IPv4 address, or one IPv6 /64 (RFC 7766 §6.2.2). */
  readonly clientConnectionsMax: number
  /** Queries after which a connection is closed; 0 for no limit. */
  readonly connectionQueriesMax: number
  /** Queries that one connection gets answered before all others have had their turn. */
  readonly queriesPerTurnMax: number
  /** Silence after which a connection is closed, while fewer than half are taken. */
  readonly idleTimeoutMs: number
  /** The same when all are taken; in between, it falls in a straight line (RFC 7766 §6.2.3). */
  readonly idleTimeoutMinMs: number
  /** From the first octet of a message to its last. */
  readonly readTimeoutMs: number
  /** From the moment answers back up to the moment the kernel has taken them all. */
  readonly writeTimeoutMs: number
  /** From our end of the conversation to the client's. */
  readonly lingerTimeoutMs: number
  /** TLS handshakes under way at a time. */
  readonly handshakesMax: number
  /** From the connection to the end of its TLS handshake. */
  readonly handshakeTimeoutMs: number
}

/**
 * What holds where the configuration says nothing. With it, a thousand hostile clients that ask
 * and do not read pin at most 256 MB.
 */
export const defaultLimits: Limits = {
  udpReceiveBufferOctets: 4 * 1024 * 1024,
  udpSendBufferOctets: 1024 * 1024,
  udpSendQueueMax: 256,
  connectionsMax: 1000,
  clientConnectionsMax: 100,
  connectionQueriesMax: 0,
  queriesPerTurnMax: 100,
  idleTimeoutMs: 10_000,
  idleTimeoutMinMs: 500,
  readTimeoutMs: 10_000,
  writeTimeoutMs: 10_000,
  lingerTimeoutMs: 1000,
  handshakesMax: 100,
  handshakeTimeoutMs: 5000,
}

/**
 * How long a connection may stay silent while `open` connections are taken: the full time up to
 * half of `connectionsMax`, then falling in a straight line to the least. In milliseconds.
 */
export function idleTimeoutMs(limits: Limits, open: number): number {
  const half = limits.connectionsMax / 2
  const least = Math.min(limits.idleTimeoutMinMs, limits.idleTimeoutMs)
  const pressure = Math.min(1, Math.max(0, (open - half) / half))
  return Math.round(limits.idleTimeoutMs - (limits.idleTimeoutMs - least) * pressure)
}
