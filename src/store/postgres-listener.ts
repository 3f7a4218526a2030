import { Client, type ClientConfig } from 'pg'
import type { CodedError, TimerHandle, Timers } from '../base/index.ts'
import { pingAnswerMsMax, pingMs, retryMsMax, retryMsMin } from './limits.ts'
import { postgresError } from './postgres-errors.ts'
import { checkPostgresFormat } from './postgres-schema.ts'
import { channel, documentsChannel } from './postgres-schema-commit.ts'
import type { Witness } from './postgres-witness.ts'

/** What the listener needs, and whom it tells. */
export interface ListenerOptions {
  readonly config: ClientConfig
  /** Which database, for messages. */
  readonly where: string
  readonly timers: Timers
  /** Makes the tables; done before anything else until it succeeds once. */
  readonly prepare: () => Promise<void>
  /** Hears of all that is committed, and whether it is still the same database. */
  readonly witness: Witness
  /** Documents were written that no sequence stands for. */
  readonly onDocuments: () => void
  /** PostgreSQL is gone: `trouble` says why. Told for each attempt that fails. */
  readonly onLost: () => void
  /** It is back, and the witness knows what is there now. */
  readonly onBack: () => void
}

/**
 * One connection that hears of every commit, and by which is known whether PostgreSQL is there. It
 * listens first and then asks for the sequence, so that nothing is missed between the two; and it
 * asks again from time to time, because a connection can die without a word.
 *
 *     connecting ── listens, sequence read ──▶ up ── closed, or no answer ──▶ waiting
 *          ▲                                                                    │
 *          └──────────────────── 50 ms, 100 ms … 1 s ◀──────────────────────────┘
 */
export class PostgresListener {
  readonly #options: ListenerOptions
  /** The connection that is up. */
  #client: Client | undefined
  #trouble: CodedError | undefined
  #failures = 0
  #isPrepared = false
  #timer: TimerHandle | undefined
  #isAsking = false
  #isClosed = false

  constructor(options: ListenerOptions) {
    this.#options = options
  }

  /** Why PostgreSQL cannot be reached; undefined while it can. */
  get trouble(): CodedError | undefined {
    return this.#trouble
  }

  /**
   * Connects for the first time. Rejects where that fails, and then tries no more; with `mayWait`
   * only where trying again would not help.
   */
  async start(mayWait: boolean): Promise<void> {
    try {
      this.#up(await this.#connect())
    } catch (error) {
      const failure = postgresError(this.#reaching, error)
      if (!mayWait || failure.code !== 'store-unavailable') throw failure
      this.#down(failure)
    }
  }

  /** Asks at once whether PostgreSQL is there: somebody has a reason to doubt it. */
  check(): void {
    if (this.#client) void this.#ask(this.#client)
  }

  /** Lets go of the connection, for good. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#clearTimer()
    const client = this.#client
    this.#client = undefined
    await client?.end()
  }

  get #reaching(): string {
    return `reach PostgreSQL at ${this.#options.where}`
  }

  async #connect(): Promise<Client> {
    const { config, prepare, witness } = this.#options
    if (!this.#isPrepared) await prepare()
    this.#isPrepared = true
    const client = new Client({ ...config, query_timeout: pingAnswerMsMax })
    client.on('error', (error) => this.#lost(client, error))
    client.on('end', () => this.#lost(client, new Error('the connection was closed')))
    client.on('notification', ({ channel: from, payload }) => {
      if (from === documentsChannel) this.#options.onDocuments()
      else witness.hear(Number(payload))
    })
    try {
      await client.connect()
      await client.query(`listen ${channel}; listen ${documentsChannel}`)
      await this.#look(client)
      return client
    } catch (error) {
      await discard(client)
      throw postgresError(this.#reaching, error)
    }
  }

  async #look(client: Client): Promise<void> {
    const { rows } = await client.query<{ format: number }>('select format from danelaw.store')
    // Somebody may have brought the tables up to date meanwhile.
    for (const { format } of rows) checkPostgresFormat(format, this.#options.where)
    await this.#options.witness.isSame(client)
  }

  #up(client: Client): void {
    this.#client = client
    this.#trouble = undefined
    this.#failures = 0
    this.#askLater(client)
  }

  #askLater(client: Client): void {
    this.#clearTimer()
    this.#timer = this.#options.timers.set(pingMs, () => void this.#ask(client))
  }

  async #ask(client: Client): Promise<void> {
    if (this.#isAsking) return
    this.#isAsking = true
    try {
      await this.#look(client)
    } catch (error) {
      this.#lost(client, error)
    }
    this.#isAsking = false
    if (client === this.#client) this.#askLater(client)
  }

  #lost(client: Client, error: unknown): void {
    if (client !== this.#client) return
    this.#client = undefined
    void discard(client)
    this.#down(error)
  }

  #down(error: unknown): void {
    this.#trouble = postgresError(this.#reaching, error)
    this.#options.onLost()
    const pause = Math.min(retryMsMax, retryMsMin * 2 ** this.#failures++)
    this.#clearTimer()
    this.#timer = this.#options.timers.set(pause, () => void this.#retry())
  }

  async #retry(): Promise<void> {
    try {
      const client = await this.#connect()
      if (this.#isClosed) return await discard(client)
      this.#up(client)
      this.#options.onBack()
    } catch (error) {
      if (!this.#isClosed) this.#down(error)
    }
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#options.timers.clear(this.#timer)
    this.#timer = undefined
  }
}

/** Ends a connection of which nothing is hoped any more. */
async function discard(client: Client): Promise<void> {
  try {
    await client.end()
  } catch {
    // It was gone already.
  }
}
