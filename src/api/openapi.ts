import type { SwaggerOptions } from '@fastify/swagger'
import type { RouteOptions } from 'fastify'
import { AdminErrorSchema } from './admin-shapes.ts'
import { PowerdnsErrorSchema } from './powerdns-schemas.ts'
import { problemType, tongueOf } from './problem.ts'
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
          'what the clients of PowerDNS call, under `/adminapi` what scripts for Exchange Online ' +
          'call. Errors of `/v1` are problems as in RFC 9457.',
        license: { name: 'ISC', identifier: 'ISC' },
      },
      tags: [
        { name: 'zones', description: 'Zones and their RRsets' },
        { name: 'domains', description: 'Accepted domains, their signed hosts and SMTP DANE' },
        { name: 'partitions', description: 'Zones that signed hosts are spread over' },
        { name: 'history', description: 'Change sets, and going back to one' },
        { name: 'tlsa', description: 'TLSA records that follow certificates' },
        { name: 'access', description: 'Tokens and the audit log' },
        { name: 'operation', description: 'Health, metrics, nodes, explanations' },
        { name: 'Exchange', description: 'Cmdlets, as scripts for Exchange Online call them' },
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
  { $id: 'AdminError', ...AdminErrorSchema },
]

const errorsOf = {
  powerdns: ['application/json', { $ref: 'PowerdnsError#' }],
  exchange: ['application/json', { $ref: 'AdminError#' }],
  own: [problemType, { $ref: 'Problem#' }],
} as const

/** Says of a route what its errors look like: the same of all routes of one tongue. */
export function describeErrors({ url, schema }: RouteOptions): void {
  if (!schema) return
  const [mediaType, error] = errorsOf[tongueOf(url)]
  schema.response = {
    '4xx': { description: 'Refused', content: { [mediaType]: { schema: error } } },
    503: { description: 'Not now', content: { [mediaType]: { schema: error } } },
    ...(schema.response as object),
  }
}
