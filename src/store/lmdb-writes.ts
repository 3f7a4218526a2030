import type { UnixSeconds } from '../base/index.ts'
import { nameKey } from '../wire/index.ts'
import { decode, encode } from './codec.ts'
import { type PreparedDocument, prepareDocuments } from './documents.ts'
import type { Environment } from './environment.ts'
import { answerForm, auditForm, changeSetForm, numberForm, zoneForm } from './forms.ts'
import { type PreparedKey, prepareKeys } from './keys.ts'
import {
  answerAgeKey,
  answerKey,
  answerOfAge,
  answersBefore,
  auditKey,
  auditNumberKey,
  changeSetKey,
  sequenceKey,
  zoneHistoryKey,
  zoneKey,
} from './keyspace.ts'
import { answerLifetime } from './limits.ts'
import { LmdbDocuments } from './lmdb-documents.ts'
import { LmdbKeys } from './lmdb-keys.ts'
import { LmdbRRsets, type PreparedRRsets, prepareRRsets } from './lmdb-rrsets.ts'
import type {
  Commit,
  CommitOutcome,
  DocumentCommit,
  DocumentOutcome,
  StoredAnswer,
} from './types.ts'

/** Old answers that one new answer takes with it: more than one, so that they get fewer. */
const answersSwept = 2
/** Old audit entries that one new entry takes with it. */
const auditEntriesSwept = 2

/** A commit whose octets are ready, so that the transaction is short. */
export interface PreparedCommit {
  readonly commit: Commit
  readonly zone: Uint8Array | undefined
  readonly changeSet: Uint8Array
  readonly rrsets: PreparedRRsets
  readonly answer: Uint8Array | undefined
  readonly audit: Uint8Array
  readonly keys: readonly PreparedKey[]
  readonly documents: readonly PreparedDocument[]
}

/** A commit of documents alone whose octets are ready. */
export interface PreparedDocumentCommit {
  readonly documents: readonly PreparedDocument[]
  readonly audit: Uint8Array
}

/**
 * Encodes a commit.
 *
 * @throws {CodedError} `store-entry-too-large`, `store-document-invalid`
 */
export function prepareCommit(commit: Commit): PreparedCommit {
  const { changeSet, zone, idempotency, audit } = commit
  const { apex, at, actor } = changeSet
  return {
    commit,
    zone: zone && encode(zoneForm, zone),
    changeSet: encode(changeSetForm, changeSet),
    rrsets: prepareRRsets(apex, changeSet.changes),
    answer: idempotency && encode(answerForm, idempotency.answer),
    audit: encode(auditForm, audit),
    keys: prepareKeys(commit.keys),
    documents: prepareDocuments({ writes: commit.documents ?? [], at, actor }),
  }
}

/**
 * Encodes a commit of documents.
 *
 * @throws {CodedError} `store-entry-too-large`, `store-document-invalid`
 */
export function prepareDocumentCommit(commit: DocumentCommit): PreparedDocumentCommit {
  return { documents: prepareDocuments(commit), audit: encode(auditForm, commit.audit) }
}

/** The writes of the embedded store; every method belongs into `environment.write`. */
export class LmdbWrites {
  readonly #environment: Environment
  readonly #rrsets: LmdbRRsets
  readonly #keys: LmdbKeys
  readonly #documents: LmdbDocuments
  readonly #auditEntriesMax: number

  constructor(environment: Environment, auditEntriesMax: number) {
    this.#environment = environment
    this.#rrsets = new LmdbRRsets(environment)
    this.#keys = new LmdbKeys(environment)
    this.#documents = new LmdbDocuments(environment)
    this.#auditEntriesMax = auditEntriesMax
  }

