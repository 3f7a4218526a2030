import swagger from '@fastify/swagger'
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { fixedClock } from '../base/index.ts'
import { adminApi } from './admin.ts'
import { givesText } from './answers.ts'
import type { Api } from './app-type.ts'
import { readBodies } from './body.ts'
import { type Caller, callerDecorator, demand, identify } from './caller.ts'
import { Failure } from './failure.ts'
import { defaultApiLimits } from './limits.ts'
import { openRoutes } from './open-routes.ts'
import { describeErrors, errorSchemas, openapiOptions } from './openapi.ts'
import { powerdnsServer, powerdnsVersions } from './powerdns-server.ts'
import { powerdnsZones } from './powerdns-zones.ts'
import { failureFrom, sendFailure } from './problem.ts'
import { TokenMemory } from './token-memory.ts'
import type { ApiLimits, ApiWorld } from './types.ts'
import { v1Access } from './v1-access.ts'
import { answeredBefore, sendAgain } from './v1-change.ts'
import { v1Domains } from './v1-domains.ts'
import { v1Dane, v1Dnssec, v1Legacy } from './v1-features.ts'
import { v1History } from './v1-history.ts'
import { v1Operation } from './v1-operation.ts'
import { v1Partitions } from './v1-partitions.ts'
import { v1Tlsa } from './v1-tlsa.ts'
import { v1ZoneChanges, v1Zones } from './v1-zones.ts'
import { operatorTenant } from './zones.ts'

/** Longest part of a path: a name of 255 octets with every one of them escaped, and some room. */
const paramLengthMax = 1100

/** The routes below `/v1`. */
const v1Rooms = [
  ...[v1Zones, v1ZoneChanges, v1History, v1Operation],
  ...[v1Domains, v1Dnssec, v1Dane, v1Legacy, v1Partitions, v1Tlsa],
]

/** Builds the application: every route with its schema, and what holds for all of them. */
export async function buildApp(
  world: ApiWorld,
  limits: ApiLimits,
  tokens = new TokenMemory(world),
): Promise<Api> {
  const app = Fastify({
    bodyLimit: limits.bodyOctets,
    routerOptions: { maxParamLength: paramLengthMax, ignoreTrailingSlash: true },
    frameworkErrors: (error, request, reply) => {
      void sendFailure(request, reply, failureFrom(error, request, world))
    },
  }).withTypeProvider<TypeBoxTypeProvider>()
  // It converts in paths, queries and headers alone; a body is taken as it came.
  app.setValidatorCompiler(TypeBoxValidatorCompiler)
  // Every body is written by the route itself; schemas of responses are for readers.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
  app.decorateRequest(callerDecorator)
  readBodies(app)
  app.setErrorHandler(async (error, request, reply) => {
    const failure = failureFrom(error, request, world)
    const before = await answeredBefore(request, failure, world)
    return before ? sendAgain(reply, before) : sendFailure(request, reply, failure)
  })
  app.setNotFoundHandler((request, reply) => {
    const text = `Cannot find ${request.method} ${request.url.slice(0, 200)}`
    return sendFailure(request, reply, new Failure(404, 'route-absent', text))
  })
  boundRequests(app, world, limits)
  await app.register(swagger, openapiOptions(world.version))
  for (const schema of errorSchemas) app.addSchema(schema)
  app.addHook('onRoute', describeErrors)
  openRoutes(app, world)
  await app.register((guarded, _, done) => {
    letIn(guarded.withTypeProvider<TypeBoxTypeProvider>(), world, tokens)
    done()
  })
  await app.ready()
  return app
}

/** The OpenAPI document of every route. Nothing is asked of a world for it. */
export async function describeApi(version: string): Promise<object> {
  const world: Pick<ApiWorld, 'version' | 'clock'> = { version, clock: fixedClock(0) }
  const app = await buildApp(world as ApiWorld, defaultApiLimits)
  const document = app.swagger()
  await app.close()
  return document
}

/** What needs a token; it is looked at before anything else, the body included. */
function letIn(app: Api, world: ApiWorld, tokens: TokenMemory): void {
  app.addHook('onRequest', async (request) => {
    const caller = await identify(request, tokens, world.clock)
    request.setDecorator<Caller>(callerDecorator, caller)
  })
  powerdnsVersions(app)
  app.register(
    (api, _, done) => {
      powerdnsServer(api.withTypeProvider<TypeBoxTypeProvider>(), world)
      powerdnsZones(api.withTypeProvider<TypeBoxTypeProvider>(), world)
      done()
    },
    { prefix: '/api/v1' },
  )
  app.register(
    (api, _, done) => {
      const own = api.withTypeProvider<TypeBoxTypeProvider>()
      for (const add of v1Rooms) add(own, world)
      v1Access(own, world, tokens)
      done()
    },
    { prefix: '/v1' },
  )
  app.register(
    (api, _, done) => {
      adminApi(api.withTypeProvider<TypeBoxTypeProvider>(), world)
      done()
    },
    { prefix: '/adminapi' },
  )
  app.get(
    '/metrics',
    {
      schema: {
        tags: ['operation'],
        summary: 'Numbers for Prometheus',
        ...givesText('text/plain'),
      },
    },
    async (request, reply) => {
      await demand(request, { verb: 'read', tenant: operatorTenant }, world)
      const text = await world.metrics.expose()
      return reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8').send(text)
    },
  )
}

/** Counts what is under way and what came of it; beyond the limit nobody waits. */
function boundRequests(app: Api, world: ApiWorld, limits: ApiLimits): void {
  let underWay = 0
  app.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done) => {
    if (underWay >= limits.requests && !/^\/(?:healthz|readyz)$/.test(request.url)) {
      const text = `Cannot take the request: ${underWay} are under way`
      done(new Failure(503, 'api-busy', text, { headers: { 'retry-after': '1' } }))
      return
    }
    underWay++
    reply.raw.once('close', () => {
      underWay--
    })
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    world.metrics.countRequest(request.routeOptions.url ?? 'none', reply.statusCode)
    done()
  })
}
