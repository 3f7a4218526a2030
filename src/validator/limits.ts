/**
 * Every bound on the work that strangers can make a validation do. When one is hit the reason names
 * it. The verdict is then bogus; for NSEC3 iterations it is insecure (RFC 9276 §3.2), and for
 * aliases and lookups indeterminate, because nothing was found to be wrong but the way too long.
 */
export interface ValidatorLimits {
  /** Signatures tried for one RRset before giving up (CVE-2023-50387). */
  readonly signaturesPerRRset: number
  /** Signatures tried in one validation, over all messages. */
  readonly signaturesPerValidation: number
  /** DNSKEYs of one tag and algorithm that are tried for one signature (CVE-2023-50387). */
  readonly collidingKeys: number
  /** DS records that match a key's tag and algorithm but not its digest, before giving up. */
  readonly dsMismatches: number
  /** Rounds of hashing for NSEC3 in one validation (CVE-2023-50868). */
  readonly nsec3Hashes: number
  /** NSEC3 iterations beyond which a zone counts as insecure (RFC 9276 §3.2). */
  readonly nsec3Iterations: number
  /** Aliases followed from the question to the data. */
  readonly aliases: number
  /** Lookups made for one question, those for keys included. */
  readonly lookups: number
  /** Seconds for which anything is believed, whatever its TTL. */
  readonly ttlSecondsMax: number
}

/** What holds unless a caller says otherwise; those of Unbound and BIND where they have one. */
export const defaultValidatorLimits: ValidatorLimits = {
  signaturesPerRRset: 8,
  signaturesPerValidation: 128,
  collidingKeys: 4,
  dsMismatches: 4,
  nsec3Hashes: 2048,
  nsec3Iterations: 50,
  aliases: 11,
  lookups: 160,
  ttlSecondsMax: 86_400,
}
