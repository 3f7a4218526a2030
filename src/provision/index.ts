/**
 * provision: accepted domains and the signed hosts that mail for them goes to.
 *
 *     use case → what the domain is now → what it shall be (pure) → draft for one zone
 *              → records: checked, signed, validated, durable together with the domain, live
 *
 * In go use cases — a domain is accepted, verified, DNSSEC and SMTP DANE are switched on or off;
 * partitions get frontends; out comes what became of it, and what Exchange Online's cmdlets say of
 * that. A domain is a document of the store, its host a `LIKE` record of the partition's zone
 * (decision 16). Each step changes one zone, in one commit with the document (decision 17), so
 * whatever dies in the middle leaves it done or not begun. What is due later (a host that is held
 * until caches forgot it, an old host that goes after 48 hours) stands in the document with its
 * time and is done by `runDue`, by whichever node comes first.
 *
 * `perform` is the way of every use case: decide upon what is there, write, and decide anew where
 * somebody else was faster. `states` says what follows what; `accept`, `dnssec`, `dane`, `restore`,
 * `due` and `partitions` are the use cases. Where a domain's own records lead, `migration` looks.
 *
 * Invariants: a token is computed once, stored, unique, and never given to another domain; every
 * use case may be repeated; a tenant sees and touches its own domains alone, and what belongs to
 * another looks like what does not exist; a name is verified for one tenant at a time; while caches
 * may lead to a host it is there; time and randomness are parameters.
 *
 * RFC 1123, 6698, 7672.
 */

export {
  daneCmdletResult,
  dnssecCmdletResult,
  type SmtpDaneInboundStatus,
  smtpDaneInboundStatus,
} from './cmdlets.ts'
export { domainEventJson, domainJson, partitionJson } from './json.ts'
export { openProvision } from './open.ts'
export type { DomainEvent, Provision } from './provision.ts'
export { type ConfiguredProvision, provisionSettingsFrom } from './settings.ts'
export { isMailDomain, tokenOf } from './token.ts'
export type {
  CmdletError,
  CmdletErrorCode,
  CmdletResult,
  Domain,
  DomainRef,
  DomainState,
  ExpectedMx,
  LegacyState,
  NameServer,
  Partition,
  Provisioned,
  ProvisionSettings,
} from './types.ts'
export type { ProvisionOptions } from './world.ts'
