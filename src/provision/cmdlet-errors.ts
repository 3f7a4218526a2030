import type { ErrorCode } from '../base/index.ts'
import type { CmdletError } from './types.ts'

/** What a cmdlet about one domain says of an error; `doing` such as `DNSSEC enabling`. */
export function cmdletError(
  doing: string,
  domain: string,
  code: ErrorCode,
  why: string,
): CmdletError {
  switch (code) {
    case 'domain-absent':
      return error('DomainNotFound', `Specified domain is not an accepted domain: ${domain}`)
    case 'domain-unverified':
      return error('DomainNotFound', `Specified domain is not a verified domain: ${domain}`)
    case 'domain-unsupported':
      return error('DomainNotSupported', `Specified domain is ${why}: ${domain}`)
    case 'dnssec-off':
      return error(
        'PartitionNotFound',
        `${doing} failed due to domain ${domain} does not have a partition`,
      )
    default:
      return error(
        'DnssecOperationFailed',
        `${doing} failed due to ${why}. Please retry the operation later.`,
      )
  }
}

function error(ErrorCode: CmdletError['ErrorCode'], ErrorDetails: string): CmdletError {
  return { ErrorCode, ErrorDetails }
}
