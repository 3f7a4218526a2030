import type { FastifyReply, FastifyRequest } from 'fastify'
import { permit, type Verb } from '../access/index.ts'
import type { UnixSeconds } from '../base/index.ts'
import {
  hasPrivateKey,
  type PemText,
  safetyOf,
  safetyView,
  type Tracked,
  type TrackWish,
  tlsaView,
} from '../rollover/index.ts'
import { RR, type Ttl } from '../rr/index.ts'
import { formatName, type Name, parentName } from '../wire/index.ts'
import { gives } from './answers.ts'
import type { Api } from './app-type.ts'
import { callerOf, demand, refuseAbsent } from './caller.ts'
import { at, Failure } from './failure.ts'
import { pageItems } from './limits.ts'
import { readZoneId, readZoneName } from './names.ts'
import { sendJson } from './problem.ts'
import type { ApiWorld } from './types.ts'
import { PageQuery } from './v1-schemas.ts'
import { formatTime } from './v1-shapes.ts'
import {
  DeployedSchema,
  ForceQuery,
  type ImportBody,
  ImportSchema,
  OwnerAnswer,
  OwnerKeyParams,
  OwnerParams,
  OwnersAnswer,
  RetireQuery,
  SafeQuery,
  SafetyAnswer,
} from './v1-tlsa-schemas.ts'
import { lookUp, operatorTenant, tenantOf } from './zones.ts'

const tags = ['tlsa']

/** TLSA owners that follow certificates: each for those who may touch its TLSA records. */
export function v1Tlsa(app: Api, world: ApiWorld): void {
  reading(app, world)
  const { rollovers } = world
  app.post(
    '/tlsa/:owner/keys',
    {
      schema: {
        ...{ tags, summary: 'Import certificates or keys', params: OwnerParams },
        ...{ body: ImportSchema, querystring: ForceQuery, ...gives(200, OwnerAnswer) },
      },
    },
    async (request, reply) => {
      const owner = await ownerFor(request, request.params.owner, 'write', world)
      const { body } = request
      const pems = body.pems.map(pemOf)
      const wish = await wishOf(request, body, world)
      const { actor } = callerOf(request)
      await rollovers.track(owner, wish, actor)
      const { deployed = false } = body
      const how = { deployed, force: request.query.force ?? false }
      return tell(reply, await rollovers.importKeys(owner, pems, how, actor))
    },
  )
  app.post(
    '/tlsa/:owner/deployed',
    {
      schema: {
        ...{ tags, summary: 'Note that a key is at the servers', params: OwnerParams },
        ...{ body: DeployedSchema, ...gives(200, OwnerAnswer) },
      },
    },
    async (request, reply) => {
      const owner = await ownerFor(request, request.params.owner, 'write', world)
      const { actor } = callerOf(request)
      return tell(reply, await rollovers.declareDeployed(owner, request.body.key, actor))
    },
  )
  app.post(
    '/tlsa/:owner/watch',
    {
      schema: {
        ...{ tags, summary: 'Look at the mail servers now', params: OwnerParams },
        ...gives(200, OwnerAnswer),
      },
    },
    async (request, reply) => {
      const owner = await ownerFor(request, request.params.owner, 'write', world)
      return tell(reply, await rollovers.watch(owner, callerOf(request).actor))
    },
  )
  app.delete(
    '/tlsa/:owner/keys/:key',
    {
      schema: {
        ...{ tags, summary: 'Let a key go', params: OwnerKeyParams },
        ...{ querystring: RetireQuery, ...gives(200, OwnerAnswer) },
      },
    },
    async (request, reply) => {
      const { params, query } = request
      const owner = await ownerFor(request, params.owner, 'write', world)
      return tell(reply, await rollovers.retire(owner, params.key, query, callerOf(request).actor))
    },
  )
  app.delete(
    '/tlsa/:owner',
    {
      schema: {
        ...{ tags, summary: 'Follow no certificates any more', params: OwnerParams },
        ...gives(204),
      },
    },
    async (request, reply) => {
      const owner = await ownerFor(request, request.params.owner, 'write', world)
      await rollovers.remove(owner, callerOf(request).actor)
      return reply.code(204).send()
    },
  )
}

