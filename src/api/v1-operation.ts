import type { UnixSeconds } from '../base/index.ts'
import { nameKey } from '../wire/index.ts'
import { gives } from './answers.ts'
import type { Api } from './app-type.ts'
import { demand, refuseAbsent } from './caller.ts'
import { readType } from './content.ts'
import { explain } from './explain.ts'
import { readZoneName } from './names.ts'
import { sendJson } from './problem.ts'
import type { ApiWorld } from './types.ts'
import { ExplainAnswer, HealthAnswer, NodesAnswer } from './v1-answers.ts'
import { ExplainQuery } from './v1-schemas.ts'
import { lookUp, operatorTenant, tenantOf } from './zones.ts'

const tags = ['operation']
/** Seconds without a word after which a node is not listed. */
const nodeSilenceSeconds = 300

/** How it works, and whether it does. */
export function v1Operation(app: Api, world: ApiWorld): void {
  app.get(
    '/explain',
    {
      schema: {
        tags,
        summary: 'Why an answer is as it is',
        ...gives(200, ExplainAnswer),
        querystring: ExplainQuery,
      },
    },
    async (request, reply) => {
      const name = readZoneName(request.query.name)
      const type = readType(request.query.type ?? 'A')
      const served = world.zones.find(nameKey(name))
      const found = served && lookUp(served.zone.apex, world)
      if (!found) return refuseAbsent(request, 'read', name, world)
      const rrsets = [{ owner: name, type }]
      const deed = { verb: 'read', tenant: tenantOf(found), apex: found.apex, rrsets } as const
      await demand(request, deed, world, name)
      return sendJson(reply, explain({ name, type }, world))
    },
  )
  app.get(
    '/nodes',
    { schema: { tags, summary: 'Nodes that follow the store', ...gives(200, NodesAnswer) } },
    async (request, reply) => {
      await demand(request, { verb: 'read', tenant: operatorTenant }, world)
      const since = (world.clock.now() - nodeSilenceSeconds) as UnixSeconds
      const nodes = await world.store.nodes(since)
      const sequence = await world.store.sequence()
      return sendJson(reply, { node: world.node, sequence, nodes })
    },
  )
  app.get(
    '/health',
    { schema: { tags, summary: 'Health, part by part', ...gives(200, HealthAnswer) } },
    async (request, reply) => {
      await demand(request, { verb: 'read', tenant: operatorTenant }, world)
      return sendJson(reply, { ...world.health(), records: world.records.health() })
    },
  )
}
