import {
  Class,
  EdnsOption,
  ednsFlagCompact,
  ednsFlagDo,
  headerLength,
  Opcode,
} from '../message/index.ts'
import { RR } from '../rr/index.ts'
import { scanName } from '../wire/index.ts'

/** What to do with a message, by its form alone. */
export type Verdict =
  /** Nothing: it is no query, or too short to answer. */
  | 'drop'
  /** FORMERR (RFC 1035 §4.1.1, RFC 6891 §7, RFC 9619 §4). */
  | 'malformed'
  /** NOTIMP: an opcode that danelaw does not do. */
  | 'unsupported'
  /** BADVERS: an EDNS version above 0 (RFC 6891 §6.1.3). */
  | 'badVersion'
  /** A question to answer. */
  | 'question'

/** What the corridor needs of a query; filled in anew for each. */
export interface Intake {
  id: number
  /** The second header word as it came. */
  flags: number
  /** The offset after the question, or `headerLength` when none could be read. */
  questionEnd: number
  type: number
  class: number
  edns: boolean
  /** The payload size that the querier announced. */
  udpOctets: number
  dnssecOk: boolean
  compactOk: boolean
  wantsNsid: boolean
}

/** An intake to be filled in. */
export function emptyIntake(): Intake {
  return {
    id: 0,
    flags: 0,
    questionEnd: headerLength,
    type: 0,
    class: 0,
    edns: false,
    udpOctets: 512,
    dnssecOk: false,
    compactOk: false,
    wantsNsid: false,
  }
}

function u16(octets: Uint8Array, at: number): number {
  return ((octets[at] as number) << 8) | (octets[at + 1] as number)
}

const responseBit = 0x8000
/** Octets of a record after its owner, before its RDATA. */
const recordFixedOctets = 10

/**
 * The offset after the question's name, or -1. No pointer can be legal there: nothing but the
 * header lies before it.
 */
function scanQuestionName(query: Uint8Array): number {
  const end = scanName(query, headerLength, query.length)
  return end > 0 && query[end - 1] === 0 && isPlain(query, end) ? end : -1
}

/** Whether the name in front of `end` has no pointer: walking its lengths lands on `end`. */
function isPlain(query: Uint8Array, end: number): boolean {
  let at = headerLength
  while ((query[at] as number) !== 0) {
    if ((query[at] as number) > 63) return false
    at += (query[at] as number) + 1
  }
  return at + 1 === end
}

/** Reads a query into `intake`. Never throws; reads each octet at most a few times. */
export function readIntake(query: Uint8Array, intake: Intake): Verdict {
  if (query.length < headerLength) return 'drop'
  intake.id = u16(query, 0)
  intake.flags = u16(query, 2)
  intake.questionEnd = headerLength
  intake.edns = false
  intake.udpOctets = 512
  intake.dnssecOk = false
  intake.compactOk = false
  intake.wantsNsid = false
  if ((intake.flags & responseBit) !== 0) return 'drop'
  const opcode = (intake.flags >>> 11) & 15
  if (u16(query, 4) !== 1) return opcode === Opcode.QUERY ? 'malformed' : 'unsupported'
  const nameEnd = scanQuestionName(query)
  if (nameEnd < 0 || nameEnd + 4 > query.length) return 'malformed'
  intake.type = u16(query, nameEnd)
  intake.class = u16(query, nameEnd + 2)
  intake.questionEnd = nameEnd + 4
  const verdict = readRecords(query, intake)
  // What another opcode carries is not judged, but its OPT is answered with one (RFC 6891 §7).
  return opcode === Opcode.QUERY ? verdict : 'unsupported'
}

/** Steps over the records after the question; OPT is read, all else ignored. */
function readRecords(query: Uint8Array, intake: Intake): Verdict {
  const early = u16(query, 6) + u16(query, 8)
  const records = early + u16(query, 10)
  let at = intake.questionEnd
  let verdict: Verdict = 'question'
  for (let n = 0; n < records; n++) {
    const owner = at
    at = scanName(query, at, query.length)
    if (at < 0 || at + recordFixedOctets > query.length) return 'malformed'
    const type = u16(query, at)
    const end = at + recordFixedOctets + u16(query, at + 8)
    if (end > query.length) return 'malformed'
    if (type === RR.OPT) {
      // RFC 6891 §6.1.1: at most one, in the additional section, owned by the root.
      if (intake.edns || n < early || query[owner] !== 0) return 'malformed'
      verdict = readOpt(query, at, end, intake)
      if (verdict === 'malformed') return verdict
    }
    at = end
  }
  return at === query.length ? verdict : 'malformed'
}

function readOpt(query: Uint8Array, at: number, end: number, intake: Intake): Verdict {
  intake.edns = true
  intake.udpOctets = Math.max(512, u16(query, at + 2))
  const flags = u16(query, at + 6)
  intake.dnssecOk = (flags & ednsFlagDo) !== 0
  intake.compactOk = (flags & ednsFlagCompact) !== 0
  let option = at + recordFixedOctets
  while (option < end) {
    if (option + 4 > end) return 'malformed'
    if (u16(query, option) === EdnsOption.NSID) intake.wantsNsid = true
    option += 4 + u16(query, option + 2)
  }
  if (option !== end) return 'malformed'
  return query[at + 5] === 0 ? 'question' : 'badVersion'
}

/** Whether the class is one that zones answer for: IN, or any (RFC 1035 §3.2.5). */
export function isServedClass(rrClass: number): boolean {
  return rrClass === Class.IN || rrClass === Class.ANY
}
