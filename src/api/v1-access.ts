import type { FastifyRequest } from 'fastify'
import { makeToken, readScope, type Scope } from '../access/index.ts'
import type { UnixSeconds } from '../base/index.ts'
import type { Json } from '../rr/index.ts'
import type { StoredToken } from '../store/index.ts'
import { gives } from './answers.ts'
import type { Api } from './app-type.ts'
import { callerOf, demand } from './caller.ts'
import { at, Failure } from './failure.ts'
import { pageItems } from './limits.ts'
import { sendJson } from './problem.ts'
import type { TokenMemory } from './token-memory.ts'
import type { ApiWorld } from './types.ts'
import { AuditAnswer, NewTokenAnswer, TokensAnswer } from './v1-answers.ts'
import { readTime } from './v1-edits.ts'
import { PageQuery, type TokenBody, TokenParams, TokenSchema } from './v1-schemas.ts'
import { auditShape, tokenShape } from './v1-shapes.ts'

const tags = ['access']

/** The tenant that an administrator is one of; undefined for one of all. */
function realmOf(request: FastifyRequest): string | undefined {
  const { tenant } = callerOf(request).principal.scope
  return tenant === '*' ? undefined : tenant
}

/** Tokens, and the audit log; each administrator's own tenant, or all. */
export function v1Access(app: Api, world: ApiWorld, memory: TokenMemory): void {
  app.get(
    '/tokens',
    { schema: { tags, summary: 'List tokens', ...gives(200, TokensAnswer) } },
    async (request, reply) => {
      const realm = realmOf(request)
      await demand(request, { verb: 'admin', tenant: realm }, world)
      const tokens = (await world.store.tokens()).filter(
        ({ tenant }) => realm === undefined || tenant === realm,
      )
      return sendJson(reply, { tokens: tokens.map(tokenShape) })
    },
  )
  app.post(
    '/tokens',
    { schema: { tags, summary: 'Make a token', ...gives(201, NewTokenAnswer), body: TokenSchema } },
    async (request, reply) => {
      const realm = realmOf(request)
      await demand(request, { verb: 'admin', tenant: realm }, world)
      const { token, text } = await makeFor(request, request.body, world)
      await world.store.putToken(token)
      await note(request, 'token.create', token, world)
      return sendJson(reply.code(201), { ...tokenShape(token), token: text })
    },
  )
  app.delete(
    '/tokens/:id',
    { schema: { tags, summary: 'Revoke a token', ...gives(204), params: TokenParams } },
    async (request, reply) => {
      const realm = realmOf(request)
      await demand(request, { verb: 'admin', tenant: realm }, world)
      const { id } = request.params
      const token = await world.store.token(id)
      if (!token || (realm !== undefined && token.tenant !== realm)) {
        throw new Failure(404, 'token-absent', `Could not find token ${JSON.stringify(id)}`)
      }
      if (token.revokedAt === undefined) {
        await world.store.putToken({ ...token, revokedAt: world.clock.now() })
        memory.forget(id)
        await note(request, 'token.revoke', token, world)
      }
      return reply.code(204).send()
    },
  )
  app.get(
    '/audit',
    {
      schema: {
        tags,
        summary: 'The audit log, newest first',
        ...gives(200, AuditAnswer),
        querystring: PageQuery,
      },
    },
    async (request, reply) => {
      const realm = realmOf(request)
      await demand(request, { verb: 'admin', tenant: realm }, world)
      const { limit = pageItems, cursor } = request.query
      const { items, next } = await world.store.audit({
        limit,
        ...(cursor !== undefined && { cursor }),
        ...(realm !== undefined && { tenant: realm }),
      })
      return sendJson(reply, { entries: items.map(auditShape), next })
    },
  )
}

/** Nobody makes a token that can do more, or for longer, than their own. */
async function makeFor(
  request: FastifyRequest,
  body: TokenBody,
  world: ApiWorld,
): Promise<{ readonly token: StoredToken; readonly text: string }> {
  const { principal } = callerOf(request)
  const own = principal.scope
  const tenant =
    body.tenant ?? body.scope.tenant ?? (own.tenant === '*' ? principal.tenant : own.tenant)
  const given = { tenant, ...body.scope } as Json
  const scope = at('/scope', () => readScope(given))
  if (own.tenant !== '*' && (scope.tenant !== own.tenant || tenant !== own.tenant)) {
    refuse('/scope/tenant', `The token is for tenant ${own.tenant} only`)
  }
  if (scope.tenant !== '*' && scope.tenant !== tenant) {
    const text = `A token of tenant ${tenant} cannot be for zones of ${scope.tenant}`
    throw new Failure(422, 'request-invalid', text, { pointer: '/scope/tenant' })
  }
  const more = scope.verbs.find((verb) => !own.verbs.includes(verb))
  if (more !== undefined) refuse('/scope/verbs', `The token does not have the verb "${more}"`)
  const limit = (await world.store.token(principal.tokenId))?.expiresAt
  const wanted = body.expiresAt
  const expiresAt = wanted === undefined ? limit : at('/expiresAt', () => readTime(wanted))
  if (limit !== undefined && (expiresAt as UnixSeconds) > limit) {
    refuse('/expiresAt', 'The token would outlive the one that it is made with')
  }
  const { id, text, hash } = makeToken(world.random)
  const createdAt = world.clock.now()
  const kept = { id, tenant, name: body.name, hash, scope: scopeJson(scope) }
  return { token: { ...kept, createdAt, expiresAt, revokedAt: undefined }, text }
}

function refuse(pointer: string, text: string): never {
  throw new Failure(403, 'access-denied', text, { pointer })
}

function scopeJson(scope: Scope): Json {
  return { ...scope }
}

async function note(
  request: FastifyRequest,
  action: string,
  token: StoredToken,
  world: ApiWorld,
): Promise<void> {
  const detail = `Token ${token.id} "${token.name}" of tenant ${token.tenant}`
  const { actor } = callerOf(request)
  await world.store.putAudit({ at: world.clock.now(), actor, action, apex: undefined, detail })
}
