import { createServer, type Server, type Socket } from 'node:net'
import { CodedError, type TimerHandle, type Timers } from '../base/index.ts'
import type { PolicyLimits } from './limits.ts'
import type { PolicyAnswer } from './policies.ts'
import type { Protocol, Reply, Request } from './protocol.ts'

/** Where a policy server listens: an address, or a Unix socket. */
export type PolicyPlace =
  | { readonly kind: 'tcp'; readonly address: string; readonly port: number }
  /** `place` has the server listen there, and gives what takes the socket away again. */
  | { readonly kind: 'unix'; readonly place: (server: Server) => Promise<() => void> }

/** What a policy server needs. */
export interface PolicyServerOptions {
  readonly place: PolicyPlace
  readonly protocol: Protocol
  /** Never rejects. */
  readonly answer: (key: string) => Promise<PolicyAnswer>
  /** Hears every answer as it is given. */
  readonly onAnswer: (answer: PolicyAnswer) => void
  readonly timers: Timers
  readonly limits: PolicyLimits
}

/** A policy server that listens. */
export interface PolicyServer {
  /** As bound; undefined for a Unix socket. */
  readonly address: { readonly address: string; readonly port: number } | undefined
  /** Answers what is being looked into, nothing after it, and resolves when all is closed. */
  stop(): Promise<void>
}

/**
 * Starts to listen and to answer.
 *
 * @throws {CodedError} `listen-failed`, and whatever `place` throws
 */
export async function startPolicyServer(options: PolicyServerOptions): Promise<PolicyServer> {
  const conversations = new Set<Conversation>()
  const server = createServer((socket) => {
    if (conversations.size >= options.limits.connectionsMax) {
      socket.destroy()
      return
    }
    const conversation = new Conversation(socket, options)
    conversations.add(conversation)
    socket.on('close', () => void conversations.delete(conversation))
  })
  const unplace = await listen(server, options.place)
  const bound = server.address()
  return {
    address: typeof bound === 'object' && bound !== null ? bound : undefined,
    async stop() {
      unplace()
      const closed = new Promise((resolve) => server.close(resolve))
      for (const conversation of conversations) conversation.stop()
      await closed
    },
  }
}

async function listen(server: Server, place: PolicyPlace): Promise<() => void> {
  if (place.kind === 'unix') return place.place(server)
  const { address, port } = place
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const where = `Cannot listen on ${address} port ${port}`
      reject(new CodedError('listen-failed', `${where}: ${error.message}`))
    })
    server.listen({ host: address, port }, resolve)
  })
  return () => undefined
}

/** One mail server's connection: one request at a time, in order. */
class Conversation {
  readonly #socket: Socket
  readonly #options: PolicyServerOptions
  #deadline: TimerHandle | undefined
  #isBusy = false
  #isStopping = false

  constructor(socket: Socket, options: PolicyServerOptions) {
    this.#socket = socket
    this.#options = options
    const reader = options.protocol.reader(options.limits.requestOctetsMax)
    socket.on('error', () => undefined)
    socket.on('close', () => this.#hurry(false))
    socket.on('data', (chunk) => {
      const requests = reader.push(chunk)
      if (requests.length > 0) void this.#answerAll(requests)
    })
    this.#hurry(true)
  }

  /** Ends the connection, after the answer that is under way. */
  stop(): void {
    this.#isStopping = true
    if (!this.#isBusy) this.#socket.destroySoon()
  }

  /** It is the peer's turn, and must not take for ever; or it is ours. */
  #hurry(isOn: boolean): void {
    const { timers, limits } = this.#options
    if (this.#deadline !== undefined) timers.clear(this.#deadline)
    this.#deadline = isOn
      ? timers.set(limits.idleTimeoutMs, () => this.#socket.destroy())
      : undefined
  }

  /** What comes meanwhile waits in the kernel, and so does whoever sends it. */
  async #answerAll(requests: readonly Request[]): Promise<void> {
    const socket = this.#socket
    socket.pause()
    this.#isBusy = true
    let isLost = false
    for (const request of requests) {
      if (socket.destroyed) return
      this.#hurry(false)
      const reply = await this.#replyTo(request)
      this.#hurry(true)
      await this.#write(this.#options.protocol.format(reply))
      isLost = request.kind === 'malformed' && request.isLost
      // Postfix asks one at a time; who sends thousands at once does not keep us from stopping.
      if (this.#isStopping) break
    }
    this.#isBusy = false
    if (isLost || this.#isStopping) socket.destroySoon()
    else socket.resume()
  }

  async #replyTo(request: Request): Promise<Reply> {
    if (request.kind === 'malformed') return { kind: 'permanent', reason: request.reason }
    const answer = await this.#options.answer(request.key)
    this.#options.onAnswer(answer)
    return answer.reply
  }

  /** Resolves when the peer has read enough to be told more, or is gone. */
  #write(octets: Uint8Array): Promise<void> {
    const socket = this.#socket
    return new Promise((resolve) => {
      if (socket.destroyed || socket.write(octets)) {
        resolve()
        return
      }
      const go = (): void => {
        socket.off('drain', go)
        socket.off('close', go)
        resolve()
      }
      socket.on('drain', go)
      socket.on('close', go)
    })
  }
}
