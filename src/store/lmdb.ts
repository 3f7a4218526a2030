import type { Clock, Timers, UnixSeconds } from '../base/index.ts'
import { CodedError } from '../base/index.ts'
import type { RRType } from '../rr/index.ts'
import { formatName, type Name } from '../wire/index.ts'
import { auditPage } from './audit-page.ts'
import { writeBackup } from './backup.ts'
import { type Codec, decode, encode } from './codec.ts'
import { pageOf, parseCursor } from './cursor.ts'
import { Environment } from './environment.ts'
import { checkFormat } from './format.ts'
import {
  answerForm,
  auditForm,
  changeSetForm,
  keyForm,
  nodeForm,
  tokenForm,
  zoneForm,
} from './forms.ts'
import { checkId, isStorableId } from './ids.ts'
import {
  answerKey,
  auditKey,
  changeSetKey,
  everyKey,
  everyKeyOfZone,
  type KeyRange,
  keyKey,
  nodeKey,
  nodeOf,
  numberOf,
  sequenceKey,
  tokenKey,
  zoneHistoryKey,
  zoneKey,
} from './keyspace.ts'
import {
  answerLifetime,
  auditEntriesDefault,
  nodeLifetime,
  octetsMaxDefault,
  pageItemsMax,
} from './limits.ts'
import { LmdbDocuments } from './lmdb-documents.ts'
import { LmdbKeys } from './lmdb-keys.ts'
import { LmdbRRsets } from './lmdb-rrsets.ts'
import { LmdbWrites, prepareCommit, prepareDocumentCommit } from './lmdb-writes.ts'
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

/** How the embedded store is opened. */
export interface LmdbStoreOptions {
  /** Its directory; it is made, for its owner alone, when it is not there. */
  readonly path: string
  readonly clock: Clock
  readonly timers: Timers
  /** Milliseconds from anywhere, to measure commits with. */
  readonly monotonicMs: () => number
  /** Once its file is as large as this, writes are refused with `store-full`; 64 GiB. */
  readonly octetsMax?: number
  /** Audit entries that are kept, the newest; 100,000. */
  readonly auditEntriesMax?: number
  /** Told how many milliseconds each durable commit took. */
  readonly onCommit?: (ms: number) => void
}

/**
 * Opens the embedded store, and makes it when it is not there. On a file system that takes no
 * writes, what is there can be read.
 *
 * @throws {CodedError} `store-in-use`, `store-too-new`, `store-corrupt`, `store-full`,
 * `store-unavailable`
 */
export async function openLmdbStore(options: LmdbStoreOptions): Promise<Store> {
  const environment = new Environment(options.path)
  try {
    await checkFormat(environment, options.path)
    return new LmdbStore(environment, options)
  } catch (error) {
    await environment.close()
    throw error
  }
}

class LmdbStore implements Store {
  readonly driver = 'lmdb'
  /** What is on the disk stays. */
  readonly rewinds = 0
  readonly #environment: Environment
  readonly #writes: LmdbWrites
  readonly #rrsets: LmdbRRsets
  readonly #keys: LmdbKeys
  readonly #documents: LmdbDocuments
  readonly #watchers: Watchers
  readonly #clock: Clock
  readonly #monotonicMs: () => number
  readonly #onCommit: (ms: number) => void
  readonly #octetsMax: number
  #sequence: number
  #commitMs: number | undefined
  /** Why the last write failed, if it did. */
  #trouble: CodedError | undefined
  #open = true

  constructor(environment: Environment, options: LmdbStoreOptions) {
    const { auditEntriesMax = auditEntriesDefault, octetsMax = octetsMaxDefault } = options
    this.#environment = environment
    this.#writes = new LmdbWrites(environment, auditEntriesMax)
    this.#rrsets = new LmdbRRsets(environment)
    this.#keys = new LmdbKeys(environment)
    this.#documents = new LmdbDocuments(environment)
    this.#watchers = new Watchers(options.timers)
    this.#clock = options.clock
    this.#monotonicMs = options.monotonicMs
    this.#onCommit = options.onCommit ?? (() => undefined)
    this.#octetsMax = octetsMax
    this.#sequence = this.#writes.number(sequenceKey)
  }

  zones(): AsyncIterable<StoredZone> {
    return this.#every(everyKey('zone'), zoneForm, 'a zone')
  }

  async zone(apex: Name): Promise<StoredZone | undefined> {
    return this.#one(zoneKey(apex), zoneForm, `zone ${formatName(apex)}`)
  }

