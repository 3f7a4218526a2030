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
  /** The same of servers that misbehave, less the number of their fault. */
  misbehaving: ['127.53.10.', '127.53.11.'],
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

/** Faults of servers, numbered from 1; those of zones have none. */
const numbers: ReadonlyMap<Fault, number> = new Map(
  catalogue
    .filter(({ acts }) => acts.some(({ kind }) => kind === 'behave'))
    .map((fault, index) => [fault, index + 1]),
)

/**
 * Where the zone of a fault is served: where all of them are, unless its servers misbehave. These
 * have addresses of their own, since resolvers remember of an address that it is slow, silent or
 * knows no EDNS, and other zones would suffer for it.
 */
function serversOf(fault: Fault): string[] {
  const number = numbers.get(fault)
  const { faults, misbehaving } = worldAddresses
  const all = number === undefined ? faults : misbehaving.map((network) => `${network}${number}`)
  return all.slice(0, fault.setting.servers)
}

/** The zone of a fault, as its setting has it and with the fault at work. */
export function faultZone(fault: Fault): ZoneSpec {
  const { id, setting } = fault
  return { apex: faultApex(id), setting, faults: [{ fault }], servers: serversOf(fault) }
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
