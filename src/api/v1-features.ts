import { migrationJson, statusJson } from '../migration/index.ts'
import { daneCmdletResult, dnssecCmdletResult, smtpDaneInboundStatus } from '../provision/index.ts'
import { gives } from './answers.ts'
import type { Api } from './app-type.ts'
import { withoutBody } from './body.ts'
import { callerOf } from './caller.ts'
import {
  demandDone,
  demandOperator,
  domainAbsent,
  locateDomain,
  sendDomain,
  waitLive,
} from './domains.ts'
import { Failure } from './failure.ts'
import { sendJson } from './problem.ts'
import type { ApiWorld } from './types.ts'
import {
  DaneResultAnswer,
  DaneStatusAnswer,
  DnssecResultAnswer,
  DomainAnswer,
  DomainChangeQuery,
  DomainHeaders,
  DomainParams,
  DomainQuery,
  EnableSchema,
  MigrationAnswer,
  MigrationQuery,
  StatusAnswer,
  StatusQuery,
} from './v1-domain-schemas.ts'

const tags = ['domains']
const changing = {
  ...{ params: DomainParams, querystring: DomainChangeQuery, headers: DomainHeaders },
}

/** DNSSEC of a domain: on, off, and whether all is as it has to be. */
export function v1Dnssec(app: Api, world: ApiWorld): void {
  const { provision, outlook } = world
  app.put(
    '/domains/:domain/dnssec',
    {
      schema: {
        ...{ tags, summary: 'Enable DNSSEC: its host is live, signed and validated by then' },
        ...{ ...gives(200, DnssecResultAnswer, 202), ...changing, body: EnableSchema },
      },
      preValidation: withoutBody,
    },
    async (request, reply) => {
      const ref = await locateDomain(request, 'write', world)
      const { partition, token } = request.body
      if (partition !== undefined) demandOperator(request, 'a partition', '/partition')
      if (token !== undefined) demandOperator(request, 'a token', '/token')
      const how = {
        ...(partition !== undefined && { partition }),
        ...(token !== undefined && { token }),
      }
      const result = await provision.enableDnssec(ref, how, callerOf(request).actor)
      if (result.kind === 'refused' && result.error.code === 'partition-absent') {
        throw new Failure(409, 'partition-absent', result.error.message, {
          ...(partition !== undefined && { pointer: '/partition' }),
          ...(result.cmdlet && { errorData: result.cmdlet }),
        })
      }
      const { sequence } = demandDone(result, ref.domain)
      await waitLive(reply, sequence, request.query.wait, world)
      return sendJson(reply, dnssecCmdletResult(result))
    },
  )
  app.delete(
    '/domains/:domain/dnssec',
    {
      schema: {
        ...{ tags, summary: 'Disable DNSSEC: its host is held while caches lead to it' },
        ...{ ...gives(200, DnssecResultAnswer, 202), ...changing },
      },
    },
    async (request, reply) => {
      const ref = await locateDomain(request, 'write', world)
      const result = await provision.disableDnssec(ref, callerOf(request).actor)
      const { sequence } = demandDone(result, ref.domain)
      await waitLive(reply, sequence, request.query.wait, world)
      return sendJson(reply, dnssecCmdletResult(result))
    },
  )
  app.get(
    '/domains/:domain/dnssec',
    {
      schema: {
        ...{ tags, summary: 'Whether MX, DNSSEC and MTA-STS of a domain are as they have to be' },
        ...{ ...gives(200, StatusAnswer), params: DomainParams, querystring: StatusQuery },
      },
    },
    async (request, reply) => {
      const ref = await locateDomain(request, 'read', world)
      if (!(await provision.domain(ref))) throw domainAbsent(ref.domain)
      const skip = request.query.skip?.split(',') ?? []
      const skips = {
        dns: skip.includes('dns'),
        mx: skip.includes('mx'),
        sts: skip.includes('mta-sts'),
      }
      return sendJson(reply, statusJson(await outlook.status(ref, skips)))
    },
  )
  app.get(
    '/domains/:domain/migration',
    {
      schema: {
        ...{ tags, summary: 'Where a domain is on its way: what is done, next, wrong, awaited' },
        ...{ ...gives(200, MigrationAnswer), params: DomainParams, querystring: MigrationQuery },
      },
    },
    async (request, reply) => {
      const ref = await locateDomain(request, 'read', world)
      if (!(await provision.domain(ref))) throw domainAbsent(ref.domain)
      const { direction, smtp = false } = request.query
      // MX records lead wherever the tenant wishes, and it is danelaw that connects.
      if (smtp) demandOperator(request, 'smtp', '/smtp')
      const question = {
        ...(direction !== undefined && { direction: direction as 'enable' }),
        meet: smtp,
      }
      const { actor } = callerOf(request)
      return sendJson(reply, migrationJson(await outlook.migration(ref, question, actor)))
    },
  )
}

/** SMTP DANE of a domain. */
export function v1Dane(app: Api, world: ApiWorld): void {
  const { provision } = world
  type Act = typeof provision.enableDane
  const switches: readonly (readonly ['PUT' | 'DELETE', string, Act])[] = [
    ['PUT', 'Enable SMTP DANE', (ref, actor) => provision.enableDane(ref, actor)],
    ['DELETE', 'Disable SMTP DANE', (ref, actor) => provision.disableDane(ref, actor)],
  ]
  for (const [method, summary, act] of switches) {
    app.route({
      ...{ method, url: '/domains/:domain/dane' },
      schema: { tags, summary, ...gives(200, DaneResultAnswer, 202), ...changing },
      async handler(request, reply) {
        const ref = await locateDomain(request, 'write', world)
        const result = await act(ref, callerOf(request).actor)
        const { sequence } = demandDone(result, ref.domain)
        await waitLive(reply, sequence, request.query.wait, world)
        return sendJson(reply, daneCmdletResult(result))
      },
    })
  }
  app.get(
    '/domains/:domain/dane',
    {
      schema: {
        ...{ tags, summary: 'Whether SMTP DANE is enabled' },
        ...{ ...gives(200, DaneStatusAnswer), params: DomainParams, querystring: DomainQuery },
      },
    },
    async (request, reply) => {
      const ref = await locateDomain(request, 'read', world)
      const domain = await provision.domain(ref)
      if (!domain) throw domainAbsent(ref.domain)
      return sendJson(reply, smtpDaneInboundStatus(ref.domain, domain))
    },
  )
}

/** The host of before, called back on the way back where SMTP DANE was never on. */
export function v1Legacy(app: Api, world: ApiWorld): void {
  app.put(
    '/domains/:domain/legacy',
    {
      schema: {
        ...{ tags, summary: 'Bring back the host that mail went to before' },
        ...{ ...gives(200, DomainAnswer, 202), ...changing },
      },
    },
    async (request, reply) => {
      const ref = await locateDomain(request, 'write', world)
      const result = await world.provision.restoreLegacy(ref, callerOf(request).actor)
      const { value, sequence } = demandDone(result, ref.domain)
      await waitLive(reply, sequence, request.query.wait, world)
      return sendDomain(reply, value, world)
    },
  )
}
