import { partitionJson } from '../provision/index.ts'
import { gives } from './answers.ts'
import type { Api } from './app-type.ts'
import { callerOf, demand } from './caller.ts'
import { demandDone, waitLive } from './domains.ts'
import { at } from './failure.ts'
import { readZoneName } from './names.ts'
import { sendJson } from './problem.ts'
import type { ApiWorld } from './types.ts'
import { etagOf } from './v1-change.ts'
import {
  PartitionAnswer,
  PartitionChangeSchema,
  PartitionParams,
  PartitionSchema,
  PartitionsAnswer,
  WaitQuery,
} from './v1-domain-schemas.ts'
import { operatorTenant } from './zones.ts'

const tags = ['partitions']

/** Partitions: the zones that signed hosts are spread over. They are the operator's. */
export function v1Partitions(app: Api, world: ApiWorld): void {
  const { provision } = world
  app.get(
    '/partitions',
    { schema: { tags, summary: 'List partitions', ...gives(200, PartitionsAnswer) } },
    async (request, reply) => {
      await demand(request, { verb: 'read', tenant: operatorTenant, rrsets: 'all' }, world)
      const partitions = await provision.partitions()
      return sendJson(reply, { partitions: partitions.map(partitionJson) })
    },
  )
  app.post(
    '/partitions',
    {
      schema: {
        ...{ tags, summary: 'Make a partition with its zone; the same again changes nothing' },
        ...{ ...gives(201, PartitionAnswer, 200, 202), body: PartitionSchema },
        querystring: WaitQuery,
      },
    },
    async (request, reply) => {
      await demand(request, { verb: 'create', tenant: operatorTenant, rrsets: 'all' }, world)
      const { name, frontends, zone: text, open } = request.body
      const zone = text === undefined ? undefined : at('/zone', () => readZoneName(text))
      const wished = {
        ...{ name, frontends },
        ...(zone && { zone }),
        ...(open !== undefined && { isOpen: open }),
      }
      const result = await provision.createPartition(wished, callerOf(request).actor)
      const { value, changed, sequence } = demandDone(result, undefined)
      reply.code(changed ? 201 : 200).header('location', `/v1/partitions/${value.name}`)
      await waitLive(reply, sequence, request.query.wait, world)
      return sendJson(reply.header('etag', etagOf(value.version)), partitionJson(value))
    },
  )
  app.patch(
    '/partitions/:name',
    {
      schema: {
        ...{ tags, summary: 'Change frontends, for all hosts at once, or open and close' },
        ...{ ...gives(200, PartitionAnswer, 202), params: PartitionParams },
        ...{ body: PartitionChangeSchema, querystring: WaitQuery },
      },
    },
    async (request, reply) => {
      await demand(request, { verb: 'write', tenant: operatorTenant, rrsets: 'all' }, world)
      const { frontends, open } = request.body
      const change = {
        ...(frontends && { frontends }),
        ...(open !== undefined && { isOpen: open }),
      }
      const { actor } = callerOf(request)
      const result = await provision.changePartition(request.params.name, change, actor)
      const { value, sequence } = demandDone(result, undefined)
      await waitLive(reply, sequence, request.query.wait, world)
      return sendJson(reply.header('etag', etagOf(value.version)), partitionJson(value))
    },
  )
}
