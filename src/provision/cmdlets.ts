import { formatHost, type Name } from '../wire/index.ts'
import { cmdletError } from './cmdlet-errors.ts'
import type { CmdletError, CmdletResult, Domain, Provisioned } from './types.ts'

/** What the result of a use case is where only errors differ. */
type Outcome = Pick<CmdletResult, 'Result' | 'ErrorData'>

/** What Enable- and Disable-DnssecForVerifiedDomain return. */
export function dnssecCmdletResult(
  result: Provisioned<{ readonly host: Name | undefined }>,
): CmdletResult {
  const host = result.kind === 'done' ? result.value.host : undefined
  return { DnssecMxValue: host ? formatHost(host) : null, ...outcomeOf(result) }
}

/** What Enable- and Disable-SmtpDaneInbound return. */
export function daneCmdletResult(result: Provisioned<Domain>): CmdletResult {
  return outcomeOf(result)
}

/** What Get-SmtpDaneInboundStatus returns. */
export type SmtpDaneInboundStatus =
  | { readonly Status: 'Enabled' | 'Disabled'; readonly ErrorData: null }
  | { readonly Status: null; readonly ErrorData: CmdletError }

/** Get-SmtpDaneInboundStatus of a domain; undefined where the tenant has none of that name. */
export function smtpDaneInboundStatus(
  name: Name,
  domain: Domain | undefined,
): SmtpDaneInboundStatus {
  if (domain) {
    return { Status: domain.dane.kind === 'on' ? 'Enabled' : 'Disabled', ErrorData: null }
  }
  const ErrorData = cmdletError('SMTP DANE status', formatHost(name), 'domain-absent', '')
  return { Status: null, ErrorData }
}

function outcomeOf(result: Provisioned<unknown>): Outcome {
  if (result.kind === 'done') return { Result: 'Success', ErrorData: null }
  return { Result: 'Error', ErrorData: result.cmdlet ?? null }
}
