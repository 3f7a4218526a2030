/**
 * mtasts: the policy that a domain publishes over HTTPS (RFC 8461).
 *
 * In go a domain, and ways to look up and to fetch; out comes the policy that is in force now, from
 * the cache or fresh, or why there is none. The cache knows each policy's id and how long it holds
 * (max_age), keeps it when a fetch fails, and waits between fetches.
 *
 * Invariants: a policy comes by HTTPS from `mta-sts.<domain>` with a certificate that is right for
 * that name, in at most 64 KB and 60 s, without redirects; whoever asks says what time it is;
 * nothing here knows DANE, and nothing here may override it (RFC 8461 §2).
 */

export {
  defaultStsCacheLimits,
  type FailedFetch,
  type KeptPolicy,
  StsCache,
  type StsCacheJson,
  type StsCacheLimits,
} from './cache.ts'
export { evaluateSts, type StsQuestion, type TxtLookup } from './evaluate.ts'
export { checkStsCertificate, matchesMx, type StsCertificateProblem } from './match.ts'
export { type PolicyReading, parseStsPolicy } from './policy.ts'
export { parseStsRecord, type StsRecord } from './record.ts'
export type { StsPolicy, StsProblem, StsState } from './types.ts'
