import type { FastifyReply, FastifyRequest } from 'fastify'
import { defaultSettings, type RRsetEdit } from '../records/index.ts'
import { RR } from '../rr/index.ts'
import type { ChangeSet } from '../store/index.ts'
import { formatName, type Name } from '../wire/index.ts'
import { gives } from './answers.ts'
import type { Api } from './app-type.ts'
import { callerOf, demand } from './caller.ts'
import { readType } from './content.ts'
import { at, Failure } from './failure.ts'
import { listedRRsetsMax } from './limits.ts'
import { formatZoneId, readZoneId, readZoneName } from './names.ts'
import { editsFromText, hasAtApex, nameserverEdit, refuseBoth, withSoa } from './new-zone.ts'
import { ZoneAnswer, ZonesAnswer } from './powerdns-answers.ts'
import { type EditContext, readEdits, readWhole } from './powerdns-edits.ts'
import {
  isOff,
  ListQuery,
  PatchSchema,
  type PostBody,
  PostSchema,
  PutSchema,
  ServerParams,
  ZoneParams,
  ZoneQuery,
} from './powerdns-schemas.ts'
import { readSettings } from './powerdns-settings.ts'
import { isAsked, rrsetShape, serverPath, zoneItemShape, zoneShape } from './powerdns-shapes.ts'
import { sendJson } from './problem.ts'
import { submit } from './submit.ts'
import type { ApiWorld } from './types.ts'
import {
  type FoundZone,
  locate,
  locateStored,
  lookUp,
  newTenant,
  refuseInside,
  rrsetsOf,
  visibleZones,
} from './zones.ts'

const tags = ['PowerDNS']

/** Zones and their records, as PowerDNS has them. */
export function powerdnsZones(app: Api, world: ApiWorld): void {
  app.get(
    '/servers/:server/zones',
    {
      schema: {
        tags,
        summary: 'List zones',
        ...gives(200, ZonesAnswer),
        params: ServerParams,
        querystring: ListQuery,
      },
    },
    (request, reply) => {
      const { zone, dnssec } = request.query
      const wanted = zone === undefined ? undefined : formatName(readZoneName(zone))
      const items: object[] = []
      for (const found of visibleZones(request, world)) {
        if (wanted !== undefined && formatName(found.apex) !== wanted) continue
        items.push(zoneItemShape(found, !isOff(dnssec)))
      }
      return sendJson(reply, items)
    },
  )
  app.get(
    '/servers/:server/zones/:zone',
    {
      schema: {
        tags,
        summary: 'Get a zone',
        ...gives(200, ZoneAnswer),
        params: ZoneParams,
        querystring: ZoneQuery,
      },
    },
    async (request, reply) => {
      const found = await locate(request, readZoneId(request.params.zone), 'read', world)
      const { rrsets, rrset_name: name, rrset_type: type } = request.query
      const list = isOff(rrsets)
        ? undefined
        : await rrsetList(request, found, { name, type }, world)
      return sendJson(reply, zoneShape(found, list))
    },
  )
  powerdnsChanges(app, world)
  powerdnsNewZones(app, world)
}

async function rrsetList(
  request: FastifyRequest,
  found: FoundZone,
  { name, type }: { readonly name: string | undefined; readonly type: string | undefined },
  world: ApiWorld,
): Promise<object[]> {
  const owner = name === undefined ? undefined : readZoneName(name)
  const wanted = type === undefined ? undefined : readType(type)
  const list: object[] = []
  for await (const rrset of rrsetsOf(request, found, world)) {
    if (!isAsked(rrset, owner, wanted)) continue
    if (list.length >= listedRRsetsMax) {
      const why = `it has more than ${listedRRsetsMax} RRsets`
      const text = `Cannot list ${formatName(found.apex)}: ${why}`
      throw new Failure(413, 'request-too-large', text)
    }
    list.push(rrsetShape(rrset))
  }
  return list
}

function contextOf(apex: Name, serial: number, world: ApiWorld): EditContext {
  return { apex, serial, now: world.clock.now() }
}

function touched(edits: readonly RRsetEdit[]): { owner: Name; type: RRsetEdit['type'] }[] {
  return edits.map(({ owner, type }) => ({ owner, type }))
}

