import type { Clock, UnixSeconds } from '../base/index.ts'
import {
  composeHealth,
  createMetrics,
  type DomainFacts,
  type HealthPart,
  type HealthReport,
  type Metrics,
  type StoreFacts,
  type TlsaFacts,
  type ZoneFacts,
} from '../observe/index.ts'
import type { PublishedZone } from '../publish/index.ts'
import { expiresAt, type Rollovers } from '../rollover/index.ts'
import type { Counters } from '../server/index.ts'
import type { SignatureCache } from '../signer/index.ts'
import { formatName, type NameKey } from '../wire/index.ts'
import type { ZoneTable } from '../zone/index.ts'
import type { InjectionView } from './lab-control.ts'
import type { Provisioning } from './provisioning.ts'

/** What is looked at when somebody asks how things are. */
export interface Observed {
  readonly version: string
  readonly clock: Clock
  readonly table: ZoneTable<PublishedZone>
  readonly cache: SignatureCache
  /** When the first signature of each zone expires, as the last round of renewal found it. */
  expirations(): ReadonlyMap<NameKey, UnixSeconds>
  /** Undefined until the sockets are bound. */
  counters(): Counters | undefined
  provisioning(): Provisioning | undefined
  /** Zones whose files have errors, so that an older version is served, or none. */
  troubledZones(): number
  /** What is wrong on purpose. */
  faultsAtWork(): readonly InjectionView[]
}

/** Less than this left to a signature, in seconds: renewal has stopped working. */
const expiryAlarmSeconds = 3600
/** Faults at work that health names. */
const faultsShownMax = 4

/** Metrics of a running server. */
export function observe(observed: Observed): Metrics {
  const { version, cache, clock } = observed
  const startedAt = clock.now() - Math.floor(process.uptime())
  return createMetrics({
    version,
    usage() {
      const { user, system } = process.cpuUsage()
      const residentOctets = process.memoryUsage.rss()
      return { startedAt, residentOctets, cpuSeconds: (user + system) / 1e6 }
    },
    transports: () => ({ ...observed.counters() }),
    signatures() {
      const { octets, signatures } = cache.usage
      return { ...cache.counters, cacheOctets: octets, cacheEntries: signatures }
    },
    zones: () => zoneFacts(observed),
    store: () => storeFacts(observed),
    domains: () => observed.provisioning()?.domains.facts,
    tlsa: () => tlsaFacts(observed),
  })
}

function* zoneFacts({ table, expirations }: Observed): Generator<ZoneFacts, void> {
  const known = expirations()
  for (const { zone, source } of table.values()) {
    const expiration = known.get(zone.apexKey)
    yield { name: () => formatName(zone.apex), source: source.kind, expiration }
  }
}

function* tlsaFacts({ provisioning, clock }: Observed): Generator<TlsaFacts, void> {
  for (const { owner, rollover, plan } of provisioning()?.rollovers.facts() ?? []) {
    const end = expiresAt(rollover)
    const expirySeconds = end === undefined ? undefined : end - clock.now()
    yield { owner, isSafe: plan.isSafeToDeploy, expirySeconds }
  }
}

/** The store as metrics and `danelaw status` tell of it; undefined where there is none. */
export function storeFacts(observed: Observed): StoreFacts | undefined {
  const provisioning = observed.provisioning()
  if (!provisioning) return undefined
  const { store, records } = provisioning
  const { state, sequence: durable } = store.health()
  const served = records.health().sequence
  return { driver: store.driver, state, durable, served, rewinds: store.rewinds }
}

/** The earliest of all expirations; undefined where nothing was signed yet. */
export function firstExpiration(observed: Observed): UnixSeconds | undefined {
  let first: UnixSeconds | undefined
  for (const expiration of observed.expirations().values()) {
    if (first === undefined || expiration < first) first = expiration
  }
  return first
}

/** Whether all is well, by what could be not. */
export function healthOf(observed: Observed): HealthReport {
  const parts: Record<string, HealthPart> = {
    dns: dnsPart(observed),
    zones: zonesPart(observed),
    signatures: signaturesPart(observed),
    ...labParts(observed.faultsAtWork()),
  }
  const provisioning = observed.provisioning()
  if (provisioning) Object.assign(parts, provisioningParts(provisioning))
  // A node that has not read its zones yet would refuse queries that others answer.
  const isRead = provisioning?.records.health().state !== 'unread'
  return composeHealth(parts, observed.counters() !== undefined && isRead)
}

function dnsPart({ counters }: Observed): HealthPart {
  const isBound = counters() !== undefined
  const text = isBound ? 'queries are answered' : 'the sockets are not bound'
  return { state: isBound ? 'ok' : 'down', text, isEssential: true }
}

function zonesPart({ table, troubledZones }: Observed): HealthPart {
  const troubled = troubledZones()
  const text = `${table.size} served, ${troubled} not as their files have them`
  return { state: troubled === 0 ? 'ok' : 'degraded', text, isEssential: false }
}

function signaturesPart(observed: Observed): HealthPart {
  const first = firstExpiration(observed)
  if (first === undefined) return { state: 'ok', text: 'none made yet', isEssential: false }
  const left = first - observed.clock.now()
  const text = `the first expires in ${left} s`
  return { state: left < expiryAlarmSeconds ? 'degraded' : 'ok', text, isEssential: false }
}

/** Nothing to tell where nothing is wrong on purpose. */
function labParts(faults: readonly InjectionView[]): Record<string, HealthPart> {
  if (faults.length === 0) return {}
  const shown = faults.slice(0, faultsShownMax).map(({ zone, fault }) => `${fault} in ${zone}`)
  const more = faults.length > shown.length ? `, and ${faults.length - shown.length} more` : ''
  const text = `broken on purpose: ${shown.join(', ')}${more}`
  return { lab: { state: 'degraded', text, isEssential: false } }
}

function provisioningParts({
  store,
  records,
  domains,
  rollovers,
}: Provisioning): Record<string, HealthPart> {
  const { state, text } = store.health()
  const followed = records.health()
  return {
    store: { state, text, isEssential: false },
    records: {
      state: followed.state === 'ok' ? 'ok' : 'degraded',
      text: followed.text,
      isEssential: false,
    },
    domains: domainsPart(domains.facts),
    ...tlsaParts(rollovers),
  }
}

function domainsPart({ partitions, late, failed }: DomainFacts): HealthPart {
  const hosts = partitions.reduce((sum, partition) => sum + partition.hosts, 0)
  const text = `${hosts} hosts in ${partitions.length} partitions, ${late} late, ${failed} failed`
  return { state: late + failed === 0 ? 'ok' : 'degraded', text, isEssential: false }
}

/** Nothing to tell where nobody follows certificates. */
function tlsaParts(rollovers: Pick<Rollovers, 'facts' | 'faults'>): Record<string, HealthPart> {
  const facts = rollovers.facts()
  const troubles = [
    ...facts.flatMap(({ owner, plan }) => plan.notes.map(({ text }) => `${owner} ${text}`)),
    ...[...rollovers.faults()].map(([owner, text]) => `${owner} ${text}`),
  ]
  if (facts.length + troubles.length === 0) return {}
  const [first] = troubles
  const more = troubles.length > 1 ? `, and ${troubles.length - 1} more` : ''
  const text = first === undefined ? `${facts.length} owners follow certificates` : first + more
  return { tlsa: { state: first === undefined ? 'ok' : 'degraded', text, isEssential: false } }
}
