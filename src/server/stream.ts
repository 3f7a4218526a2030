import { createServer, isIPv6, type Server, type Socket } from 'node:net'
import {
  createSecureContext,
  createServer as createTlsServer,
  type TLSSocket,
  type Server as TlsServer,
} from 'node:tls'
import { CodedError, type TimerHandle } from '../base/index.ts'
import { Connection } from './connection.ts'
import type { Connections } from './connections.ts'
import type { StreamTally } from './counters.ts'
import { turnsUntilSeen } from './turns.ts'

/** Connections that the kernel may hold before we accept them; it cuts this to its maximum. */
const acceptBacklog = 1024

/** How a TLS server proves who it is: certificate chain, leaf first, and private key, as PEM. */
export interface Credentials {
  readonly certificate: string
  readonly key: string
}

/** Binds `server` (TCP) or rejects as the system does. IPv6 is IPv6 only. */
function listen(server: Server, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(
      { host: address, port, backlog: acceptBacklog, ipv6Only: isIPv6(address) },
      () => {
        server.removeListener('error', reject)
        resolve()
      },
    )
  })
}

/**
 * One listening TCP socket. It asks `Connections` for a place for each peer, leads it through the
 * TLS handshake where there is one, and hands it over as a `Connection`.
 */
export class StreamListener {
  readonly #server: Server
  readonly #via: 'tcp' | 'tls'
  readonly #connections: Connections
  readonly #tally: StreamTally
  readonly #handshakes: Handshakes | undefined
  #arrived = 0
  #closed = false

  private constructor(connections: Connections, handshakes?: Handshakes) {
    this.#connections = connections
    this.#via = handshakes === undefined ? 'tcp' : 'tls'
    this.#tally = connections.tallies[this.#via]
    this.#handshakes = handshakes
    // A TLS handshake is nothing to finish for a client that has ended: half-open begins after it.
    const allowHalfOpen = handshakes === undefined
    this.#server = createServer({ allowHalfOpen, noDelay: true }, this.#accept)
  }

  /** Binds `address` (numeric) and `port`; with `handshakes`, each connection speaks TLS. */
  static async bind(
    address: string,
    port: number,
    connections: Connections,
    handshakes?: Handshakes,
  ): Promise<StreamListener> {
    const listener = new StreamListener(connections, handshakes)
    await listen(listener.#server, address, port)
    listener.#server.on('error', () => {
      listener.#tally.socketErrors++
    })
    return listener
  }

  /** The port that was bound. */
  get port(): number {
    const bound = this.#server.address()
    return typeof bound === 'object' && bound !== null ? bound.port : 0
  }

  /** Accepts whoever has connected already, and closes when nobody has come for two turns. */
  async drain(): Promise<void> {
    let quiet = 0
    while (quiet < turnsUntilSeen && !this.#closed) {
      const before = this.#arrived
      await new Promise(setImmediate)
      quiet = this.#arrived === before ? quiet + 1 : 0
    }
    this.close()
  }

  /** Accepts nobody from now on. Connections that are open stay. A second call does nothing. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#server.close()
  }

  readonly #accept = (socket: Socket): void => {
    this.#arrived++
    const full = this.#handshakes?.full ?? false
    if (full) this.#tally.refusedHandshake++
    const client = full ? undefined : this.#connections.admit(socket.remoteAddress, this.#tally)
    if (client === undefined) {
      socket.on('error', ignore)
      socket.destroy()
    } else if (this.#handshakes === undefined) {
      const connection = new Connection(socket, 'tcp', client, this.#connections)
      this.#connections.entered(connection, this.#tally)
    } else {
      this.#handshakes.start(socket, client)
    }
  }
}

/** Errors of a socket that is being thrown away tell nobody anything. */
const ignore = (): void => undefined

interface Handshake {
  readonly socket: Socket
  readonly client: string
  readonly timer: TimerHandle
  over: boolean
}

/**
 * TLS handshakes under way, for all TLS listeners (RFC 7858 §3.2): TLS 1.2 or later, ALPN `dot`
 * for clients that ask for one (RFC 7858 §3.1 has none; the name is in IANA's registry). Sessions
 * are resumed by tickets, whose keys live as long as the credentials.
 */
export class Handshakes {
  readonly #tls: TlsServer
  readonly #connections: Connections
  readonly #tally: StreamTally
  /** Node's TLS server gives back its own socket, not the one it was given: this finds it. */
  readonly #byPeer = new Map<string, Handshake>()

  /** @throws CodedError `tls-credentials-invalid` where they are not usable PEM, or no pair. */
  constructor(credentials: Credentials, connections: Connections) {
    this.#connections = connections
    this.#tally = connections.tallies.tls
    checkCredentials(credentials)
    this.#tls = createTlsServer({
      cert: credentials.certificate,
      key: credentials.key,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['dot'],
    })
    this.#tls.on('secureConnection', this.#secured)
    this.#tls.on('tlsClientError', (_error, socket) => {
      socket.on('error', ignore)
      socket.destroy()
    })
  }

  /** Whether no further handshake may start. */
  get full(): boolean {
    return this.#byPeer.size >= this.#connections.limits.handshakesMax
  }

  /** Takes other credentials for connections to come; those that are open keep theirs. */
  setCredentials(credentials: Credentials): void {
    checkCredentials(credentials)
    this.#tls.setSecureContext({
      cert: credentials.certificate,
      key: credentials.key,
      minVersion: 'TLSv1.2',
    })
  }

  /** Starts the handshake of a peer that was admitted as `client`. */
  start(socket: Socket, client: string): void {
    const peer = peerOf(socket)
    const timer = this.#connections.timers.set(
      this.#connections.limits.handshakeTimeoutMs,
      () => void socket.destroy(),
    )
    const handshake: Handshake = { socket, client, timer, over: false }
    this.#byPeer.set(peer, handshake)
    this.#tally.handshaking++
    socket.on('error', ignore)
    socket.once('close', () => {
      if (this.#ended(peer, handshake)) {
        this.#tally.handshakesFailed++
        this.#connections.release(client)
      }
    })
    this.#tls.emit('connection', socket)
  }

  /** Ends every handshake under way. */
  destroy(): void {
    for (const handshake of this.#byPeer.values()) handshake.socket.destroy()
  }

  readonly #secured = (socket: TLSSocket): void => {
    const peer = peerOf(socket)
    const handshake = this.#byPeer.get(peer)
    if (handshake === undefined || !this.#ended(peer, handshake)) {
      // The peer has gone since: its place was given back when it closed.
      socket.on('error', ignore)
      socket.destroy()
      return
    }
    socket.allowHalfOpen = true
    socket.disableRenegotiation()
    const connection = new Connection(socket, 'tls', handshake.client, this.#connections)
    this.#connections.entered(connection, this.#tally)
  }

  #ended(peer: string, handshake: Handshake): boolean {
    if (handshake.over) return false
    handshake.over = true
    if (this.#byPeer.get(peer) === handshake) this.#byPeer.delete(peer)
    this.#connections.timers.clear(handshake.timer)
    this.#tally.handshaking--
    return true
  }
}

function peerOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress} ${socket.localPort}`
}

function checkCredentials(credentials: Credentials): void {
  try {
    createSecureContext({ cert: credentials.certificate, key: credentials.key })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CodedError('tls-credentials-invalid', `Cannot use TLS certificate and key: ${reason}`)
  }
}
