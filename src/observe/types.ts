/** A line of the log: an event's name and plain fields. Secrets are redacted by their field names. */
export interface Log {
  /** Something happened that operators like to know. */
  info(event: string, fields?: Readonly<Record<string, unknown>>): void
  /** Something is not as it should be, and goes on. */
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void
  /** Something failed. */
  error(event: string, fields?: Readonly<Record<string, unknown>>): void
}

/** Whether danelaw is fit for work, for `/healthz`, `/readyz` and `danelaw status`. */
export interface HealthReport {
  /** `degraded` still answers queries with what it had. */
  readonly state: 'ok' | 'degraded' | 'down'
  readonly ready: boolean
  readonly parts: Readonly<
    Record<string, { readonly state: 'ok' | 'degraded' | 'down'; readonly text: string }>
  >
}

/** Numbers for Prometheus. Children are resolved once; counting on the path of a query is one add. */
export interface Metrics {
  /** Counts one answer from its octets: outcome, rcode and transport. */
  countAnswer(via: 'udp' | 'tcp' | 'tls', response: Uint8Array, length: number): void
  countChangeSet(kind: string, result: string): void
  observeCommit(seconds: number): void
  countRequest(route: string, status: number): void
  /** The text of `/metrics`. Gauges (signatures, expiry per zone, store lag) are read now. */
  expose(): Promise<string>
}
