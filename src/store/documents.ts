import { CodedError } from '../base/index.ts'
import { encode } from './codec.ts'
import { documentVersionForm } from './forms.ts'
import {
  claimsMax,
  collectionLettersMax,
  documentKeyOctetsMax,
  documentOctetsMax,
  documentsTogetherMax,
  noteCharactersMax,
  tenantOctetsMax,
} from './limits.ts'
import type { Page } from './store.ts'
import type { DocumentCommit, DocumentWrite, StoredDocument } from './types.ts'

/** A write whose octets are ready. */
export interface PreparedDocument {
  readonly write: DocumentWrite
  /** In `documentVersionForm`. */
  readonly version: Uint8Array
}

/**
 * Checks and encodes documents that are to be written together.
 *
 * @throws {CodedError} `store-document-invalid`, `store-entry-too-large`
 */
export function prepareDocuments(
  commit: Pick<DocumentCommit, 'writes' | 'at' | 'actor'>,
): readonly PreparedDocument[] {
  const { writes, at, actor } = commit
  atMost(writes.length, documentsTogetherMax, 'documents', 'one commit')
  refuseContradictions(writes)
  return writes.map((write) => {
    const { document, note } = write
    checkWrite(write)
    const version = encode(documentVersionForm, { document, at, actor, note })
    atMost(version.length, documentOctetsMax, 'octets', nameOf(document))
    return { write, version }
  })
}

/**
 * Checks documents that are to be written together, as far as that can be known beforehand.
 *
 * @throws {CodedError} `store-document-invalid`, `store-entry-too-large`
 */
export function checkDocuments(commit: Pick<DocumentCommit, 'writes' | 'at' | 'actor'>): void {
  prepareDocuments(commit)
}

/** Whether anything can be found under that key, or claim, at all. */
export function isDocumentKey(collection: string, key: string): boolean {
  return isCollection(collection) && isText(key, 1, documentKeyOctetsMax)
}

/** Whether anything can be found in that list at all. */
export function isDocumentList(collection: string, tenant = ''): boolean {
  return isCollection(collection) && isText(tenant, 0, tenantOctetsMax)
}

/**
 * Reads a cursor of a list of documents: the key of the last one of the page before.
 *
 * @throws {CodedError} `cursor-invalid`
 */
export function parseKeyCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined
  const key = Buffer.from(cursor, 'base64url').toString()
  if (isText(key, 1, documentKeyOctetsMax) && formatKeyCursor(key) === cursor) return key
  throw new CodedError('cursor-invalid', `Cannot go on at cursor ${JSON.stringify(cursor)}`)
}

/** A page of documents from one more than it holds, where there is one. */
export function pageOfDocuments(
  found: readonly StoredDocument[],
  limit: number,
): Page<StoredDocument> {
  const items = found.slice(0, limit)
  const last = items.at(-1)
  const more = last !== undefined && found.length > limit
  return { items, next: more ? formatKeyCursor(last.key) : undefined }
}

function formatKeyCursor(key: string): string {
  return Buffer.from(key).toString('base64url')
}

function isCollection(collection: string): boolean {
  return collection.length <= collectionLettersMax && /^[A-Za-z]+$/.test(collection)
}

/** Whether a text comes back from UTF-8 as it was, and has so many octets. */
function isText(text: string, octetsMin: number, octetsMax: number): boolean {
  if (text.length < octetsMin || text.length > octetsMax) return false
  const octets = Buffer.from(text)
  return octets.length <= octetsMax && octets.toString() === text
}

function checkWrite({ expectedVersion, document, claims, note }: DocumentWrite): void {
  const { collection, key, tenant, version, dueAt } = document
  const where = nameOf(document)
  if (!isCollection(collection)) {
    throw invalid(where, `a collection is 1 to ${collectionLettersMax} letters`)
  }
  checkText(key, 1, documentKeyOctetsMax, `the key of ${where}`)
  checkText(tenant, 0, tenantOctetsMax, `the tenant of ${where}`)
  atMost(claims.length, claimsMax, 'claims', where)
  for (const claim of claims) checkText(claim, 1, documentKeyOctetsMax, `a claim of ${where}`)
  atMost(note.length, noteCharactersMax, 'characters', `the note of ${where}`)
  if (!isCount(expectedVersion) || version !== expectedVersion + 1) {
    throw invalid(where, `version ${version} does not follow ${expectedVersion}`)
  }
  if (dueAt !== undefined && !isCount(dueAt)) throw invalid(where, `${dueAt} is no time to be due`)
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function checkText(text: string, octetsMin: number, octetsMax: number, what: string): void {
  atMost(Buffer.byteLength(text), octetsMax, 'octets', what)
  if (isText(text, octetsMin, octetsMax)) return
  throw invalid(what, text === '' ? 'it is empty' : 'it is no text in UTF-8')
}

/** What no state of the store could make right: a document twice, a claim of two documents. */
function refuseContradictions(writes: readonly DocumentWrite[]): void {
  const written = new Set<string>()
  const claimed = new Map<string, string>()
  for (const { document, claims } of writes) {
    const { collection, key } = document
    const name = JSON.stringify([collection, key])
    if (written.has(name)) throw invalid(nameOf(document), 'one commit has it twice')
    written.add(name)
    for (const claim of claims) {
      const by = claimed.get(JSON.stringify([collection, claim])) ?? key
      claimed.set(JSON.stringify([collection, claim]), by)
      if (by === key) continue
      const what = JSON.stringify(claim)
      throw invalid(nameOf(document), `${JSON.stringify(by)} claims ${what} in the same commit`)
    }
  }
}

function nameOf({ collection, key }: StoredDocument): string {
  return `document ${collection} ${JSON.stringify(key)}`
}

function atMost(found: number, max: number, units: string, where: string): void {
  if (found <= max) return
  throw new CodedError(
    'store-entry-too-large',
    `Cannot store ${found} ${units} in ${where}: ${max} are the most`,
  )
}

function invalid(where: string, why: string): CodedError {
  return new CodedError('store-document-invalid', `Cannot store ${where}: ${why}`)
}
