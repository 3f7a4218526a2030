import { assert } from '../base/index.ts'
import { Conversation, isLost, type Lost } from './conversation.ts'
import { tlsFacts, tlsOptions } from './handshake.ts'
import { defaultSmtpLimits, type SmtpLimits } from './limits.ts'
import { printable, replyText } from './replies.ts'
import type {
  ProbeOutcome,
  ProbeRequest,
  ProbeResult,
  ProbeStep,
  ProbeWorld,
  Reply,
} from './types.ts'

/**
 * Talks to one address of a mail server until TLS stands and the server has greeted under it, then
 * takes its leave. Always resolves, within `totalTimeoutMs`; closes what it opened.
 *
 * @throws {Error} never for what a server does: only for an `ehloName` that is no word
 */
export async function probe(request: ProbeRequest, world: ProbeWorld): Promise<ProbeResult> {
  assert(/^[\x21-\x7e]+$/.test(request.ehloName), 'the name for EHLO is one word of ASCII')
  const { address, port } = request
  const start = world.monotonicMs()
  const run = new ProbeRun(request, world, { ...defaultSmtpLimits, ...world.limits })
  const outcome = await run.outcome()
  await run.leave()
  const elapsedMs = world.monotonicMs() - start
  return { address, port, outcome, ...run.learnt(), elapsedMs }
}

/** A probe under way. Each stage returns the outcome if the conversation ends with it. */
class ProbeRun {
  readonly #request: ProbeRequest
  readonly #monotonicMs: () => number
  readonly #limits: SmtpLimits
  readonly #conversation: Conversation
  readonly #steps: ProbeStep[] = []
  #stepStart: number
  #helo: string | undefined
  #extensions: readonly string[] = []
  #injected = false

  constructor(request: ProbeRequest, world: ProbeWorld, limits: SmtpLimits) {
    this.#request = request
    this.#monotonicMs = world.monotonicMs
    this.#limits = limits
    this.#conversation = new Conversation(world, limits)
    this.#stepStart = world.monotonicMs()
  }

