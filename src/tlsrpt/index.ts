/**
 * tlsrpt: reports about TLS (RFC 8460).
 *
 * In go the TXT strings of `_smtp._tls.<domain>`, or the results of a run, or a report somebody
 * sent; out come the addresses to report to, the JSON of a report — in the shape of the RFC, or
 * with the quirk of Exchange Online on request — or the report read back, in either shape.
 * Submission is by HTTPS POST. Mail is only described, as it would have to be signed by DKIM.
 *
 * Invariants: what is read is bounded and checked, and never trusted to be well-formed; what is
 * written is I-JSON; time and the report's id are parameters.
 */

export { describeMail, type ReportFile, type ReportMail, reportFileName } from './describe.ts'
export { defaultReportLimits, type ReportLimits, readReport } from './read.ts'
export { parseRptRecord, rptRecordOwner } from './record.ts'
export {
  mergeSessions,
  type RptSession,
  type RptSessionPolicy,
  reportDay,
  tlsaPolicyString,
} from './sessions.ts'
export {
  retryDelaysSeconds,
  type Submission,
  type SubmitResult,
  submitReport,
} from './submit.ts'
export type { RptFailure, RptPolicy, RptRecord, RptReport } from './types.ts'
export { compressReport, type ReportProfile, writeReport } from './write.ts'
