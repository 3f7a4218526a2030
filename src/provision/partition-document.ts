import type { DocumentWrite, StoredDocument } from '../store/index.ts'
import { formatName } from '../wire/index.ts'
import { Fields } from './fields.ts'
import type { Partition } from './types.ts'

/** Where the store keeps partitions. */
export const partitionCollection = 'partition'

/** What the document of a partition has; how many hosts there are, its zone knows. */
export type StoredPartition = Omit<Partition, 'hosts'>

/** Partitions belong to whoever runs the service, and to none of the tenants. */
export const operatorTenant = '*'

/** Writes a partition that was worked out upon its own `version`. */
export function partitionWrite(partition: StoredPartition, note: string): DocumentWrite {
  const { name, zone, frontends, isOpen, version } = partition
  const document = {
    ...{ collection: partitionCollection, key: name, version: version + 1 },
    ...{ tenant: operatorTenant, dueAt: undefined },
    value: { name, zone: formatName(zone), frontends: [...frontends], isOpen },
  }
  return { expectedVersion: version, document, claims: [], note }
}

/** The partition of a document. @throws {CodedError} `store-corrupt` */
export function partitionFromDocument(document: StoredDocument): StoredPartition {
  const fields = new Fields(document)
  return {
    version: document.version,
    name: fields.text('name'),
    zone: fields.name('zone'),
    frontends: fields.texts('frontends'),
    isOpen: fields.flag('isOpen'),
  }
}
