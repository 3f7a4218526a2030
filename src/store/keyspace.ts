import { assert } from '../base/index.ts'
import { sha256 } from '../crypto/index.ts'
import type { RRType } from '../rr/index.ts'
import { isSubdomainKey, type Name, nameKey } from '../wire/index.ts'

/**
 * The keys of the embedded store: one ordered space, each kind of entry behind an octet of its
 * own. Zones lie in canonical order (RFC 4034 §6.1), the RRsets of a zone in canonical order of
 * their owners and then by type, documents in order of the octets of their keys, and whatever is
 * counted in order of its number.
 */
const tag = {
  meta: 1,
  zone: 2,
  rrset: 3,
  changeSet: 4,
  zoneHistory: 5,
  key: 6,
  token: 7,
  audit: 8,
  answer: 9,
  answerAge: 10,
  node: 11,
  document: 12,
  documentVersion: 13,
  documentOfTenant: 14,
  documentDue: 15,
  claim: 16,
  used: 17,
  instances: 18,
} as const

/** A kind of entry. */
export type Kind = keyof typeof tag

/** Keys from `start` up to, and without, `end`. */
export interface KeyRange {
  readonly start: Buffer
  readonly end: Buffer
}

/** Where a store says which format it has. */
export const formatKey = Buffer.of(tag.meta, 1)
/** Where the last sequence is. */
export const sequenceKey = Buffer.of(tag.meta, 2)
/** Where the number of the last audit entry is. */
export const auditNumberKey = Buffer.of(tag.meta, 3)

/** A number as eight octets, so that keys are in its order. */
function number(value: number): Buffer {
  const octets = Buffer.allocUnsafe(8)
  octets.writeBigUInt64BE(BigInt(value))
  return octets
}

/** Octets that order names canonically. */
export function nameOctets(name: Name): Buffer {
  return Buffer.from(nameKey(name), 'latin1')
}

/** The apex after the length of its key, so that no apex is a prefix of another's keys. */
function apexPart(kind: Kind, apex: Name): Buffer {
  const key = nameOctets(apex)
  return Buffer.concat([Buffer.of(tag[kind], key.length >> 8, key.length & 0xff), key])
}

/** The end of all keys that begin with `prefix`: it ends in a tag, a length of 0 or a mark. */
function beyond(prefix: Buffer): Buffer {
  const end = Buffer.from(prefix)
  const last = end.length - 1
  end[last] = (end[last] ?? 0) + 1
  return end
}

/** Every key. */
export const everything: KeyRange = { start: Buffer.of(0), end: Buffer.of(255) }

/** Every key of a kind. */
export function everyKey(kind: Kind): KeyRange {
  return { start: Buffer.of(tag[kind]), end: Buffer.of(tag[kind] + 1) }
}

/** Every key of a kind that belongs to a zone. */
export function everyKeyOfZone(
  kind: 'rrset' | 'key' | 'zoneHistory' | 'instances',
  apex: Name,
): KeyRange {
  const start = apexPart(kind, apex)
  return { start, end: beyond(start) }
}

/** The octets of the apex' key, from the key of what belongs to a zone. */
export function zoneOf(key: Buffer): Buffer {
  return key.subarray(3, 3 + key.readUInt16BE(1))
}

/** The key of a zone. */
export function zoneKey(apex: Name): Buffer {
  return Buffer.concat([Buffer.of(tag.zone), nameOctets(apex)])
}

/** The key of what a name has used up. */
export function usedKey(apex: Name): Buffer {
  return Buffer.concat([Buffer.of(tag.used), nameOctets(apex)])
}

/**
 * The key of an RRset, whose owner is the apex or below it: what the owner's key has more than the
 * apex', and a 0, lower than any octet that a label can begin with, before the type.
 */
export function rrsetKey(apex: Name, owner: Name, type: RRType): Buffer {
  const apexKey = nameKey(apex)
  const ownerKey = nameKey(owner)
  assert(isSubdomainKey(ownerKey, apexKey), 'an RRset lies in its zone')
  const below = Buffer.from(ownerKey.slice(apexKey.length), 'latin1')
  return Buffer.concat([apexPart('rrset', apex), below, Buffer.of(0, type >> 8, type & 0xff)])
}

/** The key of a page of instances: no label on it, or on the pages behind it, is lower. */
export function instancesKey(apex: Name, label: string): Buffer {
  return Buffer.concat([apexPart('instances', apex), Buffer.from(label, 'latin1')])
}

/** The keys of pages up to the one that a label belongs on. */
export function instancesUpTo(apex: Name, label: string): KeyRange {
  const end = Buffer.concat([instancesKey(apex, label), Buffer.of(0)])
  return { start: apexPart('instances', apex), end }
}

/** The keys of pages behind the one that a label belongs on. */
export function instancesAfter(apex: Name, label: string): KeyRange {
  return { start: instancesUpTo(apex, label).end, end: beyond(apexPart('instances', apex)) }
}

/** The label in the key of a page. */
export function labelOf(key: Buffer): string {
  return key.toString('latin1', 3 + key.readUInt16BE(1))
}

