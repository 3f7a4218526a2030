import { domainEventJson, domainJson } from '../provision/index.ts'
import { formatHost } from '../wire/index.ts'
import { gives } from './answers.ts'
import type { Api } from './app-type.ts'
import { withoutBody } from './body.ts'
import { callerOf, demand } from './caller.ts'
import {
  demandDomain,
  demandDone,
  demandOperator,
  domainAbsent,
  locateDomain,
  sendDomain,
  waitLive,
} from './domains.ts'
import { at } from './failure.ts'
import { pageItems } from './limits.ts'
import { readZoneName } from './names.ts'
import { sendJson } from './problem.ts'
import type { ApiWorld } from './types.ts'
import { etagOf, hasSeen } from './v1-change.ts'
import {
  AcceptSchema,
  DomainAnswer,
  DomainChangeQuery,
  DomainHeaders,
  DomainHistoryAnswer,
  DomainParams,
  DomainQuery,
  DomainsAnswer,
  DomainsQuery,
  VerifySchema,
} from './v1-domain-schemas.ts'
import { newTenant } from './zones.ts'

const tags = ['domains']

/** Accepted domains: which there are, and what became of them. */
export function v1Domains(app: Api, world: ApiWorld): void {
  const { provision } = world
  app.get(
    '/domains',
    {
      schema: {
        tags,
        summary: 'List the domains of a tenant',
        ...gives(200, DomainsAnswer),
        querystring: DomainsQuery,
      },
    },
    async (request, reply) => {
      const { limit = pageItems, cursor } = request.query
      const tenant = newTenant(callerOf(request).principal, request.query.tenant)
      // A narrower fence is for whoever knows the name.
      await demand(request, { verb: 'read', tenant, rrsets: 'all' }, world)
      const query = { tenant, limit, ...(cursor !== undefined && { cursor }) }
      const { items, next } = await provision.domains(query)
      const domains = items.map((domain) => domainJson(domain, provision.expectedMx(domain)))
      return sendJson(reply, { domains, next })
    },
  )
  app.get(
    '/domains/:domain',
    {
      schema: {
        ...{ tags, summary: 'Get a domain', ...gives(200, DomainAnswer) },
        ...{ params: DomainParams, querystring: DomainQuery },
      },
    },
    async (request, reply) => {
      const ref = await locateDomain(request, 'read', world)
      const domain = await provision.domain(ref)
      if (!domain) throw domainAbsent(ref.domain)
      const etag = etagOf(domain.version)
      if (hasSeen(request, etag)) return reply.header('etag', etag).code(304).send()
      return sendDomain(reply, domain, world)
    },
  )
  app.get(
    '/domains/:domain/history',
    {
      schema: {
        ...{ tags, summary: 'What became of a domain, newest first' },
        ...{ ...gives(200, DomainHistoryAnswer), params: DomainParams, querystring: DomainsQuery },
      },
    },
    async (request, reply) => {
      const ref = await locateDomain(request, 'read', world)
      const { limit = pageItems, cursor } = request.query
      const query = { limit, ...(cursor !== undefined && { cursor }) }
      const { items, next } = await provision.history(ref, query)
      if (items.length === 0 && cursor === undefined) throw domainAbsent(ref.domain)
      return sendJson(reply, { events: items.map(domainEventJson), next })
    },
  )
  v1DomainChanges(app, world)
}

/** Accepted domains: they come, are proved, and go. */
function v1DomainChanges(app: Api, world: ApiWorld): void {
  const { provision } = world
  app.post(
    '/domains',
    {
      schema: {
        tags,
        summary: 'Accept a domain; the same again changes nothing',
        ...gives(201, DomainAnswer, 200),
        body: AcceptSchema,
        querystring: DomainQuery,
      },
    },
    async (request, reply) => {
      const { body, query } = request
      const domain = at('/domain', () => readZoneName(body.domain))
      const tenant = newTenant(callerOf(request).principal, body.tenant ?? query.tenant)
      await demandDomain(request, 'create', { tenant, domain }, world)
      if (body.kind !== undefined) demandOperator(request, 'a kind', '/kind')
      if (body.token !== undefined) demandOperator(request, 'a token', '/token')
      const how = {
        ...(body.kind !== undefined && { kind: body.kind as 'managed' }),
        ...(body.token !== undefined && { token: body.token }),
      }
      const { actor } = callerOf(request)
      const result = await provision.addDomain({ tenant, domain }, how, actor)
      const { value, changed } = demandDone(result, domain)
      reply.header('location', `/v1/domains/${encodeURIComponent(formatHost(domain))}`)
      return sendDomain(reply.code(changed ? 201 : 200), value, world)
    },
  )
  app.post(
    '/domains/:domain/verify',
    {
      schema: {
        ...{ tags, summary: 'Look for the proof of a domain in DNS' },
        ...{ ...gives(200, DomainAnswer, 202), params: DomainParams, body: VerifySchema },
        ...{ querystring: DomainChangeQuery, headers: DomainHeaders },
      },
      preValidation: withoutBody,
    },
    async (request, reply) => {
      const ref = await locateDomain(request, 'write', world)
      const { skipProof = false } = request.body
      if (skipProof) demandOperator(request, 'a word instead of a proof', '/skipProof')
      const { actor } = callerOf(request)
      const result = await provision.verifyDomain(ref, { skipProof }, actor)
      const { value, sequence } = demandDone(result, ref.domain)
      await waitLive(reply, sequence, request.query.wait, world)
      return sendDomain(reply, value, world)
    },
  )
  app.delete(
    '/domains/:domain',
    {
      schema: {
        ...{ tags, summary: 'Give a domain up', ...gives(204, undefined, 202) },
        ...{ params: DomainParams, querystring: DomainChangeQuery, headers: DomainHeaders },
      },
    },
    async (request, reply) => {
      const ref = await locateDomain(request, 'delete', world)
      const result = await provision.removeDomain(ref, callerOf(request).actor)
      const { sequence } = demandDone(result, ref.domain)
      await waitLive(reply.code(204), sequence, request.query.wait, world)
      return reply.send()
    },
  )
}
