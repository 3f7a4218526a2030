/**
 * policy: tells Postfix what a destination demands (`smtp_tls_policy_maps`).
 *
 * In go requests of Postfix's two protocols for maps that others keep, socketmap_table(5) and
 * tcp_table(5); out come `dane-only`, `dane`, `secure match=…` or `may`, that nothing is known, or
 * that it cannot be told now. What DNS says is found out by `destination`, what MTA-STS says by
 * `mtasts`, and both are handed in; `decide.ts` is the table that makes one answer of them.
 *
 * ```
 *   socket ─► Protocol ─► readKey ─► kept? ─► Destination ─► weigh ─► MTA-STS? ─► Reply ─► socket
 * ```
 *
 * Invariants: nothing here connects to a mail server. A lookup that fails makes mail wait, and
 * never makes a policy weaker (RFC 7672 §2.1.2). MTA-STS is asked only where DANE leaves it
 * something to say, and never relaxes what DANE demands (RFC 8461 §2). What is not understood is
 * never answered with a level. Connections, requests, answers, lookups under way, times and what
 * is kept are bounded by `PolicyLimits`.
 */

export { defaultPolicyLimits, type PolicyLimits } from './limits.ts'
export { Policies, type PoliciesOptions, type PolicyAnswer } from './policies.ts'
export { type Protocol, type Reply, socketmap, tcpTable } from './protocol.ts'
export {
  type PolicyPlace,
  type PolicyServer,
  type PolicyServerOptions,
  startPolicyServer,
} from './server.ts'
export { type StsLookupOptions, stsLookup } from './sts.ts'
