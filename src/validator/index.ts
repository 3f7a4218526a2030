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
 * The way of a question: `validate.ts` follows it alias by alias; `hop.ts` sees what a message has
 * for each name; `judge.ts` judges data, or the lack of it; `walk.ts` finds out whom to trust in
 * the zone concerned, going down from an anchor by way of `trust.ts` (DS and DNSKEY);
 * `signatures.ts` verifies RRsets; `denial.ts`, with `nsec.ts` and `nsec3.ts`, says what denial
 * records prove. A `Run` holds what may still be spent.
 *
 * What it decides where RFCs leave it open. The rcode of a secure denial is the one that was
 * proved, not the one in the header, which nobody signs. A signer is taken at its word that its
 * zone contains what it signed, if that zone is secure. Where no anchor is above a name, the
 * verdict is indeterminate (RFC 4033 §5). Alias loops are indeterminate too: nothing was forged,
 * there is just no answer. RRSIG as data is insecure, because nothing can sign it.
 *
 * It checks the server, so it shares only the floors with it: `denial` and `signer` are shut to it.
 *
 * Invariants: pure and synchronous; hostile messages are values, never exceptions; all work that a
 * message can cause is bounded by `ValidatorLimits`; an AD bit is never looked at; data that is not
 * covered by a good signature is never part of a secure verdict.
 *
 * RFC 4033, 4034, 4035, 4509, 4592, 5155, 6672, 6840, 7646, 8914, 9276, 9520, 9824, 9904, 9905.
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
