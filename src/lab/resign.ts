import type { SigningKey } from '../crypto/index.ts'
import type { Message, ResourceRecord } from '../message/index.ts'
import { canonicalRdata, makeRRset, RR, type Ttl } from '../rr/index.ts'
import {
  equalNames,
  labelCount,
  lowerName,
  type Name,
  suffixName,
  wildcardName,
} from '../wire/index.ts'
import { nameAt, u16 } from './octets.ts'
import { keyTagAt, rrsigField, signatureAt } from './rrsig.ts'
import { coveredType } from './scene.ts'

/** The key of a zone with a tag, if it is there to sign with. */
export type KeyOf = (signer: Name, keyTag: number) => SigningKey | undefined

const classIn = 1

/** The owner that is signed: a wildcard where fewer labels are counted (RFC 4035 §5.3.2). */
function signedOwner(owner: Name, labels: number): Name {
  const lowered = lowerName(owner)
  return labels < labelCount(lowered) ? wildcardName(suffixName(lowered, labels)) : lowered
}

/** The octets that an RRSIG signs by its own fields, right or not (RFC 4034 §3.1.8.1). */
function octetsOf(rrsig: ResourceRecord, records: readonly ResourceRecord[]): Uint8Array {
  const { rdata } = rrsig
  const type = coveredType(rrsig)
  const owner = signedOwner(rrsig.owner, rdata[rrsigField.labels] ?? 0)
  const ttl = rdata.subarray(rrsigField.ttl, rrsigField.expiration)
  const canonical = records.map((record) => canonicalRdata(type, record.rdata))
  const { rdatas } = makeRRset(owner, type, 0 as Ttl, canonical)
  const octets = [...rdata.subarray(0, signatureAt(rdata))]
  for (const one of rdatas) {
    octets.push(...owner, ...u16(type), ...u16(classIn), ...ttl, ...u16(one.length), ...one)
  }
  return Uint8Array.from(octets)
}

function resigned(records: readonly ResourceRecord[], keyOf: KeyOf): ResourceRecord[] {
  return records.map((rrsig) => {
    if (rrsig.type !== RR.RRSIG) return rrsig
    const { owner, rdata } = rrsig
    const type = coveredType(rrsig)
    const covered = records.filter((other) => other.type === type && equalNames(other.owner, owner))
    const key = keyOf(nameAt(rdata, rrsigField.signer), keyTagAt(rdata))
    if (!key || covered.length === 0) return rrsig
    const fields = rdata.subarray(0, signatureAt(rdata))
    return { ...rrsig, rdata: Uint8Array.from([...fields, ...key.sign(octetsOf(rrsig, covered))]) }
  })
}

/**
 * A message whose signatures are made anew, over what it holds and by the fields that they have:
 * what is wrong with those is then all that is wrong. Signatures of keys that are not there, or
 * over nothing, stay.
 */
export function resign(message: Message, keyOf: KeyOf): Message {
  const { answer, authority, additional } = message
  return {
    ...message,
    answer: resigned(answer, keyOf),
    authority: resigned(authority, keyOf),
    additional: resigned(additional, keyOf),
  }
}
