import type { FastifyReply, FastifyRequest } from 'fastify'
import { CodedError, errorTable } from '../base/index.ts'
import { adminErrorOf } from './admin-shapes.ts'
import { Failure, failureOf } from './failure.ts'
import type { ApiWorld } from './types.ts'

/** The media type of an error (RFC 9457 §3). */
export const problemType = 'application/problem+json'

/** An error as danelaw's own routes give it (RFC 9457 §3.1). */
export function problemOf({ status, code, message, details }: Failure): Record<string, unknown> {
  const errors = (details.findings ?? []).map(({ severity, code: kind, message: text }) => ({
    ...{ severity, code: kind, detail: text },
  }))
  return {
    type: `/v1/errors/${code}`,
    title: errorTable[code],
    status,
    detail: message,
    code,
    ...(details.pointer === undefined ? {} : { pointer: details.pointer }),
    ...(errors.length > 0 ? { errors } : {}),
    ...(details.errorData && { ErrorData: details.errorData }),
  }
}

/** An error as PowerDNS gives it. */
export function powerdnsErrorOf({ code, message, details }: Failure): Record<string, unknown> {
  const errors = (details.findings ?? [])
    .filter(({ severity }) => severity === 'error')
    .map((finding) => `${finding.message} (${finding.code})`)
  return { error: `${message} (${code})`, ...(errors.length > 1 ? { errors } : {}) }
}

/** How a part of the house speaks: as PowerDNS, as Exchange Online, or danelaw's own way. */
export type Tongue = 'powerdns' | 'exchange' | 'own'

/** The tongue of a path. */
export function tongueOf(url: string): Tongue {
  const [, part] = /^\/(api|adminapi)(?:[/?]|$)/.exec(url) ?? []
  if (part === undefined) return 'own'
  return part === 'api' ? 'powerdns' : 'exchange'
}

const speech = {
  powerdns: { bodyOf: powerdnsErrorOf, mediaType: 'application/json' },
  exchange: { bodyOf: adminErrorOf, mediaType: 'application/json' },
  own: { bodyOf: problemOf, mediaType: problemType },
}

/** Answers with an error, in the tongue of the path. */
export function sendFailure(
  request: FastifyRequest,
  reply: FastifyReply,
  failure: Failure,
): FastifyReply {
  const { bodyOf, mediaType } = speech[tongueOf(request.url)]
  reply.code(failure.status).headers(failure.details.headers ?? {})
  return sendJson(reply, bodyOf(failure), mediaType)
}

/**
 * Sends JSON with exactly this media type: to a text Fastify would add a charset, which some of
 * PowerDNS' clients do not expect and RFC 8259 §11 does not know.
 */
export function sendJson(
  reply: FastifyReply,
  body: unknown,
  mediaType = 'application/json',
): FastifyReply {
  return reply.header('content-type', mediaType).send(Buffer.from(JSON.stringify(body)))
}

interface ValidationError {
  readonly instancePath: string
  readonly message?: string
}

interface HttpError extends Error {
  readonly statusCode?: number
  readonly validation?: readonly ValidationError[]
  readonly validationContext?: string
}

/** Makes a failure of whatever was thrown; what nobody foresaw is logged and tells nothing. */
export function failureFrom(error: unknown, request: FastifyRequest, world: ApiWorld): Failure {
  if (error instanceof CodedError) return failureOf(error)
  const { statusCode, validation, validationContext, message } = error as HttpError
  const [first] = validation ?? []
  if (first) {
    const where = `${validationContext ?? 'request'}${first.instancePath}`
    const text = `Cannot take ${where}: it ${first.message ?? 'is of another form'}`
    const isBody = validationContext === 'body'
    return new Failure(isBody ? 422 : 400, 'request-invalid', text, {
      ...(isBody ? { pointer: first.instancePath } : {}),
    })
  }
  if (statusCode === 413)
    return new Failure(413, 'request-too-large', `Cannot take body: ${message}`)
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new Failure(statusCode, 'request-malformed', `Cannot read request: ${message}`)
  }
  world.log.error('api.failed', {
    method: request.method,
    route: request.routeOptions.url,
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  })
  return new Failure(500, 'api-internal', 'The request failed in the server')
}
