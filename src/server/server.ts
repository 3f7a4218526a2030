import { isIP } from 'node:net'
import { CodedError, systemTimers, type Timers } from '../base/index.ts'
import { Connections } from './connections.ts'
import {
  type Counters,
  type StreamTally,
  streamTally,
  type UdpTally,
  udpTally,
} from './counters.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { guarded, type Respond, type Via } from './respond.ts'
import { type Credentials, Handshakes, StreamListener } from './stream.ts'
import { UdpListener, type UdpRoom } from './udp.ts'

/** Where to listen. */
export interface Endpoint {
  /** An IPv4 or IPv6 address as text, without brackets. Wildcards have a caveat: see the essay. */
  readonly address: string
  /** 0 to 65,535; 0 takes any free one, the same for UDP and TCP. */
  readonly port: number
}

/** Where the server does listen. */
export interface BoundAddress extends Endpoint {
  readonly via: Via
}

/** What `startServer` needs. */
export interface ServerOptions {
  /** Endpoints for UDP and TCP, both on each (RFC 9210 §3: TCP is not optional). */
  readonly plain: readonly Endpoint[]
  /** Endpoints for DNS over TLS, and who we are there. */
  readonly tls?: { readonly endpoints: readonly Endpoint[]; readonly credentials: Credentials }
  /** Answers each message. */
  readonly respond: Respond
  /** Limits other than the default ones. */
  readonly limits?: Partial<Limits>
  /** The passing of time; the machine's where absent. */
  readonly timers?: Timers
  /** Told what `respond` threw: a bug of ours, worth a log line. Must not throw. */
  readonly onFault?: (error: unknown) => void
}

/** A server that listens. */
export interface Server {
  /** What is bound, in the order of the options, with the ports that were taken for 0. */
  addresses(): readonly BoundAddress[]
  /** A copy of the numbers as they are now. */
  counters(): Counters
  /**
   * Takes another certificate for connections to come, as after a renewal.
   *
   * @throws CodedError `tls-credentials-invalid`; the ones in use stay.
   */
  setSecureContext(credentials: Credentials): void
  /**
   * Answers what has been received, then closes. Whoever is not done after `graceMs` milliseconds
   * is cut off. A second call waits for the first.
   */
  stop(options: { readonly graceMs: number }): Promise<void>
}

/** Tries at a TCP port whose UDP twin is free too, when any port will do. */
const portTriesMax = 16

