/**
 * migration: how a domain looks from outside, on its way to signed hosts and SMTP DANE and back.
 *
 *     observe (stub, MTA-STS) → facts (plain data) → codes and steps (pure tables)
 *
 * In go a domain and what its provisioning state demands of it; out come the status of Exchange
 * Online's `Get-DnssecStatusForVerifiedDomain` with its codes (EG, ED, EX, ES), and the place of
 * the domain on the way of the guide: what is done, what is next, what is wrong, what to wait for
 * and until when. Gathering knows the network and no codes; judging is a function of facts.
 *
 * What a cache or a sender may still have is not to be seen from outside, so a report gives a
 * memory of what was there (plain JSON), to be handed in with the next observation. Without one,
 * waits that began before are unknown.
 *
 * Invariants: what is said of DNS was validated by the project's own stub, never by an AD bit; a
 * status is always given, whatever the network does; waits are told as times, which follow from
 * the TTLs and max_age that were seen; no step is advised after which mail has nowhere to go.
 *
 * RFC 7672, 8461; codes and texts as Exchange Online has them.
 */

export { expectDomain, type ProvisionedHosts } from './expected.ts'
export { explainStatus, formatStatus, formatStatusLine, statusJson } from './format.ts'
export { type MigrationMemory, noMemory, rememberMet } from './memory.ts'
export { readMemory } from './memory-json.ts'
export {
  defaultObserveLimits,
  type ObserveLimits,
  type ObserveQuestion,
  type ObserveWorld,
  observeDomain,
} from './observe.ts'
export {
  type MigrationQuestion,
  type Outlook,
  type OutlookOptions,
  type OutlookSettings,
  openOutlook,
} from './outlook.ts'
export { formatMigration, migrationJson } from './report-text.ts'
export { defaultMigrationSettings, type MigrationSettings } from './scene.ts'
export { dnssecStatus } from './status.ts'
export { migrationReport } from './steps.ts'
export type {
  Direction,
  DnssecStatus,
  ExpectedDomain,
  Meeting,
  MigrationReport,
  MigrationStep,
  ObservedDomain,
  ObservedMx,
  StatusCode,
  StatusLine,
  StatusSkips,
} from './types.ts'
