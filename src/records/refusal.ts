import { CodedError, type ErrorCode, type UnixSeconds } from '../base/index.ts'
import { type CommitOutcome, checkDocuments, type DocumentOutcome } from '../store/index.ts'
import { formatName, type Name } from '../wire/index.ts'
import type { Finding } from '../zonefile/index.ts'
import type { Draft, DraftResult } from './types.ts'

/** Why a draft came to nothing. */
export type Refusal = Extract<DraftResult, { kind: 'refused' }>

/** Refuses a draft, for what is wrong with the edit of an index if there is one. */
export function refuse(
  as: Refusal['as'],
  code: ErrorCode,
  message: string,
  edit?: number,
): Refusal {
  const error = new CodedError(code, message)
  return { kind: 'refused', as, error, findings: [], ...(edit === undefined ? {} : { edit }) }
}

/** Refuses a draft for its findings, the first of which speaks for all. */
export function refuseFor(findings: readonly Finding[], edit?: number): Refusal {
  const { code, message } = findings.find(({ severity }) => severity === 'error') as Finding
  return { ...refuse('invalid', code, message, edit), findings }
}

/** Refuses what is asked of a zone that is not there. */
export function absent(apex: Name): Refusal {
  return refuse('absent', 'zone-absent', `Cannot change ${formatName(apex)}: no such zone`)
}

/** What kept documents from being written. */
type DocumentConflict = Exclude<DocumentOutcome, { readonly kind: 'done' }>

/** Refuses a draft for its documents: only its client can work them out anew. */
export function refuseDocuments(conflict: DocumentConflict): Refusal {
  if (conflict.kind === 'claimConflict') {
    const [claim, by] = [JSON.stringify(conflict.claim), JSON.stringify(conflict.by)]
    return refuse('conflict', 'claim-taken', `Cannot claim ${claim}: ${by} has it`)
  }
  const { key, version } = conflict
  const text = `Cannot write document ${JSON.stringify(key)}: it has version ${version} now`
  return refuse('conflict', 'document-conflict', text)
}

/** Refuses a draft whose documents could not be stored, whatever is there now. */
export function refuseUnstorable(draft: Draft, at: UnixSeconds): Refusal | undefined {
  const { actor, documents: writes } = draft
  try {
    if (writes) checkDocuments({ writes, at, actor })
    return undefined
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    return { kind: 'refused', as: 'invalid', error, findings: [] }
  }
}

/** A commit that came to nothing: another go if others changed the zone, which is not final. */
export function notDone(
  outcome: Exclude<CommitOutcome, { readonly kind: 'done' }> | undefined,
): Refusal | 'again' {
  return !outcome || outcome.kind === 'conflict' ? 'again' : refuseDocuments(outcome)
}

/** Refuses a draft because what it needs is not to be had now. */
export function unavailable(error: CodedError): Refusal {
  return { kind: 'refused', as: 'unavailable', error, findings: [] }
}
