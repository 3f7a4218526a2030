import { CodedError } from '../base/index.ts'
import { RR, type RRType, readRdata, type Ttl, ttlFromOctets } from '../rr/index.ts'
import { type Name, rootName, WireReader, WireWriter } from '../wire/index.ts'

/** The one question of a message. */
export interface Question {
  /** As asked, case kept. */
  readonly name: Name
  readonly type: RRType
  readonly class: number
}

/** One record of a section. */
export interface ResourceRecord {
  readonly owner: Name
  readonly type: RRType
  readonly class: number
  readonly ttl: Ttl
  /** Uncompressed. */
  readonly rdata: Uint8Array
}

/** One EDNS option, its data not interpreted. */
export interface EdnsOptionValue {
  readonly code: number
  readonly data: Uint8Array
}

/** The OPT pseudo-record (RFC 6891 §6.1). */
export interface Edns {
  /** The sender's UDP payload size in octets. */
  readonly udpOctets: number
  readonly version: number
  /** All 16 flag bits; DO is `ednsFlagDo`. */
  readonly flags: number
  readonly options: readonly EdnsOptionValue[]
}

/** A message, decoded. OPT is taken out of the additional section, its rcode bits put in place. */
export interface Message {
  readonly id: number
  /** The second header word without opcode and rcode: the bits of `Flag`. */
  readonly flags: number
  readonly opcode: number
  /** Twelve bits, the upper eight from OPT. */
  readonly rcode: number
  readonly questions: readonly Question[]
  readonly answer: readonly ResourceRecord[]
  readonly authority: readonly ResourceRecord[]
  readonly additional: readonly ResourceRecord[]
  readonly edns: Edns | undefined
}

/** A record of the wire. OPT means something of its own by class and TTL, so the TTL stays raw. */
function readRecord(reader: WireReader): { record: ResourceRecord; ttlBits: number } {
  const owner = reader.name()
  const type = reader.u16() as RRType
  const rrClass = reader.u16()
  const ttlBits = reader.u32()
  const length = reader.u16()
  const start = reader.offset
  reader.take(length)
  const rdata =
    type === RR.OPT
      ? reader.octets.slice(start, start + length)
      : readRdata(type, new WireReader(reader.octets, start, start + length))
  return { record: { owner, type, class: rrClass, ttl: ttlFromOctets(ttlBits), rdata }, ttlBits }
}

/** The fields of OPT: payload size as class; rcode, version, flags as TTL (RFC 6891 §6.1.2). */
function readEdns(opt: ResourceRecord, ttlBits: number): Edns {
  const reader = new WireReader(opt.rdata)
  const options: EdnsOptionValue[] = []
  while (reader.remaining > 0) {
    const code = reader.u16()
    options.push({ code, data: reader.take(reader.u16()) })
  }
  const version = (ttlBits >>> 16) & 0xff
  return { udpOctets: opt.class, version, flags: ttlBits & 0xffff, options }
}

/**
 * Decodes a whole message. Names come out uncompressed, octets are copied.
 *
 * @throws {CodedError} `wire-malformed`: anything cut short, trailing octets, an OPT record that is
 *   a second one, not owned by the root, or not in the additional section (RFC 6891 §6.1.1)
 */
export function readMessage(octets: Uint8Array): Message {
  const reader = new WireReader(octets)
  const id = reader.u16()
  const word = reader.u16()
  const counts = [reader.u16(), reader.u16(), reader.u16(), reader.u16()] as const
  const questions: Question[] = []
  for (let n = 0; n < counts[0]; n++) {
    questions.push({ name: reader.name(), type: reader.u16() as RRType, class: reader.u16() })
  }
  let edns: Edns | undefined
  let rcodeHigh = 0
  const readSection = (count: number, mayHaveOpt: boolean): ResourceRecord[] => {
    const records: ResourceRecord[] = []
    for (let n = 0; n < count; n++) {
      const { record, ttlBits } = readRecord(reader)
      if (record.type !== RR.OPT) {
        records.push(record)
        continue
      }
      if (!mayHaveOpt || edns || record.owner.length !== 1) {
        throw new CodedError(
          'wire-malformed',
          'Cannot read OPT: it must be one, owned by the root, in the additional section',
        )
      }
      edns = readEdns(record, ttlBits)
      rcodeHigh = ttlBits >>> 24
    }
    return records
  }
  const answer = readSection(counts[1], false)
  const authority = readSection(counts[2], false)
  const additional = readSection(counts[3], true)
  if (reader.remaining > 0) {
    throw new CodedError(
      'wire-malformed',
      `Cannot read message: ${reader.remaining} octets follow it`,
    )
  }
  return {
    id,
    flags: word & 0x87b0,
    opcode: (word >>> 11) & 15,
    rcode: (word & 15) | (rcodeHigh << 4),
    questions,
    answer,
    authority,
    additional,
    edns,
  }
}

function writeRecord(writer: WireWriter, record: ResourceRecord): void {
  writer.name(record.owner)
  writer.u16(record.type)
  writer.u16(record.class)
  writer.u32(record.ttl)
  writer.u16(record.rdata.length)
  writer.bytes(record.rdata)
}

/**
 * Encodes a message, uncompressed.
 *
 * @throws {CodedError} `wire-overflow` past 65535 octets
 */
export function writeMessage(message: Message): Uint8Array {
  const writer = new WireWriter()
  const { answer, authority, additional, edns } = message
  writer.u16(message.id)
  writer.u16(message.flags | (message.opcode << 11) | (message.rcode & 15))
  writer.u16(message.questions.length)
  writer.u16(answer.length)
  writer.u16(authority.length)
  writer.u16(additional.length + (edns ? 1 : 0))
  for (const question of message.questions) {
    writer.name(question.name)
    writer.u16(question.type)
    writer.u16(question.class)
  }
  for (const record of [...answer, ...authority, ...additional]) writeRecord(writer, record)
  if (edns) {
    const options = new WireWriter()
    for (const option of edns.options) {
      options.u16(option.code)
      options.u16(option.data.length)
      options.bytes(option.data)
    }
    writeRecord(writer, {
      owner: rootName,
      type: RR.OPT,
      class: edns.udpOctets,
      ttl: (((message.rcode >>> 4) * 0x1000000 + edns.version * 0x10000 + edns.flags) >>> 0) as Ttl,
      rdata: options.finish(),
    })
  }
  return writer.finish()
}
