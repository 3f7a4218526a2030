import { CodedError, type ErrorCode } from '../base/index.ts'
import { formatName, type Name } from '../wire/index.ts'
import type { Finding } from '../zonefile/index.ts'
import type { DraftResult } from './types.ts'

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

/** Refuses a draft because what it needs is not to be had now. */
export function unavailable(error: CodedError): Refusal {
  return { kind: 'refused', as: 'unavailable', error, findings: [] }
}
