import { CodedError, type UnixSeconds } from '../base/index.ts'
import { sha256 } from '../crypto/index.ts'
import {
  Class,
  Ede,
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

const datagramOctetsMax = 1232
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
    const known = new Map(this.#versions.map((version) => [version.id, version]))
    for (const version of this.#versions) version.isCurrent = false
    for (const version of this.#heard(stage, known)) {
      version.isCurrent = true
      version.seen = stage.clock.now()
      // What is said now goes to the end.
      known.delete(version.id)
      known.set(version.id, version)
    }
    this.#versions = [...known.values()].filter(({ isCurrent, seen, ttl }) => {
      return isCurrent || stage.clock.now() < seen + ttl
    })
  }

  /** What servers say, or, where none says anything, the failure of the first. */
  #heard(stage: Stage, known: ReadonlyMap<string, Version>): readonly Version[] {
    const { name, type } = this
    const query = queryFor(name, type)
    const all = stage.serversFor(name, type).map((address) => {
      const octets = said(stage, query, address)
      const id = octets ? toHex(sha256(octets)) : 'silence'
      return known.get(id) ?? this.#version(id, octets, stage.clock.now())
    })
    // Who gets nothing from one server asks another.
    const answers = all.filter(({ result }) => result.kind === 'message')
    return answers.length > 0 ? answers : all.slice(0, 1)
  }

  #version(id: string, octets: Uint8Array | undefined, now: UnixSeconds): Version {
    const message = octets && readable(octets)
    const common = { id, seen: now, isCurrent: true }
    if (message && isAnswer(message)) {
      const result = { kind: 'message', message } as const
      return { ...common, result, ttl: ttlOf(message), turns: turnsOf(message) }
    }
    const text = `No answer for ${formatName(this.name)} ${formatType(this.type)}`
    const reason = { text, ede: Ede.NO_REACHABLE_AUTHORITY }
    const rcode = message?.rcode ?? Rcode.SERVFAIL
    return { ...common, result: { kind: 'failed', reason, rcode }, ttl: 0, turns: [] }
  }
}

function queryFor(name: Name, type: RRType): Uint8Array {
  return writeMessage({
    ...{ id: 0, flags: 0, opcode: Opcode.QUERY, rcode: Rcode.NOERROR },
    questions: [{ name, type, class: Class.IN }],
    ...{ answer: [], authority: [], additional: [] },
    edns: { udpOctets: datagramOctetsMax, version: 0, flags: ednsFlagDo, options: [] },
  })
}

/** By UDP, and by TCP where that is too short. */
function said(stage: Stage, query: Uint8Array, address: string): Uint8Array | undefined {
  const datagram = stage.answer(query, address, 'udp')
  const isCut = datagram !== undefined && ((datagram[2] ?? 0) & truncatedBit) !== 0
  return isCut ? stage.answer(query, address, 'tcp') : datagram
}

function isAnswer({ rcode, flags }: Message): boolean {
  const isConclusive = rcode === Rcode.NOERROR || rcode === Rcode.NXDOMAIN
  return isConclusive && (flags & Flag.AA) !== 0
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
