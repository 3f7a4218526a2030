import type { SmtpLimits } from './limits.ts'
import type { Reply } from './types.ts'

/** A reply; or that more has to come; or what is wrong with what came. */
export type ReplyStep =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'partial' }
  | { readonly kind: 'malformed'; readonly text: string }

const lineFeed = 0x0a

/** `250-text`, `250 text` or a bare `250` (RFC 5321 §4.2). */
const replyLine = /^([2-5][0-9]{2})(?:([ -])(.*))?$/s

/**
 * Puts replies together from octets as they arrive, in whatever pieces. Keeps one line and one
 * reply at most, both bounded by the limits; once malformed, always malformed.
 */
export class ReplyReader {
  readonly #limits: SmtpLimits
  #kept: Buffer = Buffer.alloc(0)
  /** How far `#kept` has been searched for the end of a line. */
  #searched = 0
  #code: string | undefined
  #lines: string[] = []

  /** Reads within `lineOctets` and `replyLines`. */
  constructor(limits: SmtpLimits) {
    this.#limits = limits
  }

  /** Octets that have arrived and belong to no reply yet. */
  get waitingOctets(): number {
    return this.#kept.length
  }

  /** Takes what has arrived; copies what has to be kept. */
  push(octets: Uint8Array): void {
    this.#kept = Buffer.concat([this.#kept, octets])
  }

  /** The next reply, if all of it has arrived. */
  next(): ReplyStep {
    for (;;) {
      const line = this.#line()
      if (line === undefined) return { kind: 'partial' }
      if (typeof line !== 'string') return line
      const parts = replyLine.exec(line)
      if (parts === null) return malformed(`"${printable(line)}" is no reply`)
      const [, code = '', separator = ' ', text = ''] = parts
      // RFC 5321 §4.2.1: the code on each line of a reply MUST be the same.
      if (this.#code !== undefined && this.#code !== code) {
        return malformed(`one reply has the codes ${this.#code} and ${code}`)
      }
      this.#code = code
      this.#lines.push(text)
      if (separator === ' ') return this.#complete(code)
      if (this.#lines.length >= this.#limits.replyLines) {
        return malformed(`a reply has more than ${this.#limits.replyLines} lines`)
      }
    }
  }

  #complete(code: string): ReplyStep {
    const reply: Reply = { code: Number(code), lines: this.#lines }
    this.#code = undefined
    this.#lines = []
    return { kind: 'reply', reply }
  }

  /** The next line without its end: CRLF, or the bare LF that some servers send. */
  #line(): string | ReplyStep | undefined {
    const end = this.#kept.indexOf(lineFeed, this.#searched)
    const length = end === -1 ? this.#kept.length : end
    if (length > this.#limits.lineOctets) {
      return malformed(`a reply line is longer than ${this.#limits.lineOctets} octets`)
    }
    if (end === -1) {
      this.#searched = length
      return undefined
    }
    const line = this.#kept.toString('latin1', 0, end)
    this.#kept = this.#kept.subarray(end + 1)
    this.#searched = 0
    return line.endsWith('\r') ? line.slice(0, -1) : line
  }
}

function malformed(text: string): ReplyStep {
  return { kind: 'malformed', text }
}

/** A line as it may be shown to people: short, and nothing in it that moves a cursor. */
export function printable(text: string): string {
  const shown = text.slice(0, 120).replace(/[^\x20-\x7e]/g, '?')
  return text.length > 120 ? `${shown}...` : shown
}

/** A reply in one line, as it may be shown to people. */
export function replyText(reply: Reply): string {
  return printable(`${reply.code} ${reply.lines.join(' ')}`.trimEnd())
}
