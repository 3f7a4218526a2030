import { CodedError } from '../base/index.ts'
import { type Edns, Flag, type Message, type ResourceRecord } from '../message/index.ts'
import { RR, rdataLayout } from '../rr/index.ts'
import { WireWriter } from '../wire/index.ts'

/** Octets that a datagram may have where the client allows more (RFC 9715 §3.1 has 1400). */
export const datagramOctetsMax = 1232
/** What every client takes (RFC 1035 §2.3.4). */
const datagramOctetsMin = 512
/** What a message can have at most. */
const streamOctetsMax = 65_535
/** The farthest that a pointer reaches: 14 bits (RFC 1035 §4.1.4). */
const pointerOffsetMax = 0x3fff

/** How long an answer to a query may be: by EDNS over UDP (RFC 6891 §6.2.5), 65535 over TCP. */
export function answerOctetsMax(edns: Edns | undefined, via: 'udp' | 'tcp'): number {
  if (via === 'tcp') return streamOctetsMax
  return Math.min(datagramOctetsMax, Math.max(datagramOctetsMin, edns?.udpOctets ?? 0))
}

/** Writes names and records, pointing back to what is there already in the very same letters. */
class MessageWriter extends WireWriter {
  readonly #offsets = new Map<string, number>()

  /** A name. Unlike other compressors this one sees case: a name may be odd in it on purpose. */
  shortName(octets: Uint8Array): void {
    const text = Buffer.from(octets).toString('latin1')
    for (let at = 0; octets[at]; at += (octets[at] ?? 0) + 1) {
      const suffix = text.slice(at)
      const known = this.#offsets.get(suffix)
      if (known !== undefined) {
        this.u16(0xc000 | known)
        return
      }
      if (this.length <= pointerOffsetMax) this.#offsets.set(suffix, this.length)
      this.bytes(octets.subarray(at, at + 1 + (octets[at] ?? 0)))
    }
    this.u8(0)
  }

  /** A record, names compressed where RFC 3597 §4 allows it. */
  record({ owner, type, class: rrClass, ttl, rdata }: ResourceRecord): void {
    this.shortName(owner)
    this.u16(type)
    this.u16(rrClass)
    this.u32(ttl)
    const lengthAt = this.length
    this.u16(0)
    const layout = rdataLayout(type)
    let from = layout?.prefixOctets ?? 0
    this.bytes(rdata.subarray(0, from))
    for (let n = 0; n < (layout?.names ?? 0); n++) {
      let to = from
      while (rdata[to]) to += (rdata[to] ?? 0) + 1
      this.shortName(rdata.subarray(from, to + 1))
      from = to + 1
    }
    this.bytes(rdata.subarray(from))
    this.patchU16(lengthAt, this.length - lengthAt - 2)
  }

  /** OPT (RFC 6891 §6.1.2). */
  edns({ udpOctets, version, flags, options }: Edns, rcode: number): void {
    this.u8(0)
    this.u16(RR.OPT)
    this.u16(udpOctets)
    this.u8(rcode >>> 4)
    this.u8(version)
    this.u16(flags)
    this.u16(options.reduce((sum, { data }) => sum + 4 + data.length, 0))
    for (const { code, data } of options) {
      this.u16(code)
      this.u16(data.length)
      this.bytes(data)
    }
  }
}

/** @throws {CodedError} `wire-overflow` past `octetsMax` */
function encoded(message: Message, octetsMax: number): Uint8Array {
  const writer = new MessageWriter(octetsMax)
  const { questions, answer, authority, additional, edns } = message
  writer.u16(message.id)
  writer.u16(message.flags | (message.opcode << 11) | (message.rcode & 15))
  writer.u16(questions.length)
  writer.u16(answer.length)
  writer.u16(authority.length)
  writer.u16(additional.length + (edns ? 1 : 0))
  for (const { name, type, class: rrClass } of questions) {
    writer.shortName(name)
    writer.u16(type)
    writer.u16(rrClass)
  }
  for (const record of [...answer, ...authority, ...additional]) writer.record(record)
  if (edns) writer.edns(edns, message.rcode)
  return writer.finish()
}

function encodedWithin(message: Message, octetsMax: number): Uint8Array | undefined {
  try {
    return encoded(message, octetsMax)
  } catch (error) {
    if (error instanceof CodedError && error.code === 'wire-overflow') return undefined
    throw error
  }
}

/** A message without records, with TC. */
export function truncated(message: Message): Message {
  const flags = message.flags | Flag.TC
  return { ...message, flags, answer: [], authority: [], additional: [] }
}

/**
 * Encodes an edited message. It may say anything, and says it in the letters it is given; but it
 * has no more octets than the client takes: additional records are left out, save for the glue of a
 * referral (RFC 9471 §3.1); where that is not enough there are no records, and TC (RFC 2181 §9).
 */
export function encodeMessage(message: Message, octetsMax: number): Uint8Array {
  const isReferral = (message.flags & Flag.AA) === 0
  const forms = [message, ...(isReferral ? [] : [{ ...message, additional: [] }])]
  for (const form of forms) {
    const octets = encodedWithin(form, octetsMax)
    if (octets) return octets
  }
  return encoded(truncated(message), streamOctetsMax)
}
