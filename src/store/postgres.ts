import type { QueryResultRow } from 'pg'
import { type Clock, CodedError, type Timers, type UnixSeconds } from '../base/index.ts'
import { RR, type RRType } from '../rr/index.ts'
import { formatName, type Name } from '../wire/index.ts'
import { auditPage } from './audit-page.ts'
import { type Codec, decode, encode } from './codec.ts'
import { pageOf, parseCursor } from './cursor.ts'
import { answerForm, auditForm, changeSetForm, rrsetForm, tokenForm, zoneForm } from './forms.ts'
import { checkId, isStorableId } from './ids.ts'
import { InstanceGatherer } from './instance-page.ts'
import { nameOctets } from './keyspace.ts'
import {
  answerLifetime,
  auditEntriesDefault,
  connectionsMaxDefault,
  fetchedRowsMax,
  nodeLifetime,
  pageItemsMax,
} from './limits.ts'
import { byteaArray, integerArray } from './postgres-arrays.ts'
import { writePostgresBackup } from './postgres-backup.ts'
import { PostgresDatabase, type Statement } from './postgres-database.ts'
import { PostgresDocuments } from './postgres-documents.ts'
import { PostgresKeys } from './postgres-keys.ts'
import { historyStatement, statements } from './postgres-statements.ts'
import type { Place } from './postgres-witness.ts'
import { answerOctets, PostgresCommits } from './postgres-writes.ts'
import type { AuditQuery, HistoryQuery, Page, Store } from './store.ts'
import type {
  AuditEntry,
  ChangeSet,
  Commit,
  CommitOutcome,
  DocumentCommit,
  DocumentOutcome,
  DocumentVersion,
  StoredAnswer,
  StoredDocument,
  StoredInstances,
  StoredKey,
  StoredRRset,
  StoredToken,
  StoredZone,
  StoreHealth,
} from './types.ts'
import { Watchers } from './watchers.ts'

/** How the store in PostgreSQL is opened. */
export interface PostgresStoreOptions {
  /**
   * `postgres://user@host:port/database`; for a Unix socket `?host=/directory` follows, for TLS
   * `?sslmode=verify-full`.
   */
  readonly url: string
  /** Undefined where none is asked for, or the URL has it. */
  readonly password?: string | undefined
  readonly clock: Clock
  readonly timers: Timers
  /** Milliseconds from anywhere, to measure commits with. */
  readonly monotonicMs: () => number
  /** Audit entries that are kept, the newest; 100,000. */
  readonly auditEntriesMax?: number
  /** Told how many milliseconds each durable commit took. */
  readonly onCommit?: (ms: number) => void
  /** Connections at one time, besides the one that listens; 8. */
  readonly connectionsMax?: number
  /** Told why PostgreSQL cannot be used, and again where there is another reason. */
  readonly onLost?: (trouble: CodedError) => void
  /** Told when it can be used again, or at last. */
  readonly onBack?: () => void
  /** Told that change sets are lost: which was the last one, and which is it now. */
  readonly onRewind?: (from: number, to: number) => void
}

/**
 * Opens the store in a PostgreSQL database (15 or later), and makes its tables when they are not
 * there. While PostgreSQL is away, now or later, everything is refused; that it is back is noticed
 * without help. What only a person can mend is no reason to wait: then it is not opened.
 *
 * @throws {CodedError} `store-refused`, `store-too-new`, `store-full`, `store-corrupt`
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const store = new PostgresStore(options)
  try {
    await store.start()
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

/** A row that is nothing but a value at rest. */
interface BodyRow {
  readonly body: Buffer
}

interface RRsetRow extends BodyRow {
  readonly type: number
}

class PostgresStore implements Store {
  readonly driver = 'postgres'
  readonly #database: PostgresDatabase
  readonly #commits: PostgresCommits
  readonly #keys: PostgresKeys
  readonly #documents: PostgresDocuments
  readonly #watchers: Watchers
  readonly #monotonicMs: () => number
  readonly #onCommit: (ms: number) => void
  readonly #auditEntriesMax: number
  #commitMs: number | undefined
  /** Why the last write failed, if it did. */
  #trouble: CodedError | undefined
  #isOpen = true

