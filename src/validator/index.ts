/**
 * validator: what DNSSEC says of a response, and why.
 *
 * In go a question, trust anchors, the time, and messages as they came off the wire; out comes a
 * `Verdict`: secure, insecure, bogus or indeterminate (RFC 4033 §5), with the reason in words, the
 * RRset and key concerned, and the code of RFC 8914. Nothing here asks anybody anything: a
 * validation is a generator that yields the lookups it wants and is handed what came of them, so
 * the whole of it — walking down from an anchor, judging every RRset, proving what does not exist,
 * following aliases — can be run from a table of messages.
 *
 * It checks the server, so it shares only the floors with it: `denial` and `signer` are shut to it.
 *
 * The denial proofs stand open by themselves, for what is judged from records that were kept.
 *
 * Invariants: pure and synchronous; hostile messages are values, never exceptions; all work that a
 * message can cause is bounded by `ValidatorLimits`; an AD bit is never looked at; data that is not
 * covered by a good signature is never part of a secure verdict.
 *
 * RFC 4033, 4034, 4035, 4509, 4592, 5155, 6672, 6840, 8914, 9276, 9824, 9904, 9905.
 */

export {
  proveExpansion,
  proveNoDs,
  proveNodata,
  proveNxdomain,
  readDenials,
} from './denial.ts'
export { drive } from './drive.ts'
export { defaultValidatorLimits, type ValidatorLimits } from './limits.ts'
export type {
  Lookup,
  LookupResult,
  TrustAnchor,
  TrustStore,
  Validation,
  ValidationContext,
  ValidationStep,
  ZoneTrust,
} from './lookup.ts'
export type { DenialRecords, HashBudget, Proof, ProofQuestion } from './proof.ts'
export { validate } from './validate.ts'
export type {
  ChainLink,
  Hop,
  JudgedRRset,
  KeyReference,
  Reason,
  Security,
  Verdict,
} from './verdict.ts'
