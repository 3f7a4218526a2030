/** Every bound of the policy server; times are milliseconds. */
export interface PolicyLimits {
  /** Mail servers' processes connected at a time; Postfix has 100 by default. */
  readonly connectionsMax: number
  /** Octets of one request: a nexthop with its port, percent-encoded, and the name of the map. */
  readonly requestOctetsMax: number
  /** Octets of one answer; Postfix takes 100000 (`socketmap_max_reply_size`). */
  readonly answerOctetsMax: number
  /** Destinations looked into at a time; whoever asks about one more is told to come back. */
  readonly inFlightMax: number
  /** From one answer to the next whole request; Postfix connects anew when it has to. */
  readonly idleTimeoutMs: number
  /** From a request to its answer; Postfix itself gives up after 100 s. */
  readonly answerTimeoutMs: number
  /** Answers kept. */
  readonly cacheEntriesMax: number
  /** Seconds for which an answer is kept, whatever the TTLs. */
  readonly cacheSecondsMax: number
}

/** What holds unless a caller says otherwise. */
export const defaultPolicyLimits: PolicyLimits = {
  connectionsMax: 512,
  requestOctetsMax: 4096,
  answerOctetsMax: 16_384,
  inFlightMax: 256,
  idleTimeoutMs: 60_000,
  answerTimeoutMs: 60_000,
  cacheEntriesMax: 10_000,
  cacheSecondsMax: 3600,
}
