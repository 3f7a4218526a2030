import type { PrivateKey } from '../../src/crypto/index.ts'
import { keyTag } from '../../src/crypto/index.ts'
import type { Message, ResourceRecord } from '../../src/message/index.ts'
import { parseRdata, parseType, RR, scanRdataText, type Ttl } from '../../src/rr/index.ts'
import { parseName } from '../../src/wire/index.ts'
import { labelsOf } from './labels.ts'
import { testTime } from './served-zone.ts'
import { octetsToVerify, readRrsig } from './verify.ts'

/** A record from text: `mail.test. A 192.0.2.1`, with its TTL before the type if it is not 3600. */
export function record(text: string): ResourceRecord {
  const fields = /^(\S+)\s+(?:(\d+)\s+)?(\S+)\s+(.*)$/.exec(text.trim())
  if (!fields) throw new Error(`Cannot read record: ${text}`)
  const [, owner = '', ttl = '3600', type = '', rdata = ''] = fields
  return {
    owner: parseName(owner),
    type: parseType(type),
    class: 1,
    ttl: Number(ttl) as Ttl,
    rdata: parseRdata(parseType(type), scanRdataText(rdata)),
  }
}

/** Records from lines of text. */
export function records(...lines: readonly string[]): ResourceRecord[] {
  return lines.map(record)
}

/** The DNSKEY record of a key. */
export function dnskeyRecord(
  apex: string,
  key: Pick<PrivateKey, 'algorithm' | 'publicKey'>,
  { flags = 257, protocol = 3 } = {},
): ResourceRecord {
  const head = [flags >> 8, flags & 255, protocol, key.algorithm]
  return {
    owner: parseName(apex),
    type: RR.DNSKEY,
    class: 1,
    ttl: 3600 as Ttl,
    rdata: Uint8Array.from([...head, ...key.publicKey]),
  }
}

/** Fields of an RRSIG that are to be other than they should be. */
export interface RrsigFields {
  readonly typeCovered?: number
  readonly algorithm?: number
  readonly labels?: number
  readonly originalTtl?: number
  readonly expiration?: number
  readonly inception?: number
  readonly keyTag?: number
  readonly signer?: string
  /** Flags of the DNSKEY that the key is published with, which its tag depends on. */
  readonly flags?: number
}

const day = 86400

/** Signs records of one owner and type, by RFC 4034 §3.1.8.1 and on its own account. */
export function rrsigOver(
  covered: readonly ResourceRecord[],
  apex: string,
  key: Pick<PrivateKey, 'algorithm' | 'publicKey' | 'sign'>,
  fields: RrsigFields = {},
): ResourceRecord {
  const first = covered[0] as ResourceRecord
  const owner = labelsOf(first.owner)
  const signer = parseName(fields.signer ?? apex)
  const head = Buffer.alloc(18)
  const dnskey = dnskeyRecord(apex, key, { flags: fields.flags ?? 257 }).rdata
  head.writeUInt16BE(fields.typeCovered ?? first.type, 0)
  head.writeUInt8(fields.algorithm ?? key.algorithm, 2)
  head.writeUInt8(fields.labels ?? owner.length - (owner[0] === '*' ? 1 : 0), 3)
  head.writeUInt32BE(fields.originalTtl ?? first.ttl, 4)
  head.writeUInt32BE((fields.expiration ?? testTime + 7 * day) % 2 ** 32, 8)
  head.writeUInt32BE((fields.inception ?? testTime - day) % 2 ** 32, 12)
  head.writeUInt16BE(fields.keyTag ?? keyTag(dnskey), 16)
  const unsigned = readRrsig(Buffer.concat([head, signer]))
  const signature = key.sign(octetsToVerify(unsigned, covered))
  return {
    owner: first.owner,
    type: RR.RRSIG,
    class: 1,
    ttl: first.ttl,
    rdata: Uint8Array.from([...head, ...signer, ...signature]),
  }
}

/** Records with their signature behind them. */
export function signed(
  covered: readonly ResourceRecord[],
  apex: string,
  key: Pick<PrivateKey, 'algorithm' | 'publicKey' | 'sign'>,
  fields: RrsigFields = {},
): ResourceRecord[] {
  return [...covered, rrsigOver(covered, apex, key, fields)]
}

/** The message with other sections; an empty positive one to begin with. */
export function forged(
  message: Message,
  sections: Partial<Pick<Message, 'answer' | 'authority' | 'rcode'>>,
): Message {
  return { ...message, rcode: 0, answer: [], authority: [], ...sections }
}
