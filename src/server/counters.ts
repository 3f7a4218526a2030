/** What one kind of transport has seen since the start. Every number only grows. */
export interface UdpCounters {
  /** Datagrams that reached us. */
  readonly received: number
  /** Answers handed to the kernel. */
  readonly answered: number
  /** Queries that `Respond` chose not to answer. */
  readonly silenced: number
  /** Queries at which `Respond` failed: bugs of ours. */
  readonly faults: number
  /** Answers dropped because `udpSendQueueMax` answers were waiting. */
  readonly queueFull: number
  /** Answers that the kernel refused, and queries from port 0, which no answer can reach. */
  readonly unsendable: number
  /** Errors that the socket reported for itself. */
  readonly socketErrors: number
}

/** What TCP or TLS has seen since the start. All but `open` and `handshaking` only grow. */
export interface StreamCounters {
  /** Messages that reached us whole. */
  readonly received: number
  /** Answers handed to the socket. */
  readonly answered: number
  /** Queries that `Respond` chose not to answer; each ended its connection. */
  readonly silenced: number
  /** Queries at which `Respond` failed: bugs of ours; each ended its connection. */
  readonly faults: number
  /** Messages too short to be one; each ended its connection. */
  readonly malformed: number
  /** Connections accepted and kept. */
  readonly accepted: number
  /** Connections refused because all were taken and none was idle. */
  readonly refusedFull: number
  /** Connections refused because their client had its share. */
  readonly refusedClient: number
  /** Connections refused because too many handshakes were under way. */
  readonly refusedHandshake: number
  /** Idle connections closed to make room. */
  readonly evicted: number
  /** Connections closed after silence. */
  readonly idleTimeouts: number
  /** Connections closed inside a message that did not arrive. */
  readonly readTimeouts: number
  /** Connections closed because the client did not read. */
  readonly writeTimeouts: number
  /** TLS handshakes that failed, those out of time among them. */
  readonly handshakesFailed: number
  /** Errors that sockets reported, resets by peers most of all. */
  readonly socketErrors: number
  /** Connections open now, past the handshake. */
  readonly open: number
  /** Handshakes under way now. */
  readonly handshaking: number
}

/** The numbers of a server, by transport. */
export interface Counters {
  readonly udp: UdpCounters
  readonly tcp: StreamCounters
  readonly tls: StreamCounters
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** The same, for the one who counts. */
export type UdpTally = Writable<UdpCounters>

/** The same, for the one who counts. */
export type StreamTally = Writable<StreamCounters>

/** A tally of nothing yet. */
export function udpTally(): UdpTally {
  return {
    received: 0,
    answered: 0,
    silenced: 0,
    faults: 0,
    queueFull: 0,
    unsendable: 0,
    socketErrors: 0,
  }
}

/** A tally of nothing yet. */
export function streamTally(): StreamTally {
  return {
    received: 0,
    answered: 0,
    silenced: 0,
    faults: 0,
    malformed: 0,
    accepted: 0,
    refusedFull: 0,
    refusedClient: 0,
    refusedHandshake: 0,
    evicted: 0,
    idleTimeouts: 0,
    readTimeouts: 0,
    writeTimeouts: 0,
    handshakesFailed: 0,
    socketErrors: 0,
    open: 0,
    handshaking: 0,
  }
}
