/** Every bound of the stub; times are milliseconds. */
export interface StubLimits {
  /** From a datagram sent to giving up on it; doubled at each retry of the same server. */
  readonly udpTimeoutMs: number
  /** The same for a stream, connecting and handshake included. */
  readonly streamTimeoutMs: number
  /** Attempts for one lookup, over all servers. */
  readonly attempts: number
  /** From a question to its verdict, whatever it takes. */
  readonly resolveTimeoutMs: number
  /** Queries on the network for one question. */
  readonly queries: number
  /** Iterating: referrals followed for one lookup. */
  readonly referrals: number
  /** Iterating: names of servers whose addresses are looked up for one referral (NXNSAttack). */
  readonly serverNames: number
  /** Iterating: lookups of addresses of servers within lookups of addresses of servers. */
  readonly depth: number
  /** Questions under way at a time; further ones wait their turn. */
  readonly concurrency: number
  /** Questions that wait; beyond it they end indeterminate at once. */
  readonly waiting: number
  /** Octets of messages kept. */
  readonly cacheOctets: number
  /** Octets of zone keys kept. */
  readonly trustOctets: number
  /** Octets of records kept that deny other names too (RFC 8198); 0: every question is asked. */
  readonly denialOctets: number
  /** Octets of verdicts kept. */
  readonly verdictOctets: number
  /** Iterating: octets of delegations kept. */
  readonly delegationOctets: number
  /** Servers of which cookies and troubles are remembered. */
  readonly servers: number
  /** Datagrams that do not fit their query and are ignored, before the server is given up. */
  readonly strays: number
  /** A stream that nobody uses is kept open for so long. */
  readonly streamIdleMs: number
  /** Streams kept open at a time. */
  readonly streams: number
  /** Advertised by EDNS. */
  readonly udpOctets: number
  /** Seconds for which a failed lookup is not tried again (RFC 9520 §3.2). */
  readonly failureSeconds: number
}

/** What holds unless a caller says otherwise. */
export const defaultStubLimits: StubLimits = {
  udpTimeoutMs: 1500,
  streamTimeoutMs: 4000,
  attempts: 4,
  resolveTimeoutMs: 20_000,
  queries: 200,
  referrals: 32,
  serverNames: 5,
  depth: 4,
  concurrency: 256,
  waiting: 4096,
  cacheOctets: 32 * 2 ** 20,
  trustOctets: 8 * 2 ** 20,
  denialOctets: 8 * 2 ** 20,
  verdictOctets: 16 * 2 ** 20,
  delegationOctets: 4 * 2 ** 20,
  servers: 4096,
  strays: 32,
  streamIdleMs: 10_000,
  streams: 64,
  udpOctets: 1232,
  failureSeconds: 5,
}