function reading(app: Api, world: ApiWorld): void {
  const { rollovers, clock } = world
  app.get(
    '/tlsa',
    {
      schema: { tags, summary: 'List owners', querystring: PageQuery, ...gives(200, OwnersAnswer) },
    },
    async (request, reply) => {
      const { principal } = callerOf(request)
      const { tenant } = principal.scope
      const { limit = pageItems, cursor } = request.query
      const { items, next } = await rollovers.list({
        limit,
        ...(tenant !== '*' && { tenant }),
        ...(cursor !== undefined && { cursor }),
      })
      const mine = items.filter(({ rollover }) => {
        const rrsets = [{ owner: rollover.owner, type: RR.TLSA }]
        const deed = { verb: 'read', tenant: rollover.tenant, apex: rollover.zone, rrsets } as const
        return permit(principal, deed).kind === 'allowed'
      })
      return sendJson(reply, { owners: mine.map(shape), next })
    },
  )
  app.get(
    '/tlsa/:owner',
    {
      schema: {
        ...{ tags, summary: 'Get an owner and what it waits for', params: OwnerParams },
        ...gives(200, OwnerAnswer),
      },
    },
    async (request, reply) => {
      const owner = await ownerFor(request, request.params.owner, 'read', world)
      return tell(reply, await rollovers.status(owner))
    },
  )
  app.get(
    '/tlsa/:owner/safe',
    {
      schema: {
        ...{ tags, summary: 'May a new certificate be deployed now?', params: OwnerParams },
        ...{ querystring: SafeQuery, ...gives(200, SafetyAnswer) },
      },
    },
    async (request, reply) => {
      const owner = await ownerFor(request, request.params.owner, 'read', world)
      const now = clock.now()
      const safety = safetyOf(await rollovers.status(owner), request.query.key, now)
      return sendJson(reply, timed(safetyView(formatName(owner), safety, now)))
    },
  )
}

/**
 * The owner in a path, for a caller who may do that to its TLSA records. What belongs to another
 * tenant looks like what is in no zone at all.
 *
 * @throws {CodedError} `name-invalid`, `zone-absent` (404), `access-denied` (403)
 */
async function ownerFor(
  request: FastifyRequest,
  text: string,
  verb: Verb,
  world: ApiWorld,
): Promise<Name> {
  const owner = readZoneId(text)
  for (let apex = owner; apex.length > 1; ) {
    apex = parentName(apex)
    const found = lookUp(apex, world)
    if (!found) continue
    const rrsets = [{ owner, type: RR.TLSA }]
    await demand(request, { verb, tenant: tenantOf(found), apex, rrsets }, world, owner)
    return owner
  }
  return refuseAbsent(request, verb, owner, world)
}

function pemOf(text: string, index: number): PemText {
  if (!hasPrivateKey(text)) return { text, source: 'api' }
  const why = 'it has a private key, which is nobody else’s business: send the certificate'
  throw new Failure(422, 'pem-invalid', `Cannot take PEM: ${why}`, { pointer: `/pems/${index}` })
}

/** Which servers are talked to is for the operator to say: the talking is done by this machine. */
async function wishOf(
  request: FastifyRequest,
  { ttl, issuer, lag, warn, servers }: ImportBody,
  world: ApiWorld,
): Promise<TrackWish> {
  if (servers) await demand(request, { verb: 'write', tenant: operatorTenant }, world)
  return {
    ...(ttl !== undefined && { ttl: ttl as Ttl }),
    ...(issuer !== undefined && { issuer }),
    ...(lag !== undefined && { lagSeconds: lag }),
    ...(warn !== undefined && { warnSeconds: warn }),
    ...(servers && {
      servers: servers.map(({ host, addresses }, index) => ({
        ...{ host: at(`/servers/${index}/host`, () => readZoneName(host)), addresses },
      })),
    }),
  }
}

function tell(reply: FastifyReply, result: Tracked): FastifyReply {
  if (result.sequence > 0) reply.header('danelaw-sequence', String(result.sequence))
  return sendJson(reply, shape(result))
}

function shape(result: Tracked): object {
  const { keys, servers, ...rest } = tlsaView(result)
  return { ...timed(rest), keys: keys.map(timed), servers: servers.map(timed) }
}

/** The same with its moments as RFC 3339 has them. */
function timed(value: object): object {
  const entries = Object.entries(value).map(([name, part]) => {
    const isTime = typeof part === 'number' && (/(At|After)$/.test(name) || isMoment(name))
    return [name, isTime ? formatTime(part as UnixSeconds) : part]
  })
  return Object.fromEntries(entries)
}

function isMoment(name: string): boolean {
  return name === 'at' || name === 'now'
}
