import { CodedError } from '../base/index.ts'
import {
  Class,
  EdnsOption,
  type EdnsOptionValue,
  ednsFlagCompact,
  ednsFlagDo,
  Flag,
  formatRcode,
  headerLength,
  type Message,
  Opcode,
  Rcode,
  type ResourceRecord,
  readMessage,
  writeMessage,
} from '../message/index.ts'
import { type RRType, rdataLayout } from '../rr/index.ts'
import { equalNames, type Name, readName } from '../wire/index.ts'
import { hasForeignCookie, serverCookieOf } from './cookies.ts'

/** What is to be asked, whoever is asked. */
export interface Asked {
  readonly name: Name
  readonly type: RRType
  /** Of a resolver: RD and CD are set. Else of an authority: neither is. */
  readonly isRecursive: boolean
  /** A resolver's own opinion is wanted: CD is not set. */
  readonly wantsOpinion?: boolean
  /** Compact answers are welcome: CO is set (RFC 9824 §5.1). */
  readonly compactOk?: boolean
}

/** How one query is written. */
export interface QueryStyle {
  readonly id: number
  /** The name in the case in which it is sent. */
  readonly sent: Name
  /** With EDNS: the payload size it offers; undefined leaves EDNS out. */
  readonly udpOctets: number | undefined
  /** Our part of the cookie and the server's, where they are to be sent (RFC 7873 §4). */
  readonly cookie: { readonly client: Uint8Array; readonly server: Uint8Array } | undefined
  /** Whether to hide its length (RFC 8467 §4.1). */
  readonly isPadded: boolean
}

/** A query as it is on its way. */
export interface Query extends QueryStyle {
  readonly asked: Asked
  readonly octets: Uint8Array
}

/** Queries are padded to a multiple of so many octets (RFC 8467 §4.1). */
const paddingBlock = 128
const optionHeaderOctets = 4

/**
 * Mixes the case of a name's letters by the bits of `random` (draft-vixie-dnsext-dns0x20), which
 * has an octet for each octet of the name.
 */
export function mixCase(name: Name, random: Uint8Array): Name {
  return name.map((octet, at) => {
    const isLetter = (octet | 0x20) >= 0x61 && (octet | 0x20) <= 0x7a
    return isLetter ? (octet & ~0x20) | ((random[at] ?? 0) & 0x20) : octet
  }) as Name
}

/** Writes a query: RFC 1035 §4.1, with DO (RFC 3225) and the options that `style` asks for. */
export function makeQuery(asked: Asked, style: QueryStyle): Query {
  const options: EdnsOptionValue[] = []
  if (style.cookie) {
    const data = Buffer.concat([style.cookie.client, style.cookie.server])
    options.push({ code: EdnsOption.COOKIE, data })
  }
  let octets = write(asked, style, options)
  if (style.isPadded && style.udpOctets !== undefined) {
    const length = octets.length + optionHeaderOctets
    const padding = (paddingBlock - (length % paddingBlock)) % paddingBlock
    options.push({ code: EdnsOption.PADDING, data: new Uint8Array(padding) })
    octets = write(asked, style, options)
  }
  return { ...style, asked, octets }
}

/** RFC 6840 §5.9: CD on every query of a validator, unless the upstream's opinion is wanted. */
function flagsOf({ isRecursive, wantsOpinion = false }: Asked): number {
  if (!isRecursive) return 0
  return wantsOpinion ? Flag.RD : Flag.RD | Flag.CD
}

function write(asked: Asked, style: QueryStyle, options: readonly EdnsOptionValue[]): Uint8Array {
  const { udpOctets } = style
  const ednsFlags = asked.compactOk ? ednsFlagDo | ednsFlagCompact : ednsFlagDo
  return writeMessage({
    id: style.id,
    flags: flagsOf(asked),
    opcode: Opcode.QUERY,
    rcode: Rcode.NOERROR,
    questions: [{ name: style.sent, type: asked.type, class: Class.IN }],
    answer: [],
    authority: [],
    additional: [],
    edns:
      udpOctets === undefined ? undefined : { udpOctets, version: 0, flags: ednsFlags, options },
  })
}

/**
 * What octets that came from the server are.
 *
 * - `message`: the response, names in the case in which they were asked; `cookie` is the server's.
 * - `truncated`: TC is set; what else is in it does not matter (RFC 2181 §9).
 * - `recased`: it fits but for the case of the question.
 * - `ignored`: not an answer to this query.
 */
export type Judged =
  | { readonly kind: 'message'; readonly message: Message; readonly cookie: Uint8Array | undefined }
  | { readonly kind: 'truncated' }
  | { readonly kind: 'recased' }
  | { readonly kind: 'ignored'; readonly text: string }

function ignored(text: string): Judged {
  return { kind: 'ignored', text }
}

/**
 * Holds octets against the query they are to answer (RFC 5452 §9.1: id and question; the address
 * and port are the socket's business). Never throws.
 */
