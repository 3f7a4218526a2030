import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, Server as TlsServer } from 'node:https'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { CodedError } from '../base/index.ts'
import { buildApp } from './app.ts'
import { defaultApiLimits } from './limits.ts'
import { TokenMemory } from './token-memory.ts'
import type { ApiListen, ApiOptions, ApiTls, ApiWorld, OpenApi } from './types.ts'

type Listening = Server | TlsServer

/** Where the API listens unless told otherwise. */
const defaultListen: ApiListen = { address: '127.0.0.1', port: 8053 }
/** How long requests under way may take to end once the API is closing. */
const graceMs = 5000

/**
 * Builds the API and has it listen.
 *
 * @throws {CodedError} `listen-remote` for an address that is not of this machine without TLS or
 *   `allowPlain`, `listen-failed`, `tls-credentials-invalid`, and what `place` throws
 */
export async function openApi(options: ApiOptions, world: ApiWorld): Promise<OpenApi> {
  const limits = options.limits ?? defaultApiLimits
  const listens = options.listen ?? [defaultListen]
  for (const listen of listens) refuseRemote(listen, options)
  const tokens = new TokenMemory(world)
  const app = await buildApp(world, limits, tokens)
  const open: { readonly server: Listening; readonly unplace: () => void }[] = []
  const closeAll = async (): Promise<void> => {
    await Promise.all(open.map((one) => closeServer(one, world)))
    await app.close()
  }
  try {
    const { tls: _, ...plain } = options
    for (const listen of listens) {
      // Nobody is between the two ends of a Unix socket: it needs no TLS.
      const server = makeServer(
        listen.path === undefined ? options : plain,
        world,
        (request, response) => {
          app.routing(request, response)
        },
      )
      open.push({ server, unplace: await place(server, listen, options) })
    }
  } catch (error) {
    await closeAll()
    throw error
  }
  const addresses = open.map(({ server }, index) => {
    const bound = server.address()
    return typeof bound === 'object' && bound !== null
      ? { address: bound.address, port: bound.port }
      : { path: listens[index]?.path ?? '' }
  })
  return {
    addresses,
    forgetToken: (id) => tokens.forget(id),
    renewTls(tls) {
      const secure = secureOptions(tls)
      for (const { server } of open) {
        if (server instanceof TlsServer) server.setSecureContext(secure)
      }
    },
    close: closeAll,
  }
}

/** A key that goes over a network in the clear is everybody's key. */
function refuseRemote({ path, address = '127.0.0.1' }: ApiListen, options: ApiOptions): void {
  if (path !== undefined || options.tls || options.allowPlain || isLoopback(address)) return
  throw new CodedError(
    'listen-remote',
    `Cannot listen on ${address} without TLS: give a certificate, or allow it plainly`,
  )
}

function isLoopback(address: string): boolean {
  if (isIP(address) === 4) return address.startsWith('127.')
  return address === '::1' || address === 'localhost'
}

function makeServer(options: ApiOptions, world: ApiWorld, listener: RequestListener): Listening {
  const limits = options.limits ?? defaultApiLimits
  const bounds = {
    maxHeaderSize: limits.headerOctets,
    requestTimeout: limits.requestTimeoutMs,
    headersTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: Math.max(100, Math.ceil(limits.requestTimeoutMs / 10)),
  }
  const server = options.tls
    ? createTlsServer({ ...bounds, ...secureOptions(options.tls) }, listener)
    : createServer(bounds, listener)
  server.maxConnections = limits.connections
  // Whoever takes no answers gives up the place: nothing else would end that.
  server.setTimeout(limits.answerTimeoutMs)
  refuseMalformed(server, world)
  return server
}

/** Statuses of what is no request at all, by the code of the parser. */
const malformed: ReadonlyMap<string | undefined, string> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
])

function refuseMalformed(server: Listening, { log }: ApiWorld): void {
  const answering = new WeakMap<Duplex, Set<ServerResponse>>()
  server.on('request', ({ socket }, response) => {
    const responses = answering.get(socket) ?? new Set()
    answering.set(socket, responses.add(response))
    response.once('close', () => responses.delete(response))
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    log.info('api.client-error', { code: error.code })
    const status = malformed.get(error.code) ?? '400 Bad Request'
    if (!socket.writable || owesAnswer(answering.get(socket) ?? [])) socket.destroy()
    else socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
  })
}

/**
 * Whether an answer to what is malformed would be taken for that to an earlier request (RFC 9112
 * §9.3.2). The one request whose body does not come or cannot be read is itself what is malformed.
 */
function owesAnswer(responses: Iterable<ServerResponse>): boolean {
  const [first, ...others] = responses
  if (!first) return false
  return others.length > 0 || first.req.complete || first.headersSent
}

/** What TLS is spoken with, once it is known to do: `setSecureContext` keeps what is broken. */
function secureOptions({ certificate, key }: ApiTls): SecureContextOptions {
  const secure = { cert: certificate, key, minVersion: 'TLSv1.2' as const }
  try {
    createSecureContext(secure)
    return secure
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CodedError('tls-credentials-invalid', `Cannot use TLS for the API: ${reason}`)
  }
}

async function place(
  server: Listening,
  { path, address = '127.0.0.1', port = 0 }: ApiListen,
  options: ApiOptions,
): Promise<() => void> {
  if (path !== undefined) return options.place(server, path)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const where = `Cannot listen on ${address} port ${port}`
      reject(new CodedError('listen-failed', `${where}: ${error.message}`))
    })
    server.listen({ host: address, port }, resolve)
  })
  return () => undefined
}

/** Lets requests under way end, for a while. */
function closeServer(
  { server, unplace }: { readonly server: Listening; readonly unplace: () => void },
  { timers }: ApiWorld,
): Promise<void> {
  return new Promise((resolve) => {
    unplace()
    const hurry = timers.set(graceMs, () => server.closeAllConnections())
    server.close(() => {
      timers.clear(hurry)
      resolve()
    })
    server.closeIdleConnections()
  })
}
