import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { createSecureContext, TLSSocket, type TlsOptions } from 'node:tls'
import type { Test } from 'tap'

/** One connection, from the side of the server that a test plays. */
export interface ScriptedPeer {
  /** The address that the client connects from. */
  readonly address: string | undefined
  /** Writes text as it is. */
  send(text: string): void
  /** The next line that the client sends, without its CRLF. Never resolves once it is gone. */
  line(): Promise<string>
  /** Resolves with the next octets that come, whatever they are. */
  arrival(): Promise<Buffer>
  /** Takes the client's handshake; what is sent and read from here on is under TLS. */
  secure(options: TlsOptions): void
  /** The name that the client sent by SNI; undefined before the handshake, or without one. */
  serverName(): string | false | undefined
  /** Ends the connection after what has been sent. */
  end(): void
  /** Resets it. */
  reset(): void
}

/** A server that plays a script with each client. */
export interface ScriptedServer {
  readonly port: number
  /** Every line that clients sent, in order. */
  readonly lines: readonly string[]
  /** Resolves when `count` connections have come and gone. */
  closed(count: number): Promise<void>
}

/** Listens at a free port of loopback until the test is over. */
export async function scriptedServer(
  t: Test,
  script: (peer: ScriptedPeer) => Promise<void> | void,
  address = '127.0.0.1',
): Promise<ScriptedServer> {
  const lines: string[] = []
  const sockets = new Set<Socket>()
  let gone = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      sockets.delete(socket)
      gone++
      server.emit('gone')
    })
    // A script may end in a wait for a client that has left.
    void script(scriptedPeer(socket, lines))
  })
  server.listen(0, address)
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    lines,
    closed: async (count) => {
      while (gone < count) await once(server, 'gone')
    },
  }
}

function scriptedPeer(socket: Socket, lines: string[]): ScriptedPeer {
  let stream: Socket = socket
  let kept = ''
  let waiting: ((line: string) => void) | undefined
  const deliver = () => {
    const end = kept.indexOf('\r\n')
    if (end === -1 || waiting === undefined) return
    const line = kept.slice(0, end)
    kept = kept.slice(end + 2)
    lines.push(line)
    const resolve = waiting
    waiting = undefined
    resolve(line)
  }
  const received = (octets: Buffer) => {
    kept += octets.toString('latin1')
    deliver()
  }
  socket.on('data', received)
  return {
    address: socket.remoteAddress,
    send: (text) => stream.write(text, 'latin1'),
    line: () =>
      new Promise((resolve) => {
        waiting = resolve
        deliver()
      }),
    arrival: () => new Promise((resolve) => stream.once('data', resolve)),
    secure(options) {
      socket.off('data', received)
      const secureContext = createSecureContext(options)
      const secured = new TLSSocket(socket, { ...options, isServer: true, secureContext })
      secured.on('error', () => socket.destroy())
      secured.on('data', received)
      stream = secured
    },
    serverName: () =>
      'servername' in stream ? ((stream as TLSSocket).servername ?? false) : undefined,
    end: () => stream.end(),
    reset: () => socket.resetAndDestroy(),
  }
}