  rrsets(apex: Name): AsyncIterable<StoredRRset> {
    return this.#rrsets.all(apex)
  }

  content(apex: Name): AsyncIterable<StoredRRset | StoredInstances> {
    return this.#rrsets.content(apex)
  }

  async read(
    keys: readonly { readonly apex: Name; readonly owner: Name; readonly type: RRType }[],
  ): Promise<readonly (StoredRRset | undefined)[]> {
    return keys.map(({ apex, owner, type }) => this.#rrsets.one(apex, owner, type))
  }

  async commit(commits: readonly Commit[]): Promise<readonly CommitOutcome[]> {
    const prepared = commits.map(prepareCommit)
    const now = this.#clock.now()
    const outcomes = await this.#timed(() => this.#writes.commit(prepared, now))
    for (const outcome of outcomes) {
      if (outcome.kind === 'done') this.#sequence = Math.max(this.#sequence, outcome.sequence)
    }
    this.#watchers.tell()
    return outcomes
  }

  async commitDocuments(commits: readonly DocumentCommit[]): Promise<readonly DocumentOutcome[]> {
    const prepared = commits.map(prepareDocumentCommit)
    const outcomes = await this.#timed(() => this.#writes.commitDocuments(prepared))
    this.#watchers.tell()
    return outcomes
  }

  async history(query: HistoryQuery): Promise<Page<ChangeSet>> {
    const { apex, after = 0, newestFirst } = query
    const limit = Math.min(query.limit, pageItemsMax)
    const cursor = parseCursor(query.cursor)
    const from = Math.max(after, newestFirst ? 0 : (cursor ?? 0)) + 1
    const to = newestFirst ? (cursor ?? Number.MAX_SAFE_INTEGER) : Number.MAX_SAFE_INTEGER
    if (to <= from) return { items: [], next: undefined }
    const key = apex ? (n: number) => zoneHistoryKey(apex, n) : changeSetKey
    const range = { start: key(from), end: key(to) }
    const found = this.#environment.range(range, { reverse: newestFirst, limit: limit + 1 })
    const sets = found.map(({ key }) => this.#changeSet(numberOf(key)))
    return pageOf(sets, limit, ({ sequence }) => sequence)
  }

  async sequence(): Promise<number> {
    return this.#writes.number(sequenceKey)
  }

  async keys(apex: Name): Promise<readonly StoredKey[]> {
    const where = `a key of ${formatName(apex)}`
    return this.#all(everyKeyOfZone('key', apex), keyForm, where)
  }

  async lastKeyId(apex: Name): Promise<number> {
    return this.#keys.used(apex).keyId
  }

  async putKey(key: StoredKey): Promise<void> {
    const octets = encode(keyForm, key)
    await this.#write(() => this.#keys.put(key.apex, key.id, octets))
  }

  async replaceKey(before: StoredKey, after: StoredKey): Promise<boolean> {
    const key = keyKey(before.apex, before.id)
    const expected = encode(keyForm, before)
    const octets = encode(keyForm, after)
    return this.#write(() => {
      const found = this.#environment.get(key)
      if (!found || Buffer.compare(found, expected) !== 0) return false
      this.#environment.put(key, octets)
      return true
    })
  }

  async deleteKey(apex: Name, id: number): Promise<void> {
    await this.#write(() => this.#environment.remove(keyKey(apex, id)))
  }

  async *sealedKeys(): AsyncIterable<StoredKey> {
    for await (const key of this.#every(everyKey('key'), keyForm, 'a key')) {
      if (key.sealed) yield key
    }
  }

  async tokens(): Promise<readonly StoredToken[]> {
    return this.#all(everyKey('token'), tokenForm, 'a token')
  }

  async token(id: string): Promise<StoredToken | undefined> {
    if (!isStorableId(id)) return undefined
    return this.#one(tokenKey(id), tokenForm, 'a token')
  }

  async putToken(token: StoredToken): Promise<void> {
    checkId(token.id)
    const octets = encode(tokenForm, token)
    await this.#write(() => this.#environment.put(tokenKey(token.id), octets))
  }

  audit(query: AuditQuery): Promise<Page<AuditEntry>> {
    return auditPage(query, async (before, limit) => {
      const range = { start: auditKey(0), end: auditKey(before) }
      const found = this.#environment.range(range, { reverse: true, limit })
      return found.map(({ key, value }) => ({ number: numberOf(key), octets: value }))
    })
  }

  async putAudit(entry: AuditEntry): Promise<void> {
    const octets = encode(auditForm, entry)
    await this.#write(() => this.#writes.audit(octets))
  }