function powerdnsChanges(app: Api, world: ApiWorld): void {
  app.patch(
    '/servers/:server/zones/:zone',
    {
      schema: {
        tags,
        summary: 'Change RRsets',
        ...gives(204),
        params: ZoneParams,
        body: PatchSchema,
      },
    },
    async (request, reply) => {
      const apex = readZoneId(request.params.zone)
      const { zone } = await locateStored(request, apex, 'write', world)
      const edits = readEdits(request.body.rrsets, contextOf(apex, zone.serial, world))
      const deed = { verb: 'write', tenant: zone.tenant, apex, rrsets: touched(edits) } as const
      await demand(request, deed, world)
      const wish = { kind: 'edit', edits } as const
      const result = await submit(request, { apex, wish, ttlMayFall: true }, world)
      if (result.kind === 'done') sendSerials(reply, result.changeSet, zone.serial)
      return reply.code(204).send()
    },
  )
  app.put(
    '/servers/:server/zones/:zone',
    {
      schema: {
        tags,
        summary: 'Change settings',
        ...gives(204),
        params: ZoneParams,
        body: PutSchema,
      },
    },
    async (request, reply) => {
      const apex = readZoneId(request.params.zone)
      const { zone } = await locateStored(request, apex, 'write', world)
      await demand(request, { verb: 'write', tenant: zone.tenant, apex }, world)
      const { rrsets, ...rest } = request.body
      const settings = readSettings(rest)
      const hasSettings = Object.keys(settings).length > 0
      if (rrsets) {
        const edits = readWhole(rrsets, contextOf(apex, zone.serial, world))
        if (!hasAtApex(edits, apex, RR.SOA)) {
          throw new Failure(
            422,
            'zone-soa',
            'Cannot replace all RRsets: there is no SOA among them',
          )
        }
        const wish = {
          kind: 'replaceAll',
          rrsets: edits,
          ...(hasSettings && { settings }),
        } as const
        await submit(request, { apex, wish, ttlMayFall: true }, world)
      } else if (hasSettings) {
        await submit(request, { apex, wish: { kind: 'settings', settings } }, world)
      }
      return reply.code(204).send()
    },
  )
  app.delete(
    '/servers/:server/zones/:zone',
    {
      schema: {
        tags,
        summary: 'Delete a zone',
        ...gives(204),
        params: ZoneParams,
        querystring: ZoneQuery,
      },
    },
    async (request, reply) => {
      const apex = readZoneId(request.params.zone)
      const { zone } = await locateStored(request, apex, 'delete', world)
      await demand(request, { verb: 'delete', tenant: zone.tenant, apex }, world)
      const { force } = request.query
      const isForced = force !== undefined && !isOff(force)
      await submit(request, { apex, wish: { kind: 'delete' }, force: isForced }, world)
      return reply.code(204).send()
    },
  )
}

function sendSerials(reply: FastifyReply, changeSet: ChangeSet, before: number): void {
  const { serialBefore = before, serialAfter = serialBefore } = changeSet
  reply.header('X-PDNS-Old-Serial', String(serialBefore))
  reply.header('X-PDNS-New-Serial', String(serialAfter))
}

function powerdnsNewZones(app: Api, world: ApiWorld): void {
  const schema = {
    tags,
    summary: 'Create a zone',
    ...gives(201, ZoneAnswer),
    params: ServerParams,
    body: PostSchema,
  }
  app.post(
    '/servers/:server/zones',
    { schema: { ...schema, querystring: ZoneQuery } },
    async (request, reply) => {
      const { body } = request
      const apex = at('/name', () => readZoneName(body.name))
      await demand(request, { verb: 'create', tenant: undefined, apex }, world)
      const tenant = newTenant(callerOf(request).principal, undefined)
      refuseInside(request, apex, tenant, world)
      const settings = { ...defaultSettings, ...readSettings(body) }
      const content = await readNewContent(body, contextOf(apex, 0, world), world)
      const rrsets = withSoa(content, apex)
      await submit(request, { apex, wish: { kind: 'create', tenant, settings, rrsets } }, world)
      const found = lookUp(apex, world)
      if (!found) throw new Failure(404, 'zone-absent', 'The zone was deleted meanwhile')
      const list = isOff(request.query.rrsets)
        ? undefined
        : await rrsetList(request, found, { name: undefined, type: undefined }, world)
      const shape = zoneShape(found, list)
      reply.code(201).header('location', `${serverPath}/zones/${formatZoneId(apex)}`)
      return sendJson(reply, shape)
    },
  )
}

async function readNewContent(
  body: PostBody,
  context: EditContext,
  world: ApiWorld,
): Promise<RRsetEdit[]> {
  const { apex } = context
  if (body.zone && body.rrsets && body.rrsets.length > 0) refuseBoth('both "zone" and "rrsets"')
  const edits = body.zone
    ? await editsFromText(body.zone, apex, world)
    : readWhole(body.rrsets ?? [], context)
  const servers = body.nameservers ?? []
  if (servers.length === 0) return edits
  if (hasAtApex(edits, apex, RR.NS)) refuseBoth('nameservers and NS records at the apex')
  return [...edits, at('/nameservers', () => nameserverEdit(apex, servers))]
}
