import type { UnixSeconds } from '../base/index.ts'
import { nameKey } from '../wire/index.ts'
import { catalogueWorld, type WorldSpec, worldAddresses, type ZoneSpec } from '../world/index.ts'
import type { Scenario } from './types.ts'

/**
 * The world of a scenario: root and parents, a zone for each fault, those of the scenario itself,
 * and `more`, which come from elsewhere. Of zones with one name, that of the scenario is taken.
 */
export function worldSpec(
  { seed, faults, front, zones }: Scenario,
  now: () => UnixSeconds,
  more: readonly ZoneSpec[] = [],
): WorldSpec {
  const spec = catalogueWorld({ seed, now, faults, front })
  const all = [...spec.zones, ...more, ...zones.map(withServers)]
  return { ...spec, zones: [...new Map(all.map((zone) => [nameKey(zone.apex), zone])).values()] }
}

/** Zones that do not say where they are served are where those with faults are. */
function withServers(zone: ZoneSpec): ZoneSpec {
  const { faults } = worldAddresses
  return zone.servers.length > 0 ? zone : { ...zone, servers: faults.slice(0, 1) }
}
