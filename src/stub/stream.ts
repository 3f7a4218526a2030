import { connect, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { TimerHandle } from '../base/index.ts'
import type { Upstream } from './stub.ts'
import {
  type Carried,
  formatServer,
  type Heard,
  heardError,
  numericLookup,
  type Transport,
} from './transport.ts'

const prefixOctets = 2
const nothing: Buffer = Buffer.alloc(0)

/** A query on a stream that waits for its answer. */
interface Pending {
  hear(octets: Uint8Array): void
  end(heard: Heard<never>): void
}

/**
 * Streams to servers, TCP and TLS, one for each server, used again while they are open (RFC 7766
 * §6.2.1, RFC 7858 §3.4), with several queries under way on each (RFC 7766 §6.2.1.1).
 */
export class Streams {
  readonly #transport: Transport
  readonly #open = new Map<string, Stream>()

  /** No stream is opened before it is needed. */
  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Sends a query and waits for its answer, connecting first where there is no stream yet. */
  async ask<T>(carried: Carried<T>): Promise<Heard<T>> {
    const id = ((carried.octets[0] ?? 0) << 8) | (carried.octets[1] ?? 0)
    const used = this.#open.get(keyOf(carried.server))
    if (used?.isFree(id)) {
      const heard = await used.ask(carried, id)
      // RFC 7766 §6.2.4: a server may close an idle stream at any time, also just now.
      if (heard.kind !== 'failed') return heard
    }
    return await this.#connect(carried.server).ask(carried, id)
  }

  /** Closes every stream; queries under way fail. */
  close(): void {
    for (const stream of [...this.#open.values()]) stream.close()
  }

  #connect(server: Upstream): Stream {
    const key = keyOf(server)
    const stream = new Stream(server, this.#transport, () => {
      if (this.#open.get(key) === stream) this.#open.delete(key)
    })
    const [oldest] = this.#open.values()
    if (this.#open.size >= this.#transport.limits.streams) oldest?.retire()
    this.#open.get(key)?.retire()
    this.#open.set(key, stream)
    return stream
  }
}

/** Who trusts a server by other means must not share a stream. */
function keyOf({ via, tlsName = '', tlsCa = '', ...server }: Upstream): string {
  return `${via} ${formatServer({ via, ...server })} ${tlsName} ${tlsCa}`
}

/** Opens the socket. Strict (RFC 8310 §5) where a name or authorities are given to hold it to. */
function openSocket(server: Upstream): Socket | TLSSocket {
  const { address: host, port, via, tlsName, tlsCa } = server
  if (via !== 'tls') return connect({ host, port, noDelay: true, lookup: numericLookup })
  return connectTls({
    host,
    port,
    lookup: numericLookup,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['dot'],
    rejectUnauthorized: tlsName !== undefined || tlsCa !== undefined,
    ...(tlsName !== undefined && { servername: tlsName }),
    ...(tlsCa !== undefined && { ca: tlsCa }),
  })
}

/** One stream, from connecting to its end. */
class Stream {
  readonly #socket: Socket
  readonly #transport: Transport
  readonly #gone: () => void
  readonly #pending = new Map<number, Pending>()
  #received = nothing
  #idle: TimerHandle | undefined
  #isOver = false
  #isRetired = false

  constructor(server: Upstream, transport: Transport, gone: () => void) {
    this.#transport = transport
    this.#gone = gone
    this.#socket = openSocket(server)
    this.#socket.on('error', (error) => this.#end(heardError(error)))
    this.#socket.on('close', () => this.#end({ kind: 'failed', text: 'connection closed' }))
    this.#socket.on('end', () => this.#end({ kind: 'failed', text: 'connection closed' }))
    this.#socket.on('data', (chunk: Buffer) => this.#read(chunk))
  }

  /** Whether a query with this id can be sent on it: ids on one stream differ (RFC 7766 §6.2.1). */
  isFree(id: number): boolean {
    return !this.#isOver && !this.#pending.has(id)
  }

  ask<T>(carried: Carried<T>, id: number): Promise<Heard<T>> {
    const { signal, timeoutMs } = carried
    const { timers, limits } = this.#transport
    return new Promise((resolve) => {
      let strays = 0
      const end = (heard: Heard<T>): void => {
        if (!this.#pending.delete(id)) return
        timers.clear(timer)
        signal.removeEventListener('abort', abandon)
        resolve(heard)
        this.#rest()
      }
      const abandon = (): void => end({ kind: 'abandoned' })
      const timer = timers.set(timeoutMs, () => {
        end({ kind: 'silent', text: `no answer within ${timeoutMs} ms` })
      })
      const hear = (octets: Uint8Array): void => {
        const value = carried.hear(octets)
        if (value !== undefined) end({ kind: 'heard', value, octets: octets.length })
        else if (++strays >= limits.strays) {
          end({ kind: 'failed', text: `${strays} messages that are no answer` })
        }
      }
      this.#pending.set(id, { hear, end })
      this.#wake()
      signal.addEventListener('abort', abandon)
      if (signal.aborted) abandon()
      else this.#send(carried.octets)
    })
  }

  /** Ends when nothing is under way on it any more. */
  retire(): void {
    this.#isRetired = true
    this.#gone()
    if (this.#pending.size === 0) this.close()
  }

  close(): void {
    this.#end({ kind: 'failed', text: 'connection closed' })
  }

  /** Length and message in one write, so that they share a segment (RFC 7766 §8). */
  #send(octets: Uint8Array): void {
    const frame = Buffer.alloc(prefixOctets + octets.length)
    frame.writeUInt16BE(octets.length)
    frame.set(octets, prefixOctets)
    this.#socket.write(frame)
  }

  /** Cuts what has come into messages (RFC 1035 §4.2.2); keeps less than one of them. */
  #read(chunk: Buffer): void {
    let octets = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    while (!this.#isOver && octets.length >= prefixOctets) {
      const end = prefixOctets + octets.readUInt16BE(0)
      if (octets.length < end) break
      const message = octets.subarray(prefixOctets, end)
      octets = octets.subarray(end)
      // A message that answers nothing here is somebody's mistake; it costs nothing to pass over.
      if (message.length >= 2) this.#pending.get(message.readUInt16BE(0))?.hear(message)
    }
    this.#received = octets.length === 0 ? nothing : Buffer.from(octets)
  }

  #wake(): void {
    if (this.#idle) this.#transport.timers.clear(this.#idle)
    this.#idle = undefined
    this.#socket.ref()
  }

  /** With nothing under way: keeps open for a while, without keeping the process alive. */
  #rest(): void {
    if (this.#pending.size > 0 || this.#isOver) return
    if (this.#isRetired) {
      this.close()
      return
    }
    this.#socket.unref()
    const { timers, limits } = this.#transport
    this.#idle = timers.set(limits.streamIdleMs, () => this.close())
  }

  #end(heard: Heard<never>): void {
    if (this.#isOver) return
    this.#isOver = true
    if (this.#idle) this.#transport.timers.clear(this.#idle)
    this.#gone()
    for (const pending of [...this.#pending.values()]) pending.end(heard)
    this.#socket.destroy()
  }
}
