import { CodedError, type ErrorCode } from '../base/index.ts'

/**
 * An error of PostgreSQL, or of the way to it, in our own terms; `doing` as in `read x`. Where it
 * does not say otherwise, it is gone for now.
 */
export function postgresError(doing: string, error: unknown): CodedError {
  if (error instanceof CodedError) return error
  const reason = error instanceof Error ? error.message || nameOf(error) : String(error)
  return new CodedError(codeOf(sqlStateOf(error)), `Cannot ${doing}: ${reason}`)
}

function sqlStateOf(error: unknown): string {
  const isSqlState =
    error instanceof Error && 'code' in error && /^[0-9A-Z]{5}$/.test(`${error.code}`)
  return isSqlState ? `${error.code}` : ''
}

/** What an attempt at several addresses fails with has no message of its own. */
function nameOf(error: Error): string {
  return 'code' in error ? `${error.code}` : error.name
}

function codeOf(sqlState: string): ErrorCode {
  switch (sqlState) {
    case '53100': // disk_full
    case '25006': // read_only_sql_transaction: a standby, or told to be
      return 'store-full'
    case 'XX001': // data_corrupted
    case 'XX002': // index_corrupted
    // Tables that are not as they were made: somebody else had a hand in them.
    case '42P01': // undefined_table
    case '42703': // undefined_column
    case '42883': // undefined_function
      return 'store-corrupt'
    default:
      return 'store-unavailable'
  }
}
