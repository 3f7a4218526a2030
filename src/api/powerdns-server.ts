import { Type } from 'typebox'
import { formatRdata, formatType } from '../rr/index.ts'
import { formatName } from '../wire/index.ts'
import { gives, givesText } from './answers.ts'
import type { Api } from './app-type.ts'
import { Failure } from './failure.ts'
import { readZoneId } from './names.ts'
import {
  ConfigAnswer,
  DiscoveryAnswer,
  ExportAnswer,
  ResultAnswer,
  SearchAnswer,
  ServerAnswer,
  StatisticsAnswer,
  VersionsAnswer,
} from './powerdns-answers.ts'
import { powerdnsKeys } from './powerdns-keys.ts'
import { powerdnsMetadata } from './powerdns-metadata.ts'
import { SearchQuery, ServerParams, StatisticsQuery, ZoneParams } from './powerdns-schemas.ts'
import { serverPath } from './powerdns-shapes.ts'
import { sendJson } from './problem.ts'
import { search } from './search.ts'
import type { ApiWorld } from './types.ts'
import { locate, locateStored, rrsetsOf, visibleZones } from './zones.ts'

const tags = ['PowerDNS']

/**
 * What clients take for the server's version. They look for features in it: octoDNS expects 422
 * in place of 404 below 4.2, and reads three numbers.
 */
function powerdnsVersion(version: string): string {
  return `5.0.0-danelaw.${version}`
}

function serverShape(version: string): object {
  return {
    autoprimaries_url: `${serverPath}/autoprimaries{/autoprimary}`,
    config_url: `${serverPath}/config{/config_setting}`,
    daemon_type: 'authoritative',
    id: 'localhost',
    type: 'Server',
    url: serverPath,
    version: powerdnsVersion(version),
    zones_url: `${serverPath}/zones{/zone}`,
  }
}

/** What PowerDNS has beside zones: the server, its settings and numbers, searches, commands. */
export function powerdnsServer(app: Api, world: ApiWorld): void {
  const startedAt = world.clock.now()
  app.addHook('preHandler', (request, _, done) => {
    const { server } = request.params as { readonly server?: string }
    const isOurs = server === undefined || server === 'localhost'
    done(isOurs ? undefined : new Failure(404, 'route-absent', `Could not find server`))
  })
  app.get(
    '/servers',
    { schema: { tags, summary: 'List servers', ...gives(200, Type.Array(ServerAnswer)) } },
    (_, reply) => sendJson(reply, [serverShape(world.version)]),
  )
  app.get(
    '/servers/:server',
    {
      schema: {
        tags,
        summary: 'Get the server',
        ...gives(200, ServerAnswer),
        params: ServerParams,
      },
    },
    (_, reply) => sendJson(reply, serverShape(world.version)),
  )
  app.get(
    '/servers/:server/config',
    {
      schema: { tags, summary: 'List settings', ...gives(200, ConfigAnswer), params: ServerParams },
    },
    (_, reply) =>
      sendJson(
        reply,
        [
          ['api', 'yes'],
          ['daemon', 'no'],
          ['default-soa-edit', ''],
          ['launch', world.store.driver],
          ['primary', 'no'],
          ['secondary', 'no'],
        ].map(([name, value]) => ({ name, type: 'ConfigSetting', value })),
      ),
  )
  app.get(
    '/servers/:server/statistics',
    {
      schema: {
        tags,
        summary: 'Numbers',
        ...gives(200, StatisticsAnswer),
        params: ServerParams,
        querystring: StatisticsQuery,
      },
    },
    (request, reply) => {
      const { statistic } = request.query
      // What others have is not for everybody's eyes: of zones those count that the caller sees.
      const items = [
        ['uptime', world.clock.now() - startedAt],
        ['zones', [...visibleZones(request, world)].length],
      ] as const
      const asked = items.filter(([name]) => statistic === undefined || name === statistic)
      if (asked.length === 0) throw new Failure(422, 'request-invalid', 'Unknown statistic name')
      return sendJson(
        reply,
        asked.map(([name, value]) => ({ name, type: 'StatisticItem', value: String(value) })),
      )
    },
  )
  app.get(
    '/servers/:server/search-data',
    {
      schema: {
        tags,
        summary: 'Search',
        ...gives(200, SearchAnswer),
        params: ServerParams,
        querystring: SearchQuery,
      },
    },
    async (request, reply) => sendJson(reply, await search(request, request.query, world)),
  )
  powerdnsCommands(app, world)
  powerdnsKeys(app, world)
}

/** What clients tell PowerDNS to do with a zone, and what needs no doing here. */
function powerdnsCommands(app: Api, world: ApiWorld): void {
  const path = '/servers/:server/zones/:zone'
  const params = ZoneParams
  app.put(
    `${path}/notify`,
    {
      schema: {
        tags,
        summary: 'Notify secondaries: there are none',
        ...gives(200, ResultAnswer),
        params,
      },
    },
    async (request, reply) => {
      await locate(request, readZoneId(request.params.zone), 'write', world)
      return sendJson(reply, { result: 'Notification queued' })
    },
  )
  app.put(
    `${path}/rectify`,
    { schema: { tags, summary: 'Rectify: it always is', ...gives(200, ResultAnswer), params } },
    async (request, reply) => {
      await locate(request, readZoneId(request.params.zone), 'write', world)
      return sendJson(reply, { result: 'Rectified' })
    },
  )
  app.put(
    `${path}/axfr-retrieve`,
    { schema: { tags, summary: 'Transfer in: refused', params } },
    async (request) => {
      const { zone } = await locateStored(request, readZoneId(request.params.zone), 'write', world)
      const text = `Cannot retrieve ${formatName(zone.apex)}: it is no secondary`
      throw new Failure(422, 'request-invalid', text)
    },
  )
  app.get(
    `${path}/export`,
    {
      schema: {
        tags,
        summary: 'The zone as a text',
        ...givesText('text/plain', ExportAnswer),
        params,
      },
    },
    async (request, reply) => {
      const found = await locate(request, readZoneId(request.params.zone), 'read', world)
      const lines: string[] = []
      for await (const { owner, type, ttl, records } of rrsetsOf(request, found, world)) {
        const head = `${formatName(owner)}\t${ttl}\tIN\t${formatType(type)}`
        for (const { rdata, disabled } of records) {
          if (!disabled) lines.push(`${head}\t${formatRdata(type, rdata)}`)
        }
      }
      const text = `${lines.join('\n')}\n`
      if (request.headers.accept?.includes('application/json'))
        return sendJson(reply, { zone: text })
      return reply.header('content-type', 'text/plain').send(Buffer.from(text))
    },
  )
  powerdnsMetadata(app, world)
}

/** The versions of the API that there are; where lego begins. */
export function powerdnsVersions(app: Api): void {
  app.get(
    '/api',
    { schema: { tags, summary: 'Versions of the API', ...gives(200, VersionsAnswer) } },
    (_, reply) => sendJson(reply, [{ url: '/api/v1', version: 1 }]),
  )
  app.get(
    '/api/v1',
    { schema: { tags, summary: 'What this version has', ...gives(200, DiscoveryAnswer) } },
    (_, reply) => sendJson(reply, [{ api_features: [], server_url: '/api/v1/servers{/server}' }]),
  )
}
