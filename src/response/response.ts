import { Class, EdnsOption, Flag, headerLength } from '../message/index.ts'
import { RR, type RRset, rdataLayout, type Ttl } from '../rr/index.ts'
import type { Name } from '../wire/index.ts'
import { Compressor } from './compressor.ts'

/** Where an RRset goes; `glue` is additional data that must fit, `optional` may be left out. */
export const Section = { answer: 0, authority: 1, glue: 2, optional: 3 } as const
type SectionNumber = (typeof Section)[keyof typeof Section]

/** What frames an answer; filled in by the corridor. */
export interface Envelope {
  readonly id: number
  /** Opcode in place, and the flag bits that the answer is to have; without rcode. */
  readonly flags: number
  /** The question as it came, name (uncompressed), type and class; empty to send none. */
  readonly question: Uint8Array
  /** Most octets of the whole message. */
  readonly octetsMax: number
  /** Whether to add OPT (RFC 6891 §7: exactly when the query had one). */
  readonly edns: boolean
  /** The payload size that OPT announces. */
  readonly udpOctets: number
  /** OPT flags: DO and CO as they are to be echoed. */
  readonly ednsFlags: number
  /** NSID to send (RFC 5001), or undefined. */
  readonly nsid: Uint8Array | undefined
}

interface Entry {
  section: SectionNumber
  rrset: RRset
  owner: Name
  ttl: Ttl
  signatures: readonly Uint8Array[]
}

const unsigned: readonly Uint8Array[] = []
/** Octets of a record between owner and RDATA. */
const recordFixedOctets = 10
const optFixedOctets = 11
const optionFixedOctets = 4

function putU16(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 8
  out[at + 1] = value
}

/** One answer in the making. */
export class Response {
  /** Twelve bits; above 15 only with EDNS. */
  rcode = 0
  /** EDE info-code (RFC 8914), or -1 for none. */
  ede = -1
  /** The class of all records: IN, but for CHAOS answers. */
  class: number = Class.IN
  readonly #entries: Entry[] = []
  #count = 0
  readonly #compressor = new Compressor()
  /** The offset of the next octet; -1 once something did not fit. */
  #at = 0
  #limit = 0

  /** Empties it for the next answer. */
  begin(): void {
    this.rcode = 0
    this.ede = -1
    this.class = Class.IN
    this.#count = 0
  }

  /**
   * Adds an RRset; within a section they stay in order. `owner` is the name to write, which for
   * an expanded wildcard is not the RRset's. `ttl` goes out for the RRset and its signatures.
   */
  add(
    section: SectionNumber,
    rrset: RRset,
    owner: Name,
    ttl: Ttl,
    signatures: readonly Uint8Array[] = unsigned,
  ): void {
    const entry = this.#entries[this.#count]
    if (entry) {
      entry.section = section
      entry.rrset = rrset
      entry.owner = owner
      entry.ttl = ttl
      entry.signatures = signatures
    } else this.#entries.push({ section, rrset, owner, ttl, signatures })
    this.#count++
  }

  /** Whether an RRset has been added already. */
  hasAnswer(rrset: RRset): boolean {
    for (let n = 0; n < this.#count; n++) if (this.#entries[n]?.rrset === rrset) return true
    return false
  }

  /**
   * Writes the message and returns its length; `out` must have `octetsMax` octets, which must be
   * at least 512. If it does not fit it comes without records and with TC.
   */
  encode(out: Uint8Array, envelope: Envelope): number {
    const { question } = envelope
    const ednsOctets = this.#ednsOctets(envelope)
    const body = headerLength + question.length
    out.set(question, headerLength)
    this.#limit = envelope.octetsMax - ednsOctets
    this.#at = body
    this.#compressor.begin()
    if (question.length > 0) {
      this.#compressor.note(question.subarray(0, question.length - 4) as Name, headerLength)
    }
    let flags = envelope.flags
    const answers = this.#writeSection(out, Section.answer)
    const authorities = this.#writeSection(out, Section.authority)
    let additionals = this.#writeSection(out, Section.glue)
    const truncated = this.#at < 0
    if (truncated) {
      this.#at = body
      flags |= Flag.TC
      additionals = 0
    } else additionals += this.#writeOptional(out)
    putU16(out, 0, envelope.id)
    putU16(out, 2, flags | (this.rcode & 15))
    putU16(out, 4, question.length > 0 ? 1 : 0)
    putU16(out, 6, truncated ? 0 : answers)
    putU16(out, 8, truncated ? 0 : authorities)
    putU16(out, 10, additionals + (envelope.edns ? 1 : 0))
    if (envelope.edns) this.#writeEdns(out, envelope, ednsOctets)
    return this.#at
  }

  /** Writes the RRsets of a section; returns the number of records. */
  #writeSection(out: Uint8Array, section: SectionNumber): number {
    let records = 0
    for (let n = 0; n < this.#count && this.#at >= 0; n++) {
      const entry = this.#entries[n] as Entry
      if (entry.section !== section) continue
      this.#writeEntry(out, entry)
      records += entry.rrset.rdatas.length + entry.signatures.length
    }
    return records
  }

