import { formatName, lowerName, type Name } from '../wire/index.ts'
import { domainCollection, domainFromDocument, domainKey } from './domain-document.ts'
import {
  type HeldName,
  heldNameFromDocument,
  heldNameKey,
  nameCollection,
} from './name-document.ts'
import {
  partitionCollection,
  partitionFromDocument,
  type StoredPartition,
} from './partition-document.ts'
import type { Domain, DomainRef, Partition } from './types.ts'
import type { World } from './world.ts'

/** Partitions that are read at a time. */
const partitionsAtATime = 100

/** A domain as it is kept, removed ones included. */
export async function readDomain({ store }: World, ref: DomainRef): Promise<Domain | undefined> {
  const document = await store.document(domainCollection, domainKey(ref))
  return document && domainFromDocument(document)
}

/** A domain that is there. */
export async function presentDomain(world: World, ref: DomainRef): Promise<Domain | undefined> {
  const domain = await readDomain(world, ref)
  return domain && domain.removedAt === undefined ? domain : undefined
}

/** What is known of a name, whoever has it. */
export async function readHeldName({ store }: World, name: Name): Promise<HeldName | undefined> {
  const document = await store.document(nameCollection, heldNameKey(name))
  return document && heldNameFromDocument(document)
}

/** Whether a token belongs to another name than this one. */
export async function isTaken({ store }: World, token: string, name: Name): Promise<boolean> {
  const claimant = await store.claimant(nameCollection, token)
  return claimant !== undefined && claimant !== heldNameKey(name)
}

/** A partition of that name. */
export async function readPartition(
  { store }: World,
  name: string,
): Promise<StoredPartition | undefined> {
  const document = await store.document(partitionCollection, name)
  return document && partitionFromDocument(document)
}

/** All partitions, with how many hosts each has. */
export async function readPartitions(world: World): Promise<readonly Partition[]> {
  const partitions: Partition[] = []
  let cursor: string | undefined
  do {
    const page = await world.store.documents({
      ...{ collection: partitionCollection, limit: partitionsAtATime },
      ...(cursor === undefined ? {} : { cursor }),
    })
    for (const document of page.items) {
      partitions.push(withHosts(world, partitionFromDocument(document)))
    }
    cursor = page.next
  } while (cursor !== undefined)
  return partitions
}

/** A partition with the number of its hosts. */
export function withHosts({ records }: World, partition: StoredPartition): Partition {
  return { ...partition, hosts: records.get(partition.zone)?.instances ?? 0 }
}

/** A reference with its domain in lower case. */
export function lowerRef({ tenant, domain }: DomainRef): DomainRef {
  return { tenant, domain: lowerName(domain) }
}

/** A domain as messages have it: without final dot. */
export function subjectOf({ domain }: DomainRef): string {
  return formatName(domain).slice(0, -1)
}
