import { CodedError, type ErrorCode } from '../base/index.ts'

/**
 * An error of PostgreSQL, or of the way to it, in our own terms; `doing` as in `read x`. Where it
 * does not say otherwise, it is gone for now.
 */
export function postgresError(doing: string, error: unknown): CodedError {
  if (error instanceof CodedError) return error
  const reason = error instanceof Error ? error.message || nameOf(error) : String(error)
  if (isAboutTls(error)) {
    return new CodedError('store-refused', `Cannot ${doing}: ${reason}; ${tlsAdvice}`)
  }
  const code = /^SASL/.test(reason) ? 'store-refused' : codeOf(sqlStateOf(error))
  const advice = code === 'store-refused' ? `; ${accessAdvice}` : ''
  return new CodedError(code, `Cannot ${doing}: ${reason}${advice}`)
}

const accessAdvice = 'see store.url and store.passwordFile, and what pg_hba.conf lets in'
const tlsAdvice = 'see sslmode and sslrootcert in store.url'

/** Whether a certificate, or the lack of one, keeps us from talking: only people can mend that. */
function isAboutTls(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error.message === 'The server does not support SSL connections') return true
  // A file that the URL names cannot be read.
  if ('syscall' in error && error.syscall === 'open') return true
  return 'code' in error && /CERT|SELF_SIGNED|ISSUER|ALTNAME/.test(`${error.code}`)
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
    case '28P01': // invalid_password
    case '28000': // invalid_authorization_specification: pg_hba.conf, no such role
    case '3D000': // invalid_catalog_name: no such database
    case '42501': // insufficient_privilege
      return 'store-refused'
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
