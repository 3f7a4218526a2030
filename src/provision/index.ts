/**
 * provision: accepted domains and the signed hosts that mail for them goes to.
 *
 *     use case → what the domain is now → what it shall be (pure) → draft for the partition's zone
 *              → records: checked, signed, validated, durable together with the domain, live
 *
 * In go use cases — a domain is accepted, verified, DNSSEC and SMTP DANE are switched on or off;
 * partitions get frontends and certificates; out comes what Exchange Online's cmdlets say, as
 * data. A domain is a document of the store, its host a `LIKE` record of the partition's zone
 * (decision 16); both are written in one commit, so whatever dies in the middle leaves a use case
 * done or not begun. What is due later (a host that is held until caches forgot it, an old host
 * that goes after 48 hours) stands in the document with its time and is done by `runDue`, by
 * whichever node comes first.
 *
 * What a domain looks like from outside — its MX, its MTA-STS policy — is asked through the stub,
 * and judged by tables of codes that know no network (`status`, `migration`).
 *
 * Invariants: a token is computed once, stored, unique, and never given to another domain; every
 * use case may be repeated; a tenant sees and touches its own domains alone, and what belongs to
 * another looks like what does not exist; time is a parameter; no TLSA set is published that none
 * of the served certificates match, unless forced, and none withdrawn that caches still rely on.
 *
 * RFC 6698, 7671 §8, 7672, 8461.
 */

export {
  daneCmdletResult,
  dnssecCmdletResult,
  type SmtpDaneInboundStatus,
  smtpDaneInboundStatus,
} from './cmdlets.ts'
export { openProvision } from './open.ts'
export type { DomainEvent, Provision } from './provision.ts'
export { isMailDomain, tokenOf } from './token.ts'
export type {
  CmdletError,
  CmdletErrorCode,
  CmdletResult,
  Domain,
  DomainRef,
  DomainState,
  ExpectedMx,
  NameServer,
  Partition,
  Provisioned,
  ProvisionSettings,
} from './types.ts'
export type { ProvisionOptions } from './world.ts'
