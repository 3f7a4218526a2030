import { type Clock, CodedError, type UnixSeconds } from '../base/index.ts'
import { sha256 } from '../crypto/index.ts'
import { encode, entryOctetsMax } from './codec.ts'
import { type PreparedDocument, prepareDocuments } from './documents.ts'
import { answerForm, auditForm, changeSetForm, rrsetForm, zoneForm } from './forms.ts'
import { type PreparedKey, prepareKeys } from './keys.ts'
import { nameOctets } from './keyspace.ts'
import { answerLifetime, commitsTogetherMax, commitsWaitingMax } from './limits.ts'
import { bigintArray, byteaArray, integerArray } from './postgres-arrays.ts'
import type { PostgresDatabase } from './postgres-database.ts'
import { documentColumns, ends } from './postgres-documents.ts'
import { keyColumns } from './postgres-keys.ts'
import type { Commit, CommitOutcome, DocumentCommit, DocumentOutcome } from './types.ts'

/** A commit whose octets are ready, so that the transaction is short. */
interface PreparedCommit {
  /** Undefined for documents alone, and so is all that is a zone's. */
  readonly apex: Buffer | undefined
  readonly expectedVersion: number | undefined
  readonly version: number | undefined
  readonly zone: Uint8Array | undefined
  readonly changeSet: Uint8Array | undefined
  readonly audit: Uint8Array
  readonly keys: readonly PreparedKey[]
  readonly documents: readonly PreparedDocument[]
  readonly rrsets: readonly PreparedRRset[]
  readonly answer:
    | { readonly key: Uint8Array; readonly at: UnixSeconds; readonly body: Uint8Array }
    | undefined
}

interface PreparedRRset {
  readonly owner: Buffer
  readonly type: number
  readonly body: Uint8Array | undefined
}

/** Commits that were asked for together, and who waits for them. */
interface Batch {
  readonly commits: readonly PreparedCommit[]
  readonly resolve: (outcomes: readonly OutcomeRow[]) => void
  readonly reject: (error: unknown) => void
}

/** Under what an answer is kept: clients choose idempotency keys, and their length. */
export function answerOctets(idempotencyKey: string): Uint8Array {
  return sha256(Buffer.from(idempotencyKey))
}

/**
 * Commits, one transaction at a time: what is asked while one is on its way goes together with the
 * next, and shares its flush.
 */
export class PostgresCommits {
  readonly #database: PostgresDatabase
  readonly #clock: Clock
  readonly #auditEntriesMax: number
  #waiting: Batch[] = []
  #isRunning = false

  constructor(database: PostgresDatabase, clock: Clock, auditEntriesMax: number) {
    this.#database = database
    this.#clock = clock
    this.#auditEntriesMax = auditEntriesMax
  }

  /**
   * Makes commits durable, in order. Rejects as the database does; then, if it went away in the
   * middle, it is not known whether they are there: all of them, or none.
   *
   * @throws {CodedError} `store-entry-too-large`, `store-document-invalid`
   */
  async commit(commits: readonly Commit[]): Promise<readonly CommitOutcome[]> {
    return (await this.#together(commits.map(prepareCommit))).map(outcomeOf)
  }

  /** The same of documents alone. */
  async commitDocuments(commits: readonly DocumentCommit[]): Promise<readonly DocumentOutcome[]> {
    return (await this.#together(commits.map(prepareDocumentCommit))).map(documentOutcomeOf)
  }

  async #together(prepared: readonly PreparedCommit[]): Promise<readonly OutcomeRow[]> {
    if (prepared.length === 0) return []
    if (this.#waiting.length >= commitsWaitingMax) {
      const text = `Cannot commit: ${commitsWaitingMax} others wait already`
      throw new CodedError('store-unavailable', text)
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ commits: prepared, resolve, reject })
      if (!this.#isRunning) void this.#run()
    })
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    while (this.#waiting.length > 0) {
      const batches = this.#take()
      try {
        const outcomes = await this.#write(batches.flatMap(({ commits }) => commits))
        let at = 0
        for (const { commits, resolve } of batches) {
          resolve(outcomes.slice(at, at + commits.length))
          at += commits.length
        }
      } catch (error) {
        for (const { reject } of batches) reject(error)
      }
    }
    this.#isRunning = false
  }

  #take(): Batch[] {
    let count = 0
    let commits = 0
    let octets = 0
    for (const batch of this.#waiting) {
      commits += batch.commits.length
      octets += octetsOf(batch)
      if (count > 0 && (commits > commitsTogetherMax || octets > entryOctetsMax)) break
      count++
    }
    return this.#waiting.splice(0, count)
  }

  async #write(commits: readonly PreparedCommit[]): Promise<OutcomeRow[]> {
    const expired = Math.max(0, this.#clock.now() - answerLifetime)
    const values = [...columnsOf(commits), this.#auditEntriesMax, expired]
    const rows = await this.#database.query<OutcomeRow>(commitStatement, values)
    for (const row of rows) if (isChangeSet(row)) this.#database.note(row)
    return rows
  }
}

