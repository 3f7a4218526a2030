import { CodedError, type UnixSeconds } from '../base/index.ts'
import { sha256 } from '../crypto/index.ts'
import {
  ednsFlagDo,
  Flag,
  type Message,
  Opcode,
  Rcode,
  readMessage,
  writeMessage,
} from '../message/index.ts'
import { formatType, negativeTtl, RR, type RRType } from '../rr/index.ts'
import type { LookupResult } from '../validator/index.ts'
import { formatName, type Name, nameKey, toHex } from '../wire/index.ts'
import type { Stage } from './stage.ts'

/** One thing that a server has said to a question, and until when somebody may still have it. */
export interface Version {
  /** Equal for equal content, whoever said it. */
  readonly id: string
  readonly result: LookupResult
  /** When it was said last. */
  seen: UnixSeconds
  /** Seconds for which it may be kept, by TTL. */
  readonly ttl: number
  /** Whether it is said now. */
  isCurrent: boolean
  /** When its signatures begin and end, in any order. */
  readonly turns: readonly number[]
}

const expirationAt = 8
const inceptionAt = 12
/** TC, in the third octet of a message. */
const truncatedBit = 0x02

function recordsOf(message: Message) {
  return [...message.answer, ...message.authority]
}

/** RFC 2308 §5 for denials; else the least TTL. */
function ttlOf(message: Message): number {
  const records = recordsOf(message)
  const ttls = records.map(({ ttl }): number => ttl)
  const soa = message.authority.find(({ type }) => type === RR.SOA)
  if (soa) ttls.push(negativeTtl(soa.ttl, soa.rdata))
  return ttls.length === 0 ? 0 : Math.min(...ttls)
}

function turnsOf(message: Message): number[] {
  return recordsOf(message).flatMap(({ type, rdata }) => {
    if (type !== RR.RRSIG) return []
    const view = new DataView(rdata.buffer, rdata.byteOffset)
    return [view.getUint32(inceptionAt), view.getUint32(expirationAt)]
  })
}

function idOf(octets: Uint8Array): string {
  return toHex(sha256(octets))
}

/**
 * Everything that caches may hold of the answers to one question: what is said now, and what was
 * said before and has not run out by its TTL. Not all caches are those of validators: one between
 * a validator and the authority keeps signatures past their end, and whatever it was given.
 */
export class Remembered {
  readonly name: Name
  readonly type: RRType
  #versions: Version[] = []

  /** Nothing is known before `look`. */
  constructor(name: Name, type: RRType) {
    this.name = name
    this.type = type
  }

  /** What may be in caches at the moment of the last look; what is said now comes last. */
  get versions(): readonly Version[] {
    return this.#versions
  }

  /** Asks every server, and forgets what nobody can have any more. */
  look(stage: Stage): void {
    const now = stage.clock.now()
    const heard = stage.serversFor(this.name, this.type).map((address) => this.#ask(stage, address))
    // Who gets nothing from one server asks another.
    const answers = heard.some(({ result }) => result.kind === 'message')
      ? heard.filter(({ result }) => result.kind === 'message')
      : heard.slice(0, 1)
    const known = new Map(this.#versions.map((version) => [version.id, version]))
    for (const version of this.#versions) version.isCurrent = false
    for (const answer of answers) {
      const version = known.get(answer.id) ?? answer
      version.isCurrent = true
      version.seen = now
      // What is said now goes to the end.
      known.delete(answer.id)
      known.set(answer.id, version)
    }
    this.#versions = [...known.values()].filter(({ isCurrent, seen, ttl }) => {
      return isCurrent || now < seen + ttl
    })
  }

  #ask(stage: Stage, address: string): Version {
    const now = stage.clock.now()
    const query = writeMessage({
      ...{ id: 0, flags: 0, opcode: Opcode.QUERY, rcode: Rcode.NOERROR },
      questions: [{ name: this.name, type: this.type, class: 1 }],
      ...{ answer: [], authority: [], additional: [] },
      edns: { udpOctets: 1232, version: 0, flags: ednsFlagDo, options: [] },
    })
    const datagram = stage.answer(query, address, 'udp')
    const isCut = datagram !== undefined && ((datagram[2] ?? 0) & truncatedBit) !== 0
    const octets = isCut ? stage.answer(query, address, 'tcp') : datagram
    const message = octets && readable(octets)
    const isUseful =
      message !== undefined &&
      (message.rcode === Rcode.NOERROR || message.rcode === Rcode.NXDOMAIN) &&
      (message.flags & Flag.AA) !== 0
    if (!octets || !isUseful) {
      const text = `No answer for ${formatName(this.name)} ${formatType(this.type)}`
      const rcode = message?.rcode ?? Rcode.SERVFAIL
      const result = { kind: 'failed', reason: { text, ede: 22 }, rcode } as const
      return { id: `failed ${rcode}`, result, seen: now, ttl: 0, isCurrent: true, turns: [] }
    }
    return {
      id: idOf(octets),
      result: { kind: 'message', message },
      ...{ seen: now, ttl: ttlOf(message), isCurrent: true, turns: turnsOf(message) },
    }
  }
}

function readable(octets: Uint8Array): Message | undefined {
  try {
    return readMessage(octets)
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}

/** The key of a question among those that are remembered. */
export function questionKey(name: Name, type: RRType): string {
  return `${type} ${nameKey(name)}`
}