  /** Applies commits in order; those that conflict, and what follows them in their zone, not. */
  commit(prepared: readonly PreparedCommit[], now: UnixSeconds): CommitOutcome[] {
    const conflicts = new Map<string, number>()
    let sequence = this.number(sequenceKey)
    const outcomes = prepared.map((one): CommitOutcome => {
      const { apex } = one.commit.changeSet
      const version = this.#version(one)
      if (conflicts.has(nameKey(apex)) || !this.#fits(one, version)) {
        conflicts.set(nameKey(apex), version)
        return { kind: 'conflict', version }
      }
      const conflict = this.#documents.conflictOf(one.documents)
      if (conflict) {
        conflicts.set(nameKey(apex), version)
        return conflict
      }
      sequence++
      this.#apply(one, sequence, now)
      return { kind: 'done', sequence }
    })
    this.#environment.put(sequenceKey, encode(numberForm, sequence))
    return outcomes
  }

  /** Applies commits of documents in order, but for those that conflict. */
  commitDocuments(prepared: readonly PreparedDocumentCommit[]): DocumentOutcome[] {
    return prepared.map(({ documents, audit }) => {
      const conflict = this.#documents.conflictOf(documents)
      if (conflict) return conflict
      this.#documents.put(documents)
      this.audit(audit)
      return { kind: 'done' }
    })
  }

  /** Appends to the audit log, whose oldest entries make room. */
  audit(entry: Uint8Array): void {
    const number = this.number(auditNumberKey) + 1
    this.#environment.put(auditNumberKey, encode(numberForm, number))
    this.#environment.put(auditKey(number), entry)
    const kept = Math.max(0, number - this.#auditEntriesMax + 1)
    const old = { start: auditKey(0), end: auditKey(kept) }
    for (const { key } of this.#environment.range(old, { limit: auditEntriesSwept })) {
      this.#environment.remove(key)
    }
  }

  /** A number that is kept, 0 at first. */
  number(key: Buffer): number {
    const octets = this.#environment.get(key)
    return octets === undefined ? 0 : decode(numberForm, octets, 'a counter')
  }

  #version({ commit }: PreparedCommit): number {
    const octets = this.#environment.get(zoneKey(commit.changeSet.apex))
    return octets === undefined ? 0 : decode(zoneForm, octets, 'a zone').version
  }

  /** Whether all of a zone is as it was when a commit was worked out. */
  #fits({ commit, keys }: PreparedCommit, version: number): boolean {
    const { changeSet, expectedVersion } = commit
    const { apex } = changeSet
    if (version !== expectedVersion) return false
    if (version === 0 && changeSet.version <= this.#keys.used(apex).version) return false
    return this.#keys.areAsSeen(apex, keys)
  }

  #apply(prepared: PreparedCommit, sequence: number, now: UnixSeconds): void {
    const { commit, zone, changeSet, rrsets, answer, audit, keys, documents } = prepared
    const { apex } = commit.changeSet
    if (zone) {
      this.#environment.put(zoneKey(apex), zone)
      this.#rrsets.write(apex, rrsets)
      this.#keys.write(apex, keys)
    } else {
      this.#environment.remove(zoneKey(apex))
      this.#rrsets.removeAll(apex)
      this.#keys.removeAll(apex, commit.changeSet.version)
    }
    this.#environment.put(changeSetKey(sequence), changeSet)
    this.#environment.put(zoneHistoryKey(apex, sequence), Buffer.of(0))
    if (commit.idempotency && answer) this.#answer(commit.idempotency, answer, now)
    this.#documents.put(documents)
    this.audit(audit)
  }

  #answer(
    { key, answer }: { readonly key: string; readonly answer: StoredAnswer },
    octets: Uint8Array,
    now: UnixSeconds,
  ): void {
    const at = answerKey(key)
    const before = this.#environment.get(at)
    if (before) {
      const age = decode(answerForm, before, 'an answer').at
      this.#environment.remove(answerAgeKey(age, at))
    }
    this.#environment.put(at, octets)
    this.#environment.put(answerAgeKey(answer.at, at), Buffer.of(0))
    const old = answersBefore(Math.max(0, now - answerLifetime))
    for (const { key: age } of this.#environment.range(old, { limit: answersSwept })) {
      this.#environment.remove(age)
      this.#environment.remove(answerOfAge(age))
    }
  }
}
