import { makeToken, readScope, type Scope } from '../access/index.ts'
import { CodedError, type UnixSeconds } from '../base/index.ts'
import type { JsonObject } from '../control/index.ts'
import type { Json } from '../rr/index.ts'
import type { Actor, Store, StoredToken } from '../store/index.ts'
import type { Io } from './io.ts'

/** Who acts when somebody uses the control socket. */
export const operator: Actor = { token: 'cli', tenant: '*', from: 'local' }

/** A token as lists tell of it: all but its secret, which nobody knows any more. */
export interface TokenView {
  readonly id: string
  readonly name: string
  readonly tenant: string
  readonly scope: Json
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly revokedAt: number | null
}

function viewOf(token: StoredToken): TokenView {
  const { id, name, tenant, scope, createdAt, expiresAt, revokedAt } = token
  return {
    ...{ id, name, tenant, scope, createdAt },
    expiresAt: expiresAt ?? null,
    revokedAt: revokedAt ?? null,
  }
}

/** Longest name of a token, in characters. */
const nameMax = 100

/**
 * Makes a token and keeps its hash. Its text is in the result, and nowhere else ever again.
 *
 * @throws {CodedError} `scope-invalid`, or what the store throws
 */
export async function createToken(
  store: Store,
  { name, scope: asked, expiresAt }: JsonObject,
  { clock, random }: Pick<Io, 'clock' | 'random'>,
): Promise<{ readonly token: string } & TokenView> {
  const scope: Scope = readScope(asked as Json)
  if (typeof name !== 'string' || name === '' || name.length > nameMax) {
    throw new CodedError('scope-invalid', `Cannot name token: expected 1 to ${nameMax} characters`)
  }
  const { id, text, hash } = makeToken(random)
  const now = clock.now()
  const token: StoredToken = {
    ...{ id, tenant: scope.tenant, name, hash, createdAt: now, revokedAt: undefined },
    scope: { ...scope } as unknown as Json,
    expiresAt: typeof expiresAt === 'number' ? (expiresAt as UnixSeconds) : undefined,
  }
  await store.putToken(token)
  await noteToken(store, 'token.create', `${id} ${JSON.stringify(name)}`, now)
  return { token: text, ...viewOf(token) }
}

/** Every token there is, the revoked ones among them. */
export async function listTokens(store: Store): Promise<{ readonly tokens: readonly TokenView[] }> {
  return { tokens: (await store.tokens()).map(viewOf) }
}

/**
 * Revokes a token: from now on it opens nothing.
 *
 * @throws {CodedError} `token-absent`, or what the store throws
 */
export async function revokeToken(
  store: Store,
  { id }: JsonObject,
  { clock }: Pick<Io, 'clock'>,
): Promise<TokenView> {
  const token = typeof id === 'string' ? await store.token(id) : undefined
  if (!token) {
    throw new CodedError('token-absent', `Cannot revoke ${JSON.stringify(id)}: no such token`)
  }
  const now = clock.now()
  const revoked = { ...token, revokedAt: token.revokedAt ?? now }
  await store.putToken(revoked)
  await noteToken(store, 'token.revoke', token.id, now)
  return viewOf(revoked)
}

function noteToken(store: Store, action: string, detail: string, at: UnixSeconds): Promise<void> {
  return store.putAudit({ at, actor: operator, action, apex: undefined, detail })
}
