import { connect, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import { onAbort, type TimerHandle } from '../base/index.ts'
import type { SmtpLimits } from './limits.ts'
import { printable, ReplyReader } from './replies.ts'
import type { ProbeWorld, Reply } from './types.ts'

/** Why nothing more will come of a conversation. */
export interface Lost {
  readonly kind: 'lost'
  /** Without a full stop. */
  readonly text: string
  /** Such as `ECONNREFUSED`, or `timeout`; undefined where there is none. */
  readonly code: string | undefined
}

/** Where to connect to, and from. */
export interface Endpoint {
  readonly address: string
  readonly port: number
  readonly localAddress?: string
}

/** Tells a lost conversation from what was hoped for. */
export function isLost(value: object): value is Lost {
  return 'kind' in value && value.kind === 'lost'
}

/**
 * One connection to a mail server: replies are read from it, commands written, and it is made
 * secure once. Whatever happens to it, each wait ends, with a reply or with `Lost`; after the
 * first `Lost` there is nothing but that. At most one wait is under way at a time.
 */
export class Conversation {
  readonly #timers: ProbeWorld['timers']
  readonly #limits: SmtpLimits
  readonly #deadline: TimerHandle
  readonly #unhear: () => void
  #socket: Socket | undefined
  #secured: TLSSocket | undefined
  #replies: ReplyReader
  #lost: Lost | undefined
  /** Looks whether what is waited for has come. */
  #look: () => void = nothing

  /** Whether nothing more will come. */
  get isOver(): boolean {
    return this.#lost !== undefined
  }

  /** Nothing is connected yet; `totalTimeoutMs` runs from now. */
  constructor({ timers, signal }: ProbeWorld, limits: SmtpLimits) {
    this.#timers = timers
    this.#limits = limits
    this.#replies = new ReplyReader(limits)
    this.#deadline = timers.set(limits.totalTimeoutMs, () =>
      this.#lose(`no end within ${limits.totalTimeoutMs} ms`, 'timeout'),
    )
    this.#unhear = onAbort(signal, () => this.#lose('given up', undefined))
  }

  /** Opens the connection. A name is refused: nothing is looked up behind the caller's back. */
  connect(endpoint: Endpoint): Promise<Lost | undefined> {
    const { address } = endpoint
    if (this.#lost !== undefined) return Promise.resolve(this.#over())
    if (isIP(address) === 0) return this.#refuse(`"${printable(address)}" is not an address`)
    let socket: Socket
    try {
      socket = connect({ ...endpoint, host: address, noDelay: true })
    } catch (error) {
      return this.#refuse(String(error))
    }
    this.#socket = socket
    let isConnected = false
    socket.on('connect', () => {
      isConnected = true
      this.#look()
    })
    this.#listen(socket)
    return this.#wait(this.#limits.connectTimeoutMs, 'no connection', () =>
      isConnected ? 'connected' : undefined,
    ).then((end) => (end === 'connected' ? undefined : end))
  }

  /** Waits for a whole reply. A server that drips octets buys no time with them. */
  reply(timeoutMs: number): Promise<Reply | Lost> {
    return this.#wait(timeoutMs, 'no whole reply', () => {
      const step = this.#replies.next()
      if (step.kind === 'reply') return step.reply
      if (step.kind === 'malformed') this.#lose(step.text, undefined)
      return undefined
    })
  }

  /** Sends a command, without its CRLF, and waits for the reply. */
  command(text: string, timeoutMs = this.#limits.replyTimeoutMs): Promise<Reply | Lost> {
    const stream = this.#secured ?? this.#socket
    if (this.#lost === undefined) stream?.write(`${text}\r\n`)
    return this.reply(timeoutMs)
  }

  /**
   * Forgets what arrived in clear and no reply was made of; says how many octets there were. They
   * MUST NOT be mistaken for replies that came under TLS (RFC 3207 §4.2; CVE-2011-0411).
   */
  discardPlaintext(): number {
    const octets = this.#replies.waitingOctets
    this.#replies = new ReplyReader(this.#limits)
    return octets
  }

  /** Starts TLS on the connection; what comes from here on comes under TLS, or not at all. */
  secure(options: ConnectionOptions): Promise<TLSSocket | Lost> {
    const socket = this.#socket
    if (socket === undefined || this.#lost !== undefined) return Promise.resolve(this.#over())
    socket.off('data', this.#received).off('end', this.#ended)
    const secured = connectTls({ ...options, socket })
    this.#secured = secured
    let isSecure = false
    secured.on('secureConnect', () => {
      isSecure = true
      this.#look()
    })
    this.#listen(secured)
    return this.#wait(this.#limits.handshakeTimeoutMs, 'no end of the handshake', () =>
      isSecure ? secured : undefined,
    )
  }

  /** Gives everything back. What has been written and not sent is not waited for. */
  close(): void {
    this.#timers.clear(this.#deadline)
    this.#unhear()
    this.#lose('closed by us', undefined)
  }

  #listen(socket: Socket): void {
    socket.on('data', this.#received).on('end', this.#ended).on('close', this.#ended)
    socket.on('error', (error: Error) => this.#lose(errorText(error), errorCode(error)))
  }

  readonly #received = (octets: Buffer): void => {
    this.#replies.push(octets)
    this.#look()
  }

  readonly #ended = (): void => this.#lose('the server closed the connection', 'closed')

  #lose(text: string, code: string | undefined): void {
    this.#lost ??= { kind: 'lost', text, code }
    this.#secured?.destroy()
    this.#socket?.destroy()
    this.#look()
  }

  /** A port or an address that cannot be. */
  #refuse(text: string): Promise<Lost> {
    this.#lose(text, undefined)
    return Promise.resolve(this.#over())
  }

  #over(): Lost {
    return this.#lost ?? { kind: 'lost', text: 'there is no connection', code: undefined }
  }

  /** Waits until `found` finds something, the conversation is lost, or time is up. */
  #wait<T extends object | string>(
    ms: number,
    missing: string,
    found: () => T | undefined,
  ): Promise<T | Lost> {
    return new Promise((resolve) => {
      const timer = this.#timers.set(ms, () => this.#lose(`${missing} within ${ms} ms`, 'timeout'))
      const look = (): void => {
        const end = this.#lost ?? found() ?? this.#lost
        if (end === undefined) return
        this.#look = nothing
        this.#timers.clear(timer)
        resolve(end)
      }
      this.#look = look
      look()
    })
  }
}

function nothing(): void {
  // Nobody is waiting.
}

function errorCode(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** OpenSSL's messages name its source files; its `reason` alone says what happened. */
function errorText(error: Error): string {
  return 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message
}
