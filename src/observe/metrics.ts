import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { AnswerTally, outcomes, rcodesCounted, transports } from './answer-tally.ts'
import { describeTlsa } from './tlsa-metrics.ts'
import type { MetricSources, Metrics } from './types.ts'

/** Zones whose nearest expiration is told one by one; the minimum of all is always told. */
export const zonesTold = 1000
/** Routes that are told apart; those beyond are `other`. Routes are templates, so few. */
export const routesTold = 200

/** Upper bounds of the buckets of durable commits, in seconds. */
const commitBuckets = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5]

const rcodeNames = [
  ...['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED', 'YXDOMAIN', 'YXRRSET'],
  ...['NXRRSET', 'NOTAUTH', 'NOTZONE', 'DSOTYPENI'],
]

function rcodeName(rcode: number): string {
  return rcode === rcodesCounted - 1 ? 'BADVERS' : (rcodeNames[rcode] ?? `RCODE${rcode}`)
}

/**
 * Numbers in the form of Prometheus. What happens is counted as it happens; what is, is read from
 * `sources` when somebody asks.
 */
export function createMetrics(sources: MetricSources): Metrics {
  const registers = [new Registry()]
  const [registry] = registers as [Registry]
  const answers = new AnswerTally()
  describeAnswers(registers, answers)
  describeProcess(registers, sources)
  describeTransports(registers, sources)
  describeSignatures(registers, sources)
  describeZones(registers, sources)
  describeStore(registers, sources)
  describeDomains(registers, sources)
  describeTlsa(registers, sources)
  const changes = countChanges(registers)
  const requests = countRequests(registers)
  return {
    countAnswer: (via, response, length) => answers.count(via, response, length),
    ...changes,
    ...requests,
    expose: () => registry.metrics(),
  }
}

type Registers = Registry[]

/** A gauge of one number, read when somebody asks. */
function readGauge(registers: Registers, name: string, help: string, read: () => number): void {
  const gauge = new Gauge({
    name,
    help,
    registers,
    collect() {
      gauge.set(read())
    },
  })
}

function describeAnswers(registers: Registers, tally: AnswerTally): void {
  const queries = new Counter({
    name: 'danelaw_queries_total',
    help: 'Queries by transport, by what became of them, and by the rcode of the answer.',
    labelNames: ['transport', 'outcome', 'rcode'],
    registers,
    collect() {
      queries.reset()
      for (const transport of transports) {
        // A zero that is there lets rates be computed from the first query on.
        queries.inc({ transport, outcome: outcomes[0], rcode: rcodeName(0) }, 0)
      }
      tally.read((transport, outcome, rcode, count) => {
        queries.inc({ transport, outcome, rcode: rcodeName(rcode) }, count)
      })
    },
  })
}

function describeProcess(registers: Registers, { version, usage }: MetricSources): void {
  new Gauge({
    name: 'danelaw_info',
    help: 'Always 1; the version is in the label.',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1)
  readGauge(
    registers,
    'process_start_time_seconds',
    'When the process started, as Unix time.',
    () => usage().startedAt,
  )
  readGauge(
    registers,
    'process_resident_memory_bytes',
    'Memory that the process has of the machine.',
    () => usage().residentOctets,
  )
  const cpu = new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Processor time that the process has used.',
    registers,
    collect() {
      cpu.reset()
      cpu.inc(usage().cpuSeconds)
    },
  })
}

function describeTransports(registers: Registers, { transports: read }: MetricSources): void {
  const events = new Counter({
    name: 'danelaw_transport_events_total',
    help: 'What sockets have seen: messages, refused connections, timeouts, faults.',
    labelNames: ['transport', 'event'],
    registers,
    collect() {
      events.reset()
      for (const [transport, counters] of Object.entries(read())) {
        for (const [event, count] of Object.entries(counters)) {
          if (!isGauge(event)) events.inc({ transport, event: snakeCase(event) }, count)
        }
      }
    },
  })
  const connections = new Gauge({
    name: 'danelaw_connections',
    help: 'Connections open now, and TLS handshakes under way.',
    labelNames: ['transport', 'state'],
    registers,
    collect() {
      for (const [transport, counters] of Object.entries(read())) {
        for (const [state, count] of Object.entries(counters)) {
          if (isGauge(state)) connections.set({ transport, state }, count)
        }
      }
    },
  })
}

