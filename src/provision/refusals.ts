import { CodedError, type ErrorCode } from '../base/index.ts'
import { cmdletError } from './cmdlet-errors.ts'
import type { Provisioned } from './types.ts'

/** A use case that came to nothing. */
export type Refused = Extract<Provisioned<never>, { kind: 'refused' }>

/** A use case, as messages, cmdlets and the audit log call it. */
export interface Deed {
  readonly action: string
  /** As in `Cannot enable DNSSEC for contoso.com`. */
  readonly verb: string
  /** As its cmdlet calls it; undefined where there is none. */
  readonly cmdlet?: string
}

/** What can be done. */
export const deeds = {
  add: { action: 'domain.add', verb: 'accept' },
  verify: { action: 'domain.verify', verb: 'verify' },
  remove: { action: 'domain.remove', verb: 'give up' },
  enableDnssec: {
    ...{ action: 'domain.enable-dnssec', verb: 'enable DNSSEC for', cmdlet: 'DNSSEC enabling' },
  },
  disableDnssec: {
    ...{ action: 'domain.disable-dnssec', verb: 'disable DNSSEC for', cmdlet: 'DNSSEC disabling' },
  },
  enableDane: {
    ...{ action: 'domain.enable-dane', verb: 'enable SMTP DANE for' },
    cmdlet: 'SMTP DANE enabling',
  },
  disableDane: {
    ...{ action: 'domain.disable-dane', verb: 'disable SMTP DANE for' },
    cmdlet: 'SMTP DANE disabling',
  },
  restoreLegacy: { action: 'domain.restore-legacy', verb: 'bring back the host of before of' },
  due: { action: 'domain.due', verb: 'do what is due of' },
  createPartition: { action: 'partition.create', verb: 'make partition' },
  changePartition: { action: 'partition.change', verb: 'change partition' },
} as const satisfies Readonly<Record<string, Deed>>

/** Refuses a use case. */
export function refuse(deed: Deed, subject: string, code: ErrorCode, why: string): Refused {
  const error = new CodedError(code, `Cannot ${deed.verb} ${subject}: ${why}`)
  return { kind: 'refused', error, cmdlet: cmdletOf(deed, subject, code, why) }
}

/** Refuses a use case for what others said of a part of it. */
export function refuseFor(deed: Deed, subject: string, error: CodedError): Refused {
  const { code, message } = error
  return { kind: 'refused', error, cmdlet: cmdletOf(deed, subject, code, message) }
}

function cmdletOf({ cmdlet }: Deed, subject: string, code: ErrorCode, why: string) {
  return cmdlet === undefined ? undefined : cmdletError(cmdlet, subject, code, why)
}
