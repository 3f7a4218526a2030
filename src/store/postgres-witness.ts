import type { ClientBase } from 'pg'

/** A change set that is durable, and with it all before it. */
export interface Place {
  /** 0 in an empty store. */
  readonly sequence: number
  /** What only this change set has; null in an empty store. */
  readonly mark: string | null
}

/** What a witness tells. */
export interface WitnessOptions {
  /** Something was committed. */
  readonly onNews: () => void
  /** It is not the database that it was: change sets were lost, or others came in their place. */
  readonly onRewind: (from: number, to: number) => void
}

/**
 * Remembers the last change set that was seen. A database that lost it — a replica without the last
 * commits took over, an older copy was put in its place — does not have it any more, or has another
 * under its sequence, which its mark shows.
 *
 * Whoever is served by one connection is served by one database; so every connection is looked at
 * once when it is new, and one of them from time to time, for copies that are put in place behind
 * our back.
 */
export class Witness {
  readonly #options: WitnessOptions
  #place: Place = { sequence: 0, mark: null }
  #rewinds = 0

  constructor(options: WitnessOptions) {
    this.#options = options
  }

  /** The last sequence seen. */
  get sequence(): number {
    return this.#place.sequence
  }

  /** How often the database went back. */
  get rewinds(): number {
    return this.#rewinds
  }

  /** Somebody says that something was committed. Anybody may say so: it is a reason to look. */
  hear(sequence: number): void {
    if (sequence > this.#place.sequence) this.#options.onNews()
  }

  /** Something was seen to be durable. */
  note(place: Place): void {
    if (place.sequence <= this.#place.sequence) return
    this.#place = place
    this.#options.onNews()
  }

  /** Looks whether a connection leads to the same database as ever. Rejects as PostgreSQL does. */
  async isSame(client: ClientBase): Promise<boolean> {
    const { sequence, mark } = this.#place
    const rewinds = this.#rewinds
    const { rows } = await client.query<Place & { isThere: boolean }>(text, [sequence, mark])
    const [now = { sequence: 0, mark: null, isThere: false }] = rows
    const isSame = sequence === 0 || now.isThere
    // Of several connections that find it out at once, one tells.
    if (!isSame && rewinds === this.#rewinds) {
      this.#rewinds++
      const from = this.#place.sequence
      this.#place = { sequence: now.sequence, mark: now.mark }
      this.#options.onRewind(from, now.sequence)
    } else if (isSame) this.note(now)
    return isSame
  }
}

const text = `select s.sequence, c.mark,
    exists (select from danelaw.change_set o where o.sequence = $1 and o.mark = $2) as "isThere"
  from danelaw.store s left join danelaw.change_set c on c.sequence = s.sequence`
