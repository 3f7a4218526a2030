import { CodedError, type UnixSeconds } from '../base/index.ts'
import { decode, encode } from './codec.ts'
import { pageOf, parseCursor } from './cursor.ts'
import {
  isDocumentKey,
  isDocumentList,
  type PreparedDocument,
  pageOfDocuments,
  parseKeyCursor,
} from './documents.ts'
import type { Environment } from './environment.ts'
import { type DocumentHead, documentHeadForm, documentVersionForm } from './forms.ts'
import {
  claimKey,
  documentDueKey,
  documentKey,
  documentOfDue,
  documentOfTenantKey,
  documentsAfter,
  documentsDue,
  documentsPrefix,
  documentVersionKey,
} from './keyspace.ts'
import { pageItemsMax } from './limits.ts'
import type { Page, Store } from './store.ts'
import type { DocumentOutcome, DocumentVersion, StoredDocument } from './types.ts'

const nothing = Buffer.of(0)

/** What keeps a document from being written. */
export type DocumentConflict = Exclude<DocumentOutcome, { readonly kind: 'done' }>

/**
 * Documents of the embedded store. Each version is kept once; where a document stands, whose it is
 * and when it is due lead there.
 */
export class LmdbDocuments {
  readonly #environment: Environment

  constructor(environment: Environment) {
    this.#environment = environment
  }

  /** A document, if it is there. */
  one(collection: string, key: string): StoredDocument | undefined {
    if (!isDocumentKey(collection, key)) return undefined
    const head = this.#head(collection, key)
    return head && this.#version(collection, key, head.version).document
  }

  /** As `Store.documents`. */
  list(query: Parameters<Store['documents']>[0]): Page<StoredDocument> {
    const { collection, tenant } = query
    const after = parseKeyCursor(query.cursor)
    if (!isDocumentList(collection, tenant)) return { items: [], next: undefined }
    const limit = Math.min(query.limit, pageItemsMax)
    const prefix = documentsPrefix(collection, tenant)
    const range = documentsAfter(prefix, after)
    const found = this.#environment.range(range, { limit: limit + 1 })
    const documents = found.map(({ key }) => {
      return this.#present(collection, key.toString('utf8', prefix.length))
    })
    return pageOfDocuments(documents, limit)
  }

  /** As `Store.dueDocuments`. */
  due(collection: string, now: UnixSeconds, limit: number): readonly StoredDocument[] {
    if (!isDocumentList(collection)) return []
    const most = Math.min(limit, pageItemsMax)
    const found = this.#environment.range(documentsDue(collection, now), { limit: most })
    return found.map(({ key }) => this.#present(collection, documentOfDue(key)))
  }

  /** The document that claims a name. */
  claimant(collection: string, claim: string): string | undefined {
    if (!isDocumentKey(collection, claim)) return undefined
    return this.#environment.get(claimKey(collection, claim))?.toString()
  }

  /** As `Store.documentHistory`. */
  history(query: Parameters<Store['documentHistory']>[0]): Page<DocumentVersion> {
    const { collection, key } = query
    const below = parseCursor(query.cursor) ?? Number.MAX_SAFE_INTEGER
    if (!isDocumentKey(collection, key)) return { items: [], next: undefined }
    const limit = Math.min(query.limit, pageItemsMax)
    const at = (version: number) => documentVersionKey(collection, key, version)
    const range = { start: at(0), end: at(below) }
    const found = this.#environment.range(range, { reverse: true, limit: limit + 1 })
    const versions = found.map(({ value }) => decode(documentVersionForm, value, 'a document'))
    return pageOf(versions, limit, ({ document }) => document.version)
  }

  /** Only in `environment.write`: what keeps documents from being written, if anything does. */
  conflictOf(prepared: readonly PreparedDocument[]): DocumentConflict | undefined {
    for (const { write } of prepared) {
      const { collection, key } = write.document
      const version = this.#head(collection, key)?.version ?? 0
      if (version !== write.expectedVersion) return { kind: 'documentConflict', key, version }
      for (const claim of write.claims) {
        const by = this.claimant(collection, claim) ?? key
        if (by !== key) return { kind: 'claimConflict', claim, by }
      }
    }
    return undefined
  }

  /** Only in `environment.write`: writes documents that nothing keeps from it. */
  put(prepared: readonly PreparedDocument[]): void {
    for (const { write, version } of prepared) {
      const { document, claims } = write
      const { collection, key } = document
      this.#move(document, this.#head(collection, key))
      const head = encode(documentHeadForm, document)
      this.#environment.put(documentKey(collection, key), head)
      this.#environment.put(documentVersionKey(collection, key, document.version), version)
      for (const claim of claims) {
        this.#environment.put(claimKey(collection, claim), Buffer.from(key))
      }
    }
  }

  /** Takes a document from the lists that it was in to those where it belongs. */
  #move({ collection, key, tenant, dueAt }: StoredDocument, before: DocumentHead | undefined) {
    const environment = this.#environment
    if (before?.tenant !== tenant) {
      if (before) environment.remove(documentOfTenantKey(collection, before.tenant, key))
      environment.put(documentOfTenantKey(collection, tenant, key), nothing)
    }
    if (before?.dueAt === dueAt) return
    if (before?.dueAt !== undefined) {
      environment.remove(documentDueKey(collection, before.dueAt, key))
    }
    if (dueAt !== undefined) environment.put(documentDueKey(collection, dueAt, key), nothing)
  }

  #head(collection: string, key: string): DocumentHead | undefined {
    const octets = this.#environment.get(documentKey(collection, key))
    return octets && decode(documentHeadForm, octets, `document ${JSON.stringify(key)}`)
  }

  /** A document that a list says is there. */
  #present(collection: string, key: string): StoredDocument {
    return this.one(collection, key) ?? missing(`document ${JSON.stringify(key)}`)
  }

  #version(collection: string, key: string, version: number): DocumentVersion {
    const where = `version ${version} of document ${JSON.stringify(key)}`
    const octets = this.#environment.get(documentVersionKey(collection, key, version))
    return octets ? decode(documentVersionForm, octets, where) : missing(where)
  }
}

function missing(what: string): never {
  throw new CodedError('store-corrupt', `Cannot read store: ${what} is not there`)
}
