import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Test } from 'tap'
import {
  type EdnsOptionValue,
  ednsFlagDo,
  Flag,
  type Message,
  type ResourceRecord,
  readMessage,
  writeMessage,
} from '../../src/message/index.ts'
import { parseRdata, parseType, scanRdataText, type Ttl } from '../../src/rr/index.ts'
import type { Credentials } from '../../src/server/index.ts'
import { parseName, rootName } from '../../src/wire/index.ts'

/** A query as a scripted server sees it. */
export interface Received {
  readonly message: Message
  readonly octets: Uint8Array
  readonly via: 'udp' | 'tcp' | 'tls'
  /** From 1, over all transports. */
  readonly count: number
  /** The client's port. */
  readonly port: number
}

/** What to send back, in order; nothing keeps silent. */
export type Script = (query: Received) => readonly Uint8Array[] | Promise<readonly Uint8Array[]>

/** A server that does what a test says. */
export interface ScriptedServer {
  readonly address: string
  readonly port: number
  readonly received: readonly Received[]
  /** Resolves when so many queries have come. */
  heard(count: number): Promise<void>
  /** Connections accepted. */
  connections(): number
  /** Ends every connection that is open. */
  hangUp(): void
}

/** What a scripted server may be told. */
export interface ScriptedOptions {
  /** Speaks TLS instead of TCP. */
  readonly credentials?: Credentials
  /** Does not listen for streams. */
  readonly isUdpOnly?: boolean
  /** Where to listen other than on any port of 127.0.0.1. */
  readonly address?: string
  readonly port?: number
}

/** Starts one on loopback, UDP and TCP on the same port; it ends with the test. */
export async function scriptedServer(
  t: Test,
  script: Script,
  options: ScriptedOptions = {},
): Promise<ScriptedServer> {
  const received: Received[] = []
  const waiting = new Set<() => void>()
  const sockets = new Set<Socket>()
  let connections = 0
  const answer = async (octets: Uint8Array, via: Received['via'], port: number) => {
    const query = { message: readMessage(octets), octets, via, count: received.length + 1, port }
    received.push(query)
    for (const look of [...waiting]) look()
    return await script(query)
  }
  const accept = (socket: Socket): void => {
    connections++
    sockets.add(socket)
    let kept: Buffer = Buffer.alloc(0)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (chunk: Buffer) => {
      kept = Buffer.concat([kept, chunk])
      while (kept.length >= 2 && kept.length >= 2 + kept.readUInt16BE(0)) {
        const octets = kept.subarray(2, 2 + kept.readUInt16BE(0))
        kept = kept.subarray(2 + octets.length)
        const via = options.credentials ? 'tls' : 'tcp'
        void answer(octets, via, socket.remotePort ?? 0).then((replies) => {
          for (const reply of replies) socket.write(frame(reply))
        })
      }
    })
  }
  const { udp, stream, port } = await listen(accept, options)
  udp.on('message', (octets, from) => {
    void answer(octets, 'udp', from.port).then((replies) => {
      for (const reply of replies) udp.send(reply, from.port, from.address)
    })
  })
  t.teardown(() => {
    udp.close()
    stream?.close()
    for (const socket of sockets) socket.destroy()
  })
  return {
    address: options.address ?? '127.0.0.1',
    port,
    received,
    connections: () => connections,
    hangUp: () => {
      for (const socket of sockets) socket.end()
    },
    heard: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (received.length < count) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
  }
}

function frame(octets: Uint8Array): Buffer {
  const framed = Buffer.alloc(2 + octets.length)
  framed.writeUInt16BE(octets.length)
  framed.set(octets, 2)
  return framed
}

interface Listening {
  readonly udp: UdpSocket
  readonly stream: Server | undefined
  readonly port: number
}

/** Binds one port for both; another process may take it in between, so it tries again. */
async function listen(
  accept: (socket: Socket) => void,
  { credentials, isUdpOnly, address = '127.0.0.1', port: wanted = 0 }: ScriptedOptions,
): Promise<Listening> {
  for (;;) {
    const udp = createSocket('udp4')
    udp.bind(wanted, address)
    await once(udp, 'listening')
    const { port } = udp.address()
    if (isUdpOnly) return { udp, stream: undefined, port }
    const stream = credentials
      ? createTlsServer({ cert: credentials.certificate, key: credentials.key }, accept)
      : createServer(accept)
    stream.on('tlsClientError', () => undefined)
    try {
      stream.listen(port, address)
      await once(stream, 'listening')
      return { udp, stream, port }
    } catch (error) {
      udp.close()
      if (wanted !== 0) throw error
    }
  }
}

/** Parts of a response that differ from an empty NOERROR answer to the query. */
export interface Reply extends Partial<Omit<Message, 'answer' | 'authority' | 'additional'>> {
  /** Lines `owner ttl TYPE rdata`, names absolute. */
  readonly answer?: readonly string[]
  readonly authority?: readonly string[]
  readonly additional?: readonly string[]
  readonly options?: readonly EdnsOptionValue[]
}

/** Records from lines `owner ttl TYPE rdata`. */
export function recordsOf(lines: readonly string[]): ResourceRecord[] {
  return lines.map((line) => {
    const [, owner = '', ttl = '', mnemonic = '', rdata = ''] =
      /^(\S+)\s+(\d+)\s+(\S+)\s*(.*)$/.exec(line) ?? []
    const type = parseType(mnemonic)
    return {
      owner: parseName(owner),
      type,
      class: 1,
      ttl: Number(ttl) as Ttl,
      rdata: parseRdata(type, scanRdataText(rdata, rootName)),
    }
  })
}

/** A response to a query: its id, its question to the case, EDNS where the query had it. */
export function replyTo({ message }: Received, reply: Reply = {}): Uint8Array {
  const { answer = [], authority = [], additional = [], options = [], ...parts } = reply
  return writeMessage({
    ...message,
    flags: Flag.QR | Flag.AA,
    edns: message.edns && { udpOctets: 1232, version: 0, flags: ednsFlagDo, options },
    ...parts,
    answer: recordsOf(answer),
    authority: recordsOf(authority),
    additional: recordsOf(additional),
  })
}
