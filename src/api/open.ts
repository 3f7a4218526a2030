import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { isIP } from 'node:net'
import { CodedError } from '../base/index.ts'
import { buildApp } from './app.ts'
import { defaultApiLimits } from './limits.ts'
import type { ApiListen, ApiOptions, ApiWorld, OpenApi } from './types.ts'

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
  const app = await buildApp(world, limits)
  const open: { readonly server: Server; readonly unplace: () => void }[] = []
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
  return { addresses, close: closeAll }
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

function makeServer(options: ApiOptions, world: ApiWorld, listener: RequestListener): Server {
  const limits = options.limits ?? defaultApiLimits
  const bounds = {
    maxHeaderSize: limits.headerOctets,
    requestTimeout: limits.requestTimeoutMs,
    headersTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: Math.max(100, Math.ceil(limits.requestTimeoutMs / 10)),
  }
  const server = options.tls
    ? createTls(options.tls, bounds, listener)
    : createServer(bounds, listener)
  server.maxConnections = limits.connections
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    world.log.info('api.client-error', { code: error.code })
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400
    const phrase = status === 431 ? 'Request Header Fields Too Large' : 'Bad Request'
    if (socket.writable) {
      socket.end(`HTTP/1.1 ${status} ${phrase}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
    } else socket.destroy()
  })
  return server
}

function createTls(
  tls: NonNullable<ApiOptions['tls']>,
  bounds: object,
  listener: RequestListener,
): Server {
  try {
    const secure = { cert: tls.certificate, key: tls.key, minVersion: 'TLSv1.2' as const }
    return createTlsServer({ ...bounds, ...secure }, listener) as unknown as Server
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CodedError('tls-credentials-invalid', `Cannot use TLS for the API: ${reason}`)
  }
}

async function place(
  server: Server,
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
  { server, unplace }: { readonly server: Server; readonly unplace: () => void },
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
