/**
 * store: what has to be there after the power went out.
 *
 * In go change sets, keys, tokens, documents and audit entries; out they come again. One interface,
 * `Store`, stands before two drivers that pass one suite of tests: `lmdb`, embedded, one directory,
 * nothing to set up; and `postgres`, one database that any number of nodes follow. A commit is
 * durable when its promise resolves, atomic for each change set, and many share one flush.
 *
 * A document is whatever is no zone and must be durable in one with zones, or by itself: JSON with
 * a version, a tenant, a time at which it is due, names that it claims for ever, and its history.
 *
 * The store knows what a zone is made of and nothing of what makes one sound: `records` checks,
 * signs and publishes, and is the only one that writes zones.
 *
 * Invariants: a version is compared before every write (nothing is lost between two writers); a
 * change set is there wholly or not, and so are the keys and documents that go with it; no version
 * of a name and no id of a key of it comes again; a claim has one document; the sequence of change
 * sets rises and never forgets one; private keys are sealed before they get here; whatever fails
 * leaves what was there.
 */

export { restoreStore } from './backup.ts'
export { checkDocuments } from './documents.ts'
export { type LmdbStoreOptions, openLmdbStore } from './lmdb.ts'
export { openPostgresStore, type PostgresStoreOptions } from './postgres.ts'
export { type PostgresRestoreOptions, restorePostgresStore } from './postgres-restore.ts'
export type { HistoryQuery, Page, Store } from './store.ts'
export type {
  Actor,
  AuditEntry,
  ChangeSet,
  Commit,
  CommitOutcome,
  DocumentCommit,
  DocumentOutcome,
  DocumentVersion,
  DocumentWrite,
  KeyWrite,
  RRsetChange,
  StoredAnswer,
  StoredComment,
  StoredDocument,
  StoredInstances,
  StoredKey,
  StoredLikeness,
  StoredRecord,
  StoredRRset,
  StoredToken,
  StoredZone,
  StoreHealth,
} from './types.ts'
