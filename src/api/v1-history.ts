import type { FastifyRequest } from 'fastify'
import type { Name } from '../wire/index.ts'
import { gives } from './answers.ts'
import type { Api } from './app-type.ts'
import { demand } from './caller.ts'
import { Failure } from './failure.ts'
import { pageItems } from './limits.ts'
import { readZoneId } from './names.ts'
import { sendJson } from './problem.ts'
import type { ApiWorld } from './types.ts'
import { ChangeAnswer, ChangeSetAnswer, ChangeSetsAnswer } from './v1-answers.ts'
import { change, versionFor } from './v1-change.ts'
import {
  ChangeHeaders,
  ChangeQuery,
  ChangesQuery,
  PageQuery,
  RevertSchema,
  SequenceParams,
  ZoneParams,
} from './v1-schemas.ts'
import { historyShape } from './v1-shapes.ts'
import { locateStored, lookUp, operatorTenant, refuseInside } from './zones.ts'

const tags = ['history']

/** What was changed, by whom, and the way back. */
export function v1History(app: Api, world: ApiWorld): void {
  app.get(
    '/zones/:zone/history',
    {
      schema: {
        tags,
        summary: 'Change sets',
        ...gives(200, ChangeSetsAnswer),
        params: ZoneParams,
        querystring: PageQuery,
      },
    },
    async (request, reply) => {
      const apex = readZoneId(request.params.zone)
      const tenant = await demandHistory(request, apex, world)
      const { limit = pageItems, cursor } = request.query
      const query = { apex, newestFirst: true, limit, ...(cursor !== undefined && { cursor }) }
      const { items, next } = await world.store.history(query)
      // What another tenant had under the name is not for those who have it now.
      const end = items.findIndex((item) => item.tenant !== tenant)
      const own = end < 0 ? items : items.slice(0, end)
      const changeSets = own.map((item) => historyShape(item, false))
      return sendJson(reply, { changeSets, next: end < 0 ? next : undefined })
    },
  )
  app.get(
    '/zones/:zone/history/:sequence',
    {
      schema: {
        tags,
        summary: 'What a change set did',
        ...gives(200, ChangeSetAnswer),
        params: SequenceParams,
      },
    },
    async (request, reply) => {
      const apex = readZoneId(request.params.zone)
      const { sequence } = request.params
      const tenant = await demandHistory(request, apex, world)
      const query = { apex, after: sequence - 1, newestFirst: false, limit: 1 }
      const [found] = (await world.store.history(query)).items
      const isThere = found?.sequence === sequence && found.tenant === tenant
      if (isThere) return sendJson(reply, historyShape(found, true))
      throw new Failure(404, 'change-set-absent', `Could not find change set ${sequence}`)
    },
  )
  v1Revert(app, world)
}

/** The way back, and what changed anywhere. */
function v1Revert(app: Api, world: ApiWorld): void {
  app.post(
    '/zones/:zone/revert',
    {
      schema: {
        ...{
          tags,
          summary: 'Go back to a change set',
          ...gives(200, ChangeAnswer, 202),
          params: ZoneParams,
          body: RevertSchema,
        },
        ...{ querystring: ChangeQuery, headers: ChangeHeaders },
      },
    },
    async (request, reply) => {
      const apex = readZoneId(request.params.zone)
      const { sequence, note = '' } = request.body
      const wish = { kind: 'revert', sequence } as const
      const tenant = lookUp(apex, world) ? undefined : await tenantBefore(apex, world)
      if (tenant !== undefined) {
        await demand(request, { verb: 'create', tenant, apex }, world)
        refuseInside(request, apex, tenant, world)
        return change(request, reply, request.query, 200, { apex, wish, note }, world)
      }
      const { zone } = await locateStored(request, apex, 'write', world)
      await demand(request, { verb: 'write', tenant: zone.tenant, apex }, world)
      const asked = { apex, wish, note, ...versionFor(request, zone.version) }
      return change(request, reply, request.query, 200, asked, world, () => '/sequence')
    },
  )
  app.get(
    '/changes',
    {
      schema: {
        tags,
        summary: 'Change sets of all zones, in order',
        ...gives(200, ChangeSetsAnswer),
        querystring: ChangesQuery,
      },
    },
    async (request, reply) => {
      await demand(request, { verb: 'read', tenant: operatorTenant }, world)
      const { limit = pageItems, cursor, after = 0 } = request.query
      const query = { after, newestFirst: false, limit, ...(cursor !== undefined && { cursor }) }
      const { items, next } = await world.store.history(query)
      return sendJson(reply, { changeSets: items.map((item) => historyShape(item, false)), next })
    },
  )
}

/** Whose zone was deleted last under a name; undefined where none was. */
async function tenantBefore(apex: Name, { store }: ApiWorld): Promise<string | undefined> {
  const { items } = await store.history({ apex, newestFirst: true, limit: 1 })
  return items[0]?.kind === 'delete' ? items[0].tenant : undefined
}

/**
 * Sees to it that the caller may see the history of a zone, of one that was deleted as well. What
 * changed may lie outside of a narrower fence: it is for those who may see all of it.
 *
 * @returns the tenant whose change sets they are
 * @throws {CodedError} as `locateStored` and `demand`
 */
async function demandHistory(
  request: FastifyRequest,
  apex: Name,
  world: ApiWorld,
): Promise<string> {
  const past = lookUp(apex, world) ? undefined : await tenantBefore(apex, world)
  const tenant = past ?? (await locateStored(request, apex, 'read', world)).zone.tenant
  await demand(request, { verb: 'read', tenant, apex, rrsets: 'all' }, world)
  return tenant
}
