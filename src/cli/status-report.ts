import type { HealthReport } from '../observe/index.ts'
import type { Counters } from '../server/index.ts'
import { formatName } from '../wire/index.ts'
import type { InjectionView } from './lab-control.ts'
import { firstExpiration, storeFacts } from './observing.ts'
import type { RunningServer } from './running-server.ts'

/** Zones that a status lists one by one; `zonesServed` counts all. */
const zonesListedMax = 10_000

/** How a running server is. */
export interface StatusReport {
  readonly version: string
  readonly uptimeSeconds: number
  readonly health: HealthReport
  readonly zonesServed: number
  readonly zones: readonly {
    readonly zone: string
    readonly serial: number
    readonly source: 'file' | 'store'
    /** When its first signature expires, as Unix time; null where none was made yet. */
    readonly expiration: number | null
  }[]
  /** When the first signature of all expires, as Unix time; null where none was made yet. */
  readonly firstExpiration: number | null
  /** Null where there is no store. */
  readonly store: {
    readonly driver: string
    readonly state: string
    /** The last change set that is durable, and the last that is served. */
    readonly durable: number
    readonly served: number
    readonly commitMs: number | null
  } | null
  readonly signatures: { readonly made: number; readonly renewed: number; readonly cached: number }
  /** What is wrong on purpose. */
  readonly faults: readonly InjectionView[]
  /** Null until the sockets are bound. */
  readonly transports: Counters | null
}

/** Looks at everything once. */
export function statusOf(server: RunningServer): StatusReport {
  const { observed } = server
  const expirations = observed.expirations()
  const zones: StatusReport['zones'][number][] = []
  for (const { zone, source } of server.zones.values()) {
    if (zones.length === zonesListedMax) break
    const expiration = expirations.get(zone.apexKey) ?? null
    const name = formatName(zone.apex)
    zones.push({ zone: name, serial: zone.serial, source: source.kind, expiration })
  }
  const facts = storeFacts(observed)
  const commitMs = server.provisioning?.store.health().commitMs ?? null
  return {
    version: observed.version,
    uptimeSeconds: Math.floor(process.uptime()),
    health: server.health(),
    zonesServed: server.zones.size,
    zones,
    firstExpiration: firstExpiration(observed) ?? null,
    store: facts ? { ...facts, commitMs } : null,
    signatures: { ...observed.cache.counters },
    faults: observed.faultsAtWork(),
    transports: observed.counters() ?? null,
  }
}