/**
 * Binds every endpoint and answers from then on. Where one cannot be bound, none stays.
 *
 * @throws CodedError `listen-failed` (an address that is not one, in use, not ours, or not
 *   permitted) or `tls-credentials-invalid`.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const server = new SocketServer(options)
  try {
    for (const endpoint of options.plain) await server.bindPlain(endpoint)
    for (const endpoint of options.tls?.endpoints ?? []) await server.bindTls(endpoint)
  } catch (error) {
    await server.stop({ graceMs: 0 })
    throw error
  }
  return server
}

class SocketServer implements Server {
  readonly #limits: Limits
  readonly #timers: Timers
  readonly #udpTally: UdpTally = udpTally()
  readonly #tallies: { tcp: StreamTally; tls: StreamTally }
  readonly #connections: Connections
  readonly #handshakes: Handshakes | undefined
  readonly #udpRoom: UdpRoom
  readonly #udp: UdpListener[] = []
  readonly #streams: StreamListener[] = []
  readonly #addresses: BoundAddress[] = []
  #stopped: Promise<void> | undefined

  constructor(options: ServerOptions) {
    this.#limits = { ...defaultLimits, ...options.limits }
    this.#timers = options.timers ?? systemTimers
    this.#tallies = { tcp: streamTally(), tls: streamTally() }
    const respond = guarded(options.respond, options.onFault ?? (() => undefined))
    this.#connections = new Connections({
      respond,
      limits: this.#limits,
      timers: this.#timers,
      tallies: this.#tallies,
    })
    this.#udpRoom = { respond, limits: this.#limits, tally: this.#udpTally }
    if (options.tls !== undefined) {
      this.#handshakes = new Handshakes(options.tls.credentials, this.#connections)
    }
  }

  addresses(): readonly BoundAddress[] {
    return [...this.#addresses]
  }

  counters(): Counters {
    const { tcp, tls } = this.#tallies
    return { udp: { ...this.#udpTally }, tcp: { ...tcp }, tls: { ...tls } }
  }

  setSecureContext(credentials: Credentials): void {
    this.#handshakes?.setCredentials(credentials)
  }

  stop({ graceMs }: { readonly graceMs: number }): Promise<void> {
    this.#stopped ??= this.#stop(graceMs)
    return this.#stopped
  }

  /** Binds TCP, then UDP on the same port; with port 0, as often as it takes within reason. */
  async bindPlain(endpoint: Endpoint): Promise<void> {
    const { address } = endpoint
    for (let tries = 1; ; tries++) {
      const tcp = await this.#bindStream(endpoint)
      const { port } = tcp
      try {
        const udp = await UdpListener.bind(address, port, this.#udpRoom)
        this.#udp.push(udp)
        this.#streams.push(tcp)
        this.#addresses.push({ via: 'udp', address, port }, { via: 'tcp', address, port })
        return
      } catch (error) {
        tcp.close()
        const another = endpoint.port === 0 && codeOf(error) === 'EADDRINUSE'
        if (!another || tries >= portTriesMax) throw listenFailed('UDP', { address, port }, error)
      }
    }
  }

  /** Binds one endpoint for TLS. */
  async bindTls(endpoint: Endpoint): Promise<void> {
    const tls = await this.#bindStream(endpoint, this.#handshakes)
    this.#streams.push(tls)
    this.#addresses.push({ via: 'tls', address: endpoint.address, port: tls.port })
  }

  async #bindStream(endpoint: Endpoint, handshakes?: Handshakes): Promise<StreamListener> {
    const { address, port } = endpoint
    const transport = handshakes === undefined ? 'TCP' : 'TLS'
    if (isIP(address) === 0) {
      throw listenFailed(transport, endpoint, 'it is not an IPv4 or IPv6 address')
    }
    try {
      return await StreamListener.bind(address, port, this.#connections, handshakes)
    } catch (error) {
      throw listenFailed(transport, endpoint, error)
    }
  }

  async #stop(graceMs: number): Promise<void> {
    const grace = this.#timers.set(graceMs, () => this.#cutOff())
    const datagrams = this.#udp.map((listener) => listener.drain())
    // Whoever waits in a backlog has connected, and may have asked: they are accepted first.
    await Promise.all(this.#streams.map((listener) => listener.drain()))
    await Promise.all([...datagrams, this.#connections.stop()])
    this.#timers.clear(grace)
  }

  #cutOff(): void {
    for (const stream of this.#streams) stream.close()
    for (const listener of this.#udp) listener.close()
    this.#handshakes?.destroy()
    this.#connections.destroy()
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

function listenFailed(transport: string, endpoint: Endpoint, cause: unknown): CodedError {
  const host = isIP(endpoint.address) === 6 ? `[${endpoint.address}]` : endpoint.address
  const where = `${transport} ${host}:${endpoint.port}`
  return new CodedError('listen-failed', `Cannot listen on ${where}: ${explain(cause)}`)
}

/** Says in words what the system says in a code. */
function explain(cause: unknown): string {
  if (typeof cause === 'string') return cause
  switch (codeOf(cause)) {
    case 'EADDRINUSE':
      return 'another program has it (EADDRINUSE)'
    case 'EACCES':
      return 'ports below 1024 need a privilege: CAP_NET_BIND_SERVICE (EACCES)'
    case 'EADDRNOTAVAIL':
      return 'this machine has no such address (EADDRNOTAVAIL)'
    case 'ERR_SOCKET_BAD_PORT':
      return 'a port is a whole number from 0 to 65535'
    default:
      return cause instanceof Error ? cause.message : String(cause)
  }
}
