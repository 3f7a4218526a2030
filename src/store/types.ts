import type { UnixSeconds } from '../base/index.ts'
import type { Json, RRType, Ttl } from '../rr/index.ts'
import type { LabelRun, Name } from '../wire/index.ts'

/** One record as a client gave it and as it is served. */
export interface StoredRecord {
  /** Uncompressed wire RDATA, as zones have it. */
  readonly rdata: Uint8Array
  /** The client's own spelling, given back as long as it means the same. */
  readonly content: string
  /** Kept, shown, and not served (PowerDNS' `disabled`). */
  readonly disabled: boolean
}

/** A comment on an RRset, in PowerDNS' terms. */
export interface StoredComment {
  readonly content: string
  readonly account: string
  readonly modifiedAt: UnixSeconds
}

/** An RRset at rest. `records` may be empty only where there are comments. */
export interface StoredRRset {
  /** Lower case. */
  readonly owner: Name
  readonly type: RRType
  readonly ttl: Ttl
  /** In the order the client gave; distinct by `rdata`. */
  readonly records: readonly StoredRecord[]
  readonly comments: readonly StoredComment[]
}

/** What an RRset says, whoever its owner is. */
export type StoredLikeness = Omit<StoredRRset, 'owner'>

/** RRsets of type `LIKE` of owners one label below the apex, which zones have a million of. */
export interface StoredInstances {
  /** What they say, each once. */
  readonly likenesses: readonly StoredLikeness[]
  /** The labels of their owners, each marked with its place in `likenesses`. */
  readonly labels: LabelRun
}

/** A zone at rest, without its RRsets. */
export interface StoredZone {
  /** Lower case. */
  readonly apex: Name
  readonly tenant: string
  /**
   * Counts change sets of this name from 1, on over a deletion, so that none comes again; the
   * ETag, and what a commit is compared with.
   */
  readonly version: number
  /** SOA serial after the last change set. */
  readonly serial: number
  readonly createdAt: UnixSeconds
  readonly changedAt: UnixSeconds
  /** What clients set and want back, and how the zone is signed: `ZoneSettings` of `records`. */
  readonly settings: Json
}

/** What one change set does to one RRset. */
export interface RRsetChange {
  readonly owner: Name
  readonly type: RRType
  readonly before: StoredRRset | undefined
  readonly after: StoredRRset | undefined
}

/** Who did something, for change sets and audit. */
export interface Actor {
  /** Id of the token, or `cli`, or `system`. */
  readonly token: string
  readonly tenant: string
  /** Address of the client, or `local`. */
  readonly from: string
}

/** A change of one zone, as history keeps it. */
export interface ChangeSet {
  /** Position in the one sequence of all change sets of the store, rising, gaps allowed. */
  readonly sequence: number
  readonly apex: Name
  /** Of the zone, whoever changed it: another one may have a zone of the same name later. */
  readonly tenant: string
  readonly kind: 'create' | 'change' | 'settings' | 'keys' | 'delete'
  /** `version` of the zone after it. */
  readonly version: number
  readonly serialBefore: number | undefined
  readonly serialAfter: number | undefined
  readonly at: UnixSeconds
  readonly actor: Actor
  /** A word of the client's about it; may be empty. */
  readonly note: string
  readonly changes: readonly RRsetChange[]
  readonly settingsBefore?: Json
  readonly settingsAfter?: Json
}

/** A change set that is to be made durable. */
export interface Commit {
  /**
   * The version of the zone that it was worked out upon: 0 where the zone must not exist. Another
   * one makes a conflict, and so does a new zone with a version that one of its name had before.
   */
  readonly expectedVersion: number
  readonly changeSet: Omit<ChangeSet, 'sequence'>
  /** The zone afterwards; undefined deletes it with its RRsets and keys; its history stays. */
  readonly zone: StoredZone | undefined
  /** Kept with it, so that the same key is answered the same way again. */
  readonly idempotency?: { readonly key: string; readonly answer: StoredAnswer }
  readonly audit: AuditEntry
  /** Written with it or not at all. One that cannot be makes a conflict, as if of the zone. */
  readonly keys?: readonly KeyWrite[]
  /** Written with it or not at all; `at` and `actor` are those of the change set. */
  readonly documents?: readonly DocumentWrite[]
}

