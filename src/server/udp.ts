import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { UdpTally } from './counters.ts'
import type { Limits } from './limits.ts'
import { fault, messageOctetsMax, type Respond } from './respond.ts'
import { turnsUntilSeen } from './turns.ts'

/** What a UDP socket needs of its server. `respond` is guarded: it never throws. */
export interface UdpRoom {
  readonly respond: Respond
  readonly limits: Limits
  readonly tally: UdpTally
}

/**
 * One UDP socket on one address. It answers each datagram within the event that brought it.
 *
 * Node sends at once where it can: only when the kernel's buffer is full does a datagram stay in
 * Node's queue, holding on to the memory it was given. So answers are written into one buffer,
 * again and again, and only in the rare case that one stayed behind is that buffer given away and
 * another taken.
 */
export class UdpListener {
  readonly #socket: Socket
  readonly #room: UdpRoom
  #out = Buffer.allocUnsafeSlow(messageOctetsMax)
  #received = 0
  #closed = false

  private constructor(socket: Socket, room: UdpRoom) {
    this.#socket = socket
    this.#room = room
  }

  /** Binds `address` (numeric) and `port`, and answers from then on. Rejects as the system does. */
  static bind(address: string, port: number, room: UdpRoom): Promise<UdpListener> {
    const ipv6 = isIPv6(address)
    const socket = createSocket({
      type: ipv6 ? 'udp6' : 'udp4',
      ipv6Only: ipv6,
      recvBufferSize: room.limits.udpReceiveBufferOctets,
      sendBufferSize: room.limits.udpSendBufferOctets,
      // The addresses are numbers already. Node asks even so, and asks the long way round.
      lookup: (numeric, _options, found) => found(null, numeric, ipv6 ? 6 : 4),
    })
    return new Promise((resolve, reject) => {
      socket.once('error', reject)
      socket.bind({ address, port, exclusive: true }, () => {
        socket.removeListener('error', reject)
        const listener = new UdpListener(socket, room)
        socket.on('error', listener.#failed)
        socket.on('message', listener.#answer)
        resolve(listener)
      })
    })
  }

  /** The port that was bound. */
  get port(): number {
    return this.#socket.address().port
  }

  /** Answers what the kernel holds already, and closes when nothing has come for two turns. */
  async drain(): Promise<void> {
    let quiet = 0
    while (quiet < turnsUntilSeen && !this.#closed) {
      const before = this.#received
      await new Promise(setImmediate)
      const sent = this.#closed || this.#socket.getSendQueueCount() === 0
      quiet = sent && this.#received === before ? quiet + 1 : 0
    }
    this.close()
  }

  /** Closes at once. A second call does nothing. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#socket.close()
  }

  readonly #answer = (query: Uint8Array, from: RemoteInfo): void => {
    const { respond, limits, tally } = this.#room
    tally.received++
    this.#received++
    // Port 0 is a legal source port on the wire and an exception in `send`.
    if (from.port === 0) {
      tally.unsendable++
      return
    }
    const queued = this.#socket.getSendQueueCount()
    // Refuse early: an answer that cannot be sent is not worth its work.
    if (queued >= limits.udpSendQueueMax) {
      tally.queueFull++
      return
    }
    const length = respond(query, this.#out, 'udp')
    if (length === fault) {
      tally.faults++
    } else if (length === 0) {
      tally.silenced++
    } else {
      this.#send(length, queued, from)
    }
  }

  #send(length: number, queuedBefore: number, to: RemoteInfo): void {
    const copy = queuedBefore > 0
    const octets = copy ? Buffer.from(this.#out.subarray(0, length)) : this.#out
    try {
      this.#socket.send(octets, 0, length, to.port, to.address, this.#sent)
    } catch {
      this.#room.tally.unsendable++
    }
    if (!copy && this.#socket.getSendQueueCount() > 0) {
      this.#out = Buffer.allocUnsafeSlow(messageOctetsMax)
    }
  }

  /** One function for all datagrams: with a callback, Node reports errors here and nowhere else. */
  readonly #sent = (error: Error | null): void => {
    if (error) this.#room.tally.unsendable++
    else this.#room.tally.answered++
  }

  readonly #failed = (): void => {
    this.#room.tally.socketErrors++
  }
}