  /** The whole conversation, in order. */
  async outcome(): Promise<ProbeOutcome> {
    return (
      (await this.#connect()) ??
      (await this.#banner()) ??
      (await this.#hello()) ??
      (await this.#startTls()) ??
      (await this.#handshake())
    )
  }

  /** QUIT, unless the connection is gone; then closes it. */
  async leave(): Promise<void> {
    if (!this.#conversation.isOver) {
      this.#step('quit', await this.#conversation.command('QUIT', this.#limits.quitTimeoutMs), 221)
    }
    this.#conversation.close()
  }

  /** What is known beside the outcome. */
  learnt(): Pick<ProbeResult, 'helo' | 'extensions' | 'injected' | 'steps'> {
    return {
      helo: this.#helo,
      extensions: this.#extensions,
      injected: this.#injected,
      steps: this.#steps,
    }
  }

  async #connect(): Promise<ProbeOutcome | undefined> {
    const { address, port, localAddress } = this.#request
    const endpoint = { address, port, ...(localAddress === undefined ? {} : { localAddress }) }
    const lost = await this.#conversation.connect(endpoint)
    this.#note('connect', lost === undefined, lost?.text ?? `connected to ${address} port ${port}`)
    return lost === undefined ? undefined : unreachable(`cannot connect: ${lost.text}`)
  }

  async #banner(): Promise<ProbeOutcome | undefined> {
    const reply = await this.#conversation.reply(this.#limits.bannerTimeoutMs)
    this.#step('banner', reply, 220)
    if (isLost(reply)) return unreachable(`no banner: ${reply.text}`)
    this.#helo = firstWord(reply)
    return reply.code === 220 ? undefined : unwanted(reply, 'greets')
  }

  async #hello(): Promise<ProbeOutcome | undefined> {
    const { ehloName } = this.#request
    const reply = await this.#conversation.command(`EHLO ${ehloName}`)
    this.#step('ehlo', reply, 250)
    if (isLost(reply)) return unreachable(`no reply to EHLO: ${reply.text}`)
    if (reply.code >= 500) return this.#oldHello(reply)
    if (reply.code !== 250) return unwanted(reply, 'replies to EHLO')
    this.#helo = firstWord(reply) ?? this.#helo
    this.#extensions = keywords(reply)
    if (this.#extensions.includes('STARTTLS')) return undefined
    return {
      kind: 'no-starttls',
      detail: 'not-offered',
      text: 'the server does not offer STARTTLS',
    }
  }

  /** RFC 5321 §3.2: a server that does not know EHLO is greeted by HELO, and has no extensions. */
  async #oldHello(refusal: Reply): Promise<ProbeOutcome> {
    const reply = await this.#conversation.command(`HELO ${this.#request.ehloName}`)
    this.#step('ehlo', reply, 250)
    if (isLost(reply)) return unreachable(`no reply to HELO: ${reply.text}`)
    if (reply.code !== 250) return unwanted(reply, 'replies to HELO')
    this.#helo = firstWord(reply) ?? this.#helo
    const text = `the server knows HELO only: it replied "${replyText(refusal)}" to EHLO`
    return { kind: 'no-starttls', detail: 'helo-only', text }
  }

  async #startTls(): Promise<ProbeOutcome | undefined> {
    const reply = await this.#conversation.command('STARTTLS')
    this.#step('starttls', reply, 220)
    if (isLost(reply)) return unreachable(`no reply to STARTTLS: ${reply.text}`)
    if (reply.code === 220) return undefined
    const text = `the server refuses STARTTLS: "${replyText(reply)}"`
    return { kind: 'no-starttls', detail: 'refused', text }
  }

  async #handshake(): Promise<ProbeOutcome> {
    // A server has nothing to say before our ClientHello, so this came from somebody who cannot
    // speak under TLS. Without it the conversation is as good as any: it goes on, and it is told.
    this.#injected = this.#conversation.discardPlaintext() > 0
    const socket = await this.#conversation.secure(tlsOptions(this.#request))
    if (isLost(socket)) {
      this.#note('handshake', false, socket.text)
      return {
        kind: 'handshake-failed',
        text: `the TLS handshake failed: ${socket.text}`,
        code: socket.code,
      }
    }
    const tls = tlsFacts(socket, this.#limits.chainLength)
    this.#note('handshake', true, `${tls.protocol}, ${tls.cipher}`)
    // RFC 3207 §4.2: what was learnt in clear is forgotten, so the client SHOULD greet again.
    const reply = await this.#conversation.command(`EHLO ${this.#request.ehloName}`)
    this.#step('ehlo-tls', reply, 250)
    return { kind: 'tls', tls, reply: isLost(reply) ? undefined : reply }
  }

  #step(what: ProbeStep['what'], reply: Reply | Lost, wanted: number): void {
    if (isLost(reply)) this.#note(what, false, reply.text)
    else this.#note(what, reply.code === wanted, replyText(reply))
  }

  #note(what: ProbeStep['what'], ok: boolean, text: string): void {
    const now = this.#monotonicMs()
    this.#steps.push({ what, ok, text, elapsedMs: now - this.#stepStart })
    this.#stepStart = now
  }
}

function unreachable(text: string): ProbeOutcome {
  return { kind: 'unreachable', text }
}

/** A reply that ends the conversation: a refusal if its code is one, else nonsense. */
function unwanted(reply: Reply, what: string): ProbeOutcome {
  const text = `the server ${what} with "${replyText(reply)}"`
  return reply.code >= 400 ? { kind: 'rejected', reply, text } : unreachable(text)
}

/** RFC 5321 §4.2: the first word of a banner, and of the reply to EHLO, is the server's name. */
function firstWord(reply: Reply): string | undefined {
  const word = printable(reply.lines[0] ?? '').split(' ')[0]
  return word === '' ? undefined : word
}

/** The keywords of a reply to EHLO (RFC 5321 §4.1.1.1), upper case. */
function keywords(reply: Reply): string[] {
  return reply.lines.slice(1).flatMap((line) => {
    const keyword = /^[a-z0-9][a-z0-9-]*/i.exec(line)?.[0].toUpperCase()
    return keyword === undefined ? [] : [keyword]
  })
}