/** What `danelaw.commit` says became of a commit. */
type OutcomeRow =
  | { readonly outcome: 'done'; readonly sequence: number; readonly mark: string }
  /** Documents alone. */
  | { readonly outcome: 'done'; readonly sequence: null }
  | { readonly outcome: 'conflict'; readonly version: number }
  | { readonly outcome: 'documentConflict'; readonly document: Buffer; readonly version: number }
  | { readonly outcome: 'claimConflict'; readonly document: Buffer; readonly claimed: Buffer }

function isChangeSet(row: OutcomeRow): row is Extract<OutcomeRow, { readonly mark: string }> {
  return row.outcome === 'done' && row.sequence !== null
}

function outcomeOf(row: OutcomeRow): CommitOutcome {
  if (row.outcome === 'done') return { kind: 'done', sequence: row.sequence ?? 0 }
  if (row.outcome === 'conflict') return { kind: 'conflict', version: row.version }
  const key = row.document.toString()
  if (row.outcome === 'claimConflict') {
    return { kind: 'claimConflict', claim: row.claimed.toString(), by: key }
  }
  return { kind: 'documentConflict', key, version: row.version }
}

/** Documents alone conflict with no zone. */
function documentOutcomeOf(row: OutcomeRow): DocumentOutcome {
  const outcome = outcomeOf(row)
  return outcome.kind === 'done' ? { kind: 'done' } : (outcome as DocumentOutcome)
}

const commitStatement = {
  name: 'commit',
  text: `select outcome, sequence, mark, version, document, claimed from danelaw.commit(
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
    $21, $22, $23, $24, $25, $26, $27, $28, $29)`,
}

/** The arguments of `danelaw.commit` that are arrays. */
function columnsOf(commits: readonly PreparedCommit[]): Buffer[] {
  const rrsets = commits.flatMap((commit) => commit.rrsets)
  return [
    byteaArray(commits.map(({ apex }) => apex)),
    bigintArray(commits.map(({ expectedVersion }) => expectedVersion)),
    bigintArray(commits.map(({ version }) => version)),
    byteaArray(commits.map(({ zone }) => zone)),
    byteaArray(commits.map(({ changeSet }) => changeSet)),
    byteaArray(commits.map(({ audit }) => audit)),
    integerArray(ends(commits.map((commit) => commit.rrsets))),
    byteaArray(rrsets.map(({ owner }) => owner)),
    integerArray(rrsets.map(({ type }) => type)),
    byteaArray(rrsets.map(({ body }) => body)),
    byteaArray(commits.map(({ answer }) => answer?.key)),
    bigintArray(commits.map(({ answer }) => answer?.at)),
    byteaArray(commits.map(({ answer }) => answer?.body)),
    ...keyColumns(commits.map(({ keys }) => keys)),
    ...documentColumns(commits.map(({ documents }) => documents)),
  ]
}

function octetsOf({ commits }: Batch): number {
  let octets = 0
  for (const { changeSet, rrsets, documents } of commits) {
    octets += changeSet?.length ?? 0
    for (const { body } of rrsets) octets += body?.length ?? 0
    for (const { version } of documents) octets += version.length
  }
  return octets
}

function prepareCommit(commit: Commit): PreparedCommit {
  const { changeSet, zone, idempotency, audit, expectedVersion } = commit
  const { apex, changes, at, actor } = changeSet
  const rrsets = changes.map(({ owner, type, after }) => {
    return { owner: nameOctets(owner), type, body: after && encode(rrsetForm, after) }
  })
  const prepared = {
    apex: nameOctets(apex),
    expectedVersion,
    version: zone?.version,
    zone: zone && encode(zoneForm, zone),
    changeSet: encode(changeSetForm, changeSet),
    audit: encode(auditForm, audit),
    keys: prepareKeys(commit.keys),
    documents: prepareDocuments({ writes: commit.documents ?? [], at, actor }),
    rrsets,
    answer: idempotency && {
      key: answerOctets(idempotency.key),
      at: idempotency.answer.at,
      body: encode(answerForm, idempotency.answer),
    },
  }
  checkSize(prepared)
  return prepared
}

function prepareDocumentCommit(commit: DocumentCommit): PreparedCommit {
  return {
    ...{ apex: undefined, expectedVersion: undefined, version: undefined, zone: undefined },
    ...{ changeSet: undefined, rrsets: [], keys: [], answer: undefined },
    audit: encode(auditForm, commit.audit),
    documents: prepareDocuments(commit),
  }
}

/** PostgreSQL takes up to 1 GB in one value; an array of bodies is one. */
function checkSize({ rrsets }: PreparedCommit): void {
  const octets = rrsets.reduce((sum, { body }) => sum + (body?.length ?? 0), 0)
  if (octets <= entryOctetsMax) return
  const most = `${entryOctetsMax} octets are the most`
  throw new CodedError('store-entry-too-large', `Cannot store ${octets} octets at once: ${most}`)
}
