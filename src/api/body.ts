import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Failure } from './failure.ts'

/** Deepest nesting of a body: no request needs more, and what walks it must end. */
const depthMax = 32
const raw = new WeakMap<FastifyRequest, Buffer>()
const decoder = new TextDecoder('utf-8', { fatal: true })

/** The octets of a body as they came; for telling two requests apart. */
export function rawBody(request: FastifyRequest): Uint8Array {
  return raw.get(request) ?? new Uint8Array(0)
}

/**
 * Has every body read as JSON, whatever its media type says: `curl -d`, and so acme.sh, calls it a
 * form. An empty one is none.
 */
export function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addHook('preParsing', (request, _, __, done) => {
    const coding = request.headers['content-encoding'] ?? 'identity'
    // RFC 9110 §8.4: nothing is unpacked here, so that what is sent is as long as what is read.
    const isPlain = coding.toLowerCase() === 'identity'
    done(isPlain ? null : unsupportedCoding(coding))
  })
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    const octets = body as Buffer
    raw.set(request, octets)
    if (octets.length === 0) {
      done(null, undefined)
      return
    }
    try {
      done(null, readJson(octets))
    } catch (error) {
      done(error as Error)
    }
  })
}

/** RFC 9110 §15.5.16: the answer says what would be taken. */
function unsupportedCoding(coding: string): Failure {
  const text = `Cannot read body in coding ${JSON.stringify(coding.slice(0, 100))}: send it plain`
  const headers = { 'accept-encoding': 'identity' }
  return new Failure(415, 'request-malformed', text, { headers })
}

/** @throws {CodedError} `request-malformed` */
function readJson(octets: Uint8Array): unknown {
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(octets))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Failure(400, 'request-malformed', `Cannot read body as JSON: ${reason}`)
  }
  if (!isShallow(value, depthMax)) {
    const text = `Cannot read body: it is nested more than ${depthMax} deep`
    throw new Failure(400, 'request-malformed', text)
  }
  return value
}

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (depth === 0) return false
  for (const key of Object.keys(value)) {
    // Not data of anybody's; what copies objects would change their prototype by it.
    if (key === '__proto__') return false
    if (!isShallow((value as Record<string, unknown>)[key], depth - 1)) return false
  }
  return true
}

/** Takes no body for an empty object, where nothing need be said. */
export function withoutBody(request: FastifyRequest, _: unknown, done: () => void): void {
  request.body ??= {}
  done()
}
