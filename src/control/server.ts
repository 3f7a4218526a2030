import { createServer, type Server, type Socket } from 'node:net'
import { CodedError, type Timers } from '../base/index.ts'
import {
  type CommandHandler,
  type ControlRequest,
  formatFailure,
  formatLine,
  LineReader,
  malformed,
  parseRequest,
} from './protocol.ts'
import { placeSocket } from './socket-file.ts'

/** Every limit of the control socket. */
export interface ControlLimits {
  /** Longest request, in octets. */
  readonly requestOctetsMax: number
  /** From the connection to the end of the request, in milliseconds. */
  readonly requestTimeoutMs: number
  /** Clients connected at a time, those that wait for their turn among them. */
  readonly clientsMax: number
  /** Octets that may wait for a client before progress events are dropped. */
  readonly progressOctetsMax: number
}

/** What holds where nothing is said. */
export const defaultControlLimits: ControlLimits = {
  requestOctetsMax: 64 * 1024,
  requestTimeoutMs: 5000,
  clientsMax: 16,
  progressOctetsMax: 64 * 1024,
}

/** What `openControl` needs. */
export interface ControlOptions {
  /** Where the socket is to be. Its directory is made, mode 0700, where there is none. */
  readonly path: string
  /** The commands that may be asked for, by name. */
  readonly commands: ReadonlyMap<string, CommandHandler>
  /** Those that change nothing: they wait for nobody, and nobody waits for them. */
  readonly readers?: ReadonlySet<string>
  readonly timers: Timers
  /** Limits other than the default ones. */
  readonly limits?: Partial<ControlLimits>
}

/** A control socket that listens. */
export interface Control {
  /**
   * Takes the socket away and refuses whoever has not had a turn; commands under way go on and
   * are answered. So a command may itself close the socket.
   */
  close(): Promise<void>
}

/**
 * Makes the socket and carries out what is asked there, one command at a time; readers at once.
 *
 * @throws CodedError `control-in-use` where another server answers there, `control-denied`, or
 *   `control-path-invalid` where no socket can be made, or something else is in its place.
 */
export async function openControl(options: ControlOptions): Promise<Control> {
  const desk = new Desk(options)
  const server = createServer({ allowHalfOpen: true }, desk.receive)
  const remove = await placeSocket(server, options.path)
  server.on('error', ignore)
  let closed: Promise<void> | undefined
  const close = async () => {
    remove()
    stopListening(server)
    desk.close()
  }
  return {
    close() {
      closed ??= close()
      return closed
    },
  }
}

/** Accepts nobody any more. What is open stays open, so there is nothing to wait for. */
function stopListening(server: Server): void {
  server.close()
}

const ignore = (): void => undefined

/** Where requests are received, wait for their turn and are carried out. */
class Desk {
  readonly #commands: ReadonlyMap<string, CommandHandler>
  readonly #readers: ReadonlySet<string>
  readonly #timers: Timers
  readonly #limits: ControlLimits
  readonly #clients = new Set<Socket>()
  readonly #running = new Set<Socket>()
  #turn: Promise<void> = Promise.resolve()
  #open = true

  constructor(options: ControlOptions) {
    this.#commands = options.commands
    this.#readers = options.readers ?? new Set()
    this.#timers = options.timers
    this.#limits = { ...defaultControlLimits, ...options.limits }
  }

  /** Receives one request from a client that has just connected. */
  readonly receive = (socket: Socket): void => {
    socket.on('error', ignore)
    if (!this.#open || this.#clients.size >= this.#limits.clientsMax) {
      this.#sayLast(socket, formatFailure(busy(this.#clients.size)))
      return
    }
    this.#clients.add(socket)
    const timer = this.#timers.set(this.#limits.requestTimeoutMs, () => socket.destroy())
    socket.on('close', () => {
      this.#timers.clear(timer)
      this.#clients.delete(socket)
    })
    const lines = new LineReader(this.#limits.requestOctetsMax)
    const receive = (chunk: Buffer): void => {
      try {
        const [line, ...more] = lines.push(chunk)
        if (line === undefined) return
        if (more.length > 0) throw malformed('one request is taken, and there were more')
        socket.removeListener('data', receive)
        socket.resume()
        this.#timers.clear(timer)
        this.#take(socket, parseRequest(line))
      } catch (error) {
        socket.removeListener('data', receive)
        this.#timers.clear(timer)
        this.#sayLast(socket, formatFailure(error))
      }
    }
    socket.on('data', receive)
    // A client that has ended without a request has only looked whether somebody is here.
    socket.on('end', () => {
      if (socket.listenerCount('data') > 0) socket.end()
    })
  }

  /** Refuses everybody whose command is not under way. */
  close(): void {
    this.#open = false
    for (const socket of this.#clients) {
      if (!this.#running.has(socket)) this.#sayLast(socket, formatFailure(busy(this.#clients.size)))
    }
  }

  /**
   * Answers and leaves. What the client may still send is read and thrown away, since a socket
   * closed over unread octets is reset and the answer with it; and not for longer than a request
   * may take, since a client that does not end its half would keep its place for ever.
   */
  #sayLast(socket: Socket, answer: string): void {
    socket.resume()
    socket.end(answer)
    const timer = this.#timers.set(this.#limits.requestTimeoutMs, () => socket.destroy())
    socket.on('close', () => this.#timers.clear(timer))
  }

  #take(socket: Socket, request: ControlRequest): void {
    if (this.#readers.has(request.command)) void this.#carryOut(socket, request)
    else this.#turn = this.#turn.then(() => this.#carryOut(socket, request))
  }

  /** Never rejects: the next in the queue has its turn whatever happened. */
  async #carryOut(socket: Socket, request: ControlRequest): Promise<void> {
    if (!this.#open || socket.destroyed) return
    this.#running.add(socket)
    let over = false
    const progress = (event: object): void => {
      if (over || socket.writableLength > this.#limits.progressOctetsMax) return
      if (socket.writable) socket.write(formatLine({ progress: event }))
    }
    let answer: string
    try {
      answer = formatLine({ ok: true, result: await this.#handler(request)(request, progress) })
    } catch (error) {
      answer = formatFailure(error)
    }
    over = true
    this.#running.delete(socket)
    if (socket.writable) this.#sayLast(socket, answer)
  }

  #handler({ command }: ControlRequest): CommandHandler {
    const handler = this.#commands.get(command)
    if (handler !== undefined) return handler
    const known = [...this.#commands.keys()].sort().join(', ')
    throw new CodedError(
      'control-unknown-command',
      `Cannot carry out ${JSON.stringify(command)}: the commands are ${known}`,
    )
  }
}

function busy(clients: number): CodedError {
  return new CodedError(
    'control-busy',
    `Cannot take the request: the server is stopping, or has ${clients} clients already`,
  )
}
