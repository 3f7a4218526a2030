import { Type } from 'typebox'
import { type ErrorCode, errorTable } from '../base/index.ts'
import { gives } from './answers.ts'
import type { Api } from './app-type.ts'
import { Failure } from './failure.ts'
import { sendJson } from './problem.ts'
import type { ApiWorld } from './types.ts'
import { AliveAnswer, ErrorAnswer, ReadyAnswer } from './v1-answers.ts'

const tags = ['operation']
const security: [] = []

/** What needs no token: it tells nothing that is anybody's. */
export function openRoutes(app: Api, world: ApiWorld): void {
  app.get(
    '/healthz',
    { schema: { tags, security, summary: 'Whether it is alive', ...gives(200, AliveAnswer, 503) } },
    (_, reply) => {
      const { state } = world.health()
      return sendJson(reply.code(state === 'down' ? 503 : 200), { state })
    },
  )
  app.get(
    '/readyz',
    { schema: { tags, security, summary: 'Whether it is ready', ...gives(200, ReadyAnswer, 503) } },
    (_, reply) => {
      const { state, ready } = world.health()
      return sendJson(reply.code(ready ? 200 : 503), { state, ready })
    },
  )
  app.get(
    '/v1/openapi.json',
    { schema: { tags, security, summary: 'This document', ...gives(200, Type.Object({})) } },
    (_, reply) => sendJson(reply, app.swagger()),
  )
  app.get(
    '/v1/errors/:code',
    {
      schema: {
        ...{ tags, security, summary: 'What an error code means', ...gives(200, ErrorAnswer) },
        params: Type.Object({ code: Type.String() }),
      },
    },
    (request, reply) => {
      const { code } = request.params
      if (!Object.hasOwn(errorTable, code)) {
        throw new Failure(404, 'route-absent', `Cannot find error ${JSON.stringify(code)}`)
      }
      return sendJson(reply, { code, meaning: errorTable[code as ErrorCode] })
    },
  )
}
