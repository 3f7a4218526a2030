import { Client, Pool, type PoolClient, type QueryResultRow } from 'pg'
import { CodedError, type TimerHandle, type Timers } from '../base/index.ts'

/** Connections for queries at one time; one more listens. */
const connectionsMax = 10
/** How long a connection may take to come about, and a statement to be answered. */
const connectMs = 5000
const statementMs = 60_000
/** How long to wait before the listener connects again: doubled each time, up to the most. */
const backOffMs = { least: 100, most: 10_000 }
/** How often the listener makes sure that it still hears. */
const heartbeatMs = 10_000
/** The channel of LISTEN and NOTIFY. */
export const channel = 'danelaw'

/** Where statements are run: the pool, or a transaction. */
export interface Statements {
  query<R extends QueryResultRow>(text: string, values?: unknown[]): Promise<{ rows: R[] }>
}

/** A transaction that its holder ends. */
export interface OpenTransaction extends Statements {
  /** Takes back what was written, unless it is said to be committed; the transaction is over. */
  end(isCommitted?: boolean): Promise<void>
}

/** How a link is made. */
export interface LinkOptions {
  /** As in libpq: `postgres://user@host/database`. */
  readonly url: string
  readonly timers: Timers
  /** Something may have changed: somebody said so, or nobody could. */
  readonly onChange: () => void
}

/** The connections to one database: a few for queries, and one that listens and comes back. */
export class PostgresLink {
  readonly #pool: Pool
  readonly #url: string
  readonly #timers: Timers
  readonly #onChange: () => void
  #listener: Client | undefined
  #timer: TimerHandle | undefined
  #backOffMs = backOffMs.least
  #trouble: string | undefined = 'not connected yet'
  #closed = false

  constructor({ url, timers, onChange }: LinkOptions) {
    this.#url = url
    this.#timers = timers
    this.#onChange = onChange
    this.#pool = new Pool({
      connectionString: url,
      max: connectionsMax,
      connectionTimeoutMillis: connectMs,
      query_timeout: statementMs,
      keepAlive: true,
    })
    // A connection that waits in the pool and breaks is replaced when it is needed.
    this.#pool.on('error', () => {})
  }

  /** Why nothing is heard of the database; undefined while all is well. */
  get trouble(): string | undefined {
    return this.#trouble
  }

  /**
   * Runs a statement that writes.
   *
   * @throws {CodedError} `store-full`, `store-unavailable`
   */
  async query<R extends QueryResultRow>(text: string, values: unknown[] = []): Promise<R[]> {
    try {
      return (await this.#pool.query<R>(text, values)).rows
    } catch (error) {
      throw databaseError(error)
    }
  }

  /**
   * Runs a statement that only reads: once more when its connection proves to be dead, as one that
   * waited in the pool while the database was started again.
   *
   * @throws {CodedError} `store-unavailable`
   */
  async read<R extends QueryResultRow>(text: string, values: unknown[] = []): Promise<R[]> {
    try {
      return (await this.#pool.query<R>(text, values)).rows
    } catch (error) {
      if (!wasCutOff(error)) throw databaseError(error)
      return this.query(text, values)
    }
  }

  /**
   * Runs `work` in a transaction, begun with `begin`.
   *
   * @throws {CodedError} `store-full`, `store-unavailable`, or what `work` throws
   */
  async transaction<T>(begin: string, work: (statements: Statements) => Promise<T>): Promise<T> {
    const open = await this.begin(begin)
    let isCommitted = false
    try {
      const result = await work(open)
      await open.query('COMMIT')
      isCommitted = true
      return result
    } finally {
      await open.end(isCommitted)
    }
  }

  /**
   * Begins a transaction; it lasts until its `end`, which takes back what was not committed.
   *
   * @throws {CodedError} `store-unavailable`
   */
  async begin(begin: string): Promise<OpenTransaction> {
    const client = await this.#connect()
    // One that breaks between two statements says so by an event; the next statement fails anyway.
    const ignore = () => {}
    client.on('error', ignore)
    const release = (error?: Error | boolean) => {
      client.off('error', ignore)
      client.release(error)
    }
    const run = async <R extends QueryResultRow>(text: string, values: unknown[] = []) => {
      try {
        return await client.query<R>(text, values)
      } catch (error) {
        throw databaseError(error)
      }
    }
    const end = async (isCommitted = false) => {
      if (isCommitted) return release()
      const left = await client.query('ROLLBACK').catch((error: Error) => error)
      release(left instanceof Error ? left : undefined)
    }
    try {
      await client.query(begin)
    } catch (error) {
      release(true)
      throw databaseError(error)
    }
    return { query: run, end }
  }

  /** Begins to listen. */
  async listen(): Promise<void> {
    const listener = new Client({
      connectionString: this.#url,
      connectionTimeoutMillis: connectMs,
      query_timeout: connectMs,
      keepAlive: true,
    })
    this.#listener = listener
    listener.on('error', (error) => this.#lost(listener, error))
    listener.on('end', () => this.#lost(listener, new Error('the connection ended')))
    listener.on('notification', this.#onChange)
    try {
      await listener.connect()
      await listener.query(`LISTEN ${channel}`)
    } catch (error) {
      this.#lost(listener, error)
      return
    }
    if (this.#listener !== listener) return
    this.#trouble = undefined
    this.#backOffMs = backOffMs.least
    this.#timer = this.#timers.set(heartbeatMs, () => void this.#beat(listener))
    // Whatever was said while nobody listened.
    this.#onChange()
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#timer) this.#timers.clear(this.#timer)
    const listener = this.#listener
    this.#listener = undefined
    await Promise.allSettled([listener?.end(), this.#pool.end()])
  }

  async #connect(): Promise<PoolClient> {
    try {
      return await this.#pool.connect()
    } catch (error) {
      throw databaseError(error)
    }
  }

  async #beat(listener: Client): Promise<void> {
    try {
      await listener.query('SELECT 1')
    } catch (error) {
      return this.#lost(listener, error)
    }
    if (this.#listener !== listener) return
    this.#timer = this.#timers.set(heartbeatMs, () => void this.#beat(listener))
  }

  #lost(listener: Client, error: unknown): void {
    if (this.#listener !== listener) return
    this.#listener = undefined
    if (this.#timer) this.#timers.clear(this.#timer)
    listener.end().catch(() => {})
    if (this.#closed) return
    this.#trouble = reasonOf(error)
    this.#timer = this.#timers.set(this.#backOffMs, () => void this.listen())
    this.#backOffMs = Math.min(2 * this.#backOffMs, backOffMs.most)
  }
}

/** Insufficient resources of a kind that waiting does not mend, and a database that only reads. */
const full = new Set(['53100', '25006'])

/** The server ends connections: told to, after a crash of another process, by itself. */
const cutOffCodes = new Set(['57P01', '57P02', 'ECONNRESET', 'EPIPE'])

function wasCutOff(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error.message.startsWith('Connection terminated')) return true
  return 'code' in error && cutOffCodes.has(String(error.code))
}

function databaseError(error: unknown): CodedError {
  if (error instanceof CodedError) return error
  const state = error instanceof Error && 'code' in error ? String(error.code) : ''
  const code = full.has(state) ? 'store-full' : 'store-unavailable'
  return new CodedError(code, `Cannot use database: ${reasonOf(error)}`)
}

/** Of several addresses that were tried, all reasons. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}
