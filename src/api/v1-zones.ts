import type { FastifyRequest } from 'fastify'
import { defaultSettings, type RRsetEdit } from '../records/index.ts'
import { RR } from '../rr/index.ts'
import { compareNames, formatName, nameKey } from '../wire/index.ts'
import { gives } from './answers.ts'
import type { Api } from './app-type.ts'
import { callerOf, demand } from './caller.ts'
import { readType } from './content.ts'
import { at, Failure } from './failure.ts'
import { pageItems } from './limits.ts'
import { readZoneId, readZoneName } from './names.ts'
import { hasAtApex, nameserverEdit, refuseBoth, withSoa } from './new-zone.ts'
import { pageOf } from './pages.ts'
import { sendJson } from './problem.ts'
import type { ApiWorld } from './types.ts'
import { ChangeAnswer, RRsetsAnswer, ZoneAnswer, ZonesAnswer } from './v1-answers.ts'
import { change, etagOf, hasSeen, versionFor } from './v1-change.ts'
import { readEdits, readSettings, readTime, readWhole } from './v1-edits.ts'
import {
  ChangeHeaders,
  ChangeQuery,
  ChangeSchema,
  type CreateBody,
  CreateSchema,
  ReplaceSchema,
  RRsetsQuery,
  ZoneParams,
  ZonesQuery,
} from './v1-schemas.ts'
import { rrsetShape, zoneShape } from './v1-shapes.ts'
import {
  type FoundZone,
  locate,
  locateStored,
  newTenant,
  refuseInside,
  rrsetsOf,
  visibleZones,
} from './zones.ts'

const tags = ['zones']

/** Zones and their RRsets: reading. */
export function v1Zones(app: Api, world: ApiWorld): void {
  app.get(
    '/zones',
    {
      schema: { tags, summary: 'List zones', ...gives(200, ZonesAnswer), querystring: ZonesQuery },
    },
    (request, reply) => {
      const { limit = pageItems, cursor, changedSince } = request.query
      const since = changedSince === undefined ? 0 : readTime(changedSince)
      const wanted = [...visibleZones(request, world)].filter(
        (found) => since === 0 || (found.kind === 'store' && found.live.zone.changedAt >= since),
      )
      wanted.sort((a, b) => compareNames(a.apex, b.apex))
      const page = pageOf(
        wanted,
        (found) => formatName(found.apex),
        limit,
        cursor,
        (text) => nameKey(readZoneName(text)),
      )
      return sendJson(reply, { zones: page.items.map(zoneShape), next: page.next })
    },
  )
  app.get(
    '/zones/:zone',
    { schema: { tags, summary: 'Get a zone', ...gives(200, ZoneAnswer), params: ZoneParams } },
    async (request, reply) => {
      const found = await locate(request, readZoneId(request.params.zone), 'read', world)
      if (found.kind === 'store') {
        const etag = etagOf(found.live.zone.version)
        reply.header('etag', etag)
        if (hasSeen(request, etag)) return reply.code(304).send()
      }
      return sendJson(reply, zoneShape(found))
    },
  )
  app.get(
    '/zones/:zone/rrsets',
    {
      schema: {
        tags,
        summary: 'List RRsets',
        ...gives(200, RRsetsAnswer),
        params: ZoneParams,
        querystring: RRsetsQuery,
      },
    },
    async (request, reply) => {
      const found = await locate(request, readZoneId(request.params.zone), 'read', world)
      if (found.kind === 'store') reply.header('etag', etagOf(found.live.zone.version))
      return sendJson(reply, await rrsetPage(request, found, request.query, world))
    },
  )
}

/** A page goes on after the last name and type of the one before, so that changes lose nothing. */
async function rrsetPage(
  request: FastifyRequest,
  found: FoundZone,
  query: {
    readonly limit?: number
    readonly cursor?: string
    readonly name?: string
    readonly type?: string
  },
  world: ApiWorld,
): Promise<object> {
  const { limit = pageItems, cursor } = query
  const name = query.name === undefined ? undefined : nameKey(readZoneName(query.name))
  const type = query.type === undefined ? undefined : readType(query.type)
  const [afterName, afterType] = readCursor(cursor)
  const rrsets: object[] = []
  for await (const rrset of rrsetsOf(request, found, world)) {
    const key = nameKey(rrset.owner)
    if (name !== undefined && key !== name) continue
    if (type !== undefined && rrset.type !== type) continue
    if (afterName !== undefined && key < afterName) continue
    if (key === afterName && rrset.type <= afterType) continue
    if (rrsets.length === limit) return { rrsets, next: lastOf(rrsets) }
    rrsets.push(rrsetShape(rrset))
  }
  return { rrsets }
}

function lastOf(rrsets: readonly object[]): string {
  const { name, type } = rrsets.at(-1) as { readonly name: string; readonly type: string }
  return `${type} ${name}`
}

