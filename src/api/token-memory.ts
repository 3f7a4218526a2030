import { type Clock, CodedError, type UnixSeconds } from '../base/index.ts'
import type { Store, StoredToken } from '../store/index.ts'
import { tokenMemorySeconds, tokensRemembered } from './limits.ts'

/** What the store says when it cannot be asked. */
const goneCodes: ReadonlySet<string> = new Set(['store-unavailable', 'store-refused'])

/**
 * Tokens that the store was seen to have a moment ago, for when it cannot be asked: what is in
 * memory is then still to be read. While it can be, nothing else counts, so that a token that was
 * revoked anywhere opens nothing; a node that lost the store believes in it a little longer.
 */
export class TokenMemory {
  readonly #store: Pick<Store, 'token'>
  readonly #clock: Clock
  /** In the order in which they were seen last. */
  readonly #seen = new Map<string, { readonly token: StoredToken; readonly at: UnixSeconds }>()

  constructor({ store, clock }: { readonly store: Pick<Store, 'token'>; readonly clock: Clock }) {
    this.#store = store
    this.#clock = clock
  }

  /** The token of an id, good or not. @throws {CodedError} as the store does */
  async find(id: string): Promise<StoredToken | undefined> {
    try {
      const token = await this.#store.token(id)
      this.forget(id)
      if (token && token.revokedAt === undefined) this.#keep(token)
      return token
    } catch (error) {
      const isGone = error instanceof CodedError && goneCodes.has(error.code)
      const seen = this.#seen.get(id)
      if (!isGone || !seen || seen.at + tokenMemorySeconds <= this.#clock.now()) throw error
      return seen.token
    }
  }

  /** Forgets a token, as it is revoked. */
  forget(id: string): void {
    this.#seen.delete(id)
  }

  #keep(token: StoredToken): void {
    this.#seen.set(token.id, { token, at: this.#clock.now() })
    if (this.#seen.size <= tokensRemembered) return
    for (const [oldest] of this.#seen) {
      this.#seen.delete(oldest)
      return
    }
  }
}
