import { isIPv6 } from 'node:net'
import type { Timers } from '../base/index.ts'
import type { StreamTally } from './counters.ts'
import { AnswerBatch } from './framing.ts'
import { idleTimeoutMs, type Limits } from './limits.ts'
import type { Respond } from './respond.ts'

/** A connection, as far as the one who keeps the door must know it. */
export interface Guest {
  /** Finish what has been asked, then go. */
  stop(): void
  /** Go now; `left` is called before this returns. */
  destroy(): void
}

/** What all connections of a server share. `respond` is guarded: it never throws. */
export interface ConnectionsOptions {
  readonly respond: Respond
  readonly limits: Limits
  readonly timers: Timers
  readonly tallies: { readonly tcp: StreamTally; readonly tls: StreamTally }
}

/**
 * Who is connected, over all listeners, TCP and TLS together. It decides who may come in, and who
 * must go to make room: the one that has been idle the longest (RFC 7766 §6.2.3, RFC 9210 §4.1).
 *
 * A place is taken by `admit`, before any handshake, and given back by `release` or `left`.
 */
export class Connections {
  readonly respond: Respond
  readonly limits: Limits
  readonly timers: Timers
  readonly tallies: ConnectionsOptions['tallies']
  readonly batch = new AnswerBatch()
  /** Places taken, handshakes and lingering ones among them. */
  #taken = 0
  readonly #takenByClient = new Map<string, number>()
  readonly #open = new Set<Guest>()
  /** In the order in which they became idle: a Set keeps the order of insertion. */
  readonly #idle = new Set<Guest>()
  #stopping = false
  #whenEmpty: (() => void) | undefined

  constructor(options: ConnectionsOptions) {
    this.respond = options.respond
    this.limits = options.limits
    this.timers = options.timers
    this.tallies = options.tallies
  }

  /**
   * Gives a place to a peer, evicting an idle connection when all are taken. Returns the client
   * that the place belongs to, or `undefined` where there is none, which `tally` then records.
   */
  admit(address: string | undefined, tally: StreamTally): string | undefined {
    // Reset between the kernel's accept and ours: there is nobody to refuse.
    if (address === undefined) return undefined
    const client = clientOf(address)
    const held = this.#takenByClient.get(client) ?? 0
    if (held >= this.limits.clientConnectionsMax) {
      tally.refusedClient++
      return undefined
    }
    if (this.#taken >= this.limits.connectionsMax && !this.#evict(tally)) {
      tally.refusedFull++
      return undefined
    }
    this.#taken++
    this.#takenByClient.set(client, (this.#takenByClient.get(client) ?? 0) + 1)
    tally.accepted++
    return client
  }

  /** Gives back a place whose peer never became a connection. */
  release(client: string): void {
    this.#taken--
    const held = (this.#takenByClient.get(client) ?? 0) - 1
    if (held > 0) this.#takenByClient.set(client, held)
    else this.#takenByClient.delete(client)
    if (this.#taken === 0) this.#whenEmpty?.()
  }

  /** Notes a connection in the place that was admitted for it. */
  entered(connection: Guest, tally: StreamTally): void {
    this.#open.add(connection)
    tally.open++
    if (this.#stopping) connection.stop()
  }

  /** Called by a connection, once, when it has closed. */
  left(connection: Guest, tally: StreamTally, client: string): void {
    if (this.#open.delete(connection)) tally.open--
    this.release(client)
  }

  /** Called by a connection that has nothing to do. */
  becameIdle(connection: Guest): void {
    this.#idle.delete(connection)
    this.#idle.add(connection)
  }

  /** Called by a connection that has something to do. */
  becameBusy(connection: Guest): void {
    this.#idle.delete(connection)
  }

  /** How long a connection may be idle, as full as it is now. */
  idleTimeoutMs(): number {
    return idleTimeoutMs(this.limits, this.#taken)
  }

  /** Lets each connection finish; resolves when every place has been given back. */
  stop(): Promise<void> {
    this.#stopping = true
    for (const connection of this.#open) connection.stop()
    return new Promise((resolve) => {
      this.#whenEmpty = resolve
      if (this.#taken === 0) resolve()
    })
  }

  /** Ends every connection at once. */
  destroy(): void {
    for (const connection of this.#open) connection.destroy()
  }

  #evict(tally: StreamTally): boolean {
    for (const oldest of this.#idle) {
      tally.evicted++
      oldest.destroy()
      return true
    }
    return false
  }
}

/**
 * Whom an address belongs to, as a key: an IPv4 address is a client; of an IPv6 address it is the
 * /64, since whoever has one address of it has them all. `address` is as `net.Socket` gives it.
 */
export function clientOf(address: string): string {
  if (!isIPv6(address)) return address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  if (tail !== undefined) {
    const after = tail === '' ? [] : tail.split(':')
    while (groups.length + after.length < 8) groups.push('0')
    groups.push(...after)
  }
  return `${groups.slice(0, 4).join(':')}::/64`
}