/** What became of a commit. */
export type CommitOutcome =
  | { readonly kind: 'done'; readonly sequence: number }
  | { readonly kind: 'conflict'; readonly version: number }
  | Exclude<DocumentOutcome, { readonly kind: 'done' }>

/** An HTTP answer that an idempotency key gets again (at most 24 h old). */
export interface StoredAnswer {
  readonly at: UnixSeconds
  /** SHA-256 of method, path and body, hexadecimal: with another one, the key is refused. */
  readonly request: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A private key at rest, sealed or not, as the driver's owner gave it. */
export interface StoredKey {
  readonly apex: Name
  /** Small number by which PowerDNS' API calls it; unique in its zone, never used again. */
  readonly id: number
  readonly algorithm: number
  readonly keyTag: number
  readonly flags: 256 | 257
  readonly dnskey: Uint8Array
  readonly timing: Json
  /** Private part, closed by `seal` of `crypto`; undefined where it lives in the key directory. */
  readonly sealed: Uint8Array | undefined
}

/** What becomes of one key of a zone. */
export interface KeyWrite {
  readonly id: number
  /** As it was seen, octet for octet; undefined for a new key, whose id none ever had. */
  readonly before: StoredKey | undefined
  /** Undefined removes it. */
  readonly after: StoredKey | undefined
}

/** A token at rest; the secret is only here as a hash. */
export interface StoredToken {
  /** Short public id, part of the token's text. */
  readonly id: string
  readonly tenant: string
  readonly name: string
  /** SHA-256 of the secret. */
  readonly hash: Uint8Array
  /** `Scope` of `access`. */
  readonly scope: Json
  readonly createdAt: UnixSeconds
  readonly expiresAt: UnixSeconds | undefined
  readonly revokedAt: UnixSeconds | undefined
}

/** One line of the audit log: who, what, from where, and whether it was let. */
export interface AuditEntry {
  readonly at: UnixSeconds
  readonly actor: Actor
  /** Such as `zone.change`, `zone.create`, `key.create`, `token.revoke`, `denied`. */
  readonly action: string
  readonly apex: Name | undefined
  /** In words, no secrets; at most 1,000 characters. */
  readonly detail: string
}

/** How the store is. */
export interface StoreHealth {
  readonly state: 'ok' | 'degraded' | 'down'
  readonly text: string
  /** Milliseconds the last durable commit took; undefined before the first. */
  readonly commitMs: number | undefined
  /** The last sequence this node has seen. */
  readonly sequence: number
}

/**
 * Something at rest that is no zone, such as an accepted domain: JSON with a version, in a
 * collection, by a key.
 */
export interface StoredDocument {
  /** Such as `domain`, `partition`, `tlsa`; letters, at most 32. */
  readonly collection: string
  /** Unique in its collection; at most 512 octets of UTF-8. */
  readonly key: string
  readonly tenant: string
  /** Counts from 1. */
  readonly version: number
  /** When somebody has to look at it again; found by `dueDocuments`. */
  readonly dueAt: UnixSeconds | undefined
  readonly value: Json
}

/** A document to be written, in one with what else is in the commit. */
export interface DocumentWrite {
  /** The version that it was worked out upon, 0 where it must not exist; another is a conflict. */
  readonly expectedVersion: number
  /** Its `version` is one greater. None is ever deleted: its value says what became of it. */
  readonly document: StoredDocument
  /**
   * Names that belong to this document from now on for ever, such as a token; at most 8, each at
   * most 512 octets. One that another document has makes a conflict.
   */
  readonly claims: readonly string[]
  /** A word about it for its history; may be empty, at most 1,000 characters. */
  readonly note: string
}

/** Documents written together, atomically, without a zone. */
export interface DocumentCommit {
  readonly writes: readonly DocumentWrite[]
  readonly at: UnixSeconds
  readonly actor: Actor
  readonly audit: AuditEntry
}

/** One version of a document, as its history keeps it. */
export interface DocumentVersion {
  readonly document: StoredDocument
  readonly at: UnixSeconds
  readonly actor: Actor
  readonly note: string
}

/** What became of a commit of documents. */
export type DocumentOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'documentConflict'; readonly key: string; readonly version: number }
  /** `by`: key of the document that has it. */
  | { readonly kind: 'claimConflict'; readonly claim: string; readonly by: string }
