/**
 * dane: what TLSA records demand, and whether a certificate chain meets it.
 *
 * In go TLSA RDATA, certificates, names and the time; out comes what is usable, what matches and,
 * where nothing does, why. The tables of the subject stand here too: how DANE and MTA-STS go
 * together, and how one finding is said in three dialects — that of RFC 7672, that of Exchange
 * Online and that of TLS-RPT (RFC 8460 §4.3).
 *
 * Invariants: pure; no network, no clock; unusable records are values, never errors (RFC 6698
 * §2.1); for DANE-EE neither names nor dates are looked at (RFC 7672 §3.1.1).
 *
 * RFC 6698, 7671, 7672, 8460, 8461.
 */

export {
  exchangeStatus,
  type Finding,
  reportType,
  type StatusWords,
  webPkiReportType,
} from './dialects.ts'
export {
  type DanePolicy,
  type HostFacts,
  type HostVerdict,
  judgeHost,
  type Profile,
  type StsFacts,
} from './judge.ts'
export {
  type ChainSecurity,
  type HostLevel,
  type StsRole,
  type TlsaOutcome,
  tlsLevel,
} from './level.ts'
export { type LintFinding, type LintQuestion, lintTlsas } from './lint.ts'
export { chainLengthMax, matchChain } from './match.ts'
export { type ReferenceQuestion, referenceNames } from './names.ts'
export { formatTlsa, judgeTlsas, readTlsa } from './tlsa.ts'
export type {
  AnchorDates,
  DaneLevel,
  ExchangeStatus,
  JudgedTlsa,
  MatchFailure,
  MatchQuestion,
  MatchResult,
  RecordMatch,
  ReportType,
  Tlsa,
  TlsaSet,
} from './types.ts'
