import { type Message, Rcode } from '../message/index.ts'
import type { Errand } from './errand.ts'
import type { Peer, Peers } from './peers.ts'
import { type Asked, type Judged, judgeResponse, makeQuery, mixCase, type Query } from './query.ts'
import type { Upstream } from './stub.ts'
import type { Heard, Network, Transport } from './transport.ts'

/** What came of asking one server; all but `response` in words. */
export type Exchanged =
  | { readonly kind: 'response'; readonly message: Message }
  | { readonly kind: 'silent' | 'failed' | 'unreachable'; readonly text: string }
  | { readonly kind: 'abandoned' }

/** How the next query to a server is to be sent; every refusal takes something away. */
interface Manner {
  via: Upstream['via']
  hasEdns: boolean
  /** Whether to mix the case of the name. */
  isMixed: boolean
}

/** One question to one server, whatever turns it takes. */
interface Conversation {
  readonly server: Upstream
  readonly peer: Peer
  readonly asked: Asked
  readonly errand: Errand
  readonly manner: Manner
  /** Times that this server has been asked this question, this one included. */
  readonly tries: number
  /** What was last ignored, to explain a silence. */
  ignored: string | undefined
  /** A datagram came without the cookie that was to be expected. */
  isCookieless: boolean
  badCookies: number
}

/** An answer that was accepted, over whatever it came. */
type Accepted = Exclude<Judged, { kind: 'ignored' }>

/**
 * Queries for one question to one server: EDNS refused, cookie refused twice, truncated, case not
 * kept. Each happens once.
 */
const turnsMax = 6

/** What exchanges are made with. */
export interface ExchangeOptions extends Omit<Transport, 'timers'> {
  readonly monotonicMs: () => number
  readonly peers: Peers
  readonly network: Pick<Network, 'byUdp' | 'byStream'>
}

/** Asks one server one question and returns one checked response. */
export class Exchange {
  readonly #options: ExchangeOptions

  /** Nothing is opened before something is asked. */
  constructor(options: ExchangeOptions) {
    this.#options = options
  }

  /**
   * Asks; `tries` counts from 1 how often this server has been asked this, and doubles the wait.
   * A response has the id, the question and, over UDP, the case and the cookie that it must have;
   * it is never a truncated one.
   */
  async ask(server: Upstream, asked: Asked, errand: Errand, tries: number): Promise<Exchanged> {
    const talk: Conversation = {
      server,
      peer: this.#options.peers.of(server),
      asked,
      errand,
      manner: { via: server.via, hasEdns: true, isMixed: server.via === 'udp' },
      tries,
      ignored: undefined,
      isCookieless: false,
      badCookies: 0,
    }
    for (let turn = 0; turn < turnsMax; turn++) {
      const heard = await this.#turn(talk)
      const result = heard.kind === 'heard' ? this.#settle(talk, heard.value) : giveUp(talk, heard)
      if (result) return result
    }
    return this.#trouble(talk, 'no agreement on how to ask')
  }

