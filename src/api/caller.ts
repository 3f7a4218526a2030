import type { FastifyRequest } from 'fastify'
import { admit, type Deed, type Principal, parseToken, permit, type Verb } from '../access/index.ts'
import { type Clock, CodedError } from '../base/index.ts'
import type { Actor } from '../store/index.ts'
import { formatName, type Name } from '../wire/index.ts'
import { Failure } from './failure.ts'
import type { TokenMemory } from './token-memory.ts'
import type { ApiWorld } from './types.ts'

/** Who sent a request. */
export interface Caller {
  readonly principal: Principal
  readonly actor: Actor
}

/** The name under which a request carries its caller. */
export const callerDecorator = 'caller'

/** Who sent a request that was let in. */
export function callerOf(request: FastifyRequest): Caller {
  return request.getDecorator<Caller>(callerDecorator)
}

/** The token of a request: `X-API-Key` as PowerDNS' clients send it, or `Authorization: Bearer`. */
function keyOf({ headers }: FastifyRequest): string | undefined {
  const key = headers['x-api-key']
  if (typeof key === 'string') return key.trim()
  // RFC 6750 §2.1; the scheme in any case (RFC 9110 §11.1).
  return /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
}

/** Where a request comes from, for the audit log. */
function senderOf(request: FastifyRequest): string {
  return request.socket.remoteAddress ?? 'local'
}

/**
 * Finds out who sends a request. Every token that is not good is refused in the same words.
 *
 * @throws {CodedError} `token-refused`, and what the store throws
 */
export async function identify(
  request: FastifyRequest,
  tokens: TokenMemory,
  clock: Clock,
): Promise<Caller> {
  const key = keyOf(request)
  const parts = parseToken(key ?? '')
  if (parts === undefined) throw refused(key === undefined ? 'it has no token' : 'the token is bad')
  const kept = await tokens.find(parts.id)
  const principal = admit(parts, kept, clock.now())
  if (principal === undefined) throw refused('the token is bad')
  const { tokenId, tenant } = principal
  return { principal, actor: { token: tokenId, tenant, from: senderOf(request) } }
}

function refused(why: string): Failure {
  return new Failure(401, 'token-refused', `Cannot let the request in: ${why}`, {
    // RFC 9110 §11.6.1: a 401 has to name a scheme.
    headers: { 'www-authenticate': 'Bearer realm="danelaw"' },
  })
}

/**
 * Sees to it that the caller may do something; what was denied is written down. What belongs to
 * another tenant looks as if it were not there: `told` is what the caller asked for.
 *
 * @throws {CodedError} `access-denied` (403), `zone-absent` (404)
 */
export async function demand(
  request: FastifyRequest,
  deed: Deed,
  world: ApiWorld,
  told = deed.apex,
): Promise<void> {
  await demandKnown(request, deed, world, told && (() => zoneAbsent(formatName(told))))
}

/**
 * The same of what is no zone: `absent` says how what is not there is told.
 *
 * @throws {CodedError} `access-denied` (403), what `absent` makes
 */
export async function demandKnown(
  request: FastifyRequest,
  deed: Deed,
  world: ApiWorld,
  absent: (() => Failure) | undefined,
): Promise<void> {
  const permission = permit(callerOf(request).principal, deed)
  if (permission.kind === 'allowed') return
  if (permission.kind === 'absent' && absent) {
    await noteDenied(request, deed, 'It belongs to another tenant', world)
    throw absent()
  }
  const text = permission.kind === 'denied' ? permission.text : forAll
  await noteDenied(request, deed, text, world)
  throw new Failure(403, 'access-denied', text)
}

/**
 * Says that there is no such zone. Whether there is one that is another tenant's is not to be told
 * by the time that this takes: it is written down like that.
 *
 * @throws {CodedError} `zone-absent` (404)
 */
export async function refuseAbsent(
  request: FastifyRequest,
  verb: Verb,
  apex: Name,
  world: ApiWorld,
): Promise<never> {
  if (callerOf(request).principal.scope.tenant !== '*') {
    await noteDenied(request, { verb, apex }, 'There is no such zone', world)
  }
  throw zoneAbsent(formatName(apex))
}

async function noteDenied(
  request: FastifyRequest,
  { verb, apex }: Pick<Deed, 'verb' | 'apex'>,
  why: string,
  world: ApiWorld,
): Promise<void> {
  const { actor } = callerOf(request)
  const detail = `${verb}: ${why}`
  try {
    await world.store.putAudit({ at: world.clock.now(), actor, action: 'denied', apex, detail })
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    world.log.warn('audit.lost', { code: error.code, token: actor.token, detail })
  }
}

const forAll = 'This is for tokens of all tenants only'

/** What is said of a zone that is not there, or not for this caller. */
function zoneAbsent(text: string): Failure {
  return new Failure(404, 'zone-absent', `Could not find domain '${text}'`)
}
