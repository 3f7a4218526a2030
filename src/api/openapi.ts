import type { SwaggerOptions } from '@fastify/swagger'
import type { RouteOptions } from 'fastify'
import { PowerdnsErrorSchema } from './powerdns-schemas.ts'
import { isPowerdns, problemType } from './problem.ts'
import { ProblemSchema } from './v1-schemas.ts'

/** What the OpenAPI document says beside the routes. */
export function openapiOptions(version: string): SwaggerOptions {
  return {
    refResolver: { buildLocalReference: ({ $id }, _, __, index) => String($id ?? `def-${index}`) },
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'danelaw',
        version,
        description:
          'Zones that are signed as they are served. `/v1` is danelaw’s own; under `/api` it is ' +
          'what the clients of PowerDNS call. Errors of `/v1` are problems as in RFC 9457.',
        license: { name: 'ISC', identifier: 'ISC' },
      },
      tags: [
        { name: 'zones', description: 'Zones and their RRsets' },
        { name: 'history', description: 'Change sets, and going back to one' },
        { name: 'tlsa', description: 'TLSA records that follow certificates' },
        { name: 'access', description: 'Tokens and the audit log' },
        { name: 'operation', description: 'Health, metrics, nodes, explanations' },
        { name: 'PowerDNS', description: 'The part of PowerDNS’ API that its clients call' },
      ],
      components: {
        securitySchemes: {
          key: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
          bearer: { type: 'http', scheme: 'bearer' },
        },
      },
      security: [{ key: [] }, { bearer: [] }],
    },
  }
}

/** What errors look like, once for all routes. */
export const errorSchemas = [
  { $id: 'Problem', ...ProblemSchema },
  { $id: 'PowerdnsError', ...PowerdnsErrorSchema },
]

/** Says of a route what its errors look like: the same of all routes of one tongue. */
export function describeErrors({ url, schema }: RouteOptions): void {
  if (!schema || schema.response !== undefined) return
  const [mediaType, error] = isPowerdns(url)
    ? ['application/json', { $ref: 'PowerdnsError#' }]
    : [problemType, { $ref: 'Problem#' }]
  schema.response = {
    '2xx': { description: 'As asked' },
    '4xx': { description: 'Refused', content: { [mediaType]: { schema: error } } },
    503: { description: 'Not now', content: { [mediaType]: { schema: error } } },
  }
}
