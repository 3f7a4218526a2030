import type net from 'node:net'
import type tls from 'node:tls'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'
import type { Credential } from './mint.ts'
import type { StartTls } from './types.ts'

/** A mail server to be started. */
export interface MailHost {
  readonly address: string
  /** What it calls itself. */
  readonly name: string
  readonly startTls: StartTls
  readonly credential: Credential
  /** For a client that asks for this name by SNI; `credential` is for all others. */
  readonly forSni?: { readonly name: string; readonly credential: Credential }
}

/** A message that a mail server took. */
export interface ReceivedMail {
  /** The name of the server. */
  readonly host: string
  readonly from: string
  readonly to: readonly string[]
  /** What the client called itself. */
  readonly helo: string
  /** Of TLS; undefined in clear. */
  readonly cipher: string | undefined
  /** What the client asked for by SNI. */
  readonly serverName: string | undefined
  readonly octets: number
  /** The message, cut where it is long. */
  readonly text: string
}

/** Bounds on what clients can make a mail server do and keep. */
const limits = {
  clients: 32,
  messageOctets: 2 ** 20,
  /** As few as a server may have (RFC 5321 §4.5.3.1.8). */
  recipients: 100,
  textOctets: 16_384,
  idleMs: 60_000,
  /** Clients that are remembered. */
  known: 256,
}

const commandsLess = ['AUTH']
const fatalHandshakeFailure = Uint8Array.of(0x15, 3, 3, 0, 2, 2, 40)

/** What OpenSSL is told so that nobody can talk to it. */
const badTls: Partial<Record<StartTls, tls.SecureContextOptions>> = {
  tls10: { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' },
  // The key is for ECDSA, and this suite wants RSA.
  'no-cipher': { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' },
}

/** Commands that are unknown, and so not offered. */
const hidden: Partial<Record<StartTls, readonly string[]>> = {
  absent: ['STARTTLS'],
  'helo-only': ['EHLO', 'STARTTLS'],
}

type Connection = Parameters<SMTPServer['connections']['add']>[0]

/**
 * A real mail server, but for what it does about STARTTLS. It takes every message, and gives it to
 * `take`.
 */
export class LabMailServer extends SMTPServer {
  readonly #host: MailHost
  /** Clients that have delivered. */
  readonly #known = new Set<string>()
  /** Connections that may be open, also where smtp-server is done with them. */
  readonly #met = new Set<Connection>()

  constructor(host: MailHost, take: (mail: ReceivedMail) => void) {
    const { name, startTls, forSni } = host
    const contextOf = ({ key, chain }: Credential) => ({ key, cert: chain, ...badTls[startTls] })
    super({
      ...{ name, banner: 'danelaw lab', logger: false, disableReverseLookup: true },
      ...{ authOptional: true, disabledCommands: [...commandsLess, ...(hidden[startTls] ?? [])] },
      ...{ maxClients: limits.clients, socketTimeout: limits.idleMs, size: limits.messageOctets },
      ...{ maxRecipients: limits.recipients, closeTimeout: 1 },
      ...contextOf(host.credential),
      ...(forSni ? { sniOptions: { [forSni.name]: contextOf(forSni.credential) } } : {}),
      onConnect: (session, done) => {
        this.#greet(session)
        done()
      },
      onData: (stream, session, done) => {
        const pieces: Buffer[] = []
        let octets = 0
        stream.on('data', (piece: Buffer) => {
          if (octets < limits.textOctets) pieces.push(piece)
          octets += piece.length
        })
        stream.on('end', () => {
          if (stream.sizeExceeded) {
            done(Object.assign(new Error('Message too large'), { responseCode: 552 }))
            return
          }
          if (this.#known.size < limits.known) this.#known.add(session.remoteAddress)
          const text = Buffer.concat(pieces).subarray(0, limits.textOctets).toString('latin1')
          take({ host: name, octets, text, ...envelopeOf(session) })
          done()
        })
      },
    })
    this.#host = host
    // Whatever becomes of a connection is the client's to tell.
    this.on('error', () => undefined)
  }

  /** As smtp-server does, with another STARTTLS where this server has one. */
  override connect(...given: Parameters<SMTPServer['connect']>): void {
    super.connect(...given)
    const [socket] = given
    const connection = [...this.connections].at(-1)
    if (!connection) return
    for (const one of this.#met) if (one._socket.destroyed) this.#met.delete(one)
    this.#met.add(connection)
    misbehave(connection, socket, this.#host.startTls)
  }

  /** Begins to listen; the port that it got. */
  start(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject)
      this.listen(port, this.#host.address, () => {
        this.server.off('error', reject)
        resolve((this.server.address() as net.AddressInfo).port)
      })
    })
  }

  /** Ends every conversation, whether the client agrees or not, and stops listening. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server.once('close', resolve)
      this.close(() => {
        for (const { _socket } of this.#met) _socket.destroy()
      })
    })
  }

  /** RFC 7672 §9.2: STARTTLS is not for every client. */
  #greet(session: SMTPServerSession): void {
    if (this.#host.startTls !== 'selective' || this.#known.has(session.remoteAddress)) return
    session.disabledCommands = [...commandsLess, 'STARTTLS']
  }
}

function envelopeOf(session: SMTPServerSession) {
  const { envelope, hostNameAppearsAs, tlsOptions, servername } = session
  return {
    from: envelope.mailFrom ? envelope.mailFrom.address : '',
    to: envelope.rcptTo.map(({ address }) => address),
    helo: hostNameAppearsAs,
    cipher: tlsOptions ? tlsOptions.name : undefined,
    serverName: servername || undefined,
  }
}

/** Another answer to the command STARTTLS, on one connection. */
function misbehave(connection: Connection, socket: net.Socket, startTls: StartTls): void {
  const ready = '220 2.0.0 Ready to start TLS\r\n'
  const other: Partial<Record<StartTls, Connection['handler_STARTTLS']>> = {
    refused(_, done) {
      connection.send(454, '4.7.0 TLS not available')
      done()
    },
    'drop-after-220'() {
      socket.end(ready)
    },
    alert() {
      socket.unpipe()
      socket.once('data', () => socket.end(fatalHandshakeFailure)).resume()
      socket.write(ready)
    },
    injection(_, done) {
      socket.write(`${ready}250 injected.test\r\n`)
      connection.upgrade(done)
    },
  }
  const handler = other[startTls]
  if (handler) connection.handler_STARTTLS = handler
}
