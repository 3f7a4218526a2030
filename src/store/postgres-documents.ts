import type { QueryResultRow } from 'pg'
import type { UnixSeconds } from '../base/index.ts'
import { decode } from './codec.ts'
import { pageOf, parseCursor } from './cursor.ts'
import {
  isDocumentKey,
  isDocumentList,
  type PreparedDocument,
  pageOfDocuments,
  parseKeyCursor,
} from './documents.ts'
import { documentVersionForm } from './forms.ts'
import { pageItemsMax } from './limits.ts'
import { bigintArray, byteaArray, integerArray } from './postgres-arrays.ts'
import type { Statement } from './postgres-database.ts'
import type { Page, Store } from './store.ts'
import type { DocumentVersion, StoredDocument } from './types.ts'

/** A query in a query, so that each is looked up by the index, however many there are. */
const lastBody = `(
    select v.body from danelaw.document_version v
    where v.collection = d.collection and v.key = d.key order by v.version desc limit 1
  ) as body`

/** What is asked of the tables of documents. */
export const documentStatements = {
  document: {
    name: 'read document',
    text: `select ${lastBody} from danelaw.document d where d.collection = $1 and d.key = $2`,
  },
  documents: {
    name: 'read documents',
    text: `select ${lastBody} from danelaw.document d
      where d.collection = $1 and d.key > $2 order by d.key limit $3`,
  },
  documentsOfTenant: {
    name: 'read documents of tenant',
    text: `select ${lastBody} from danelaw.document_of_tenant d
      where d.collection = $1 and d.key > $2 and d.tenant = $4 order by d.key limit $3`,
  },
  due: {
    name: 'read documents due',
    text: `select ${lastBody} from danelaw.document_due d
      where d.collection = $1 and d.due_at <= $2 order by d.due_at, d.key limit $3`,
  },
  claimant: {
    name: 'read claimant',
    text: 'select key from danelaw.claim where collection = $1 and name = $2',
  },
  history: {
    name: 'read document history',
    text: `select body from danelaw.document_version
      where collection = $1 and key = $2 and version < $3 order by version desc limit $4`,
  },
} as const satisfies Readonly<Record<string, Statement>>

interface VersionRow {
  readonly body: Buffer
}

type Query = <Row extends QueryResultRow>(statement: Statement, values: unknown[]) => Promise<Row[]>

/** Documents in PostgreSQL, as they are read. */
export class PostgresDocuments {
  readonly #query: Query

  constructor(query: Query) {
    this.#query = query
  }

  /** A document, if it is there. */
  async one(collection: string, key: string): Promise<StoredDocument | undefined> {
    if (!isDocumentKey(collection, key)) return undefined
    const values = [Buffer.from(collection), Buffer.from(key)]
    return (await this.#all(documentStatements.document, values))[0]?.document
  }

  /** As `Store.documents`. */
  async list(query: Parameters<Store['documents']>[0]): Promise<Page<StoredDocument>> {
    const { collection, tenant } = query
    const after = parseKeyCursor(query.cursor) ?? ''
    if (!isDocumentList(collection, tenant)) return { items: [], next: undefined }
    const limit = Math.min(query.limit, pageItemsMax)
    const values = [Buffer.from(collection), Buffer.from(after), limit + 1]
    const found =
      tenant === undefined
        ? await this.#all(documentStatements.documents, values)
        : await this.#all(documentStatements.documentsOfTenant, [...values, Buffer.from(tenant)])
    const documents = found.map(({ document }) => document)
    return pageOfDocuments(documents, limit)
  }

  /** As `Store.dueDocuments`. */
  async due(
    collection: string,
    now: UnixSeconds,
    limit: number,
  ): Promise<readonly StoredDocument[]> {
    if (!isDocumentList(collection)) return []
    const values = [Buffer.from(collection), now, Math.min(limit, pageItemsMax)]
    const found = await this.#all(documentStatements.due, values)
    return found.map(({ document }) => document)
  }

  /** The document that claims a name. */
  async claimant(collection: string, claim: string): Promise<string | undefined> {
    if (!isDocumentKey(collection, claim)) return undefined
    const values = [Buffer.from(collection), Buffer.from(claim)]
    const [row] = await this.#query<{ key: Buffer }>(documentStatements.claimant, values)
    return row?.key.toString()
  }

  /** As `Store.documentHistory`. */
  async history(query: Parameters<Store['documentHistory']>[0]): Promise<Page<DocumentVersion>> {
    const { collection, key } = query
    const below = parseCursor(query.cursor) ?? Number.MAX_SAFE_INTEGER
    if (!isDocumentKey(collection, key)) return { items: [], next: undefined }
    const limit = Math.min(query.limit, pageItemsMax)
    const values = [Buffer.from(collection), Buffer.from(key), below, limit + 1]
    const versions = await this.#all(documentStatements.history, values)
    return pageOf(versions, limit, ({ document }) => document.version)
  }

  async #all(statement: Statement, values: unknown[]): Promise<DocumentVersion[]> {
    const rows = await this.#query<VersionRow>(statement, values)
    return rows.map(({ body }) => decode(documentVersionForm, body, 'a document'))
  }
}

/** The arguments of `danelaw.commit` that are about documents: those of each commit in turn. */
export function documentColumns(commits: readonly (readonly PreparedDocument[])[]): Buffer[] {
  const all = commits.flat()
  const writes = all.map(({ write }) => write)
  const octets = (values: readonly string[]) => byteaArray(values.map((text) => Buffer.from(text)))
  return [
    integerArray(ends(commits)),
    octets(writes.map(({ document }) => document.collection)),
    octets(writes.map(({ document }) => document.key)),
    octets(writes.map(({ document }) => document.tenant)),
    bigintArray(writes.map(({ expectedVersion }) => expectedVersion)),
    bigintArray(writes.map(({ document }) => document.dueAt)),
    byteaArray(all.map(({ version }) => version)),
    integerArray(ends(writes.map(({ claims }) => claims))),
    octets(writes.flatMap(({ claims }) => claims)),
  ]
}

/** How many items there are up to the end of each list. */
export function ends(lists: readonly (readonly unknown[])[]): number[] {
  let end = 0
  return lists.map(({ length }) => {
    end += length
    return end
  })
}
