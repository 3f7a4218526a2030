import pg, { type ClientConfig, type PoolClient, type QueryResultRow } from 'pg'
import { CodedError, type ErrorCode, type Timers } from '../base/index.ts'
import {
  answerMsMax,
  connectMsMax,
  fetchedRowsMax,
  idleReaderMsMax,
  pingAnswerMsMax,
  statementMsMax,
} from './limits.ts'
import { postgresError } from './postgres-errors.ts'
import { PostgresListener } from './postgres-listener.ts'
import { isUpToDate, migrate } from './postgres-schema.ts'
import { type Place, Witness, type WitnessOptions } from './postgres-witness.ts'

/** A statement that is parsed once for each connection. */
export interface Statement {
  readonly name: string
  readonly text: string
}

/** Where a database is, and who wants to know how it is. */
export interface DatabaseOptions extends Partial<WitnessOptions> {
  readonly url: string
  readonly password: string | undefined
  readonly connectionsMax: number
  readonly timers: Timers
  /** PostgreSQL is gone, and why; told again when there is another reason. */
  readonly onLost?: (trouble: CodedError) => void
  /** It is there, again or at last. */
  readonly onBack?: () => void
}

/**
 * Settings of each of our connections. Every statement finds its rows by an index; a planner that
 * met the tables empty must not think otherwise of them later.
 */
const settings = [
  'default_transaction_isolation=read\\ committed',
  'enable_seqscan=off',
  // Statements of this size are done before they would be compiled.
  'jit=off',
]
/** A commit that is acknowledged is on the disk, whatever the database takes for good enough. */
const durableText = `select set_config('synchronous_commit', 'on', false)
  where current_setting('synchronous_commit') = 'off'`

const types: ClientConfig['types'] = {
  // A bigint of ours is never beyond 2^53.
  getTypeParser: (oid, format) =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format),
}

/**
 * PostgreSQL as a bounded number of connections that come back by themselves, with errors in our
 * own terms. While it is gone every query is refused at once.
 */
export class PostgresDatabase {
  /** Which database, for messages; without a password. */
  readonly where: string
  readonly #config: ClientConfig
  readonly #witness: Witness
  readonly #pool: pg.Pool
  readonly #listener: PostgresListener
  /** Connections in use: what is under way on them ends when PostgreSQL is gone. */
  readonly #inUse = new Set<PoolClient>()
  #isClosed = false

  constructor(options: DatabaseOptions) {
    const { connectionsMax, timers } = options
    const { onNews = ignore, onRewind = ignore, onLost = ignore, onBack = ignore } = options
    let told: ErrorCode | undefined
    this.#witness = new Witness({ onNews, onRewind })
    this.#config = configOf(options)
    this.where = whereOf(options.url)
    this.#pool = new pg.Pool({
      ...this.#config,
      max: connectionsMax,
      onConnect: async (client) => {
        await client.query(durableText)
        if (!(await this.#witness.isSame(client))) throw wentBack(this.where)
      },
    })
    // Connections that nobody uses just go; whether PostgreSQL is there is the listener's to say.
    this.#pool.on('error', () => undefined)
    this.#listener = new PostgresListener({
      ...{ config: this.#config, where: this.where, timers, witness: this.#witness },
      prepare: () => this.#migrate(),
      onDocuments: onNews,
      onLost: () => {
        for (const client of this.#inUse) void client.end().catch(() => undefined)
        if (this.trouble && this.trouble.code !== told) onLost(this.trouble)
        told = this.trouble?.code
      },
      onBack: () => {
        told = undefined
        onBack()
      },
    })
  }

  /**
   * Brings the tables up to date and begins to listen; with `mayWait` as soon as PostgreSQL is
   * there, which may be later.
   *
   * @throws {CodedError} `store-refused`, `store-too-new`, `store-full`, `store-corrupt`, and
   * `store-unavailable` without `mayWait`
   */
  start(mayWait: boolean): Promise<void> {
    return this.#listener.start(mayWait)
  }

  async #migrate(): Promise<void> {
    const quick = { query_timeout: pingAnswerMsMax }
    if (await this.#alone(quick, (client) => isUpToDate(client, this.where))) return
    // What is changed in large tables takes as long as it takes.
    const patient = { statement_timeout: 0, query_timeout: 0 }
    await this.#alone(patient, (client) => migrate(client, this.where))
  }

