import type { FastifyReply, FastifyRequest } from 'fastify'
import { CodedError } from '../base/index.ts'
import { sha256 } from '../crypto/index.ts'
import type { Idempotency, WorkedOut } from '../records/index.ts'
import type { StoredAnswer } from '../store/index.ts'
import { toHex } from '../wire/index.ts'
import { rawBody } from './body.ts'
import { callerOf } from './caller.ts'
import { Failure } from './failure.ts'
import { idempotencyKeyMax, waitLiveMs } from './limits.ts'
import { type Asked, submit } from './submit.ts'
import type { ApiWorld } from './types.ts'
import { workedOutShape } from './v1-shapes.ts'

/** How a client wants a change to be made. */
export interface ChangeManner {
  readonly dryRun?: boolean
  readonly wait?: string
  readonly force?: boolean
}

/** The ETag of a version (RFC 9110 §8.8.3). */
export function etagOf(version: number): string {
  return `"${version}"`
}

/** Whether If-None-Match names the version: compared weakly, `*` is any (RFC 9110 §13.1.2). */
export function hasSeen({ headers }: FastifyRequest, etag: string): boolean {
  const seen = headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return seen?.some((tag) => tag === etag || tag === '*') ?? false
}

/**
 * The version that If-Match allows a change of: what it names, if that is the zone's (RFC 9110
 * §13.1.1: compared strongly, so a weak one never matches).
 *
 * @throws {CodedError} `zone-version` (412), `precondition-invalid`
 */
export function versionFor(
  request: FastifyRequest,
  current: number,
): { readonly ifVersion?: number } {
  const wish = matchFor(request, current)
  if (wish === 'none') return {}
  if (wish === 'met') return { ifVersion: current }
  const message = `Cannot change the zone: it is at version ${current}`
  throw new Failure(412, 'zone-version', message, { headers: { etag: etagOf(current) } })
}

/**
 * Whether If-Match names the version that is there.
 *
 * @throws {CodedError} `precondition-invalid`
 */
export function matchFor({ headers }: FastifyRequest, current: number): 'none' | 'met' | 'unmet' {
  const text = headers['if-match']?.trim()
  if (text === undefined || text === '*') return 'none'
  if (!/^(?:W\/)?"[^"]*"(?:\s*,\s*(?:W\/)?"[^"]*")*$/.test(text)) {
    const message = `Cannot read If-Match ${JSON.stringify(text.slice(0, 100))}: expected an ETag`
    throw new Failure(400, 'precondition-invalid', message)
  }
  const tags = text.split(',').map((tag) => tag.trim())
  return tags.includes(etagOf(current)) ? 'met' : 'unmet'
}

/** What is answered to a change, now and whenever the same request comes again. */
function answerOf(result: WorkedOut, status: number, dryRun: boolean) {
  const { zone } = result
  const headers = {
    'content-type': 'application/json',
    ...(zone && !dryRun && { etag: etagOf(zone.version) }),
  }
  return { status, headers, body: JSON.stringify(workedOutShape(result, dryRun)) }
}

function idempotencyOf(request: FastifyRequest, status: number): Idempotency | undefined {
  const key = request.headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key !== 'string' || !/^[\x21-\x7e]+$/.test(key) || key.length > idempotencyKeyMax) {
    const text = `Cannot use Idempotency-Key: expected 1 to ${idempotencyKeyMax} visible characters`
    throw new Failure(400, 'idempotency-key-invalid', text)
  }
  const answer: Idempotency['answer'] = (result) => answerOf(result, status, false)
  return { ...identityOf(request, key), answer }
}

/** Under which key an answer is kept, and what tells its request from others. */
function identityOf(request: FastifyRequest, key: string): Omit<Idempotency, 'answer'> {
  const head = Buffer.from(`${request.method} ${request.url}\n`)
  return {
    key: `${callerOf(request).principal.tokenId}:${key}`,
    request: toHex(sha256(Buffer.concat([head, rawBody(request)]))),
  }
}

/** Statuses that a request may get because it took effect before. */
const ownDoing = new Set([404, 409, 412])

/**
 * What the same request was answered before, where what it did then is in its way now: it moved
 * the version that its If-Match names, or deleted the zone.
 */
export async function answeredBefore(
  request: FastifyRequest,
  { status }: Failure,
  { store, clock }: ApiWorld,
): Promise<StoredAnswer | undefined> {
  const text = request.headers['idempotency-key']
  if (typeof text !== 'string' || !ownDoing.has(status)) return undefined
  const { key, request: hash } = identityOf(request, text)
  try {
    const answer = await store.answer(key, clock.now())
    return answer?.request === hash ? answer : undefined
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}

/** Sends an answer that was given before. */
export function sendAgain(reply: FastifyReply, { status, headers, body }: StoredAnswer) {
  reply.code(status).headers(headers).header('idempotency-replayed', 'true')
  return reply.send(Buffer.from(body))
}

/**
 * Makes a change as its query and headers want it, and answers with what became of it: `status`
 * when it is live, 202 where `?wait=live` ended before every node served it.
 *
 * @throws {CodedError} what it was refused for
 */
export async function change(
  request: FastifyRequest,
  reply: FastifyReply,
  manner: ChangeManner,
  status: number,
  asked: Asked,
  world: ApiWorld,
  pointerOf?: (edit: number) => string,
): Promise<FastifyReply> {
  const dryRun = manner.dryRun ?? false
  const idempotency = dryRun ? undefined : idempotencyOf(request, status)
  const draft = { force: manner.force ?? false, dryRun, ...(idempotency && { idempotency }) }
  const result = await submit(request, { ...draft, ...asked }, world, pointerOf)
  if (result.kind === 'replayed') return sendAgain(reply, result.answer)
  const { sequence } = result.changeSet
  const answer = answerOf(result, dryRun ? 200 : status, dryRun)
  reply.code(answer.status).headers(answer.headers)
  if (sequence > 0) reply.header('danelaw-sequence', String(sequence))
  if (manner.wait === 'live' && sequence > 0) {
    const { live, waitingFor } = await world.records.whenLive(sequence, waitLiveMs)
    if (!live) reply.code(202).header('danelaw-waiting-for', waitingFor.join(', '))
  }
  return reply.send(Buffer.from(answer.body))
}
