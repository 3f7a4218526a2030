import type { UnixSeconds } from '../base/index.ts'
import { equalSecrets, sha256 } from '../crypto/index.ts'
import type { Json } from '../rr/index.ts'
import { toBase32hex } from '../wire/index.ts'
import { readScope } from './scope.ts'
import type { Principal } from './types.ts'

/** Octets of the part that finds a token; 80 bits, so that two never meet. */
const idOctets = 10
/** Octets of the part that nobody can guess. */
const secretOctets = 32
const form = /^dl_([0-9a-v]{16})_([0-9a-v]{52})$/

/** A token as its text has it. */
export interface TokenParts {
  readonly id: string
  readonly secret: string
}

/** What is kept of a token, as far as it is to be judged. */
export interface KeptToken {
  readonly id: string
  readonly tenant: string
  readonly hash: Uint8Array
  readonly scope: Json
  readonly expiresAt: UnixSeconds | undefined
  readonly revokedAt: UnixSeconds | undefined
}

/**
 * Makes a token: its text is for whoever will use it and is never seen again; `hash` is kept.
 * Base32hex keeps it to one word under a double click and out of need for quotes.
 */
export function makeToken(random: (octets: number) => Uint8Array): {
  readonly id: string
  readonly text: string
  readonly hash: Uint8Array
} {
  const id = toBase32hex(random(idOctets))
  const secret = toBase32hex(random(secretOctets))
  return { id, text: `dl_${id}_${secret}`, hash: hashSecret(secret) }
}

/** The parts of a token's text; undefined for what is none. */
export function parseToken(text: string): TokenParts | undefined {
  const [, id, secret] = form.exec(text) ?? []
  return id === undefined || secret === undefined ? undefined : { id, secret }
}

/**
 * The hash under which a secret is kept. The secret is random and long, so that a slow hash, made
 * for what people can remember, would add nothing.
 */
export function hashSecret(secret: string): Uint8Array {
  return sha256(Buffer.from(secret, 'latin1'))
}

const nobody = new Uint8Array(32)

/**
 * Who a token makes its bearer, or undefined: unknown, wrong, revoked and expired look the same and
 * take the same time. `kept` is what is kept under its id.
 */
export function admit(
  parts: TokenParts,
  kept: KeptToken | undefined,
  now: UnixSeconds,
): Principal | undefined {
  const isSame = equalSecrets(hashSecret(parts.secret), kept?.hash ?? nobody)
  if (!isSame || kept === undefined || kept.id !== parts.id) return undefined
  if (kept.revokedAt !== undefined) return undefined
  if (kept.expiresAt !== undefined && kept.expiresAt <= now) return undefined
  return { tokenId: kept.id, tenant: kept.tenant, scope: readScope(kept.scope) }
}