function readCursor(cursor: string | undefined) {
  if (cursor === undefined) return [undefined, 0] as const
  const [type = '', name = ''] = cursor.split(' ')
  return [nameKey(readZoneName(name)), readType(type)] as const
}

const changing = { querystring: ChangeQuery, headers: ChangeHeaders }

/** Zones and their RRsets: changing. */
export function v1ZoneChanges(app: Api, world: ApiWorld): void {
  app.post(
    '/zones',
    {
      schema: {
        tags,
        summary: 'Create a zone',
        ...gives(201, ChangeAnswer, 200, 202),
        body: CreateSchema,
        ...changing,
      },
    },
    async (request, reply) => {
      const { body } = request
      const apex = at('/name', () => readZoneName(body.name))
      await demand(request, { verb: 'create', tenant: body.tenant, apex }, world)
      const tenant = newTenant(callerOf(request).principal, body.tenant)
      refuseInside(request, apex, tenant, world)
      const settings = { ...defaultSettings, ...readSettings(body.settings ?? {}) }
      const rrsets = withSoa(newRRsets(body, apex, world), apex)
      const wish = { kind: 'create', tenant, settings, rrsets } as const
      reply.header('location', `/v1/zones/${encodeURIComponent(formatName(apex))}`)
      const asked = { apex, wish, note: body.note ?? '' }
      return change(request, reply, request.query, 201, asked, world)
    },
  )
  v1ChangedZones(app, world)
}

function v1ChangedZones(app: Api, world: ApiWorld): void {
  app.patch(
    '/zones/:zone',
    {
      schema: {
        ...{
          tags,
          summary: 'Change RRsets or settings',
          ...gives(200, ChangeAnswer, 202),
          params: ZoneParams,
        },
        ...{ body: ChangeSchema, ...changing },
      },
    },
    async (request, reply) => {
      const apex = readZoneId(request.params.zone)
      const { zone } = await locateStored(request, apex, 'write', world)
      const { body } = request
      const common = { apex, ...versionFor(request, zone.version), note: body.note ?? '' }
      const manner = request.query
      if ('settings' in body) {
        await demand(request, { verb: 'write', tenant: zone.tenant, apex }, world)
        const wish = { kind: 'settings', settings: readSettings(body.settings) } as const
        return change(request, reply, manner, 200, { ...common, wish }, world)
      }
      const edits = readEdits(body.edits, apex, world.clock.now())
      await demand(request, { verb: 'write', tenant: zone.tenant, apex, rrsets: edits }, world)
      const asked = { ...common, wish: { kind: 'edit', edits } as const }
      return change(request, reply, manner, 200, asked, world, (edit) => `/edits/${edit}`)
    },
  )
  app.put(
    '/zones/:zone',
    {
      schema: {
        ...{
          tags,
          summary: 'Replace all RRsets',
          ...gives(200, ChangeAnswer, 202),
          params: ZoneParams,
        },
        ...{ body: ReplaceSchema, ...changing },
      },
    },
    async (request, reply) => {
      const apex = readZoneId(request.params.zone)
      const { zone } = await locateStored(request, apex, 'write', world)
      await demand(request, { verb: 'write', tenant: zone.tenant, apex }, world)
      const { rrsets: bodies, note = '' } = request.body
      const rrsets = readWhole(bodies, apex, world.clock.now())
      if (!hasAtApex(rrsets, apex, RR.SOA)) {
        const text = 'Cannot replace all RRsets: there is no SOA at the apex among them'
        throw new Failure(422, 'zone-soa', text, { pointer: '/rrsets' })
      }
      const wish = { kind: 'replaceAll', rrsets } as const
      const asked = { apex, wish, note, ...versionFor(request, zone.version) }
      return change(request, reply, request.query, 200, asked, world)
    },
  )
  app.delete(
    '/zones/:zone',
    {
      schema: {
        tags,
        summary: 'Delete a zone',
        ...gives(200, ChangeAnswer, 202),
        params: ZoneParams,
        ...changing,
      },
    },
    async (request, reply) => {
      const apex = readZoneId(request.params.zone)
      const { zone } = await locateStored(request, apex, 'delete', world)
      await demand(request, { verb: 'delete', tenant: zone.tenant, apex }, world)
      const wish = { kind: 'delete' } as const
      const asked = { apex, wish, ...versionFor(request, zone.version) }
      return change(request, reply, request.query, 200, asked, world)
    },
  )
}

function newRRsets(body: CreateBody, apex: FoundZone['apex'], world: ApiWorld): RRsetEdit[] {
  const edits = readWhole(body.rrsets ?? [], apex, world.clock.now())
  const servers = body.nameservers ?? []
  if (servers.length === 0) return edits
  if (hasAtApex(edits, apex, RR.NS)) refuseBoth('nameservers and NS records at the apex')
  return [...edits, at('/nameservers', () => nameserverEdit(apex, servers))]
}
