import { formatRcode } from '../message/index.ts'
import { formatRdata, formatType, RR } from '../rr/index.ts'
import type { ChainLink, Hop, JudgedRRset, Reason, Security } from '../validator/index.ts'
import { formatName } from '../wire/index.ts'
import type { Resolution } from './stub.ts'

/** One record of the answer or authority section, in presentation form (RFC 1035 §5.1). */
export interface RecordJson {
  readonly name: string
  readonly type: string
  readonly ttl: number
  readonly data: string
  readonly status: Security
}

/** A reason: `ede` is the RFC 8914 info code, null where nothing is wrong. */
export interface ReasonJson {
  readonly reason: string
  readonly ede: number | null
  readonly subject?: { readonly name: string; readonly type: string }
  readonly key?: { readonly zone: string; readonly algorithm: number; readonly keyTag: number }
  /** The limit that was hit. */
  readonly limit?: string
}

/** An RRset with its signatures and what was found of it. */
export interface RRsetJson extends ReasonJson {
  readonly name: string
  readonly type: string
  readonly ttl: number
  readonly data: readonly string[]
  readonly rrsigs: readonly string[]
  readonly status: Security
  readonly wildcard?: string
}

/** One name on the way from the question to the data. */
export interface HopJson extends ReasonJson {
  readonly name: string
  readonly kind: Hop['kind']
  readonly status: Security
  readonly data?: RRsetJson
  readonly dname?: RRsetJson
}

/** One zone on the way down from a trust anchor. */
export interface LinkJson extends ReasonJson {
  readonly zone: string
  readonly status: Security
  readonly by: ChainLink['by']
  readonly keys: readonly { readonly algorithm: number; readonly keyTag: number }[]
}

/** A resolution as plain data. */
export interface ResolutionJson extends ReasonJson {
  readonly question: { readonly name: string; readonly type: string }
  readonly status: Security
  /** Mnemonic, such as `NOERROR`. */
  readonly rcode: string
  readonly answer: readonly RecordJson[]
  readonly authority: readonly RecordJson[]
  readonly hops: readonly HopJson[]
  readonly chain: readonly LinkJson[]
  readonly ttl: number
  readonly elapsedMs: number
  readonly queries: number
  /** Why the answer was bogus before it was asked for once more, of other servers. */
  readonly retriedAfter?: ReasonJson
}

/** Writes a resolution as plain data, for `danelaw resolve --json` and the library. */
export function resolutionToJson(resolution: Resolution): ResolutionJson {
  const { question, security, rcode, reason, ttl, elapsedMs, queries, retriedAfter } = resolution
  return {
    question: { name: formatName(question.name), type: formatType(question.type) },
    status: security,
    rcode: formatRcode(rcode),
    ...reasonToJson(reason),
    answer: resolution.answer.flatMap(recordsToJson),
    authority: resolution.authority.flatMap(recordsToJson),
    hops: resolution.hops.map(hopToJson),
    chain: resolution.chain.map(linkToJson),
    ttl,
    elapsedMs: Math.round(elapsedMs * 1000) / 1000,
    queries,
    ...(retriedAfter && { retriedAfter: reasonToJson(retriedAfter) }),
  }
}

function reasonToJson({ text, ede, subject, key, limit }: Reason): ReasonJson {
  return {
    reason: text,
    ede: ede ?? null,
    ...(subject && {
      subject: { name: formatName(subject.owner), type: formatType(subject.type) },
    }),
    ...(key && { key: { ...key, zone: formatName(key.zone) } }),
    ...(limit !== undefined && { limit }),
  }
}

function recordsToJson({ rrset, security }: JudgedRRset): RecordJson[] {
  const { owner, type, ttl, rdatas } = rrset
  const head = { name: formatName(owner), type: formatType(type), ttl }
  return rdatas.map((rdata) => ({ ...head, data: formatRdata(type, rdata), status: security }))
}

function rrsetToJson({ rrset, rrsigs, security, reason, wildcard }: JudgedRRset): RRsetJson {
  return {
    name: formatName(rrset.owner),
    type: formatType(rrset.type),
    ttl: rrset.ttl,
    data: rrset.rdatas.map((rdata) => formatRdata(rrset.type, rdata)),
    rrsigs: rrsigs.map((rdata) => formatRdata(RR.RRSIG, rdata)),
    status: security,
    ...reasonToJson(reason),
    ...(wildcard && { wildcard: formatName(wildcard) }),
  }
}

function hopToJson({ name, kind, security, reason, data, dname }: Hop): HopJson {
  return {
    name: formatName(name),
    kind,
    status: security,
    ...reasonToJson(reason),
    ...(data && { data: rrsetToJson(data) }),
    ...(dname && { dname: rrsetToJson(dname) }),
  }
}

function linkToJson({ zone, security, by, keys, reason }: ChainLink): LinkJson {
  return {
    zone: formatName(zone),
    status: security,
    by,
    keys: keys.map(({ algorithm, keyTag }) => ({ algorithm, keyTag })),
    ...reasonToJson(reason),
  }
}
