import { CodedError } from '../base/index.ts'
import { defaultSettings, type RRsetEdit } from '../records/index.ts'
import { equalNames, formatName, lowerName, type Name, parseName } from '../wire/index.ts'
import {
  type Address,
  addressEdits,
  apexEdits,
  daneTemplate,
  hostName,
  plainTemplate,
  readAddresses,
} from './host-records.ts'
import { operatorTenant, partitionWrite, type StoredPartition } from './partition-document.ts'
import { type Decision, perform } from './perform.ts'
import { readPartition, withHosts } from './read.ts'
import { deeds, refuse } from './refusals.ts'
import { isLdhLabel } from './token.ts'
import type { Actor, Partition, Provisioned } from './types.ts'
import type { World } from './world.ts'

/** Frontends of one partition: their addresses must fit an answer with room to spare. */
const frontendsMax = 64
/** Octets of a partition's apex: below it come hosts of 63, and `_25._tcp` below those. */
const zoneOctetsMax = 180

/** What a partition is made of. */
export type NewPartition = Pick<Partition, 'name' | 'frontends'> &
  Partial<Pick<Partition, 'zone' | 'isOpen'>>

/** Makes a partition with its zone: apex, keys, and the templates of its hosts. */
export function createPartition(
  world: World,
  wished: NewPartition,
  actor: Actor,
): Promise<Provisioned<Partition>> {
  const deed = deeds.createPartition
  const { name, isOpen = true } = wished
  const task = { deed, subject: name, turn: turnOf(name), actor }
  return perform(world, task, async () => {
    if (!isLdhLabel(name)) return refuse(deed, name, 'partition-invalid', 'its name is no label')
    const zone = lowerName(wished.zone ?? parseName(name, world.settings.suffix))
    if (zone.length > zoneOctetsMax) {
      return refuse(deed, name, 'partition-invalid', `${formatName(zone)} is too long`)
    }
    const addresses = demandAddresses(wished.frontends)
    const after = { name, zone, frontends: textsOf(addresses), isOpen, version: 0 }
    const before = await readPartition(world, name)
    if (!before) return creating(world, after, addresses)
    if (isSame(before, after)) return { kind: 'settled', value: withHosts(world, before) }
    return refuse(deed, name, 'partition-exists', 'there is another one of that name')
  })
}

function creating(
  world: World,
  partition: StoredPartition,
  addresses: readonly Address[],
): Decision<Partition> {
  const { name, zone } = partition
  const { nameServers } = world.settings
  if (nameServers.length === 0) {
    const why = 'its zone would have no name server: set some'
    return refuse(deeds.createPartition, name, 'partition-invalid', why)
  }
  const note = `Made: partition ${name}`
  const rrsets = [...apexEdits(zone, nameServers), ...templateEdits(world, zone, addresses)]
  // Chains that name neighbours would list the customers.
  const settings = { ...defaultSettings, denial: 'compact' as const }
  return {
    kind: 'change',
    value: { ...withHosts(world, partition), version: 1 },
    documents: [partitionWrite(partition, note)],
    zone: { apex: zone, wish: { kind: 'create', tenant: operatorTenant, settings, rrsets } },
    note,
  }
}

function templateEdits(
  { settings }: World,
  zone: Name,
  addresses: readonly Address[],
): readonly RRsetEdit[] {
  return [plainTemplate, daneTemplate].flatMap((template) =>
    addressEdits(hostName(template, zone), addresses, settings.hostTtl),
  )
}

/** Changes the frontends of a partition, in one change set for all of its hosts, or closes it. */
export function changePartition(
  world: World,
  name: string,
  change: Partial<Pick<Partition, 'frontends' | 'isOpen'>>,
  actor: Actor,
): Promise<Provisioned<Partition>> {
  const deed = deeds.changePartition
  return perform(world, { deed, subject: name, turn: turnOf(name), actor }, async () => {
    const before = await readPartition(world, name)
    if (!before) return refuse(deed, name, 'partition-absent', 'there is no such partition')
    const addresses = change.frontends && demandAddresses(change.frontends)
    const frontends = addresses ? textsOf(addresses) : before.frontends
    const after = { ...before, frontends, isOpen: change.isOpen ?? before.isOpen }
    if (isSame(before, after)) return { kind: 'settled', value: withHosts(world, before) }
    const note = `Changed: partition ${name}`
    const edits = addresses && templateEdits(world, before.zone, addresses)
    return {
      kind: 'change',
      value: { ...withHosts(world, after), version: after.version + 1 },
      documents: [partitionWrite(after, note)],
      zone: edits && { apex: before.zone, wish: { kind: 'edit', edits } },
      note,
    }
  })
}

function isSame(a: StoredPartition, b: StoredPartition): boolean {
  const frontends = a.frontends.join(' ') === b.frontends.join(' ')
  return frontends && a.isOpen === b.isOpen && equalNames(a.zone, b.zone)
}

function turnOf(name: string): string {
  return `partition ${name}`
}

function textsOf(addresses: readonly Address[]): readonly string[] {
  return addresses.map(({ record }) => record.content).toSorted()
}

function demandAddresses(frontends: readonly string[]): readonly Address[] {
  const addresses = readAddresses(frontends.slice(0, frontendsMax + 1))
  if (addresses.length > 0 && addresses.length <= frontendsMax) return addresses
  const why = `a partition has 1 to ${frontendsMax} frontends`
  throw new CodedError('partition-invalid', `Cannot use ${frontends.length} addresses: ${why}`)
}
