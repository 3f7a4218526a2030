import type { UnixSeconds } from '../base/index.ts'
import { type Json, type RRType, type Ttl, ttlMax } from '../rr/index.ts'
import { type LabelRun, type Name, nameFromOctets } from '../wire/index.ts'
import {
  type Codec,
  choice,
  flag,
  list,
  maybe,
  type OctetsReader,
  octets,
  struct,
  text,
  uint,
} from './codec.ts'
import type {
  Actor,
  AuditEntry,
  ChangeSet,
  DocumentVersion,
  RRsetChange,
  StoredAnswer,
  StoredComment,
  StoredDocument,
  StoredKey,
  StoredLikeness,
  StoredRecord,
  StoredRRset,
  StoredToken,
  StoredZone,
} from './types.ts'

/** What a node said last. */
export interface NodeReport {
  readonly sequence: number
  readonly at: UnixSeconds
}

/** What of a name never comes again. */
export interface Used {
  /** The version of its last deletion; 0 where it never had one. */
  readonly version: number
  /** The highest id that a key of it ever had; 0 where it never had one. */
  readonly keyId: number
}

/** Instances of one part of a zone. */
export interface InstancePage {
  /** Each by `likenessForm`. */
  readonly likenesses: readonly Uint8Array[]
  readonly labels: LabelRun
}

/** What the lists that a document is in go by. */
export type DocumentHead = Pick<StoredDocument, 'version' | 'tenant' | 'dueAt'>

/** What another room cannot parse is as broken as what we cannot. */
function parsed<T, U>(raw: Codec<T>, format: (value: U) => T, parse: (raw: T) => U): Codec<U> {
  return {
    write: (into, value) => raw.write(into, format(value)),
    read(from: OctetsReader) {
      const value = raw.read(from)
      try {
        return parse(value)
      } catch (error) {
        return from.refuse(error instanceof Error ? error.message : String(error))
      }
    },
  }
}

const name = parsed<Uint8Array, Name>(octets, (value) => value, nameFromOctets)
const json = parsed<string, Json>(text, (value) => JSON.stringify(value), JSON.parse)
const headers = parsed<string, Readonly<Record<string, string>>>(
  text,
  (value) => JSON.stringify(value),
  JSON.parse,
)
const seconds = uint<UnixSeconds>()
const type = uint<RRType>(0xffff)

const record = struct<StoredRecord>({ rdata: octets, content: text, disabled: flag })
const comment = struct<StoredComment>({ content: text, account: text, modifiedAt: seconds })
const actor = struct<Actor>({ token: text, tenant: text, from: text })

const likenessFields = {
  type,
  ttl: uint<Ttl>(ttlMax),
  records: list(record),
  comments: list(comment),
}

/** An RRset at rest. */
export const rrsetForm = struct<StoredRRset>({ owner: name, ...likenessFields })

/** An RRset without its owner. */
export const likenessForm = struct<StoredLikeness>(likenessFields)

/** Instances of a zone, side by side: what they are like, and their labels marked with which. */
export const instancePageForm = struct<InstancePage>({ likenesses: list(octets), labels: octets })

/** A zone at rest. */
export const zoneForm = struct<StoredZone>({
  apex: name,
  tenant: text,
  version: uint(),
  serial: uint(0xffffffff),
  createdAt: seconds,
  changedAt: seconds,
  settings: json,
})

const change = struct<RRsetChange>({
  owner: name,
  type,
  before: maybe(rrsetForm),
  after: maybe(rrsetForm),
})

/** A change set; its sequence is its key. */
export const changeSetForm = struct<Omit<ChangeSet, 'sequence'>>({
  apex: name,
  tenant: text,
  kind: choice(['create', 'change', 'settings', 'keys', 'delete']),
  version: uint(),
  serialBefore: maybe(uint(0xffffffff)),
  serialAfter: maybe(uint(0xffffffff)),
  at: seconds,
  actor,
  note: text,
  changes: list(change),
  settingsBefore: { sparse: json },
  settingsAfter: { sparse: json },
})

/** An answer kept for an idempotency key. */
export const answerForm = struct<StoredAnswer>({
  at: seconds,
  request: text,
  status: uint(999),
  headers,
  body: text,
})

/** A key of a zone. */
export const keyForm = struct<StoredKey>({
  apex: name,
  id: uint(0xffffffff),
  algorithm: uint(0xff),
  keyTag: uint(0xffff),
  flags: choice([256, 257]),
  dnskey: octets,
  timing: json,
  sealed: maybe(octets),
})

/** A token. */
export const tokenForm = struct<StoredToken>({
  id: text,
  tenant: text,
  name: text,
  hash: octets,
  scope: json,
  createdAt: seconds,
  expiresAt: maybe(seconds),
  revokedAt: maybe(seconds),
})

/** A line of the audit log. */
export const auditForm = struct<AuditEntry>({
  at: seconds,
  actor,
  action: text,
  apex: maybe(name),
  detail: text,
})

/** A version of a document, as its history keeps it. */
export const documentVersionForm = struct<DocumentVersion>({
  document: struct<StoredDocument>({
    ...{ collection: text, key: text, tenant: text },
    ...{ version: uint(), dueAt: maybe(seconds), value: json },
  }),
  at: seconds,
  actor,
  note: text,
})

/** Where a document stands: by its version the rest is found. */
export const documentHeadForm = struct<DocumentHead>({
  version: uint(),
  tenant: text,
  dueAt: maybe(seconds),
})

/** What of a name never comes again. */
export const usedForm = struct<Used>({ version: uint(), keyId: uint(0xffffffff) })

/** What a node says of itself. */
export const nodeForm = struct<NodeReport>({ sequence: uint(), at: seconds })

/** A number by itself: the format, and where sequences stand. */
export const numberForm = uint()
