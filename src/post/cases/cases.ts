import type { MailCase } from '../types.ts'
import { certificateCases } from './certificates.ts'
import { lookupCases } from './lookups.ts'
import { sessionCases } from './sessions.ts'
import { statusCases } from './status.ts'
import { stsCases } from './sts.ts'
import { tlsaCases } from './tlsa.ts'

/** Every case of mail, in the order of the catalogue. */
export const mailCases: readonly MailCase[] = [
  ...lookupCases,
  ...tlsaCases,
  ...certificateCases,
  ...sessionCases,
  ...stsCases,
  ...statusCases,
]

/** The case with an id, if there is one. */
export function mailCaseById(id: string): MailCase | undefined {
  return mailCases.find((one) => one.id === id)
}
