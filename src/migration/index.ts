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
 * Invariants: what is said of DNS was validated by the project's own stub, never by an AD bit; a
 * status is always given, whatever the network does; waits are told as times, which follow from
 * the TTLs and max_age that were seen.
 *
 * RFC 7672, 8461; codes and texts as Exchange Online has them.
 */

export type {
  DnssecStatus,
  ExpectedDomain,
  MigrationReport,
  MigrationStep,
  ObservedDomain,
  ObservedMx,
  StatusCode,
  StatusLine,
} from './types.ts'
