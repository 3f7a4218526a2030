/**
 * Mail servers for tests: small scripts on node:net and node:tls, since most of what they do no
 * mail server would do on purpose.
 */
import net from 'node:net'
import tls from 'node:tls'

/** A private key and a chain, end entity first, as PEM. */
export interface Credential {
  readonly key: string
  readonly chain: string
}

/** What a mail server does about TLS. */
export type StartTls =
  | 'good'
  /** EHLO does not offer it, and the command is unknown. */
  | 'absent'
  /** Offered, then `454`. */
  | 'refused'
  /** EHLO is unknown: HELO only. */
  | 'helo-only'
  /** Offered from the second connection on, as by some greylisting (RFC 7672 §9.2). */
  | 'selective'
  /** The connection ends after `220`. */
  | 'drop-after-220'
  /** A fatal alert answers the ClientHello. */
  | 'alert'
  /** Nothing newer than TLS 1.0. */
  | 'tls10'
  /** No cipher that anybody would take. */
  | 'no-cipher'
  /** An SMTP reply in clear comes in the same segment as `220` (RFC 3207 §4.2). */
  | 'injection'

/** One mail server. */
export interface MailHost {
  /** Last octet of its loopback address. */
  readonly at: number
  readonly startTls: StartTls
  /** Chosen by SNI; undefined stands for a client that sends none, or another name. */
  readonly credential: (serverName: string | undefined) => Credential
}

/** A mail server that listens. */
export interface MailHosts {
  /** The one port of all of them. */
  readonly port: number
  /** SNI of every handshake begun, in order; undefined where there was none. */
  readonly serverNames: readonly (string | undefined)[]
  /** Commands received in clear, by the last octet of the address. */
  readonly commands: ReadonlyMap<number, readonly string[]>
  close(): Promise<void>
}

const fatalHandshakeFailure = Uint8Array.from([0x15, 3, 3, 0, 2, 2, 40])
const portTriesMax = 32

function tlsOptions(host: MailHost): tls.SecureContextOptions {
  const { key, chain } = host.credential(undefined)
  const options = { key, cert: chain }
  if (host.startTls === 'tls10') {
    return { ...options, minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' }
  }
  // The key is for ECDSA, and this suite wants RSA.
  if (host.startTls === 'no-cipher') {
    return { ...options, maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' }
  }
  return options
}

interface Room {
  readonly sockets: Set<net.Socket>
  readonly serverNames: (string | undefined)[]
  readonly commands: Map<number, string[]>
  readonly connections: Map<number, number>
}

/** Reads lines until `stop` is called; the octets after that are left to somebody else. */
function onLines(socket: net.Socket, hear: (line: string) => void): () => void {
  let text = ''
  const listener = (octets: Buffer): void => {
    text += octets.toString('latin1')
    for (;;) {
      const end = text.indexOf('\r\n')
      if (end < 0) return
      const line = text.slice(0, end)
      text = text.slice(end + 2)
      hear(line)
    }
  }
  socket.on('data', listener)
  return () => void socket.off('data', listener)
}

/** The conversation after TLS: only EHLO and QUIT have to be right. */
function talkSecurely(socket: tls.TLSSocket): void {
  onLines(socket, (line) => {
    const verb = line.slice(0, 4).toUpperCase()
    if (verb === 'QUIT') socket.end('221 2.0.0 bye\r\n')
    else if (verb === 'EHLO') socket.write('250-mail.test\r\n250 SIZE 1000000\r\n')
    else socket.write('502 5.5.1 no\r\n')
  })
}

function secure(socket: net.Socket, host: MailHost, room: Room): void {
  if (host.startTls === 'alert') {
    socket.once('data', () => socket.end(fatalHandshakeFailure))
    return
  }
  const secured = new tls.TLSSocket(socket, {
    isServer: true,
    secureContext: tls.createSecureContext(tlsOptions(host)),
    SNICallback(serverName, done) {
      room.serverNames.push(serverName)
      const { key, chain } = host.credential(serverName)
      done(null, tls.createSecureContext({ ...tlsOptions(host), key, cert: chain }))
    },
  })
  secured.on('error', () => socket.destroy())
  talkSecurely(secured)
}

/** The conversation in clear. */
function talk(socket: net.Socket, host: MailHost, room: Room): void {
  const nth = (room.connections.get(host.at) ?? 0) + 1
  room.connections.set(host.at, nth)
  const { startTls } = host
  const isOffered = startTls !== 'absent' && (startTls !== 'selective' || nth > 1)
  const heard = room.commands.get(host.at) ?? []
  room.commands.set(host.at, heard)
  const stop = onLines(socket, (line) => {
    heard.push(line)
    const verb = line.split(' ', 1)[0]?.toUpperCase()
    if (verb === 'QUIT') socket.end('221 2.0.0 bye\r\n')
    else if (verb === 'HELO') socket.write('250 mail.test\r\n')
    else if (verb === 'EHLO' && startTls !== 'helo-only') {
      socket.write(`250-mail.test\r\n${isOffered ? '250-STARTTLS\r\n' : ''}250 SIZE 1000000\r\n`)
    } else if (verb === 'STARTTLS' && isOffered) {
      if (startTls === 'refused') {
        socket.write('454 4.7.0 TLS not available\r\n')
        return
      }
      stop()
      if (startTls === 'drop-after-220') {
        socket.end('220 2.0.0 go ahead\r\n')
        return
      }
      const injected = startTls === 'injection' ? '250 injected.test\r\n' : ''
      socket.write(`220 2.0.0 go ahead\r\n${injected}`)
      secure(socket, host, room)
    } else socket.write('502 5.5.1 no\r\n')
  })
  socket.write('220 mail.test ESMTP\r\n')
}

function listen(server: net.Server, port: number, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, () => {
      server.off('error', reject)
      resolve((server.address() as net.AddressInfo).port)
    })
  })
}

function closed(server: net.Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}

/** Starts mail servers on one port, each on an address of its own. */
export async function openMailHosts(block: string, hosts: readonly MailHost[]): Promise<MailHosts> {
  const room: Room = {
    sockets: new Set(),
    serverNames: [],
    commands: new Map(),
    connections: new Map(),
  }
  const serverOf = (host: MailHost): net.Server =>
    net.createServer((socket) => {
      room.sockets.add(socket)
      socket.on('close', () => room.sockets.delete(socket))
      socket.on('error', () => socket.destroy())
      talk(socket, host, room)
    })
  for (let tries = 1; ; tries++) {
    const servers: net.Server[] = []
    let port = 0
    try {
      for (const host of hosts) {
        const server = serverOf(host)
        port = await listen(server, port, `${block}${host.at}`)
        servers.push(server)
      }
      return {
        port,
        serverNames: room.serverNames,
        commands: room.commands,
        async close() {
          for (const socket of room.sockets) socket.destroy()
          await Promise.all(servers.map(closed))
        },
      }
    } catch (error) {
      await Promise.all(servers.map(closed))
      if (tries >= portTriesMax) throw error
    }
  }
}
