import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'

/** A client that speaks framed messages over a stream and remembers what came back. */
export interface StreamClient<S extends Socket = Socket> {
  readonly socket: S
  /** Messages received so far, without their lengths. */
  readonly answers: Uint8Array[]
  /** Resolves when `count` messages have come in all; rejects when the peer ends before. */
  received(count: number): Promise<void>
  /** Resolves when the server has ended its half, or the connection is gone. */
  ended(): Promise<void>
}

/** Frames messages for a stream: each behind its length in two octets. */
export function framed(...messages: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    messages.flatMap((message) => [
      Buffer.from([message.length >>> 8, message.length & 0xff]),
      message,
    ]),
  )
}

/** A message of `length` octets (≥ 12) that starts with `id` in 16 bits. */
export function message(id: number, length = 12): Uint8Array {
  const octets = new Uint8Array(length).fill(id & 0xff)
  octets[0] = (id >>> 8) & 0xff
  octets[1] = id & 0xff
  return octets
}

/** The 16-bit ID of a message. */
export function idOf(octets: Uint8Array | undefined): number {
  return octets === undefined ? -1 : ((octets[0] ?? 0) << 8) | (octets[1] ?? 0)
}

/** Connects over TCP, with its own half kept open when the server ends. */
export async function tcpClient(address: string, port: number): Promise<StreamClient> {
  const socket = connect({ host: address, port, allowHalfOpen: true, noDelay: true })
  const client = streamClient(socket)
  await once(socket, 'connect')
  return client
}

/** Connects over TLS without checking the certificate; resolves after the handshake. */
export async function tlsClient(
  address: string,
  port: number,
  options: ConnectionOptions = {},
): Promise<StreamClient<TLSSocket>> {
  const socket = connectTls({ host: address, port, rejectUnauthorized: false, ...options })
  const client = streamClient(socket)
  await once(socket, 'secureConnect')
  return client
}

function streamClient<S extends Socket>(socket: S): StreamClient<S> {
  const answers: Uint8Array[] = []
  const changed = new Set<() => void>()
  let kept: Buffer = Buffer.alloc(0)
  let over = false
  const tell = () => {
    for (const notice of [...changed]) notice()
  }
  socket.on('data', (chunk: Buffer) => {
    kept = kept.length === 0 ? chunk : Buffer.concat([kept, chunk])
    let start = 0
    while (kept.length - start >= 2 && kept.length - start - 2 >= kept.readUInt16BE(start)) {
      const end = start + 2 + kept.readUInt16BE(start)
      answers.push(kept.subarray(start + 2, end))
      start = end
    }
    kept = kept.subarray(start)
    tell()
  })
  for (const event of ['end', 'close', 'error']) {
    socket.on(event, () => {
      over = true
      tell()
    })
  }
  const until = (done: () => boolean, failed: () => string | undefined) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        const reason = done() ? undefined : failed()
        if (!done() && reason === undefined) return
        changed.delete(look)
        if (reason === undefined) resolve()
        else reject(new Error(reason))
      }
      changed.add(look)
      look()
    })
  return {
    socket,
    answers,
    received: (count) =>
      until(
        () => answers.length >= count,
        () => (over ? `The server ended after ${answers.length} of ${count} answers` : undefined),
      ),
    ended: () =>
      until(
        () => over,
        () => undefined,
      ),
  }
}

/** Resolves when `condition` holds, asking once in each turn of the event loop. */
export async function turnsUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate)
}
