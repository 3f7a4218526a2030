import {
  type Message,
  type ResourceRecord,
  readMessage,
  writeMessage,
} from '../../src/message/index.ts'
import { formatType, RR, type RRType } from '../../src/rr/index.ts'
import type { LookupResult } from '../../src/validator/index.ts'

/** The sections whose records are tampered with. */
export const sections = ['answer', 'authority'] as const

/** A record of a message, by its place. */
export interface Place {
  readonly section: (typeof sections)[number]
  readonly index: number
  readonly record: ResourceRecord
}

/** Every record of answer and authority. */
export function places(message: Message): Place[] {
  return sections.flatMap((section) =>
    message[section].map((record, index) => ({ section, index, record })),
  )
}

/** How a record is called in tables: `MX`, or `RRSIG MX` for a signature. */
export function called({ type, rdata }: ResourceRecord): string {
  const covered = ((rdata[0] ?? 0) << 8) | (rdata[1] ?? 0)
  return type === RR.RRSIG ? `RRSIG ${formatType(covered as RRType)}` : formatType(type)
}

/** The message without one record. */
export function without(message: Message, { section, index }: Place): Message {
  return { ...message, [section]: message[section].filter((_, at) => at !== index) }
}

/** Octets of a record between owner and RDATA. */
const fixedOctets = 10

/** How many octets a record has on the wire, uncompressed. */
export function octetsOf({ owner, rdata }: ResourceRecord): number {
  return owner.length + fixedOctets + rdata.length
}

/**
 * The message with one octet of one record changed on the wire; what cannot be read any more is a
 * lookup that failed, as it is for those who receive it.
 */
export function corrupted(
  message: Message,
  place: Place,
  octet: number,
  mask: number,
): Message | LookupResult {
  const plain: Message = { ...message, additional: [], edns: undefined }
  const octets = writeMessage(plain)
  let at = 12
  for (const { name } of plain.questions) at += name.length + 4
  for (const record of [...plain.answer, ...plain.authority]) {
    if (record === place.record) break
    at += octetsOf(record)
  }
  octets[at + octet] = (octets[at + octet] ?? 0) ^ mask
  try {
    return readMessage(octets)
  } catch {
    return { kind: 'failed', rcode: 2, reason: { text: 'malformed', ede: 23 } }
  }
}
