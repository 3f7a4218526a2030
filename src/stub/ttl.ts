import { type Message, Rcode, type ResourceRecord } from '../message/index.ts'
import { negativeTtl, RR, type RRType, type Ttl } from '../rr/index.ts'
import type { JudgedRRset, Verdict } from '../validator/index.ts'

/**
 * Seconds for which a response may be kept: the least TTL of its answer and authority; for a
 * denial that of RFC 2308 §5, and none at all where there is no SOA.
 */
export function messageTtl(message: Message, type: RRType): number {
  const records = [...message.answer, ...message.authority]
  const hasData =
    message.rcode !== Rcode.NXDOMAIN && message.answer.some((record) => record.type === type)
  const soa = message.authority.find((record) => record.type === RR.SOA)
  const isAlias = message.answer.some((record) => record.type === RR.CNAME)
  if (!hasData && !soa && !isAlias) return 0
  const ttls = records.map(({ ttl }): number => ttl)
  if (!hasData && soa) ttls.push(negativeTtl(soa.ttl, soa.rdata))
  return ttls.length === 0 ? 0 : Math.min(...ttls)
}

function agedTtl(ttl: number, seconds: number): Ttl {
  return Math.max(0, ttl - seconds) as Ttl
}

/** A response that has been kept for so many seconds: its TTLs have run down. */
export function agedMessage(message: Message, seconds: number): Message {
  if (seconds === 0) return message
  const aged = (section: readonly ResourceRecord[]): ResourceRecord[] =>
    section.map((record) => ({ ...record, ttl: agedTtl(record.ttl, seconds) }))
  const { answer, authority, additional } = message
  return {
    ...message,
    answer: aged(answer),
    authority: aged(authority),
    additional: aged(additional),
  }
}

/** An RRset that has been kept for so many seconds. */
export function agedRRset(judged: JudgedRRset, seconds: number): JudgedRRset {
  return { ...judged, rrset: { ...judged.rrset, ttl: agedTtl(judged.rrset.ttl, seconds) } }
}

/** A verdict that has been kept for so many seconds: all TTLs in it have run down. */
export function agedVerdict<V extends Verdict>(verdict: V, seconds: number): V {
  if (seconds === 0) return verdict
  const aged = (judged: JudgedRRset): JudgedRRset => agedRRset(judged, seconds)
  return {
    ...verdict,
    hops: verdict.hops.map((hop) => ({
      ...hop,
      ...(hop.data && { data: aged(hop.data) }),
      ...(hop.dname && { dname: aged(hop.dname) }),
    })),
    data: verdict.data && aged(verdict.data),
    answer: verdict.answer.map(aged),
    authority: verdict.authority.map(aged),
    ttl: Math.max(0, verdict.ttl - seconds),
  }
}

/** About how many octets a response takes in memory. */
export function messageOctets({ answer, authority, additional }: Message): number {
  // Each record is an object of its own, with two arrays; measured, that is what it costs.
  const recordOverhead = 250
  let octets = 0
  for (const section of [answer, authority, additional]) {
    for (const { owner, rdata } of section) octets += owner.length + rdata.length + recordOverhead
  }
  return octets
}

/** About how many octets a verdict takes in memory. */
export function verdictOctets(verdict: Verdict): number {
  const overhead = 400
  const octetsOf = ({ rrset, rrsigs }: JudgedRRset): number =>
    [...rrset.rdatas, ...rrsigs].reduce((sum, rdata) => sum + rdata.length + 100, overhead)
  const judged = [...verdict.answer, ...verdict.authority]
  const linked = verdict.chain.length + verdict.hops.length
  return judged.reduce((sum, item) => sum + octetsOf(item), overhead * (1 + linked))
}
