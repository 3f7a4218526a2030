import type { RRType } from '../rr/index.ts'
import type { Name } from '../wire/index.ts'
import type { Reason } from './verdict.ts'

/** A verified NSEC record (RFC 4034 §4): its RRset's signature is good and its signer is `zone`. */
export interface NsecRecord {
  readonly owner: Name
  readonly next: Name
  readonly types: Uint8Array
  readonly zone: Name
  /** Whether the signature says that a wildcard was expanded to make it: then it is no proof. */
  readonly isExpanded: boolean
}

/** A verified NSEC3 record (RFC 5155 §3). */
export interface Nsec3Record {
  readonly owner: Name
  /** The hash in the owner name: 20 octets. */
  readonly hash: Uint8Array
  readonly hashAlgorithm: number
  readonly flags: number
  readonly iterations: number
  readonly salt: Uint8Array
  readonly next: Uint8Array
  readonly types: Uint8Array
  readonly zone: Name
}

/** The denial records of one response that one zone signed, each verified. */
export interface DenialRecords {
  readonly zone: Name
  readonly nsec: readonly NsecRecord[]
  readonly nsec3: readonly Nsec3Record[]
}

/** Counts hashing against `nsec3Hashes`; `spend` says no when there is nothing left. */
export interface HashBudget {
  /** Takes `rounds` (iterations + 1) from what is left; false when too few are. */
  spend(rounds: number): boolean
}

/**
 * What denial records prove.
 *
 * - `proven`: what was asked is proved. The subject of the reason is the record that proves it, the
 *   last where it takes several.
 * - `optOut`: an opt-out span leaves open whether there is an unsigned delegation: insecure, never
 *   secure (RFC 5155 §8.6, §9.2).
 * - `tooManyIterations`: not looked at (RFC 9276 §3.2): insecure.
 * - `unproven`: the records do not prove it: bogus.
 */
export type Proof =
  | {
      readonly kind: 'proven'
      readonly reason: Reason
      /** Whether a name that does not exist was proved with NXNAME (RFC 9824 §3). */
      readonly isNxname?: boolean
      /** For absence of DS: whether the name is a zone cut (NS set, SOA clear) or no cut at all. */
      readonly isCut?: boolean
    }
  | { readonly kind: 'optOut'; readonly reason: Reason }
  | { readonly kind: 'tooManyIterations'; readonly reason: Reason }
  | { readonly kind: 'unproven'; readonly reason: Reason }

/** A question for a proof. */
export interface ProofQuestion {
  readonly name: Name
  readonly type: RRType
}
