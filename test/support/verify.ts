import { verifySignature } from '../../src/crypto/index.ts'
import type { ResourceRecord } from '../../src/message/index.ts'
import { isAtOrBelow, type Labels, labelsOf, suffix, wireOf } from './labels.ts'

/** An RRSIG, taken apart (RFC 4034 §3.1). */
export interface Rrsig {
  readonly typeCovered: number
  readonly algorithm: number
  readonly labels: number
  readonly originalTtl: number
  readonly expiration: number
  readonly inception: number
  readonly keyTag: number
  readonly signer: Labels
  /** The RDATA up to and including the signer. */
  readonly head: Uint8Array
  readonly signature: Uint8Array
}

/** Reads RRSIG RDATA. */
export function readRrsig(rdata: Uint8Array): Rrsig {
  const view = Buffer.from(rdata)
  let end = 18
  while (view[end]) end += (view[end] as number) + 1
  end++
  return {
    typeCovered: view.readUInt16BE(0),
    algorithm: view.readUInt8(2),
    labels: view.readUInt8(3),
    originalTtl: view.readUInt32BE(4),
    expiration: view.readUInt32BE(8),
    inception: view.readUInt32BE(12),
    keyTag: view.readUInt16BE(16),
    signer: labelsOf(view.subarray(18)),
    head: view.subarray(0, end),
    signature: view.subarray(end),
  }
}

/** RFC 4034 Appendix B. */
function tagOf(dnskey: Uint8Array): number {
  let sum = 0
  dnskey.forEach((octet, at) => {
    sum += at % 2 === 0 ? octet << 8 : octet
  })
  return (sum + ((sum >>> 16) & 0xffff)) & 0xffff
}

/**
 * Where names stand in RDATA that RFC 4034 §6.2 has in lower case (less NSEC, RFC 6840 §5.1):
 * octets before, number of names.
 */
const namesInRdata: Readonly<Record<number, readonly [number, number]>> = {
  2: [0, 1],
  5: [0, 1],
  6: [0, 2],
  12: [0, 1],
  15: [2, 1],
  17: [0, 2],
  18: [2, 1],
  33: [6, 1],
  36: [2, 1],
  39: [0, 1],
}

function canonical(type: number, rdata: Uint8Array): Buffer {
  const octets = Buffer.from(rdata)
  const [before, names] = namesInRdata[type] ?? [0, 0]
  let at = before
  for (let n = 0; n < names; n++) {
    const lower = wireOf(labelsOf(octets.subarray(at)))
    octets.set(lower, at)
    at += lower.length
  }
  return octets
}

/** What an RRSIG signs (RFC 4034 §3.1.8.1, with RFC 4035 §5.3.2 for wildcards). */
export function octetsToVerify(rrsig: Rrsig, records: readonly ResourceRecord[]): Buffer {
  const parts: Uint8Array[] = [
    Buffer.concat([rrsig.head.subarray(0, 18), Buffer.from(wireOf(rrsig.signer))]),
  ]
  const { type } = records[0] as ResourceRecord
  const owner = labelsOf((records[0] as ResourceRecord).owner)
  const name = rrsig.labels < owner.length ? ['*', ...suffix(owner, rrsig.labels)] : owner
  const rdatas = records.map((record) => canonical(type, record.rdata)).sort(Buffer.compare)
  for (const rdata of rdatas) {
    const fixed = Buffer.alloc(10)
    fixed.writeUInt16BE(type, 0)
    fixed.writeUInt16BE(1, 2)
    fixed.writeUInt32BE(rrsig.originalTtl, 4)
    fixed.writeUInt16BE(rdata.length, 8)
    parts.push(wireOf(name), fixed, rdata)
  }
  return Buffer.concat(parts)
}

const verified = new Map<string, boolean>()
const verifiedMax = 20000

function isGood(algorithm: number, key: Uint8Array, data: Buffer, signature: Uint8Array): boolean {
  const id = Buffer.concat([key, data, signature]).toString('latin1')
  let good = verified.get(id)
  if (good === undefined) {
    good = verifySignature(algorithm, key, data, signature) === 'good'
    if (verified.size >= verifiedMax) verified.clear()
    verified.set(id, good)
  }
  return good
}

/**
 * RFC 4035 §5.3.1 and §5.3.3 for one RRset and one RRSIG. Throws with the reason; the records are
 * of one owner and type.
 */
export function verifyRRset(
  records: readonly ResourceRecord[],
  rdata: Uint8Array,
  apex: Labels,
  dnskeys: readonly Uint8Array[],
  now: number,
): Rrsig {
  const rrsig = readRrsig(rdata)
  const first = records[0] as ResourceRecord
  const owner = labelsOf(first.owner)
  const refuse = (why: string): never => {
    throw new Error(`RRSIG over ${owner.join('.')}/${first.type}: ${why}`)
  }
  if (rrsig.typeCovered !== first.type) refuse('covers another type')
  if (!isAtOrBelow(rrsig.signer, apex) || rrsig.signer.length !== apex.length) refuse('signer')
  if (rrsig.labels > owner.length - (owner[0] === '*' ? 1 : 0)) refuse('too many labels')
  if (rrsig.inception > now || rrsig.expiration < now) refuse('is not valid now')
  if (rrsig.expiration - now < first.ttl) refuse('ends before the TTL')
  if (first.ttl > rrsig.originalTtl) refuse('TTL exceeds the original TTL')
  const key = dnskeys.find((one) => tagOf(one) === rrsig.keyTag && one[3] === rrsig.algorithm)
  if (!key) return refuse('no such key')
  if (((key[0] as number) & 1) === 0 || key[2] !== 3) refuse('not a zone key')
  const data = octetsToVerify(rrsig, records)
  if (!isGood(rrsig.algorithm, key.subarray(4), data, rrsig.signature)) refuse('is bogus')
  return rrsig
}
