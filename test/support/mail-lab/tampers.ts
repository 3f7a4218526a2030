/**
 * What attackers and broken servers do to answers. Each function makes a `Tamper`; all of them but
 * `resigned` need no key: they can be done by whoever sits on the path.
 */
import { keyTag } from '../../../src/crypto/index.ts'
import { Flag, Rcode, type ResourceRecord } from '../../../src/message/index.ts'
import { makeRRset, RR, type RRset, type RRType, type Ttl } from '../../../src/rr/index.ts'
import { signedOctets } from '../../../src/signer/index.ts'
import { equalNames, formatName, type Name, nameKey } from '../../../src/wire/index.ts'
import { testTime } from '../served-zone.ts'
import { readRrsig } from '../verify.ts'
import type { Exchange, LabKey, Tamper } from './authorities.ts'

type Change = (record: ResourceRecord) => ResourceRecord | undefined

/** Whether a record is an RRSIG that covers a type, or any. */
export function isSignature(record: ResourceRecord, covered?: RRType): boolean {
  if (record.type !== RR.RRSIG) return false
  return covered === undefined || readRrsig(record.rdata).typeCovered === covered
}

function isDenial({ type }: ResourceRecord): boolean {
  return type === RR.NSEC || type === RR.NSEC3
}

function isDenialSignature(record: ResourceRecord): boolean {
  return isSignature(record, RR.NSEC) || isSignature(record, RR.NSEC3)
}

function each(change: Change): Tamper {
  const section = (records: readonly ResourceRecord[]) =>
    records.flatMap((record) => change(record) ?? [])
  return ({ response }) => ({
    ...response,
    answer: section(response.answer),
    authority: section(response.authority),
    additional: section(response.additional),
  })
}

function flipped(record: ResourceRecord, at: number): ResourceRecord {
  const rdata = record.rdata.slice()
  const index = at < 0 ? rdata.length + at : at
  rdata[index] = (rdata[index] ?? 0) ^ 1
  return { ...record, rdata }
}

/** Leaves every RRSIG out, or those over one type. */
export function withoutSignatures(covered?: RRType): Tamper {
  return each((record) => (isSignature(record, covered) ? undefined : record))
}

/** Turns one bit of every signature, or of those over one type. */
export function corruptSignatures(covered?: RRType): Tamper {
  return each((record) => (isSignature(record, covered) ? flipped(record, -1) : record))
}

/** Turns the last bit of all data of one type, or of everything that is not DNSSEC's own. */
export function corruptData(type?: RRType): Tamper {
  return each((record) => {
    const isOurs = type === undefined ? record.type !== RR.RRSIG : record.type === type
    return isOurs ? flipped(record, -1) : record
  })
}

/** Leaves out every proof that something does not exist. */
export const withoutDenial: Tamper = each((record) =>
  isDenial(record) || isDenialSignature(record) ? undefined : record,
)

/** Leaves out every record of a type with its signatures. */
export function without(type: RRType): Tamper {
  return each((record) => (record.type === type || isSignature(record, type) ? undefined : record))
}

/** Nobody answers. */
export const silence: Tamper = () => undefined

/** An rcode, and nothing else. */
export function rcode(code: number): Tamper {
  return ({ response }) => ({
    ...response,
    rcode: code,
    answer: [],
    authority: [],
    additional: [],
  })
}

/** An empty answer with the SOA of the zone, unsigned: what a liar says who has no key. */
export const unsignedNodata: Tamper = ({ response }) => ({
  ...response,
  rcode: Rcode.NOERROR,
  answer: [],
  authority: response.authority.filter(({ type }) => type === RR.SOA),
})

/** The same with NXDOMAIN. */
export const unsignedNxdomain: Tamper = (exchange) => {
  const message = unsignedNodata(exchange)
  return message instanceof Uint8Array || !message ? message : { ...message, rcode: Rcode.NXDOMAIN }
}

/** UDP is always truncated to nothing; TCP is honest. */
export const truncated: Tamper = ({ response, via }) =>
  via === 'udp'
    ? { ...response, flags: response.flags | Flag.TC, answer: [], authority: [], additional: [] }
    : response

/** UDP is always truncated, and TCP is cut off. */
export const truncatedWithoutTcp: Tamper = (exchange) =>
  exchange.via === 'udp' ? truncated(exchange) : undefined