/** Of the counters of a transport, those that also fall. */
function isGauge(name: string): boolean {
  return name === 'open' || name === 'handshaking'
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function describeSignatures(registers: Registers, { signatures }: MetricSources): void {
  const total = new Counter({
    name: 'danelaw_signatures_total',
    help: 'Signatures made for an answer, renewed ahead of time, or found ready (cached).',
    labelNames: ['how'],
    registers,
    collect() {
      const { made, renewed, cached } = signatures()
      total.reset()
      total.inc({ how: 'made' }, made)
      total.inc({ how: 'renewed' }, renewed)
      total.inc({ how: 'cached' }, cached)
    },
  })
  readGauge(
    registers,
    'danelaw_signature_cache_bytes',
    'Octets that signatures of synthesised denials take.',
    () => signatures().cacheOctets,
  )
  readGauge(
    registers,
    'danelaw_signature_cache_entries',
    'Signatures of synthesised denials that are kept.',
    () => signatures().cacheEntries,
  )
}

function describeZones(registers: Registers, { zones }: MetricSources): void {
  const count = new Gauge({
    name: 'danelaw_zones',
    help: 'Zones that are served, from files and from the store.',
    labelNames: ['source'],
    registers,
    collect() {
      count.set({ source: 'file' }, 0)
      count.set({ source: 'store' }, 0)
      for (const { source } of zones()) count.inc({ source })
    },
  })
  const nearest = new Gauge({
    name: 'danelaw_signature_expiration_timestamp_seconds',
    help: `When the first signature of a zone expires, as Unix time; ${zonesTold} zones at most.`,
    labelNames: ['zone'],
    registers,
    collect() {
      nearest.reset()
      let told = 0
      for (const { name, expiration } of zones()) {
        if (expiration === undefined) continue
        nearest.set({ zone: name() }, expiration)
        if (++told === zonesTold) break
      }
    },
  })
  const help = 'When the first signature of any zone expires, as Unix time; 0 where none was made.'
  readGauge(registers, 'danelaw_signature_first_expiration_timestamp_seconds', help, () => {
    let soonest = Number.POSITIVE_INFINITY
    for (const { expiration = soonest } of zones()) soonest = Math.min(soonest, expiration)
    return Number.isFinite(soonest) ? soonest : 0
  })
}

function describeStore(registers: Registers, { store }: MetricSources): void {
  const up = new Gauge({
    name: 'danelaw_store_up',
    help: 'Whether the store takes writes: 1, or 0 while what was there is served.',
    labelNames: ['driver'],
    registers,
    collect() {
      const state = store()
      if (state) up.set({ driver: state.driver }, state.state === 'ok' ? 1 : 0)
    },
  })
  const sequence = new Gauge({
    name: 'danelaw_store_sequence',
    help: 'The last change set: durable in the store, and served by this node.',
    labelNames: ['what'],
    registers,
    collect() {
      const state = store()
      if (!state) return
      sequence.set({ what: 'durable' }, state.durable)
      sequence.set({ what: 'served' }, state.served)
    },
  })
  readGauge(
    registers,
    'danelaw_store_lag',
    'How far in the sequence this node is behind the store, as far as it has heard.',
    () => Math.max(0, (store()?.durable ?? 0) - (store()?.served ?? 0)),
  )
  const rewinds = new Counter({
    name: 'danelaw_store_rewinds_total',
    help: 'How often the database was found to lack change sets that it had acknowledged.',
    registers,
    collect() {
      rewinds.reset()
      rewinds.inc(store()?.rewinds ?? 0)
    },
  })
}

function describeDomains(registers: Registers, { domains }: MetricSources): void {
  const hosts = new Gauge({
    name: 'danelaw_provisioned_hosts',
    help: 'Signed hosts of domains by partition: of domains enabled, and those that are held.',
    labelNames: ['partition'],
    registers,
    collect() {
      hosts.reset()
      for (const { name, hosts: count } of domains()?.partitions ?? []) {
        hosts.set({ partition: name }, count)
      }
    },
  })
  readGauge(
    registers,
    'danelaw_provision_late',
    'Domains of which something was due five minutes ago and is not done; at most 1000.',
    () => domains()?.late ?? 0,
  )
  readGauge(
    registers,
    'danelaw_provision_failed',
    'Domains of which what was due failed in the last round; it is tried again.',
    () => domains()?.failed ?? 0,
  )
}

function countChanges(registers: Registers): Pick<Metrics, 'countChangeSet' | 'observeCommit'> {
  const changeSets = new Counter({
    name: 'danelaw_change_sets_total',
    help: 'Change sets that were asked for, by kind and by what became of them.',
    labelNames: ['kind', 'result'],
    registers,
  })
  const commits = new Histogram({
    name: 'danelaw_store_commit_seconds',
    help: 'How long durable commits took; many change sets share one.',
    buckets: commitBuckets,
    registers,
  })
  return {
    countChangeSet: (kind, result) => changeSets.inc({ kind, result }),
    observeCommit: (seconds) => commits.observe(seconds),
  }
}

function countRequests(registers: Registers): Pick<Metrics, 'countRequest'> {
  const requests = new Counter({
    name: 'danelaw_api_requests_total',
    help: 'Requests to the API, by route and status.',
    labelNames: ['route', 'status'],
    registers,
  })
  const routes = new Set<string>()
  return {
    countRequest(route, status) {
      if (routes.size < routesTold) routes.add(route)
      requests.inc({ route: routes.has(route) ? route : 'other', status })
    },
  }
}
