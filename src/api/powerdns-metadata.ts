import { Type } from 'typebox'
import type { ZoneSettings } from '../records/index.ts'
import { gives } from './answers.ts'
import type { Api } from './app-type.ts'
import { demand } from './caller.ts'
import { Failure } from './failure.ts'
import { readZoneId } from './names.ts'
import { MetadataAnswer } from './powerdns-answers.ts'
import { MetadataParams, MetadataSchema, ZoneParams } from './powerdns-schemas.ts'
import { readSettings } from './powerdns-settings.ts'
import { sendJson } from './problem.ts'
import { submit } from './submit.ts'
import type { ApiWorld } from './types.ts'
import { type FoundZone, locate, locateStored } from './zones.ts'

const tags = ['PowerDNS']
const path = '/servers/:server/zones/:zone/metadata'

/** What PowerDNS keeps beside the records of a zone: here, another way to some of its settings. */
export function powerdnsMetadata(app: Api, world: ApiWorld): void {
  app.get(
    path,
    {
      schema: {
        tags,
        summary: 'List metadata',
        ...gives(200, Type.Array(MetadataAnswer)),
        params: ZoneParams,
      },
    },
    async (request, reply) => {
      const found = await locate(request, readZoneId(request.params.zone), 'read', world)
      return sendJson(reply, metadataOf(found))
    },
  )
  app.get(
    `${path}/:kind`,
    {
      schema: {
        tags,
        summary: 'Get metadata',
        ...gives(200, MetadataAnswer),
        params: MetadataParams,
      },
    },
    async (request, reply) => {
      const found = await locate(request, readZoneId(request.params.zone), 'read', world)
      const { kind } = request.params
      const item = metadataOf(found).find((one) => one.kind === kind.toUpperCase())
      return sendJson(reply, item ?? { kind, metadata: [], type: 'Metadata' })
    },
  )
  app.put(
    `${path}/:kind`,
    {
      schema: {
        ...{ tags, summary: 'Set metadata', params: MetadataParams, body: MetadataSchema },
        ...gives(200, MetadataAnswer),
      },
    },
    async (request, reply) => {
      const { zone, kind } = request.params
      const [value = '', ...more] = request.body.metadata
      if (more.length > 0) throw refused('it takes one value')
      const settings = settingOf(kind, value)
      await set(request, readZoneId(zone), settings)
      return sendJson(reply, { kind: kind.toUpperCase(), metadata: [value], type: 'Metadata' })
    },
  )
  app.delete(
    `${path}/:kind`,
    { schema: { tags, summary: 'Unset metadata', params: MetadataParams, ...gives(204) } },
    async (request, reply) => {
      const { zone, kind } = request.params
      await set(request, readZoneId(zone), settingOf(kind, ''))
      return reply.code(204).send()
    },
  )

  async function set(
    request: Parameters<typeof locateStored>[0],
    apex: Parameters<typeof locateStored>[1],
    settings: Partial<ZoneSettings>,
  ): Promise<void> {
    const { zone } = await locateStored(request, apex, 'write', world)
    await demand(request, { verb: 'write', tenant: zone.tenant, apex }, world)
    await submit(request, { apex, wish: { kind: 'settings', settings } }, world)
  }
}

function refused(why: string): Failure {
  return new Failure(422, 'request-invalid', `Cannot set metadata: ${why}`)
}

/** The kinds that PowerDNS lets its API set, as far as they mean something here. */
function settingOf(kind: string, value: string): Partial<ZoneSettings> {
  switch (kind.toUpperCase()) {
    case 'SOA-EDIT':
      return readSettings({ soa_edit: value })
    case 'SOA-EDIT-API':
      return readSettings({ soa_edit_api: value })
    default:
      throw refused(`of ${JSON.stringify(kind)}; what there is otherwise is set by PUT of the zone`)
  }
}

/** What PowerDNS keeps as metadata, from the settings of the zone; to be set by PUT of the zone. */
function metadataOf(found: FoundZone): { kind: string; metadata: string[]; type: string }[] {
  if (found.kind === 'file') return []
  const { apiRectify, nsec3param, soaEdit, soaEditApi } = found.live.settings
  return [
    ['API-RECTIFY', apiRectify ? '1' : '0'],
    ['NSEC3PARAM', nsec3param],
    ['SOA-EDIT', soaEdit],
    ['SOA-EDIT-API', soaEditApi],
  ]
    .filter(([, value]) => value !== '')
    .map(([kind = '', value = '']) => ({ kind, metadata: [value], type: 'Metadata' }))
}
