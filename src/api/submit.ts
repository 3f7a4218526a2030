import type { FastifyRequest } from 'fastify'
import type { Draft, DraftResult } from '../records/index.ts'
import { callerOf } from './caller.ts'
import { failureOfRefusal } from './failure.ts'
import type { ApiWorld } from './types.ts'

/** A draft as a route makes it; who asks is added. */
export type Asked = Pick<Draft, 'apex' | 'wish'> & Partial<Omit<Draft, 'actor'>>

/** A draft that came to something. */
export type Done = Extract<DraftResult, { kind: 'done' | 'replayed' }>

/**
 * Hands a draft in for the caller. `pointerOf` says where an edit stands in the body.
 *
 * @throws {CodedError} what it was refused for, with its status
 */
export async function submit(
  request: FastifyRequest,
  asked: Asked,
  world: ApiWorld,
  pointerOf: (edit: number) => string = (edit) => `/rrsets/${edit}`,
): Promise<Done> {
  const { actor } = callerOf(request)
  const result = await world.records.submit({
    ...{ note: '', force: false, dryRun: false },
    ...asked,
    actor,
  })
  world.metrics.countChangeSet(asked.wish.kind, result.kind)
  if (result.kind === 'refused') throw failureOfRefusal(result, pointerOf)
  return result
}
