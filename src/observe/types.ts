/** A log: an event's name and plain fields a line. Secrets are redacted by their field names. */
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

/** Numbers for Prometheus. Counting on the path of a query is one add. */
export interface Metrics {
  /** Counts one answer from its octets: outcome, rcode and transport. */
  countAnswer(via: 'udp' | 'tcp' | 'tls', response: Uint8Array, length: number): void
  countChangeSet(kind: string, result: string): void
  observeCommit(seconds: number): void
  countRequest(route: string, status: number): void
  /** The text of `/metrics`. Gauges (signatures, expiry per zone, store lag) are read now. */
  expose(): Promise<string>
}

/** What is read when somebody asks for metrics. */
export interface MetricSources {
  /** Of danelaw. */
  readonly version: string
  /** What the process has used of the machine. */
  usage(): {
    /** Unix time, in seconds. */
    readonly startedAt: number
    readonly residentOctets: number
    readonly cpuSeconds: number
  }
  /** Counters of sockets by transport; `open` and `handshaking` are states, the rest only grow. */
  transports(): Readonly<Record<string, object>>
  signatures(): {
    readonly made: number
    readonly renewed: number
    readonly cached: number
    readonly cacheOctets: number
    readonly cacheEntries: number
  }
  /** Zones that are served. Cheap: asked several times for one text. */
  zones(): Iterable<ZoneFacts>
  /** Undefined where there is no store. */
  store(): StoreFacts | undefined
  /** Undefined where there is no store. */
  domains(): DomainFacts | undefined
  /** TLSA owners that follow certificates. */
  tlsa(): Iterable<TlsaFacts>
}

/** What is told of one TLSA owner. */
export interface TlsaFacts {
  /** In presentation form. */
  readonly owner: string
  /** Whether a new certificate may be deployed now. */
  readonly isSafe: boolean
  /** Seconds until the first certificate in use ends; undefined where that is not known. */
  readonly expirySeconds: number | undefined
}

/** What is told of one zone. */
export interface ZoneFacts {
  /** In presentation form; asked only of as many as are told one by one. */
  name(): string
  readonly source: 'file' | 'store'
  /** When its first signature expires, as Unix time; undefined where none was made. */
  readonly expiration: number | undefined
}

/** What is told of the store. */
export interface StoreFacts {
  readonly driver: string
  readonly state: 'ok' | 'degraded' | 'down'
  /** The last sequence that this node has heard of. */
  readonly durable: number
  /** The last sequence that it serves. */
  readonly served: number
  /** How often change sets that were durable were lost. */
  readonly rewinds: number
}

/** What is told of provisioned domains. */
export interface DomainFacts {
  /** Partitions with their hosts. */
  readonly partitions: readonly { readonly name: string; readonly hosts: number }[]
  /** How much was due a while ago and is not done. */
  readonly late: number
  /** For how many domains what was due failed in the last round. */
  readonly failed: number
}
