/**
 * rolling: keys, DS records and certificates are rolled, right and wrong, while time flies.
 *
 *     text ─► lines ─► Scenario ─► Play ─┬─► Stage: zones, keys, servers; one clock
 *                                        ├─► Resolvers: danelaw's stub, each with its cache
 *                                        └─► Watch: every cache that there may be
 *
 * In goes a scenario, a text of lines: first the zones, then steps that ask (QUERY, SEND, WATCH),
 * say what must come of it (EXPECT), let time pass (ADVANCE), do what operators do (KEY, DS, TLSA,
 * CERT, SIGN, TRANSFER) and break things (FAULT, HEAL). Out comes a report of every step.
 *
 * What is hard about rolling is what others have in their caches. So resolvers here take what they
 * have at its word, for as long as its TTL says; and a watch tries, at every moment, each mix of
 * old and new that some cache could hold then. "Too early" fails for those whom it would really
 * fail, and "right" means that it failed for nobody.
 *
 * Invariants: no socket, no clock but its own, no randomness but the seed's: the same text gives
 * the same octets and the same report, in every process. Signatures, denials and key states are
 * those of the rooms that serve real zones; verdicts those of `validator` and `dane`.
 *
 * RFC 4035, 6781, 7583, 7671, 7672.
 */

export type { Answer } from './ask.ts'
export { parseScenario } from './parse.ts'
export {
  formatEnd,
  formatReport,
  formatStep,
  formatTitle,
  type OldReport,
  type Report,
  type SightingReport,
  type StepReport,
  type WatchReport,
} from './report.ts'
export { type PlayOptions, runScenario } from './run.ts'
export {
  type Deed,
  type Expected,
  type KeySetup,
  type Outcome,
  rollLimits,
  type Scenario,
  type Step,
  type Subject,
  type ZoneSetup,
} from './scenario.ts'
