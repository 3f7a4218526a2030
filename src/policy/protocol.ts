/** What is said to a mail server that has asked. */
export type Reply =
  /** A value of `smtp_tls_policy_maps`: a level, and perhaps attributes. */
  | { readonly kind: 'found'; readonly value: string }
  /** Nothing is known: the mail server goes by its own settings. */
  | { readonly kind: 'absent' }
  /** It cannot be told now: mail waits. */
  | { readonly kind: 'temporary'; readonly reason: string }
  /** It could never be told: the question makes no sense. Mail waits here, too. */
  | { readonly kind: 'permanent'; readonly reason: string }

/** What has been read off a connection. */
export type Request =
  | { readonly kind: 'lookup'; readonly key: string }
  /** Not a request; `isLost` when nobody can say where the next one begins. */
  | { readonly kind: 'malformed'; readonly reason: string; readonly isLost: boolean }

/** Finds requests in a stream of octets. */
export interface RequestReader {
  /** The requests that `chunk` completes, in order; nothing after one that is lost. */
  push(chunk: Uint8Array): readonly Request[]
}

/** One of the two ways in which Postfix asks. */
export interface Protocol {
  /** A reader that takes requests of up to so many octets. */
  reader(requestOctetsMax: number): RequestReader
  /** The octets of a reply. */
  format(reply: Reply): Uint8Array
}

/** Octets of a reason: one line of a log. */
const reasonOctetsMax = 300

/** A text as what is left of it in printable ASCII: both protocols are made of lines. */
export function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, '?').slice(0, reasonOctetsMax)
}

const encoder = new TextEncoder()
/** What is no UTF-8 becomes U+FFFD, which no domain has: it is refused where keys are read. */
const decoder = new TextDecoder()

/** Keeps what has come and is not yet a whole request. */
class Pending {
  #octets: Uint8Array = new Uint8Array()

  get octets(): Uint8Array {
    return this.#octets
  }

  add(chunk: Uint8Array): void {
    const { length } = this.#octets
    if (length === 0) {
      this.#octets = chunk
      return
    }
    const joined = new Uint8Array(length + chunk.length)
    joined.set(this.#octets)
    joined.set(chunk, length)
    this.#octets = joined
  }

  drop(count: number): void {
    this.#octets = this.#octets.subarray(count)
  }
}

const colon = 0x3a
const comma = 0x2c
const lineFeed = 0x0a
const percent = 0x25
const zero = 0x30

/** Reads requests off what is pending: `undefined` when more has to come first. */
function readerOf(next: (pending: Pending) => Request | undefined): RequestReader {
  const pending = new Pending()
  let isLost = false
  return {
    push(chunk) {
      const requests: Request[] = []
      if (!isLost) pending.add(chunk)
      while (!isLost) {
        const request = next(pending)
        if (request === undefined) break
        requests.push(request)
        isLost = request.kind === 'malformed' && request.isLost
      }
      return requests
    },
  }
}

function lost(reason: string): Request {
  return { kind: 'malformed', reason, isLost: true }
}

/** The length of a netstring and where its content starts; undefined when it is not all there. */
function netstringHead(octets: Uint8Array): { length: number; start: number } | string | undefined {
  let length = 0
  for (let at = 0; at < octets.length; at++) {
    const octet = octets[at] ?? 0
    if (octet === colon && at > 0) return { length, start: at + 1 }
    const digit = octet - zero
    if (digit < 0 || digit > 9) return 'a netstring begins with its length and a colon'
    if (at > 0 && length === 0) return 'the length of a netstring has a leading zero'
    length = length * 10 + digit
    if (length > netstringLengthMax) break
  }
  return length > netstringLengthMax ? { length, start: 0 } : undefined
}

/** Beyond this no further digit of a length is read. */
const netstringLengthMax = 1_000_000

function nextNetstring(pending: Pending, octetsMax: number): Request | undefined {
  const { octets } = pending
  const head = netstringHead(octets)
  if (head === undefined) return undefined
  if (typeof head === 'string') return lost(head)
  const end = head.start + head.length
  if (head.length > octetsMax) return lost(`a request exceeds ${octetsMax} octets`)
  if (octets.length <= end) return undefined
  if (octets[end] !== comma) return lost('a netstring ends in a comma')
  const content = decoder.decode(octets.subarray(head.start, end))
  pending.drop(end + 1)
  const space = content.indexOf(' ')
  if (space >= 0) return { kind: 'lookup', key: content.slice(space + 1) }
  const reason = 'a request is the name of a map, a space and a key'
  return { kind: 'malformed', reason, isLost: false }
}

function socketmapText(reply: Reply): string {
  switch (reply.kind) {
    case 'found':
      return `OK ${reply.value}`
    case 'absent':
      return 'NOTFOUND '
    case 'temporary':
      return `TEMP ${printable(reply.reason)}`
    case 'permanent':
      return `PERM ${printable(reply.reason)}`
  }
}

/**
 * socketmap_table(5), as Sendmail has it: netstrings both ways, `<map> <key>` one way and a word
 * with a value or a reason the other. One server may stand behind many maps; here the name of the
 * map means nothing.
 */
export const socketmap: Protocol = {
  reader: (octetsMax) => readerOf((pending) => nextNetstring(pending, octetsMax)),
  format(reply) {
    const text = socketmapText(reply)
    return encoder.encode(`${text.length}:${text},`)
  },
}

function nextLine(pending: Pending, octetsMax: number): Request | undefined {
  const { octets } = pending
  const end = octets.indexOf(lineFeed)
  if (end > octetsMax || (end < 0 && octets.length > octetsMax)) {
    return lost(`a request exceeds ${octetsMax} octets`)
  }
  if (end < 0) return undefined
  const line = decoder.decode(octets.subarray(0, end)).replace(/\r$/, '')
  pending.drop(end + 1)
  const [, encoded] = /^get (.*)$/.exec(line) ?? []
  const key = encoded === undefined ? undefined : percentDecoded(encoded)
  if (key !== undefined) return { kind: 'lookup', key }
  return { kind: 'malformed', reason: 'a request is "get", a space and a key', isLost: false }
}

/** Undefined where a percent sign is followed by other than two hexadecimal digits. */
function percentDecoded(text: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined
  const octets = encoder.encode(text)
  const decoded: number[] = []
  for (let at = 0; at < octets.length; at++) {
    const octet = octets[at] ?? 0
    const isEscape = octet === percent
    const hex = isEscape ? String.fromCharCode(...octets.subarray(at + 1, at + 3)) : ''
    decoded.push(isEscape ? Number.parseInt(hex, 16) : octet)
    if (isEscape) at += 2
  }
  return decoder.decode(Uint8Array.from(decoded))
}

/** White space and the percent sign itself are encoded; other than printable ASCII is not here. */
function percentEncoded(text: string): string {
  return text.replaceAll('%', '%25').replaceAll(' ', '%20')
}

/**
 * tcp_table(5): lines both ways, `get <key>` one way and a code the other. It has no word for what
 * can never be told: that is 400, like what cannot be told now.
 */
export const tcpTable: Protocol = {
  reader: (octetsMax) => readerOf((pending) => nextLine(pending, octetsMax)),
  format(reply) {
    switch (reply.kind) {
      case 'found':
        return encoder.encode(`200 ${percentEncoded(reply.value)}\n`)
      case 'absent':
        return encoder.encode('500 not%20found\n')
      case 'temporary':
      case 'permanent':
        return encoder.encode(`400 ${percentEncoded(printable(reply.reason))}\n`)
    }
  },
}
