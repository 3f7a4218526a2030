import type { Socket } from 'node:net'
import type { TimerHandle, Timers } from '../base/index.ts'
import type { Pending } from './pending.ts'
import type { Reply } from './types.ts'

/** What a connection needs of the world. */
export interface ConversationOptions {
  readonly reply: (query: Uint8Array) => Reply
  readonly pending: Pending
  readonly timers: Timers
  /** From one whole message to the next. */
  readonly idleMs: number
}

/** Octets of the length before each message (RFC 1035 §4.2.2). */
const prefixOctets = 2

/**
 * One TCP connection: messages in, replies out as each of them is due (RFC 7766 §7). It reads on
 * when the kernel has taken what was said. Where there is nothing to say the connection is reset.
 */
export class Conversation {
  readonly #socket: Socket
  readonly #options: ConversationOptions
  /** What has come and was not yet understood. */
  #chunks: Buffer[] = []
  #octets = 0
  /** Octets without which there is nothing new to understand. */
  #need = prefixOctets
  #owed = 0
  #ended = false
  #idle: TimerHandle

  /** Takes over a socket that keeps its own half open. */
  constructor(socket: Socket, options: ConversationOptions) {
    this.#socket = socket
    this.#options = options
    this.#idle = options.timers.set(options.idleMs, this.#expired)
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
      this.#octets += chunk.length
      this.#work()
    })
    socket.on('drain', () => {
      socket.resume()
      this.#work()
    })
    socket.on('end', () => {
      this.#ended = true
      this.#settle()
    })
    // What ends a connection is told by 'close', whatever the error was.
    socket.on('error', () => undefined)
    socket.on('close', () => options.timers.clear(this.#idle))
  }

  /** Goes on with what has arrived, as far as the peer takes replies. */
  #work(): void {
    while (!this.#socket.destroyed) {
      if (this.#socket.writableNeedDrain) {
        this.#socket.pause()
        return
      }
      const query = this.#next()
      if (!query) return
      this.#answer(query)
    }
  }

  /** The next whole message. */
  #next(): Uint8Array | undefined {
    if (this.#octets < this.#need) return undefined
    const [only, ...others] = this.#chunks
    const all = only && others.length === 0 ? only : Buffer.concat(this.#chunks)
    const end = prefixOctets + all.readUInt16BE(0)
    const isWhole = all.length >= end
    const rest = isWhole ? all.subarray(end) : all
    this.#chunks = [rest]
    this.#octets = rest.length
    this.#need = isWhole ? prefixOctets : end
    return isWhole ? all.subarray(prefixOctets, end) : undefined
  }

  #answer(query: Uint8Array): void {
    const { reply, pending } = this.#options
    this.#listen()
    const { octets, delayMs } = reply(query)
    this.#owed++
    const willCome = pending.send(delayMs, () => {
      this.#owed--
      if (octets) this.#say(octets)
      else this.#socket.resetAndDestroy()
    })
    if (!willCome) this.#socket.destroy()
  }

  #say(octets: Uint8Array): void {
    if (this.#socket.destroyed) return
    // Length and message in one segment (RFC 7766 §8).
    this.#socket.write(Buffer.concat([Uint8Array.of(octets.length >>> 8, octets.length), octets]))
    this.#settle()
  }

  /** Ends our half once the peer has ended its own and has all that it asked for. */
  #settle(): void {
    if (this.#ended && this.#owed === 0 && this.#octets < this.#need) this.#socket.end()
  }

  #listen(): void {
    const { timers, idleMs } = this.#options
    timers.clear(this.#idle)
    this.#idle = timers.set(idleMs, this.#expired)
  }

  readonly #expired = (): void => {
    if (this.#owed > 0) this.#listen()
    else this.#socket.destroy()
  }
}