  constructor(options: PostgresStoreOptions) {
    const { auditEntriesMax = auditEntriesDefault } = options
    const { connectionsMax = connectionsMaxDefault } = options
    this.#monotonicMs = options.monotonicMs
    this.#onCommit = options.onCommit ?? (() => undefined)
    this.#auditEntriesMax = auditEntriesMax
    this.#watchers = new Watchers(options.timers)
    this.#database = new PostgresDatabase({
      url: options.url,
      password: options.password,
      connectionsMax,
      timers: options.timers,
      onNews: () => this.#watchers.tell(),
      onRewind: (from, to) => {
        options.onRewind?.(from, to)
        this.#watchers.tell()
      },
      onLost: (trouble) => options.onLost?.(trouble),
      onBack: () => {
        this.#trouble = undefined
        options.onBack?.()
        this.#watchers.tell()
      },
    })
    this.#commits = new PostgresCommits(this.#database, options.clock, auditEntriesMax)
    const query = <Row extends QueryResultRow>(statement: Statement, values: unknown[]) =>
      this.#query<Row>(statement, values)
    this.#keys = new PostgresKeys(query)
    this.#documents = new PostgresDocuments(query)
  }

  get rewinds(): number {
    return this.#database.rewinds
  }

  /** Makes the tables, and listens, once PostgreSQL is there. */
  start(): Promise<void> {
    return this.#database.start(true)
  }

  async *zones(): AsyncIterable<StoredZone> {
    let from = Buffer.alloc(0)
    for (;;) {
      const values = [from, fetchedRowsMax]
      const rows = await this.#query<BodyRow & { apex: Buffer }>(statements.zones, values)
      for (const { body } of rows) yield decode(zoneForm, body, 'a zone')
      const last = rows.at(-1)
      if (!last || rows.length < fetchedRowsMax) return
      from = Buffer.concat([last.apex, Buffer.of(0)])
    }
  }

  zone(apex: Name): Promise<StoredZone | undefined> {
    return this.#one(statements.zone, [nameOctets(apex)], zoneForm, `zone ${formatName(apex)}`)
  }

  async *rrsets(apex: Name): AsyncIterable<StoredRRset> {
    for await (const { body } of this.#rrsets(apex)) yield decode(rrsetForm, body, 'an RRset')
  }

  async *content(apex: Name): AsyncIterable<StoredRRset | StoredInstances> {
    const gatherer = new InstanceGatherer(apex)
    for await (const { type, body } of this.#rrsets(apex)) {
      if (type !== RR.LIKE || !gatherer.take(body)) yield decode(rrsetForm, body, 'an RRset')
      const page = gatherer.isFull ? gatherer.give() : undefined
      if (page) yield page
    }
    const last = gatherer.give()
    if (last) yield last
  }

  async *#rrsets(apex: Name): AsyncGenerator<RRsetRow> {
    const key = nameOctets(apex)
    // What fits into one answer needs no connection of its own.
    const first = await this.#query<RRsetRow>(statements.firstRRsets, [key, fetchedRowsMax])
    const isAll = first.length < fetchedRowsMax
    const pages = isAll ? [first] : this.#database.pages<RRsetRow>(statements.rrsets, [key])
    for await (const rows of pages) yield* rows
  }

  async read(
    keys: readonly { readonly apex: Name; readonly owner: Name; readonly type: RRType }[],
  ): Promise<readonly (StoredRRset | undefined)[]> {
    if (keys.length === 0) return []
    const rows = await this.#query<{ body: Buffer | null }>(statements.someRRsets, [
      byteaArray(keys.map(({ apex }) => nameOctets(apex))),
      byteaArray(keys.map(({ owner }) => nameOctets(owner))),
      integerArray(keys.map(({ type }) => type)),
    ])
    return rows.map(({ body }) => (body ? decode(rrsetForm, body, 'an RRset') : undefined))
  }

  commit(commits: readonly Commit[]): Promise<readonly CommitOutcome[]> {
    return this.#timed(() => this.#commits.commit(commits))
  }

  commitDocuments(commits: readonly DocumentCommit[]): Promise<readonly DocumentOutcome[]> {
    return this.#timed(() => this.#commits.commitDocuments(commits))
  }

  async history(query: HistoryQuery): Promise<Page<ChangeSet>> {
    const { apex, after = 0, newestFirst } = query
    const limit = Math.min(query.limit, pageItemsMax)
    const cursor = parseCursor(query.cursor)
    const above = Math.max(after, newestFirst ? 0 : (cursor ?? 0))
    const below = newestFirst ? (cursor ?? Number.MAX_SAFE_INTEGER) : Number.MAX_SAFE_INTEGER
    const values = [above, below, limit + 1, ...(apex ? [nameOctets(apex)] : [])]
    const rows = await this.#query<BodyRow & Place>(historyStatement(query), values)
    const sets = rows.map(({ sequence, mark, body }) => {
      this.#database.note({ sequence, mark })
      return { sequence, ...decode(changeSetForm, body, `change set ${sequence}`) }
    })
    return pageOf(sets, limit, ({ sequence }) => sequence)
  }

  async sequence(): Promise<number> {
    const [row] = await this.#query<Place>(statements.sequence, [])
    if (row) this.#database.note(row)
    return row?.sequence ?? 0
  }

  keys(apex: Name): Promise<readonly StoredKey[]> {
    return this.#keys.ofZone(apex)
  }

  lastKeyId(apex: Name): Promise<number> {
    return this.#keys.lastId(apex)
  }

  putKey(key: StoredKey): Promise<void> {
    return this.#noting(this.#keys.put(key))
  }

  replaceKey(before: StoredKey, after: StoredKey): Promise<boolean> {
    return this.#noting(this.#keys.replace(before, after))
  }

  deleteKey(apex: Name, id: number): Promise<void> {
    return this.#noting(this.#keys.remove(apex, id))
  }

  sealedKeys(): AsyncIterable<StoredKey> {
    return this.#keys.sealed()
  }

  tokens(): Promise<readonly StoredToken[]> {
    return this.#all(statements.tokens, [], tokenForm, 'a token')
  }

  async token(id: string): Promise<StoredToken | undefined> {
    if (!isStorableId(id)) return undefined
    return this.#one(statements.token, [Buffer.from(id)], tokenForm, 'a token')
  }

  async putToken(token: StoredToken): Promise<void> {
    checkId(token.id)
    await this.#write(statements.putToken, [Buffer.from(token.id), encode(tokenForm, token)])
  }

  audit(query: AuditQuery): Promise<Page<AuditEntry>> {
    return auditPage(query, async (...values) => {
      const rows = await this.#query<BodyRow & { number: number }>(statements.audit, values)
      return rows.map(({ number, body }) => ({ number, octets: body }))
    })
  }

  async putAudit(entry: AuditEntry): Promise<void> {
    const entries = byteaArray([encode(auditForm, entry)])
    await this.#write(statements.putAudit, [entries, this.#auditEntriesMax])
  }

  document(collection: string, key: string): Promise<StoredDocument | undefined> {
    return this.#documents.one(collection, key)
  }

  documents(query: Parameters<Store['documents']>[0]): Promise<Page<StoredDocument>> {
    return this.#documents.list(query)
  }

  dueDocuments(...query: Parameters<Store['dueDocuments']>): Promise<readonly StoredDocument[]> {
    return this.#documents.due(...query)
  }

  claimant(collection: string, claim: string): Promise<string | undefined> {
    return this.#documents.claimant(collection, claim)
  }

  documentHistory(query: Parameters<Store['documentHistory']>[0]): Promise<Page<DocumentVersion>> {
    return this.#documents.history(query)
  }

  async answer(key: string, now: UnixSeconds): Promise<StoredAnswer | undefined> {
    const values = [answerOctets(key)]
    const answer = await this.#one(statements.answer, values, answerForm, 'an answer')
    return answer && answer.at + answerLifetime > now ? answer : undefined
  }

  async putNode(node: string, sequence: number, now: UnixSeconds): Promise<void> {
    checkId(node)
    await this.#write(statements.putNode, [Buffer.from(node), now, sequence, now - nodeLifetime])
  }

  async nodes(
    since: UnixSeconds,
  ): Promise<readonly { readonly node: string; readonly sequence: number }[]> {
    const rows = await this.#query<{ name: Buffer; sequence: number }>(statements.nodes, [since])
    return rows.map(({ name, sequence }) => ({ node: name.toString(), sequence }))
  }

  watch(onChange: () => void): () => void {
    return this.#watchers.add(onChange)
  }

  health(): StoreHealth {
    const known = { commitMs: this.#commitMs, sequence: this.#database.sequence }
    if (!this.#isOpen) return { state: 'down', text: 'closed', ...known }
    const gone = this.#database.trouble
    if (gone) return { state: 'down', text: gone.message, ...known }
    if (this.#trouble) return { state: 'degraded', text: this.#trouble.message, ...known }
    const lost = this.rewinds > 0 ? `; lost change sets ${this.rewinds} times, see the log` : ''
    return { state: 'ok', text: `writes and reads${lost}`, ...known }
  }

  async backup(path: string): Promise<void> {
    await writePostgresBackup(this.#database, path)
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#watchers.clear()
    await this.#database.close()
  }

  /** A commit whose duration is told. */
  async #timed<T>(commit: () => Promise<T>): Promise<T> {
    const begun = this.#monotonicMs()
    const result = await this.#noting(commit())
    this.#commitMs = this.#monotonicMs() - begun
    this.#onCommit(this.#commitMs)
    return result
  }

  async #noting<T>(writing: Promise<T>): Promise<T> {
    try {
      const result = await writing
      this.#trouble = undefined
      return result
    } catch (error) {
      if (error instanceof CodedError) this.#trouble = error
      throw error
    }
  }

  async #write(statement: Statement, values: unknown[]): Promise<void> {
    await this.#noting(this.#query(statement, values))
  }

  #query<Row extends QueryResultRow>(statement: Statement, values: unknown[]): Promise<Row[]> {
    return this.#database.query<Row>(statement, values)
  }

  async #one<T>(
    statement: Statement,
    values: unknown[],
    form: Codec<T>,
    where: string,
  ): Promise<T | undefined> {
    return (await this.#all(statement, values, form, where))[0]
  }

  async #all<T>(
    statement: Statement,
    values: unknown[],
    form: Codec<T>,
    where: string,
  ): Promise<T[]> {
    const rows = await this.#query<BodyRow>(statement, values)
    return rows.map(({ body }) => decode(form, body, where))
  }
}
