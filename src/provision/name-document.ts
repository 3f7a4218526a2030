import type { DocumentWrite, StoredDocument } from '../store/index.ts'
import { formatHost, type Name } from '../wire/index.ts'
import { Fields } from './fields.ts'

/** Where the store keeps the names of domains, whoever's they are. */
export const nameCollection = 'name'

/**
 * A name that a domain was verified for. It outlives the domains of the tenants that have had it,
 * and is what keeps two of them from having it at one time. Its tokens are its own for ever.
 */
export interface HeldName {
  readonly version: number
  readonly name: Name
  /** Whose domain it is, or was the last. */
  readonly tenant: string
  readonly isHeld: boolean
  readonly token: string
}

/** The key of a name's document. */
export function heldNameKey(name: Name): string {
  return formatHost(name)
}

/** Writes a name, which claims its token. */
export function heldNameWrite(held: HeldName): DocumentWrite {
  const { version, name, tenant, isHeld, token } = held
  const document = {
    ...{ collection: nameCollection, key: heldNameKey(name), tenant, version: version + 1 },
    ...{ dueAt: undefined, value: { name: formatHost(name), isHeld, token } },
  }
  return { expectedVersion: version, document, claims: [token], note: '' }
}

/** The name of a document. @throws {CodedError} `store-corrupt` */
export function heldNameFromDocument(document: StoredDocument): HeldName {
  const fields = new Fields(document)
  return {
    ...{ tenant: document.tenant, version: document.version },
    name: fields.name('name'),
    isHeld: fields.flag('isHeld'),
    token: fields.text('token'),
  }
}
