import { createSocket, type Socket as Datagrams, type RemoteInfo } from 'node:dgram'
import { createServer, isIPv4, type Server, type Socket } from 'node:net'
import { CodedError, systemTimers, type Timers } from '../base/index.ts'
import { Conversation } from './conversation.ts'
import { Pending } from './pending.ts'
import type { Asked, Reply, World } from './types.ts'

/** Every limit of a world's sockets. */
export interface WorldLimits {
  /** Replies that wait for their time, in all; a further one is lost. */
  readonly pendingMax: number
  /** Datagrams that a socket keeps while the kernel takes no more; a further one is lost. */
  readonly sendQueueMax: number
  /** TCP connections open at a time, in all; a further one is closed at once. */
  readonly connectionsMax: number
  /** Milliseconds from one message of a connection to the next. */
  readonly idleMs: number
}

/** What holds unless said otherwise. */
export const worldLimits: WorldLimits = {
  pendingMax: 1000,
  sendQueueMax: 256,
  connectionsMax: 200,
  idleMs: 10_000,
}

/** Where a world is to be heard. */
export interface OpenOptions {
  /** The same for all addresses, UDP and TCP; 0 takes any that is free. */
  readonly port: number
  /** One address that speaks for all servers, instead of the addresses of the servers. */
  readonly front?: string
  /** The passing of time; the machine's where absent. */
  readonly timers?: Timers
  /** Limits other than the usual ones. */
  readonly limits?: Partial<WorldLimits>
}

/** A world that can be asked. */
export interface OpenWorld {
  readonly port: number
  readonly addresses: readonly string[]
  /** The one address that speaks for all servers, if there is one. */
  readonly front: string | undefined
  /** Questions at which the world threw, which its answer must not: each was met by silence. */
  readonly faults: number
  /** Is heard no more, at once; what waits is forgotten. A second call waits for the first. */
  close(): Promise<void>
}

const silence: Reply = { octets: undefined, delayMs: 0 }
/** Tries at a port that is free on every address, when any port will do. */
const portTriesMax = 16
/** RFC 1122 §3.2.1.3: nothing sent to it is ever seen outside of the machine. */
const loopback = '127.'

/**
 * Binds every server's address, or the one that stands for all. Where one cannot be bound, none
 * stays.
 *
 * @throws {CodedError} `listen-remote` for an address outside of 127.0.0.0/8; `world-invalid` for a
 *   front that the world does not know; `listen-failed`
 */
export async function openWorld(world: World, options: OpenOptions): Promise<OpenWorld> {
  const addresses = options.front === undefined ? serversOf(world) : [options.front]
  for (const address of addresses) checkLoopback(address)
  if (options.front !== undefined && options.front !== world.front) {
    const known = world.front === undefined ? 'no address does' : `${world.front} does`
    const why = `${options.front} does not answer for all zones, ${known}`
    throw new CodedError('world-invalid', `Cannot raise world: ${why}`)
  }
  for (let tries = 1; ; tries++) {
    const sockets = new WorldSockets(world, options)
    try {
      for (const address of addresses) await sockets.bind(address)
      return sockets
    } catch (error) {
      await sockets.close()
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      const mayRetry = options.port === 0 && code === 'EADDRINUSE' && tries < portTriesMax
      if (!mayRetry) throw listenFailed(error)
    }
  }
}

function serversOf({ hints, zones }: World): readonly string[] {
  const roots = hints.map(({ address }) => address)
  return [...new Set([...roots, ...[...zones.values()].flatMap(({ servers }) => servers)])]
}

function checkLoopback(address: string): void {
  if (isIPv4(address) && address.startsWith(loopback)) return
  throw new CodedError('listen-remote', `Cannot raise a world on ${address}: use 127.0.0.0/8`)
}

function listenFailed(error: unknown): CodedError {
  const reason = error instanceof Error ? error.message : String(error)
  return new CodedError('listen-failed', `Cannot raise the world: ${reason}`)
}

class WorldSockets implements OpenWorld {
  readonly addresses: string[] = []
  readonly front: string | undefined
  port: number
  faults = 0
  readonly #world: World
  readonly #timers: Timers
  readonly #limits: WorldLimits
  readonly #pending: Pending
  readonly #datagrams: Datagrams[] = []
  readonly #servers: Server[] = []
  readonly #connections = new Set<Socket>()
  #closed: Promise<void> | undefined

  constructor(world: World, { port, front, timers = systemTimers, limits }: OpenOptions) {
    this.port = port
    this.front = front
    this.#world = world
    this.#timers = timers
    this.#limits = { ...worldLimits, ...limits }
    this.#pending = new Pending(timers, this.#limits.pendingMax)
  }

  async bind(address: string): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
      this.#accept(socket, address),
    )
    this.#servers.push(server)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host: address, port: this.port }, () => {
        server.off('error', reject)
        resolve()
      })
    })
    const bound = server.address()
    if (bound !== null && typeof bound === 'object') this.port = bound.port
    const datagrams = createSocket('udp4')
    this.#datagrams.push(datagrams)
    await new Promise<void>((resolve, reject) => {
      datagrams.once('error', reject)
      datagrams.bind({ address, port: this.port, exclusive: true }, () => {
        datagrams.off('error', reject)
        resolve()
      })
    })
    // Ports of clients that are gone are none of a server's business.
    datagrams.on('error', () => undefined)
    datagrams.on('message', (query, from) => this.#reply(datagrams, address, query, from))
    this.addresses.push(address)
  }

  /** What goes wrong inside is no reason to end the process, nor a connection of others. */
  #answer(query: Uint8Array, asked: Asked): Reply {
    try {
      return this.#world.answer(query, asked)
    } catch {
      this.faults++
      return silence
    }
  }

  #reply(datagrams: Datagrams, server: string, query: Uint8Array, from: RemoteInfo): void {
    // Port 0 is a legal source port on the wire and an exception in `send`.
    if (from.port === 0) return
    const asked = { server, via: 'udp', from: from.address } as const
    const { octets, delayMs } = this.#answer(query, asked)
    if (!octets) return
    this.#pending.send(delayMs, () => {
      if (datagrams.getSendQueueCount() >= this.#limits.sendQueueMax) return
      datagrams.send(octets, from.port, from.address, () => undefined)
    })
  }

  #accept(socket: Socket, server: string): void {
    const { connectionsMax, idleMs } = this.#limits
    const from = socket.remoteAddress
    if (from === undefined || this.#connections.size >= connectionsMax) {
      socket.destroy()
      return
    }
    this.#connections.add(socket)
    socket.on('close', () => this.#connections.delete(socket))
    new Conversation(socket, {
      reply: (query) => this.#answer(query, { server, via: 'tcp', from }),
      pending: this.#pending,
      timers: this.#timers,
      idleMs,
    })
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    this.#pending.clear()
    for (const socket of this.#connections) socket.destroy()
    await Promise.all(
      [...this.#servers, ...this.#datagrams].map(
        (socket) => new Promise<void>((resolve) => socket.close(() => resolve())),
      ),
    )
  }
}
