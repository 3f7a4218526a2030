/**
 * check: plays the sender, step by step, and says what it would do.
 *
 * In go a domain and a world (a stub, clocks, timers); out comes a `CheckReport`: what DNS says of
 * the domain, how each address of each mail host was met, what that comes to by the rules of RFC
 * 7672 and by those of Exchange Online, and what to do about it. It is plain data: `tree`, `html`
 * and the report of TLS-RPT are made from it. `follow` repeats a check as Exchange Online repeats
 * its attempts, and a message that expires ends as a non-delivery report.
 *
 * Gathering (`checkDomain`) is apart from judging (`composeReport`), so that every verdict can be
 * had from a table of findings. Invariants: no mail is sent; a check always ends; what strangers
 * wrote is made printable before it enters a report; counts are bounded by `CheckLimits`; files
 * are the business of others.
 *
 * RFC 3464, 6522, 7505, 7672, 8460, 8461.
 */

export type { Discovered, Encounter, Findings, MetHost } from './encounter.ts'
export { type FollowEnd, type FollowWorld, follow } from './follow.ts'
export { formatCheckHtml } from './html.ts'
export { type CheckLimits, defaultCheckLimits } from './limits.ts'
export { formatNdr, type NdrRequest } from './ndr.ts'
export type {
  AddressReport,
  ByProfile,
  CertificateReport,
  CheckMode,
  CheckReport,
  CheckStep,
  DeliveryVerdict,
  DomainVerdict,
  HostReport,
  Lint,
  LookupReport,
  MatchReport,
  Protection,
  StatusText,
  StepKind,
  StepStatus,
  StsReport,
  TlsaReport,
  TlsRptReport,
  ZoneReport,
} from './report.ts'
export { checkDomain } from './run.ts'
export { expiryOf, nextAttempt } from './schedule.ts'
export {
  type Attempt,
  type FollowState,
  formatFollowState,
  newFollowState,
  parseFollowState,
  stateOctetsMax,
} from './state.ts'
export { type Reporter, tlsReportOf } from './tls-report.ts'
export { collectAdvice, formatCheckTree, type Paint, type Style } from './tree.ts'
export { printable } from './words.ts'
export type { CheckRequest, CheckWorld } from './world.ts'
