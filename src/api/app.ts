import swagger from '@fastify/swagger'
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { fixedClock } from '../base/index.ts'
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
import type { ApiLimits, ApiWorld } from './types.ts'
import { v1Access } from './v1-access.ts'
import { v1History } from './v1-history.ts'
import { v1Operation } from './v1-operation.ts'
import { v1Tlsa } from './v1-tlsa.ts'
import { v1ZoneChanges, v1Zones } from './v1-zones.ts'
import { operatorTenant } from './zones.ts'

/** Longest part of a path: a name of 255 octets with every one of them escaped, and some room. */
const paramLengthMax = 1100

/** Builds the application: every route with its schema, and what holds for all of them. */
export async function buildApp(world: ApiWorld, limits: ApiLimits): Promise<Api> {
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
  app.setErrorHandler((error, request, reply) =>
    sendFailure(request, reply, failureFrom(error, request, world)),
  )
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
    letIn(guarded.withTypeProvider<TypeBoxTypeProvider>(), world)
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
function letIn(app: Api, world: ApiWorld): void {
  app.addHook('onRequest', async (request) => {
    request.setDecorator<Caller>(callerDecorator, await identify(request, world))
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
      for (const add of [v1Zones, v1ZoneChanges, v1History, v1Tlsa, v1Access, v1Operation])
        add(own, world)
      done()
    },
    { prefix: '/v1' },
  )
  app.get(
    '/metrics',
    { schema: { tags: ['operation'], summary: 'Numbers for Prometheus' } },
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
