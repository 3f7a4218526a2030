import { CodedError, type ErrorCode } from '../base/index.ts'
import type { DraftResult } from '../records/index.ts'
import type { Finding } from '../zonefile/index.ts'

/** What there is to say of a failed request beside its code and message. */
export interface FailureDetails {
  /** Where in the body the fault is (RFC 6901). */
  readonly pointer?: string
  readonly findings?: readonly Finding[]
  /** What a cmdlet of Exchange Online says of it. */
  readonly errorData?: { readonly ErrorCode: string; readonly ErrorDetails: string }
  readonly headers?: Readonly<Record<string, string>>
}

/** A request that comes to nothing, with the status that says so. */
export class Failure extends CodedError {
  readonly status: number
  readonly details: FailureDetails

  constructor(status: number, code: ErrorCode, message: string, details: FailureDetails = {}) {
    super(code, message)
    this.name = 'Failure'
    this.status = status
    this.details = details
  }
}

/** Statuses of errors that others throw; what is not here is a fault of the body: 422. */
const statuses: Readonly<Partial<Record<ErrorCode, number>>> = {
  'cmdlet-parameter': 400,
  'cmdlet-unknown': 404,
  'dane-on': 409,
  'dnssec-off': 409,
  'domain-absent': 404,
  'domain-busy': 503,
  'domain-enabled': 409,
  'domain-exists': 409,
  'domain-taken': 409,
  'domain-unverified': 409,
  'ds-at-parent': 409,
  'file-unreadable': 503,
  'file-unwritable': 503,
  'key-absent': 404,
  'key-exists': 409,
  'key-exposed': 503,
  'key-file-failed': 503,
  'legacy-absent': 409,
  'look-busy': 503,
  'partition-absent': 404,
  'partition-closed': 409,
  'partition-exists': 409,
  'partition-fixed': 409,
  'proof-unseen': 409,
  'records-busy': 503,
  'server-absent': 503,
  'store-corrupt': 503,
  'store-full': 503,
  'store-refused': 503,
  'store-unavailable': 503,
  'tlsa-absent': 409,
  'tlsa-in-use': 409,
  'tlsa-key-absent': 404,
  'tlsa-tracked': 409,
  'tlsa-unmatched': 409,
  'tlsa-untracked': 404,
  'token-fixed': 409,
  'token-taken': 409,
  'zone-absent': 404,
  'zone-busy': 409,
  'zone-exists': 409,
  'zone-from-file': 409,
}

/** Seconds after which it is worth trying again what is not to be had now. */
const retryAfterSeconds = '5'

/**
 * What a coded error means to a client; `outer` as far as the caller knows where it is from: what
 * is known already is a place within.
 */
export function failureOf(error: CodedError, outer?: string): Failure {
  if (error instanceof Failure) {
    if (outer === undefined) return error
    const { status, code, message, details } = error
    return new Failure(status, code, message, {
      ...details,
      pointer: `${outer}${details.pointer ?? ''}`,
    })
  }
  const status = statuses[error.code] ?? 422
  return new Failure(status, error.code, error.message, {
    ...(outer === undefined ? {} : { pointer: outer }),
    ...(status === 503 ? { headers: { 'retry-after': retryAfterSeconds } } : {}),
  })
}

const refusalStatuses = { conflict: 409, version: 412, invalid: 422, absent: 404, unavailable: 503 }

/** What a refused draft means to a client; `pointerOf` says where an edit stands in the body. */
export function failureOfRefusal(
  { as, error, findings, edit }: Extract<DraftResult, { kind: 'refused' }>,
  pointerOf: (edit: number) => string,
): Failure {
  return new Failure(refusalStatuses[as], error.code, error.message, {
    ...(edit === undefined ? {} : { pointer: pointerOf(edit) }),
    findings,
    ...(as === 'unavailable' ? { headers: { 'retry-after': retryAfterSeconds } } : {}),
  })
}

/** Does something with a part of the body; what goes wrong there says where. */
export function at<T>(pointer: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof CodedError ? failureOf(error, pointer) : error
  }
}
