/**
 * destination: what DNS says of where mail goes, before anybody connects (RFC 7672 §2).
 *
 * In go a domain and a stub; out comes a `Destination`: whether MX records are secure, the hosts in
 * order, their addresses, at which base domain TLSA records are in force, and what that demands of
 * each host. It is the one place that knows when a failed lookup means "later", when it means "the
 * next host", and when no TLSA means "as ever"; both `check` and `policy` ask here.
 *
 * Invariants: bogus and indeterminate are failures of the lookup, insecure is not (RFC 7672
 * §2.1.1); addresses come before TLSA, and TLSA is not asked for where addresses are not secure
 * (§2.2.2); what is asked is bounded by `hostsMax`.
 */

export { isFailure, lookUpAddresses } from './addresses.ts'
export type {
  Destination,
  DestinationQuestion,
  FamilyRule,
  Host,
  TlsaLookup,
} from './destination.ts'
export { examineDestination, examineSoleHost } from './examine.ts'
