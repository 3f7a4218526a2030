import type { UnixSeconds } from '../base/index.ts'
import { catalogue, type Fault, type Setting, soundZone } from '../lab/index.ts'
import { type Name, parseName, rootName } from '../wire/index.ts'
import type { WorldSpec, ZoneSpec } from './types.ts'

/** Where the zones of the catalogue are served: all on loopback (RFC 1122 §3.2.1.3). */
export const worldAddresses = {
  root: '127.53.0.1',
  /** `test.` and `lab.test.`, above the zones of faults. */
  above: '127.53.0.2',
  /** Zones of faults, and of what is below them: their first server, their second. */
  faults: ['127.53.0.3', '127.53.0.4'],
} as const

/** The zone above those of faults. */
const labApex = parseName('lab.test.')

/** The name of the zone of a fault. */
export function faultApex(id: string): Name {
  return parseName(id, labApex)
}

function trunkZone(apex: Name, address: string): ZoneSpec {
  const setting: Setting = { ...soundZone, denial: 'nsec' }
  return { apex, setting, faults: [], servers: [address] }
}

/** The zone of a fault, as its setting has it and with the fault at work. */
export function faultZone(fault: Fault): ZoneSpec {
  const { id, setting } = fault
  const servers = worldAddresses.faults.slice(0, setting.servers)
  return { apex: faultApex(id), setting, faults: [{ fault }], servers }
}

/** What a world of the catalogue is made of. */
export interface CatalogueWorld {
  readonly seed: string
  now(): UnixSeconds
  /** All unless given. */
  readonly faults?: readonly Fault[]
  readonly front?: string
}

/** The world of the catalogue: root, `test.`, `lab.test.`, and a zone below it for each fault. */
export function catalogueWorld({ faults = catalogue, ...rest }: CatalogueWorld): WorldSpec {
  const { root, above } = worldAddresses
  return {
    ...rest,
    zones: [
      trunkZone(rootName, root),
      trunkZone(parseName('test.'), above),
      trunkZone(labApex, above),
      ...faults.map(faultZone),
    ],
  }
}