  /** One query, and what was heard. */
  async #turn(talk: Conversation): Promise<Heard<Accepted>> {
    const { server, asked, errand, manner, tries } = talk
    const { limits, monotonicMs, network } = this.#options
    if (!errand.spend()) return { kind: 'abandoned' }
    const query = this.#query(talk)
    const { name, type } = asked
    const via = manner.via
    errand.trace({ kind: 'query', name, type, server, via, id: query.id, attempt: tries })
    const begun = monotonicMs()
    const base = via === 'udp' ? limits.udpTimeoutMs : limits.streamTimeoutMs
    const carried = {
      server: { ...server, via },
      octets: query.octets,
      hear: (octets: Uint8Array) => hear(octets, query, talk),
      timeoutMs: base * 2 ** (tries - 1),
      signal: errand.signal,
    }
    const heard = await (via === 'udp' ? network.byUdp(carried) : network.byStream(carried))
    if (heard.kind === 'heard' && heard.value.kind === 'message') {
      const { message } = heard.value
      const elapsedMs = monotonicMs() - begun
      const { octets } = heard
      errand.trace({ kind: 'response', name, type, server, via, octets, elapsedMs, message })
    }
    return heard
  }

  #query({ asked, manner, peer }: Conversation): Query {
    const { random, limits } = this.#options
    const { hasEdns, isMixed, via } = manner
    const [high = 0, low = 0] = random(2)
    const cookie = {
      client: peer.clientCookie,
      server: peer.serverCookie ?? new Uint8Array(0),
    }
    return makeQuery(asked, {
      id: (high << 8) | low,
      sent: isMixed ? mixCase(asked.name, random(asked.name.length)) : asked.name,
      udpOctets: hasEdns ? limits.udpOctets : undefined,
      // TLS is not spoofed, and a cookie would only link queries to each other (RFC 7873 §8).
      cookie: hasEdns && via !== 'tls' ? cookie : undefined,
      isPadded: via === 'tls',
    })
  }

  /** Decides what an accepted answer leads to: the result, or undefined for another turn. */
  #settle(talk: Conversation, accepted: Accepted): Exchanged | undefined {
    const { manner, peer } = talk
    if (accepted.kind === 'truncated') {
      if (manner.via !== 'udp') return this.#trouble(talk, 'truncated even over a stream')
      manner.via = 'tcp'
      return this.#again(talk, 'truncated, asking by TCP')
    }
    if (accepted.kind === 'recased') {
      manner.via = 'tcp'
      manner.isMixed = false
      return this.#again(talk, 'case of the question not kept, asking by TCP')
    }
    const { message, cookie } = accepted
    if (manner.hasEdns && manner.via !== 'tls') peer.serverCookie = cookie
    if (message.rcode === Rcode.BADCOOKIE) {
      // RFC 7873 §5.3: once more with the new cookie, and then by TCP.
      if (manner.via !== 'udp') return this.#trouble(talk, 'BADCOOKIE even over a stream')
      if (++talk.badCookies > 1 || cookie === undefined) manner.via = 'tcp'
      return this.#again(talk, `BADCOOKIE, asking again by ${manner.via.toUpperCase()}`)
    }
    if (manner.hasEdns && refusesEdns(message)) {
      manner.hasEdns = false
      return this.#again(talk, 'EDNS refused, asking without')
    }
    return { kind: 'response', message }
  }

  #again({ errand, asked, server }: Conversation, text: string): undefined {
    errand.trace({ kind: 'trouble', name: asked.name, type: asked.type, server, text })
  }

  #trouble(talk: Conversation, text: string): Exchanged {
    this.#again(talk, text)
    return { kind: 'failed', text }
  }
}

/** Judges octets as the answer to a query: undefined for what is to be ignored. */
function hear(octets: Uint8Array, query: Query, talk: Conversation): Accepted | undefined {
  const judged = judgeResponse(octets, query)
  const { manner, peer, errand, asked, server } = talk
  const ignore = (text: string): undefined => {
    talk.ignored = text
    errand.trace({ kind: 'trouble', name: asked.name, type: asked.type, server, text })
  }
  if (judged.kind === 'ignored') return ignore(judged.text)
  if (manner.via !== 'udp') return judged.kind === 'recased' ? ignoreCase(octets, query) : judged
  const isExpected = query.cookie !== undefined && peer.serverCookie !== undefined
  if (judged.kind === 'message' && isExpected && judged.cookie === undefined) {
    // RFC 7873 §5.3: who has given a cookie before does not leave it out.
    talk.isCookieless = true
    return ignore('answer without the cookie that the server has given before')
  }
  return judged
}

/** On a stream the case is no secret: what differs in it alone is the answer. */
function ignoreCase(octets: Uint8Array, query: Query): Accepted | undefined {
  const copy = octets.slice()
  copy.set(query.sent, 12)
  const judged = judgeResponse(copy, query)
  return judged.kind === 'ignored' ? undefined : judged
}

/** Whether a server says that it knows no EDNS, or not this version (RFC 6891 §6.1.3, §7). */
function refusesEdns({ rcode, edns }: Message): boolean {
  if (rcode === Rcode.BADVERS || rcode === Rcode.FORMERR) return true
  return rcode === Rcode.NOTIMP && edns === undefined
}

/** Decides what silence leads to: the result, or undefined for another turn. */
function giveUp(
  talk: Conversation,
  heard: Exclude<Heard<Accepted>, { kind: 'heard' }>,
): Exchanged | undefined {
  if (heard.kind === 'abandoned') return heard
  const { errand, asked, server, manner } = talk
  const because = talk.ignored === undefined ? '' : `, only: ${talk.ignored}`
  const text = `${heard.text}${heard.kind === 'silent' ? because : ''}`
  errand.trace({ kind: 'trouble', name: asked.name, type: asked.type, server, text })
  if (heard.kind === 'silent' && talk.isCookieless && manner.via === 'udp') {
    manner.via = 'tcp'
    return undefined
  }
  return { kind: heard.kind, text }
}
