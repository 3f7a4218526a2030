/**
 * trial: whether what a fault is expected to do is what it does, to a validator of one's choice.
 *
 *     Case[] ─┬─ verify ─► danelaw's own stub, one that knows nothing yet for each case ─┐
 *             └─ run ────► any resolver: its opinion, and with CD set what it rests on ──┴► Said
 *
 *     Said + Expectation ─► compare ─► Result[] ─► table, JSON
 *
 * In go cases (a fault, and the zone that has it) and whom to ask; out comes a row for each, in the
 * order in which they were given. `verify` holds status, rcode, EDE and TTL against the
 * expectation; `run` cannot see into a resolver, so SERVFAIL is right for bogus and unreachable,
 * and the EDE is a grade beside the status.
 *
 * Invariants: whatever is asked says nothing about the next case; so many cases at a time, and no
 * more; nothing that a resolver says throws; comparing and formatting are pure.
 *
 * RFC 4035 §3.2, 6840 §5.7, 8914.
 */
export { type Case, caseAt, casesOf, casesUnder, formatQuestion } from './cases.ts'
export {
  type Agreement,
  agrees,
  type Comparison,
  compare,
  type EdeGrade,
  type Result,
  rcodeFor,
  type Said,
  type Standard,
} from './compare.ts'
export { type ResultJson, resultToJson } from './json.ts'
export { type RunOptions, run } from './run.ts'
export { formatResults, formatSummary } from './text.ts'
export { type TrialOptions, trialConcurrency } from './trial.ts'
export { type VerifyOptions, verify } from './verify.ts'
