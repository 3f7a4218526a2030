/**
 * Mail servers for tests: small scripts on node:net and node:tls, which wait for nothing, so that
 * time may pass while nothing happens.
 */
import net from 'node:net'
import tls from 'node:tls'

/** A private key and a chain, end entity first, as PEM. */
export interface Credential {
  readonly key: string
  readonly chain: string
}

/** Whether a mail server offers TLS. Those that misbehave are in `src/post`. */
export type StartTls = 'good' | 'absent'

/** One mail server. */
export interface MailHost {
  /** Last octet of its loopback address. */
  readonly at: number
  readonly startTls: StartTls
  /** Asked at each handshake. */
  readonly credential: () => Credential
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

const portTriesMax = 32

interface Room {
  readonly sockets: Set<net.Socket>
  readonly serverNames: (string | undefined)[]
  readonly commands: Map<number, string[]>
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
  const { key, chain } = host.credential()
  const secureContext = tls.createSecureContext({ key, cert: chain })
  const secured = new tls.TLSSocket(socket, {
    ...{ isServer: true, secureContext },
    SNICallback(serverName, done) {
      room.serverNames.push(serverName)
      done(null, secureContext)
    },
  })
  secured.on('error', () => socket.destroy())
  talkSecurely(secured)
}

/** The conversation in clear. */
function talk(socket: net.Socket, host: MailHost, room: Room): void {
  const isOffered = host.startTls === 'good'
  const heard = room.commands.get(host.at) ?? []
  room.commands.set(host.at, heard)
  const stop = onLines(socket, (line) => {
    heard.push(line)
    const verb = line.split(' ', 1)[0]?.toUpperCase()
    if (verb === 'QUIT') socket.end('221 2.0.0 bye\r\n')
    else if (verb === 'EHLO') {
      socket.write(`250-mail.test\r\n${isOffered ? '250-STARTTLS\r\n' : ''}250 SIZE 1000000\r\n`)
    } else if (verb === 'STARTTLS' && isOffered) {
      stop()
      socket.write('220 2.0.0 go ahead\r\n')
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