  /** Writes what may be left out: each RRset whole, or not at all. */
  #writeOptional(out: Uint8Array): number {
    let records = 0
    for (let n = 0; n < this.#count; n++) {
      const entry = this.#entries[n] as Entry
      if (entry.section !== Section.optional) continue
      const before = this.#at
      this.#writeEntry(out, entry)
      if (this.#at < 0) this.#at = before
      else records += entry.rrset.rdatas.length + entry.signatures.length
    }
    return records
  }

  #writeEntry(out: Uint8Array, { rrset, owner, ttl, signatures }: Entry): void {
    for (let n = 0; n < rrset.rdatas.length; n++) {
      this.#writeRecord(out, owner, rrset.type, ttl, rrset.rdatas[n] as Uint8Array)
    }
    for (let n = 0; n < signatures.length; n++) {
      this.#writeRecord(out, owner, RR.RRSIG, ttl, signatures[n] as Uint8Array)
    }
  }

  #writeRecord(out: Uint8Array, owner: Name, type: number, ttl: Ttl, rdata: Uint8Array): void {
    // Compression only shortens: what fits whole needs no look again.
    if (this.#at < 0 || this.#at + owner.length + recordFixedOctets + rdata.length > this.#limit) {
      this.#writeTight(out, owner, type, ttl, rdata)
      return
    }
    this.#at = this.#put(out, this.#at, owner, type, ttl, rdata)
  }

  /** Near the limit: written aside first, to see whether compression makes it fit. */
  #writeTight(out: Uint8Array, owner: Name, type: number, ttl: Ttl, rdata: Uint8Array): void {
    if (this.#at < 0) return
    const room = out.length - this.#at
    if (owner.length + recordFixedOctets + rdata.length > room) {
      this.#at = -1
      return
    }
    const end = this.#put(out, this.#at, owner, type, ttl, rdata)
    this.#at = end > this.#limit ? -1 : end
  }

  #put(
    out: Uint8Array,
    start: number,
    owner: Name,
    type: number,
    ttl: Ttl,
    rdata: Uint8Array,
  ): number {
    const fixed = this.#compressor.write(out, start, owner)
    putU16(out, fixed, type)
    putU16(out, fixed + 2, this.class)
    putU16(out, fixed + 4, ttl >>> 16)
    putU16(out, fixed + 6, ttl & 0xffff)
    const at = fixed + recordFixedOctets
    const layout = rdataLayout(type as RRset['type'])
    let end = at + rdata.length
    if (layout) end = this.#putNames(out, at, rdata, layout.prefixOctets, layout.names)
    else {
      out.set(rdata, at)
      // Not compressed itself (RFC 6672 §2.5), but the CNAMEs made from it point back to it.
      if (type === RR.DNAME) this.#compressor.note(rdata as Name, at)
    }
    putU16(out, fixed + 8, end - at)
    return end
  }

  /** RDATA with names that may be compressed: fixed octets, names, fixed octets. */
  #putNames(
    out: Uint8Array,
    start: number,
    rdata: Uint8Array,
    prefix: number,
    names: number,
  ): number {
    out.set(rdata.subarray(0, prefix), start)
    let at = start + prefix
    let from = prefix
    for (let n = 0; n < names; n++) {
      let to = from
      while (rdata[to]) to += (rdata[to] as number) + 1
      at = this.#compressor.write(out, at, rdata.subarray(from, to + 1) as Name)
      from = to + 1
    }
    out.set(rdata.subarray(from), at)
    return at + rdata.length - from
  }

  #ednsOctets({ edns, nsid }: Envelope): number {
    if (!edns) return 0
    const nsidOctets = nsid ? optionFixedOctets + nsid.length : 0
    return optFixedOctets + nsidOctets + (this.ede >= 0 ? optionFixedOctets + 2 : 0)
  }

  #writeEdns(out: Uint8Array, envelope: Envelope, octets: number): void {
    let at = this.#at
    out[at] = 0
    putU16(out, at + 1, RR.OPT)
    putU16(out, at + 3, envelope.udpOctets)
    out[at + 5] = this.rcode >>> 4
    out[at + 6] = 0
    putU16(out, at + 7, envelope.ednsFlags)
    putU16(out, at + 9, octets - optFixedOctets)
    at += optFixedOctets
    if (envelope.nsid) {
      putU16(out, at, EdnsOption.NSID)
      putU16(out, at + 2, envelope.nsid.length)
      out.set(envelope.nsid, at + optionFixedOctets)
      at += optionFixedOctets + envelope.nsid.length
    }
    if (this.ede >= 0) {
      putU16(out, at, EdnsOption.EDE)
      putU16(out, at + 2, 2)
      putU16(out, at + optionFixedOctets, this.ede)
      at += optionFixedOctets + 2
    }
    this.#at = at
  }
}
