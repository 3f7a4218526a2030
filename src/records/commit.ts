import type { UnixSeconds } from '../base/index.ts'
import type { ChangeSet, Commit, DocumentCommit, KeyWrite } from '../store/index.ts'
import { formatName } from '../wire/index.ts'
import type { Draft, WorkedOut } from './types.ts'

/** Characters of one line of the audit log. */
const detailMax = 1000

/** What the store is to make durable of a draft, with what the client is told if it asks again. */
export function commitOf(
  draft: Draft,
  expectedVersion: number,
  result: WorkedOut,
  keys?: readonly KeyWrite[],
): Commit {
  const { changeSet, zone } = result
  const { documents, idempotency } = draft
  const audit = {
    ...{ at: changeSet.at, actor: draft.actor, action: `zone.${changeSet.kind}` },
    ...{ apex: changeSet.apex, detail: detailOf(draft, changeSet) },
  }
  const base = {
    ...{ expectedVersion, changeSet, zone, audit },
    ...(keys ? { keys } : {}),
    ...(documents ? { documents } : {}),
  }
  if (!idempotency) return base
  const { key, request } = idempotency
  const answer = { at: changeSet.at, request, ...idempotency.answer(result) }
  return { ...base, idempotency: { key, answer } }
}

/** The documents of a draft that changes nothing of its zone. */
export function documentsAlone(draft: Draft, at: UnixSeconds): DocumentCommit {
  const { apex, actor, note, documents: writes = [] } = draft
  const parts = [`${formatName(apex)} as before`, `${writes.length} documents`]
  if (note !== '') parts.push(JSON.stringify(note))
  const detail = parts.join(', ').slice(0, detailMax)
  return { writes, at, actor, audit: { at, actor, action: 'zone.documents', apex, detail } }
}

function detailOf(draft: Draft, changeSet: Omit<ChangeSet, 'sequence'>): string {
  const { apex, version, serialBefore, serialAfter, changes } = changeSet
  const parts = [
    `${formatName(apex)} version ${version}`,
    `serial ${serialBefore ?? 'none'} to ${serialAfter ?? 'none'}`,
    `${changes.length} RRsets`,
  ]
  if (draft.documents?.length) parts.push(`${draft.documents.length} documents`)
  if (draft.force) parts.push('forced')
  if (draft.note !== '') parts.push(JSON.stringify(draft.note))
  return parts.join(', ').slice(0, detailMax)
}