  /** Does something by a connection of its own. */
  async #alone<T>(limits: ClientConfig, work: (client: pg.Client) => Promise<T>): Promise<T> {
    let client: pg.Client | undefined
    try {
      client = new pg.Client({ ...this.#config, ...limits })
      client.on('error', ignore)
      await client.connect()
      return await work(client)
    } catch (error) {
      throw postgresError(`open store ${this.where}`, error)
    } finally {
      await client?.end().catch(ignore)
    }
  }

  /** Why PostgreSQL cannot be reached; undefined while it can. */
  get trouble(): CodedError | undefined {
    return this.#listener.trouble
  }

  /** The last sequence seen. */
  get sequence(): number {
    return this.#witness.sequence
  }

  /** How often the database went back since it was opened. */
  get rewinds(): number {
    return this.#witness.rewinds
  }

  /** A change set was seen to be durable. */
  note(place: Place): void {
    this.#witness.note(place)
  }

  /** Runs one statement, durable when it resolves. Rejects with `CodedError`. */
  query<Row extends QueryResultRow>(statement: Statement, values: unknown[]): Promise<Row[]> {
    return this.#use(statement.name, async (client) => {
      return (await client.query<Row>({ ...statement, values })).rows
    })
  }

  /** Does something wholly or not at all, durable when it resolves. Rejects with `CodedError`. */
  transaction<T>(doing: string, work: (client: PoolClient) => Promise<T>): Promise<T> {
    // A connection on which anything fails is let go of, and its transaction with it.
    return this.#use(doing, async (client) => {
      await client.query('begin')
      const result = await work(client)
      await client.query('commit')
      return result
    })
  }

  /** Rows of one snapshot, a page at a time, while a connection is kept for it. */
  async *pages<Row extends QueryResultRow>(
    { name, text }: Statement,
    values: unknown[],
  ): AsyncGenerator<Row[]> {
    yield* this.snapshot(name, async function* (client) {
      yield* fetchAll<Row>(client, text, values)
    })
  }

  /** Does something in one snapshot of everything. Rejects with `CodedError`. */
  async *snapshot<T>(
    doing: string,
    work: (client: PoolClient) => AsyncGenerator<T>,
  ): AsyncGenerator<T> {
    const client = await this.#take(doing)
    let broken = true
    try {
      await client.query('begin isolation level repeatable read read only')
      yield* work(client)
      await client.query('commit')
      broken = false
    } catch (error) {
      throw this.#failed(doing, error)
    } finally {
      this.#giveBack(client, broken)
    }
  }

  /** Waits for what is under way, and lets go of every connection. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#listener.close()
    await this.#pool.end()
  }

  async #use<T>(doing: string, work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#take(doing)
    let broken = true
    try {
      const result = await work(client)
      broken = false
      return result
    } catch (error) {
      throw this.#failed(doing, error)
    } finally {
      this.#giveBack(client, broken)
    }
  }

  async #take(doing: string): Promise<PoolClient> {
    const trouble = this.#isClosed ? closed(this.where) : this.trouble
    if (trouble) throw trouble
    try {
      const client = await this.#pool.connect()
      // Whoever uses it hears of it by the query; nobody is to fall over it.
      client.on('error', ignore)
      this.#inUse.add(client)
      return client
    } catch (error) {
      throw this.#failed(doing, error)
    }
  }

  #giveBack(client: PoolClient, broken: boolean): void {
    this.#inUse.delete(client)
    client.off('error', ignore)
    client.release(broken)
  }

  #failed(doing: string, error: unknown): CodedError {
    const failure = postgresError(`${doing} in PostgreSQL at ${this.where}`, error)
    if (failure.code === 'store-unavailable') this.#listener.check()
    return failure
  }
}

/** All rows of a query, a page at a time; within a transaction. */
export async function* fetchAll<Row extends QueryResultRow>(
  client: PoolClient,
  text: string,
  values: unknown[],
): AsyncGenerator<Row[]> {
  await client.query(`declare rows no scroll cursor for ${text}`, values)
  for (;;) {
    const { rows } = await client.query<Row>(`fetch ${fetchedRowsMax} from rows`)
    yield rows
    if (rows.length < fetchedRowsMax) break
  }
  await client.query('close rows')
}

function configOf({ url, password }: DatabaseOptions): ClientConfig {
  return {
    connectionString: password === undefined ? url : withPassword(url, password),
    application_name: 'danelaw',
    connectionTimeoutMillis: connectMsMax,
    statement_timeout: statementMsMax,
    query_timeout: answerMsMax,
    idle_in_transaction_session_timeout: idleReaderMsMax,
    keepAlive: true,
    options: settings.map((setting) => `-c ${setting}`).join(' '),
    types,
  }
}

function withPassword(url: string, password: string): string {
  const whole = new URL(url)
  whole.password = encodeURIComponent(password)
  return whole.href
}

function whereOf(url: string): string {
  const { host, pathname, searchParams } = new URL(url)
  return `${searchParams.get('host') ?? decodeURIComponent(host)}${pathname}`
}

function closed(where: string): CodedError {
  return new CodedError('store-unavailable', `Cannot use store ${where}: it is closed`)
}

function wentBack(where: string): CodedError {
  const text = `Cannot use store ${where}: it lacks change sets that were there`
  return new CodedError('store-unavailable', text)
}

function ignore(): void {}
