/**
 * tlsrpt: reports about TLS (RFC 8460).
 *
 * In go the TXT strings of `_smtp._tls.<domain>`, or the results of a run, or a report somebody
 * sent; out come the addresses to report to, the JSON of a report — in the shape of the RFC, or
 * with the quirk of Exchange Online on request — or the report read back, in either shape.
 * Submission is by HTTPS POST.
 *
 * Invariants: what is read is bounded and checked, and never trusted to be well-formed; what is
 * written is I-JSON; time and the report's id are parameters.
 */

export type { RptFailure, RptPolicy, RptRecord, RptReport } from './types.ts'
