import type { Clock, Timers, UnixSeconds } from '../base/index.ts'
import type { RRType } from '../rr/index.ts'
import { formatName, type Name } from '../wire/index.ts'
import { type Codec, decode, encode } from './codec.ts'
import { pageOf, parseCursor } from './cursor.ts'
import { checkFormatNumber, format } from './format.ts'
import {
  answerForm,
  auditForm,
  changeSetForm,
  keyForm,
  nodeForm,
  rrsetForm,
  tokenForm,
  zoneForm,
} from './forms.ts'
import { GroupQueue } from './group-queue.ts'
import {
  answerLifetime,
  auditEntriesDefault,
  checkId,
  idOctetsMax,
  nodeLifetime,
  pageItemsMax,
} from './limits.ts'
import { writePostgresBackup } from './postgres-backup.ts'
import { answerKeyOctets, commitGroup, keyOctets } from './postgres-commit.ts'
import { PostgresLink } from './postgres-link.ts'
import { everyRow } from './postgres-rows.ts'
import { migrations } from './postgres-schema.ts'
import type { HistoryQuery, Page, Store } from './store.ts'
import type {
  AuditEntry,
  ChangeSet,
  Commit,
  CommitOutcome,
  StoredAnswer,
  StoredKey,
  StoredRRset,
  StoredToken,
  StoredZone,
  StoreHealth,
} from './types.ts'
import { Watchers } from './watchers.ts'

/** How the shared store is opened. */
export interface PostgresStoreOptions {
  /** As in libpq: `postgres://user@host/database`. */
  readonly url: string
  readonly clock: Clock
  readonly timers: Timers
  /** Milliseconds from anywhere, to measure commits with. */
  readonly monotonicMs: () => number
  /** Audit entries that are kept, the newest; 100,000. */
  readonly auditEntriesMax?: number
}

/** Held while the layout is brought up to date: "danelaw" in octets. */
const migrationLock = '28259041070539127'

