import type { UnixSeconds } from '../base/index.ts'
import { type Fault, soundZone } from '../lab/index.ts'
import { joinNames, type Name, nameKey, parseName, rootName } from '../wire/index.ts'
import type { WorldSpec, ZoneSpec } from '../world/index.ts'
import type { Addresses, Scenario } from './types.ts'

/** The zone below which every fault of the catalogue has its own. */
export const faultsApex = parseName('lab.test.')

/** Zones between the root and those that matter; nothing is ever wrong with them. */
const parents = [parseName('test.'), parseName('microsoft.'), faultsApex]

/** The zone of a fault: its id, below `lab.test.`. */
export function faultZone({ id }: Pick<Fault, 'id'>): Name {
  return joinNames(parseName(`${id}.`), faultsApex)
}

function faulty(fault: Fault, { faults }: Addresses): ZoneSpec {
  const { setting } = fault
  const servers = faults.slice(0, setting.servers)
  return { apex: faultZone(fault), setting, faults: [{ fault }], servers }
}

function sound(apex: Name, server: string): ZoneSpec {
  return { apex, setting: { ...soundZone, denial: 'nsec' }, faults: [], servers: [server] }
}

/**
 * The world of a scenario: root, parents, a zone for each fault, those of the scenario itself, and
 * `more`, which come from elsewhere. Of two zones with one name, that of the scenario is taken.
 */
export function worldSpec(
  { seed, faults, addresses, zones }: Scenario,
  now: () => UnixSeconds,
  more: readonly ZoneSpec[] = [],
): WorldSpec {
  const all = [
    sound(rootName, addresses.root),
    ...parents.map((apex) => sound(apex, addresses.parents)),
    ...faults.map((fault) => faulty(fault, addresses)),
    ...more,
    ...zones.map((zone) => withServers(zone, addresses)),
  ]
  return { seed, now, zones: [...new Map(all.map((zone) => [nameKey(zone.apex), zone])).values()] }
}

/** Zones that do not say where they are served are where those with faults are. */
function withServers(zone: ZoneSpec, { faults }: Addresses): ZoneSpec {
  return zone.servers.length > 0 ? zone : { ...zone, servers: faults.slice(0, 1) }
}