/** The key of a change set. */
export function changeSetKey(sequence: number): Buffer {
  return Buffer.concat([Buffer.of(tag.changeSet), number(sequence)])
}

/** The key by which the history of a zone finds a change set. */
export function zoneHistoryKey(apex: Name, sequence: number): Buffer {
  return Buffer.concat([apexPart('zoneHistory', apex), number(sequence)])
}

/** The number that a key of something counted ends in. */
export function numberOf(key: Buffer): number {
  return Number(key.readBigUInt64BE(key.length - 8))
}

/** The key of a zone's key. */
export function keyKey(apex: Name, id: number): Buffer {
  return Buffer.concat([apexPart('key', apex), number(id)])
}

/** The key of a token. */
export function tokenKey(id: string): Buffer {
  return Buffer.concat([Buffer.of(tag.token), Buffer.from(id)])
}

/** The key of an audit entry. */
export function auditKey(entry: number): Buffer {
  return Buffer.concat([Buffer.of(tag.audit), number(entry)])
}

/** The key of an answer: clients choose idempotency keys, and their length. */
export function answerKey(idempotencyKey: string): Buffer {
  return answerKeyOf(sha256(Buffer.from(idempotencyKey)))
}

/** The key of an answer whose idempotency key has that SHA-256. */
export function answerKeyOf(hash: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(tag.answer), hash])
}

/** The key by which an old answer is found. */
export function answerAgeKey(at: number, key: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag.answerAge), number(at), key.subarray(1)])
}

/** Every age from the first up to, and without, `at`. */
export function answersBefore(at: number): KeyRange {
  const start = Buffer.of(tag.answerAge)
  return { start, end: Buffer.concat([start, number(at)]) }
}

/** The answer that a key of an age stands for. */
export function answerOfAge(key: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag.answer), key.subarray(9)])
}

/** The key of a node's report. */
export function nodeKey(node: string): Buffer {
  return Buffer.concat([Buffer.of(tag.node), Buffer.from(node)])
}

/** The name of the node that a key stands for. */
export function nodeOf(key: Buffer): string {
  return key.toString('utf8', 1)
}

/** A text after the count of its octets, so that none is a prefix of another's keys. */
function textPart(text: string): Buffer {
  const octets = Buffer.from(text)
  return Buffer.concat([Buffer.of(octets.length >> 8, octets.length & 0xff), octets])
}

function collectionPart(kind: Kind, collection: string): Buffer {
  return Buffer.concat([Buffer.of(tag[kind]), textPart(collection)])
}

/** What the keys of a list of documents begin with, of all tenants or of one. */
export function documentsPrefix(collection: string, tenant: string | undefined): Buffer {
  if (tenant === undefined) return collectionPart('document', collection)
  return Buffer.concat([collectionPart('documentOfTenant', collection), textPart(tenant)])
}

/** The keys of such a list that come after that of a document, or all. UTF-8 has no octet 255. */
export function documentsAfter(prefix: Buffer, key: string | undefined): KeyRange {
  const start = key === undefined ? prefix : Buffer.concat([inList(prefix, key), Buffer.of(0)])
  return { start, end: beyond(prefix) }
}

/** The key of a document in such a list. */
export function inList(prefix: Buffer, key: string): Buffer {
  return Buffer.concat([prefix, Buffer.from(key)])
}

/** The key of a document. */
export function documentKey(collection: string, key: string): Buffer {
  return inList(documentsPrefix(collection, undefined), key)
}

/** The key by which a tenant finds a document. */
export function documentOfTenantKey(collection: string, tenant: string, key: string): Buffer {
  return inList(documentsPrefix(collection, tenant), key)
}

/** The key of a version of a document. */
export function documentVersionKey(collection: string, key: string, version: number): Buffer {
  const part = collectionPart('documentVersion', collection)
  return Buffer.concat([part, textPart(key), number(version)])
}

/** The key by which a document is found when it is due. */
export function documentDueKey(collection: string, dueAt: number, key: string): Buffer {
  const part = collectionPart('documentDue', collection)
  return Buffer.concat([part, number(dueAt), Buffer.from(key)])
}

/** Every document that is due at `now` or before. */
export function documentsDue(collection: string, now: number): KeyRange {
  const start = collectionPart('documentDue', collection)
  return { start, end: documentDueKey(collection, now + 1, '') }
}

/** The document that such a key stands for. */
export function documentOfDue(key: Buffer): string {
  return key.toString('utf8', 3 + key.readUInt16BE(1) + 8)
}

/** The key of a name that a document claims. */
export function claimKey(collection: string, claim: string): Buffer {
  return Buffer.concat([collectionPart('claim', collection), Buffer.from(claim)])
}

/** What a key of a document, or of a claim, is made of: the collection, and what follows it. */
export function inCollection(key: Buffer): readonly [Buffer, Buffer] {
  const end = 3 + key.readUInt16BE(1)
  return [key.subarray(3, end), key.subarray(end)]
}
