import type { SwaggerOptions } from '@fastify/swagger'

/** What the OpenAPI document says beside the routes. */
export function openapiOptions(version: string): SwaggerOptions {
  return {
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