/** The answer to somebody else's question. */
export const wrongId: Tamper = ({ response }) => ({ ...response, id: response.id ^ 1 })

/** The answer to another question. */
export function wrongQuestion(name: Name): Tamper {
  return ({ response }) => ({
    ...response,
    questions: response.questions.map((question) => ({ ...question, name })),
  })
}

/** The question in lower case, however it was asked (a server that does not do 0x20). */
export const lowerCase: Tamper = ({ response }) => ({
  ...response,
  questions: response.questions.map((question) => ({
    ...question,
    name: Uint8Array.from(question.name, (octet) =>
      octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet,
    ) as Name,
  })),
})

/** A middlebox that does not know EDNS: no OPT, no DNSSEC. */
export const withoutEdns: Tamper = ({ response }) => {
  const plain = (records: readonly ResourceRecord[]) =>
    records.filter((record) => !isDenial(record) && record.type !== RR.RRSIG)
  return {
    ...response,
    answer: plain(response.answer),
    authority: plain(response.authority),
    additional: plain(response.additional),
    edns: undefined,
  }
}

/** Claims that everything was validated, and strips what would show that it was not. */
export const claimedAuthentic: Tamper = (exchange) => {
  const { response } = exchange
  const stripped = withoutSignatures()({ ...exchange, response })
  return stripped instanceof Uint8Array || !stripped
    ? stripped
    : { ...stripped, flags: stripped.flags | Flag.AD }
}

/** Seconds from now. */
export interface Times {
  readonly inception: number
  readonly expiration: number
}

/** A signature over an RRset by a key, with times as wanted: an RRSIG record. */
export function signatureOver(
  rrset: RRset,
  signer: Name,
  key: LabKey,
  times: Times = { inception: -3600, expiration: 86_400 },
): ResourceRecord {
  const window = {
    inception: testTime + times.inception,
    expiration: testTime + times.expiration,
    renewAt: 0,
  }
  const fields = { algorithm: key.private.algorithm, keyTag: keyTag(key.dnskey), signer, window }
  const { octets, rdataOctets } = signedOctets(rrset, fields)
  const rdata = Buffer.concat([octets.subarray(0, rdataOctets), key.private.sign(octets)])
  return { owner: rrset.owner, type: RR.RRSIG, class: 1, ttl: rrset.ttl, rdata }
}

/** Records of a section as RRsets, signatures left out. */
export function rrsetsOf(records: readonly ResourceRecord[]): RRset[] {
  const groups = new Map<string, ResourceRecord[]>()
  for (const record of records) {
    if (record.type === RR.RRSIG) continue
    const id = `${record.type} ${nameKey(record.owner)}`
    groups.set(id, [...(groups.get(id) ?? []), record])
  }
  return [...groups.values()].map((group) => {
    const first = group[0] as ResourceRecord
    return makeRRset(
      first.owner,
      first.type,
      first.ttl as Ttl,
      group.map(({ rdata }) => rdata),
    )
  })
}

/** The zone's own signatures over a type, with other times: needs the zone's key. */
export function resigned(times: Times, covered?: RRType): Tamper {
  return ({ response, internet }: Exchange) => {
    const section = (records: readonly ResourceRecord[]): ResourceRecord[] =>
      records.map((record) => {
        if (!isSignature(record, covered)) return record
        const { typeCovered, signer } = readRrsig(record.rdata)
        const rrset = rrsetsOf(records).find(
          ({ owner, type }) => type === typeCovered && equalNames(owner, record.owner),
        )
        const name = signer.length === 0 ? '.' : `${signer.join('.')}.`
        const key = internet.keys.get(name)
        if (!rrset || !key) throw new Error(`Cannot sign ${formatName(record.owner)}: no ${name}`)
        const apex = record.rdata.subarray(18, record.rdata.indexOf(0, 18) + 1) as Name
        return signatureOver({ ...rrset, ttl: record.ttl }, apex, key, times)
      })
    return {
      ...response,
      answer: section(response.answer),
      authority: section(response.authority),
    }
  }
}

/** Signatures that ended an hour ago. */
export function expired(covered?: RRType): Tamper {
  return resigned({ inception: -86_400, expiration: -3600 }, covered)
}

/** Signatures that begin in an hour. */
export function notYetValid(covered?: RRType): Tamper {
  return resigned({ inception: 3600, expiration: 86_400 }, covered)
}