export function judgeResponse(octets: Uint8Array, query: Query): Judged {
  if (octets.length < headerLength) return ignored(`${octets.length} octets are no message`)
  const word = (at: number): number => ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0)
  if (word(0) !== query.id) return ignored(`answer with another id`)
  const flags = word(2)
  if ((flags & Flag.QR) === 0) return ignored('a query instead of an answer')
  if (((flags >>> 11) & 15) !== Opcode.QUERY) return ignored('answer with another opcode')
  const rcode = flags & 15
  // A server that cannot read a query need not repeat its question.
  const isBlank = word(4) === 0 && (rcode === Rcode.FORMERR || rcode === Rcode.NOTIMP)
  let isRecased = false
  if (!isBlank) {
    const asked = questionOf(octets, query)
    if (asked === undefined) return ignored('answer to another question')
    isRecased = asked === 'recased'
  }
  if (isRecased) return { kind: 'recased' }
  if ((flags & Flag.TC) !== 0) return { kind: 'truncated' }
  let message: Message
  try {
    message = readMessage(octets)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return ignored(`malformed answer: ${error.message}`)
  }
  if (query.cookie && hasForeignCookie(message, query.cookie.client)) {
    return ignored('answer with a cookie that is not ours')
  }
  const cookie = serverCookieOf(message)
  return { kind: 'message', message: restoreCase(message, query), cookie }
}

/** Whether the one question of a message is ours, to the case; undefined when it is another. */
function questionOf(octets: Uint8Array, query: Query): 'same' | 'recased' | undefined {
  if (octets[4] !== 0 || octets[5] !== 1) return undefined
  try {
    const { name, next } = readName(octets, headerLength, octets.length)
    const view = new DataView(octets.buffer, octets.byteOffset, octets.length)
    if (next + 4 > octets.length || view.getUint16(next) !== query.asked.type) return undefined
    if (view.getUint16(next + 2) !== Class.IN || !equalNames(name, query.sent)) return undefined
    return Buffer.compare(name, query.sent) === 0 ? 'same' : 'recased'
  } catch {
    return undefined
  }
}

/**
 * Undoes what 0x20 did to names that point at the question: their tails have its very case, octet
 * by octet. The case of names says nothing, but people read it.
 */
function restoreCase(message: Message, { asked, sent }: Query): Message {
  if (Buffer.compare(asked.name, sent) === 0) return message
  const restore = (name: Uint8Array): Uint8Array => {
    let tail = 0
    while (tail < name.length && name.at(-1 - tail) === sent.at(-1 - tail)) tail++
    const restored = name.slice()
    restored.set(asked.name.subarray(asked.name.length - tail), name.length - tail)
    return restored
  }
  const records = (section: readonly ResourceRecord[]): ResourceRecord[] =>
    section.map((record) => ({
      ...record,
      owner: restore(record.owner) as Name,
      rdata: restoreRdata(record, restore),
    }))
  return {
    ...message,
    questions: message.questions.map((question) => ({ ...question, name: asked.name })),
    answer: records(message.answer),
    authority: records(message.authority),
    additional: records(message.additional),
  }
}

/** The same for the names in RDATA that a message may compress (RFC 3597 §4). */
function restoreRdata(
  { type, rdata }: ResourceRecord,
  restore: (name: Uint8Array) => Uint8Array,
): Uint8Array {
  const layout = rdataLayout(type)
  if (!layout) return rdata
  const copy = rdata.slice()
  let at = layout.prefixOctets
  for (let n = 0; n < layout.names; n++) {
    const { name, next } = readName(rdata, at, rdata.length)
    copy.set(restore(name), at)
    at = next
  }
  return copy
}

/** An extended error as somebody else gave it (RFC 8914 §2), its text fit to be shown. */
export interface SaidError {
  readonly code: number
  /** Empty where none was given. */
  readonly text: string
}

/** The extended errors of a response, in the order in which they were given. */
export function saidErrors({ edns }: Message): readonly SaidError[] {
  return (edns?.options ?? []).flatMap(({ code, data }) => {
    if (code !== EdnsOption.EDE || data.length < 2) return []
    const text = Buffer.from(data.subarray(2)).toString('utf8').replace(/\p{C}/gu, '')
    return [{ code: ((data[0] ?? 0) << 8) | (data[1] ?? 0), text }]
  })
}

/** The rcode of a response with the extended errors that explain it (RFC 8914), for people. */
export function describeRcode(message: Message): string {
  const said = saidErrors(message).map(({ code, text }) =>
    text === '' ? `EDE ${code}` : `EDE ${code}: ${text}`,
  )
  const rcode = formatRcode(message.rcode)
  return said.length === 0 ? rcode : `${rcode} (${said.join('; ')})`
}

/** Whether whoever answered has looked and found something, or nothing; else it could not. */
export function isConclusive({ rcode }: Message): boolean {
  return rcode === Rcode.NOERROR || rcode === Rcode.NXDOMAIN
}