/**
 * Opens the store that any number of nodes share, and brings its layout up to date.
 *
 * @throws {CodedError} `store-too-new`, `store-full`, `store-unavailable`
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const watchers = new Watchers(options.timers)
  const { url, timers } = options
  const link = new PostgresLink({ url, timers, onChange: () => watchers.tell() })
  try {
    await migrate(link)
    const store = new PostgresStore(link, watchers, options)
    await store.sequence()
    await link.listen()
    return store
  } catch (error) {
    await link.close()
    throw error
  }
}

async function migrate(link: PostgresLink): Promise<void> {
  await link.transaction('BEGIN', async (statements) => {
    await statements.query(`SELECT pg_advisory_xact_lock(${migrationLock})`)
    await statements.query('CREATE SCHEMA IF NOT EXISTS danelaw')
    const there = await statements.query(`SELECT to_regclass('danelaw.counter') AS there`)
    const found = there.rows[0]?.['there']
      ? await statements.query<{ value: string }>(
          `SELECT value FROM danelaw.counter WHERE name = 'format'`,
        )
      : undefined
    const before = Number(found?.rows[0]?.value ?? 0)
    if (before > format) checkFormatNumber(before, 'in the database')
    for (const migration of migrations.slice(before)) await statements.query(migration)
    await statements.query(`UPDATE danelaw.counter SET value = ${format} WHERE name = 'format'`)
  })
}

interface DataRow {
  readonly data: Buffer
}

class PostgresStore implements Store {
  readonly driver = 'postgres'
  readonly #link: PostgresLink
  readonly #watchers: Watchers
  readonly #clock: Clock
  readonly #monotonicMs: () => number
  readonly #auditEntriesMax: number
  readonly #commits: GroupQueue<readonly Commit[], CommitOutcome[]>
  #sequence = 0
  #commitMs: number | undefined
  #open = true

  constructor(link: PostgresLink, watchers: Watchers, options: PostgresStoreOptions) {
    this.#link = link
    this.#watchers = watchers
    this.#clock = options.clock
    this.#monotonicMs = options.monotonicMs
    this.#auditEntriesMax = options.auditEntriesMax ?? auditEntriesDefault
    this.#commits = new GroupQueue((calls) => this.#commitGroup(calls))
  }

  zones(): AsyncIterable<StoredZone> {
    return everyRow(this.#link, 'zone ORDER BY apex', [], zoneForm, 'a zone')
  }

  async zone(apex: Name): Promise<StoredZone | undefined> {
    const text = 'SELECT data FROM danelaw.zone WHERE apex = $1'
    return this.#one(text, keyOctets(apex), zoneForm, `zone ${formatName(apex)}`)
  }

  rrsets(apex: Name): AsyncIterable<StoredRRset> {
    const rest = 'rrset WHERE apex = $1 ORDER BY owner, type'
    const where = `an RRset of ${formatName(apex)}`
    return everyRow(this.#link, rest, [keyOctets(apex)], rrsetForm, where)
  }

  async read(
    keys: readonly { readonly apex: Name; readonly owner: Name; readonly type: RRType }[],
  ): Promise<readonly (StoredRRset | undefined)[]> {
    const rows = await this.#link.read<{ data: Buffer | null }>(
      `SELECT rrset.data
       FROM unnest($1::bytea[], $2::bytea[], $3::integer[]) WITH ORDINALITY AS asked (a, o, t, nth)
       LEFT JOIN danelaw.rrset ON apex = a AND owner = o AND type = t ORDER BY nth`,
      [
        keys.map(({ apex }) => keyOctets(apex)),
        keys.map(({ owner }) => keyOctets(owner)),
        keys.map(({ type }) => type),
      ],
    )
    return rows.map(({ data }) => (data ? decode(rrsetForm, data, 'an RRset') : undefined))
  }

  async commit(commits: readonly Commit[]): Promise<readonly CommitOutcome[]> {
    const begun = this.#monotonicMs()
    const outcomes = await this.#commits.add(commits)
    this.#commitMs = this.#monotonicMs() - begun
    for (const outcome of outcomes) if (outcome.kind === 'done') this.#saw(outcome.sequence)
    return outcomes
  }

  async history(query: HistoryQuery): Promise<Page<ChangeSet>> {
    const { apex, after = 0, newestFirst } = query
    const limit = Math.min(query.limit, pageItemsMax)
    const cursor = parseCursor(query.cursor)
    const above = Math.max(after, newestFirst ? 0 : (cursor ?? 0))
    const below = newestFirst ? (cursor ?? Number.MAX_SAFE_INTEGER) : Number.MAX_SAFE_INTEGER
    const rows = await this.#link.read<DataRow & { sequence: string }>(
      `SELECT sequence, data FROM danelaw.change_set
       WHERE sequence > $1 AND sequence < $2 ${apex ? 'AND apex = $4' : ''}
       ORDER BY sequence ${newestFirst ? 'DESC' : ''} LIMIT $3`,
      [above, below, limit + 1, ...(apex ? [keyOctets(apex)] : [])],
    )
    const sets = rows.map(({ sequence, data }): ChangeSet => {
      const stored = decode(changeSetForm, data, `change set ${sequence}`)
      return { sequence: Number(sequence), ...stored }
    })
    for (const { sequence } of sets) this.#saw(sequence)
    return pageOf(sets, limit, ({ sequence }) => sequence)
  }

  async sequence(): Promise<number> {
    const text = `SELECT value FROM danelaw.counter WHERE name = 'sequence'`
    const rows = await this.#link.read<{ value: string }>(text)
    const sequence = Number(rows[0]?.value)
    this.#saw(sequence)
    return sequence
  }

  async keys(apex: Name): Promise<readonly StoredKey[]> {
    const text = 'SELECT data FROM danelaw.key WHERE apex = $1 ORDER BY id'
    const rows = await this.#link.read<DataRow>(text, [keyOctets(apex)])
    return rows.map(({ data }) => decode(keyForm, data, `a key of ${formatName(apex)}`))
  }

  async putKey(key: StoredKey): Promise<void> {
    await this.#link.query(
      `INSERT INTO danelaw.key (apex, id, sealed, data) VALUES ($1, $2, $3, $4)
       ON CONFLICT (apex, id) DO UPDATE SET sealed = excluded.sealed, data = excluded.data`,
      [keyOctets(key.apex), key.id, key.sealed !== undefined, encode(keyForm, key)],
    )
  }

  async deleteKey(apex: Name, id: number): Promise<void> {
    const text = 'DELETE FROM danelaw.key WHERE apex = $1 AND id = $2'
    await this.#link.query(text, [keyOctets(apex), id])
  }

  sealedKeys(): AsyncIterable<StoredKey> {
    return everyRow(this.#link, 'key WHERE sealed', [], keyForm, 'a key')
  }

  async tokens(): Promise<readonly StoredToken[]> {
    const rows = await this.#link.read<DataRow>('SELECT data FROM danelaw.token ORDER BY id')
    return rows.map(({ data }) => decode(tokenForm, data, 'a token'))
  }

  async token(id: string): Promise<StoredToken | undefined> {
    if (Buffer.byteLength(id) > idOctetsMax) return undefined
    const text = 'SELECT data FROM danelaw.token WHERE id = $1'
    return this.#one(text, Buffer.from(id), tokenForm, 'a token')
  }

  async putToken(token: StoredToken): Promise<void> {
    checkId(token.id)
    await this.#link.query(
      `INSERT INTO danelaw.token (id, data) VALUES ($1, $2)
       ON CONFLICT (id) DO UPDATE SET data = excluded.data`,
      [Buffer.from(token.id), encode(tokenForm, token)],
    )
  }

  async audit(query: {
    readonly limit: number
    readonly cursor?: string
  }): Promise<Page<AuditEntry>> {
    const limit = Math.min(query.limit, pageItemsMax)
    const below = parseCursor(query.cursor) ?? Number.MAX_SAFE_INTEGER
    const rows = await this.#link.read<DataRow & { number: string }>(
      'SELECT number, data FROM danelaw.audit WHERE number < $1 ORDER BY number DESC LIMIT $2',
      [below, limit + 1],
    )
    const page = pageOf(rows, limit, ({ number }) => Number(number))
    const items = page.items.map(({ data }) => decode(auditForm, data, 'the audit log'))
    return { items, next: page.next }
  }

  async putAudit(entry: AuditEntry): Promise<void> {
    await this.#link.query(
      `WITH next AS (
         UPDATE danelaw.counter SET value = value + 1 WHERE name = 'audit' RETURNING value
       ), old AS (DELETE FROM danelaw.audit USING next WHERE number <= value - $2::bigint)
       INSERT INTO danelaw.audit (number, data) SELECT value, $1::bytea FROM next`,
      [encode(auditForm, entry), this.#auditEntriesMax],
    )
  }

  async answer(key: string, now: UnixSeconds): Promise<StoredAnswer | undefined> {
    const text = 'SELECT data FROM danelaw.answer WHERE key = $1'
    const answer = await this.#one(text, answerKeyOctets(key), answerForm, 'an answer')
    return answer && answer.at + answerLifetime > now ? answer : undefined
  }

  async putNode(node: string, sequence: number, now: UnixSeconds): Promise<void> {
    checkId(node)
    await this.#link.query(
      `WITH old AS (DELETE FROM danelaw.node WHERE at <= $4::bigint AND node <> $1::bytea)
       INSERT INTO danelaw.node (node, at, data) VALUES ($1::bytea, $2::bigint, $3)
       ON CONFLICT (node) DO UPDATE SET at = excluded.at, data = excluded.data`,
      [Buffer.from(node), now, encode(nodeForm, { sequence, at: now }), now - nodeLifetime],
    )
  }

  async nodes(
    since: UnixSeconds,
  ): Promise<readonly { readonly node: string; readonly sequence: number }[]> {
    const rows = await this.#link.read<DataRow & { node: Buffer }>(
      'SELECT node, data FROM danelaw.node WHERE at >= $1 ORDER BY node',
      [since],
    )
    return rows.map(({ node, data }) => {
      return { node: node.toString(), sequence: decode(nodeForm, data, 'a node').sequence }
    })
  }

  watch(onChange: () => void): () => void {
    return this.#watchers.add(onChange)
  }

  health(): StoreHealth {
    const known = { commitMs: this.#commitMs, sequence: this.#sequence }
    if (!this.#open) return { state: 'down', text: 'closed', ...known }
    const { trouble } = this.#link
    if (trouble !== undefined) return { state: 'down', text: trouble, ...known }
    return { state: 'ok', text: 'writes and reads', ...known }
  }

  async backup(path: string): Promise<void> {
    await writePostgresBackup(this.#link, path)
  }

  async close(): Promise<void> {
    if (!this.#open) return
    this.#open = false
    this.#watchers.clear()
    await this.#link.close()
  }

  #commitGroup(calls: readonly (readonly Commit[])[]): Promise<CommitOutcome[][]> {
    const context = { now: this.#clock.now(), auditEntriesMax: this.#auditEntriesMax }
    return this.#link.transaction('BEGIN', (statements) => commitGroup(statements, calls, context))
  }

  async #one<T>(
    text: string,
    key: Uint8Array,
    form: Codec<T>,
    where: string,
  ): Promise<T | undefined> {
    const [row] = await this.#link.read<DataRow>(text, [key])
    return row && decode(form, row.data, where)
  }

  #saw(sequence: number): void {
    this.#sequence = Math.max(this.#sequence, sequence)
  }
}
