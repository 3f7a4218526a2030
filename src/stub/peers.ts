import { LRUCache } from 'lru-cache'
import type { Clock, UnixSeconds } from '../base/index.ts'
import { clientCookieOctets } from './cookies.ts'
import type { StubLimits } from './limits.ts'
import type { Upstream } from './stub.ts'
import { formatServer } from './transport.ts'

/** What is remembered of a server. */
export interface Peer {
  /** Our part of its cookie: random, and another for each server (RFC 9018 §3). */
  readonly clientCookie: Uint8Array
  /** Its part, as last given; undefined while it has given none. */
  serverCookie: Uint8Array | undefined
  /** It did not answer, or nothing useful: others are asked first until then. */
  troubledUntil: UnixSeconds
}

/** What peers are made with. */
export interface PeersOptions {
  readonly clock: Clock
  readonly random: (octets: number) => Uint8Array
  readonly limits: StubLimits
}

/** Servers by address and port: their cookies (RFC 7873 §5.1) and their troubles. Bounded. */
export class Peers {
  readonly #options: PeersOptions
  readonly #peers: LRUCache<string, Peer>

  /** Nobody is known yet. */
  constructor(options: PeersOptions) {
    this.#options = options
    this.#peers = new LRUCache({ max: options.limits.servers })
  }

  /** What is known of a server; of a stranger, a fresh cookie. */
  of(server: Upstream): Peer {
    const key = formatServer(server)
    const known = this.#peers.get(key)
    if (known) return known
    const peer: Peer = {
      clientCookie: this.#options.random(clientCookieOctets).slice(),
      serverCookie: undefined,
      troubledUntil: 0 as UnixSeconds,
    }
    this.#peers.set(key, peer)
    return peer
  }

  /** Remembers that a server was of no use, for `failureSeconds` (RFC 9520 §3.2). */
  trouble(server: Upstream): void {
    const { clock, limits } = this.#options
    this.of(server).troubledUntil = (clock.now() + limits.failureSeconds) as UnixSeconds
  }

  /** The servers without recent trouble first; else in the order given. */
  sound(servers: readonly Upstream[]): Upstream[] {
    const now = this.#options.clock.now()
    const isSound = (server: Upstream): boolean => this.of(server).troubledUntil <= now
    return [...servers.filter(isSound), ...servers.filter((server) => !isSound(server))]
  }
}
