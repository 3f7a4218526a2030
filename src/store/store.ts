import type { UnixSeconds } from '../base/index.ts'
import type { RRType } from '../rr/index.ts'
import type { Name } from '../wire/index.ts'
import type {
  AuditEntry,
  ChangeSet,
  Commit,
  CommitOutcome,
  DocumentCommit,
  DocumentOutcome,
  DocumentVersion,
  StoredAnswer,
  StoredDocument,
  StoredInstances,
  StoredKey,
  StoredRRset,
  StoredToken,
  StoredZone,
  StoreHealth,
} from './types.ts'

/** A page of a list. */
export interface Page<T> {
  readonly items: readonly T[]
  /** To be handed back for the next page; undefined at the end. */
  readonly next: string | undefined
}

/** Which change sets. */
export interface HistoryQuery {
  readonly apex?: Name
  /** Only those with a greater sequence. */
  readonly after?: number
  /** Newest first, as people read; else oldest first, as nodes follow. */
  readonly newestFirst: boolean
  readonly limit: number
  readonly cursor?: string
}

/** Which lines of the audit log. */
export interface AuditQuery {
  readonly limit: number
  readonly cursor?: string
  /** Only what tokens of this tenant did. */
  readonly tenant?: string
}

/**
 * Durable state. Both drivers pass one suite of tests.
 *
 * Writing methods resolve when the data is on disk (or in PostgreSQL, committed). All reject with
 * `CodedError`: `store-unavailable` (gone for now; nothing was written, or — for `commit` — it is
 * not known and the next read tells), `store-refused` (PostgreSQL does not let us in), `store-full`
 * (no space, or read-only), `store-corrupt`.
 */
export interface Store {
  readonly driver: 'lmdb' | 'postgres'
  /** Zones, in canonical order of their names. */
  zones(): AsyncIterable<StoredZone>
  zone(apex: Name): Promise<StoredZone | undefined>
  /** RRsets of a zone in canonical order of owners, then by type; all of one version. */
  rrsets(apex: Name): AsyncIterable<StoredRRset>
  /** The same, instances many at a time; in no order. What a zone is built of. */
  content(apex: Name): AsyncIterable<StoredRRset | StoredInstances>
  /** One RRset each, undefined where there is none; in the order asked. */
  read(
    keys: readonly { readonly apex: Name; readonly owner: Name; readonly type: RRType }[],
  ): Promise<readonly (StoredRRset | undefined)[]>
  /**
   * Makes change sets durable, each atomic, in order, all with one flush. A commit that conflicts
   * changes nothing, and the later ones of the same zone then conflict too.
   */
  commit(commits: readonly Commit[]): Promise<readonly CommitOutcome[]>
  history(query: HistoryQuery): Promise<Page<ChangeSet>>
  /** The last sequence that is durable; 0 in an empty store. */
  sequence(): Promise<number>
  /**
   * How often it was found that what was durable is not there any more, or is something else: a
   * database restored from an older copy, a replica that took over without the last commits.
   * Whoever follows then has to read everything anew.
   */
  readonly rewinds: number

  /** In order of their ids. */
  keys(apex: Name): Promise<readonly StoredKey[]>
  /** The highest id that a key of this name ever had, deleted zones included; 0 at first. */
  lastKeyId(apex: Name): Promise<number>
  /** Puts a key (by zone and id), or removes it, with no change set. */
  putKey(key: StoredKey): Promise<void>
  /** Puts `after` in the place of `before` unless that has changed, or gone; tells whether. */
  replaceKey(before: StoredKey, after: StoredKey): Promise<boolean>
  deleteKey(apex: Name, id: number): Promise<void>
  /** Every sealed key, for a change of the sealing key; in no order. */
  sealedKeys(): AsyncIterable<StoredKey>

  tokens(): Promise<readonly StoredToken[]>
  token(id: string): Promise<StoredToken | undefined>
  putToken(token: StoredToken): Promise<void>

  /** The newest first. Of one tenant, a page may end early where it would take too long. */
  audit(query: AuditQuery): Promise<Page<AuditEntry>>
  /** For what is not a commit: denied requests, tokens. */
  putAudit(entry: AuditEntry): Promise<void>

  document(collection: string, key: string): Promise<StoredDocument | undefined>
  /** Documents in order of their keys, of all tenants or of one; O(limit) for either. */
  documents(query: {
    readonly collection: string
    readonly tenant?: string
    readonly limit: number
    readonly cursor?: string
  }): Promise<Page<StoredDocument>>
  /** Documents with `dueAt` at or before `now`, the longest due first. */
  dueDocuments(
    collection: string,
    now: UnixSeconds,
    limit: number,
  ): Promise<readonly StoredDocument[]>
  /** Key of the document that claims a name. */
  claimant(collection: string, claim: string): Promise<string | undefined>
  /** Versions of a document, newest first. */
  documentHistory(query: {
    readonly collection: string
    readonly key: string
    readonly limit: number
    readonly cursor?: string
  }): Promise<Page<DocumentVersion>>
  /** Makes documents durable, each commit atomic, in order, all with one flush. */
  commitDocuments(commits: readonly DocumentCommit[]): Promise<readonly DocumentOutcome[]>

  answer(key: string, now: UnixSeconds): Promise<StoredAnswer | undefined>

  /** What a node says of itself, so that `?wait=live` can wait for all: sequence it serves. */
  putNode(node: string, sequence: number, now: UnixSeconds): Promise<void>
  /** Nodes heard of at or after `since`, with the sequence each serves. */
  nodes(
    since: UnixSeconds,
  ): Promise<readonly { readonly node: string; readonly sequence: number }[]>

  /**
   * Calls `onChange` soon after anybody's commit (and after a connection came back), without
   * saying what changed: follow with `history({ after })`. Returns what ends it.
   */
  watch(onChange: () => void): () => void
  health(): StoreHealth
  /** Writes a consistent copy while running: one file, mode 0600. */
  backup(path: string): Promise<void>
  close(): Promise<void>
}