  async document(collection: string, key: string): Promise<StoredDocument | undefined> {
    return this.#documents.one(collection, key)
  }

  async documents(query: Parameters<Store['documents']>[0]): Promise<Page<StoredDocument>> {
    return this.#documents.list(query)
  }

  async dueDocuments(
    collection: string,
    now: UnixSeconds,
    limit: number,
  ): Promise<readonly StoredDocument[]> {
    return this.#documents.due(collection, now, limit)
  }

  async claimant(collection: string, claim: string): Promise<string | undefined> {
    return this.#documents.claimant(collection, claim)
  }

  async documentHistory(
    query: Parameters<Store['documentHistory']>[0],
  ): Promise<Page<DocumentVersion>> {
    return this.#documents.history(query)
  }

  async answer(key: string, now: UnixSeconds): Promise<StoredAnswer | undefined> {
    const answer = this.#one(answerKey(key), answerForm, 'an answer')
    return answer && answer.at + answerLifetime > now ? answer : undefined
  }

  async putNode(node: string, sequence: number, now: UnixSeconds): Promise<void> {
    checkId(node)
    const octets = encode(nodeForm, { sequence, at: now })
    await this.#write(() => {
      for (const { key, value } of this.#environment.range(everyKey('node'))) {
        const { at } = decode(nodeForm, value, 'a node')
        if (at + nodeLifetime <= now) this.#environment.remove(key)
      }
      this.#environment.put(nodeKey(node), octets)
    })
  }

  async nodes(
    since: UnixSeconds,
  ): Promise<readonly { readonly node: string; readonly sequence: number }[]> {
    return this.#environment.range(everyKey('node')).flatMap(({ key, value }) => {
      const { at, sequence } = decode(nodeForm, value, 'a node')
      return at >= since ? [{ node: nodeOf(key), sequence }] : []
    })
  }

  watch(onChange: () => void): () => void {
    return this.#watchers.add(onChange)
  }

  health(): StoreHealth {
    const known = { commitMs: this.#commitMs, sequence: this.#sequence }
    if (!this.#open) return { state: 'down', text: 'closed', ...known }
    if (this.#environment.readOnly) {
      return { state: 'degraded', text: 'the file system is read-only', ...known }
    }
    if (this.#trouble) return { state: 'degraded', text: this.#trouble.message, ...known }
    return { state: 'ok', text: 'writes and reads', ...known }
  }

  async backup(path: string): Promise<void> {
    await writeBackup(this.#environment, path)
  }

  async close(): Promise<void> {
    if (!this.#open) return
    this.#open = false
    this.#watchers.clear()
    await this.#environment.close()
  }

  /** A write whose duration is told. */
  async #timed<T>(work: () => T): Promise<T> {
    const begun = this.#monotonicMs()
    const result = await this.#write(work)
    this.#commitMs = this.#monotonicMs() - begun
    this.#onCommit(this.#commitMs)
    return result
  }

  async #write<T>(work: () => T): Promise<T> {
    try {
      this.#checkSize()
      const result = await this.#environment.write(work)
      this.#trouble = undefined
      return result
    } catch (error) {
      if (error instanceof CodedError) this.#trouble = error
      throw error
    }
  }

  #checkSize(): void {
    const size = this.#environment.size()
    if (size < this.#octetsMax) return
    const most = `${this.#octetsMax} octets are the most`
    throw new CodedError('store-full', `Cannot write store: it takes ${size} octets, and ${most}`)
  }

  #changeSet(sequence: number): ChangeSet {
    const where = `change set ${sequence}`
    const stored = this.#one(changeSetKey(sequence), changeSetForm, where)
    if (stored) return { sequence, ...stored }
    throw new CodedError('store-corrupt', `Cannot read store: ${where} is not there`)
  }

  #one<T>(key: Buffer, form: Codec<T>, where: string): T | undefined {
    const octets = this.#environment.get(key)
    return octets && decode(form, octets, where)
  }

  #all<T>(range: KeyRange, form: Codec<T>, where: string): T[] {
    return this.#environment.range(range).map(({ value }) => decode(form, value, where))
  }

  /** From one snapshot, however long it takes. */
  async *#every<T>(range: KeyRange, form: Codec<T>, where: string): AsyncIterable<T> {
    const snapshot = this.#environment.snapshot()
    try {
      for (const { value } of snapshot.range(range)) yield decode(form, value, where)
    } finally {
      snapshot.done()
    }
  }
}
