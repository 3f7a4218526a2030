/**
 * stub: asks the questions of the validator, and keeps what came of them.
 *
 * In go a name and a type; out comes a `Resolution`, which is the validator's verdict with its
 * cost. Two modes stand behind one interface: `forward` asks resolvers, with CD and DO set, since
 * their opinion does not matter; `iterate` asks the authorities from the root hints down. What is
 * asked over the wire is made hard to forge (RFC 5452: random ids and ports, 0x20, cookies of
 * RFC 7873) and what comes back is checked against it; what it means is left to `validator`.
 *
 * Invariants: an AD bit is never trusted; `resolve` never rejects; every queue, cache, time and
 * count has its limit in `StubLimits`; time, timers and randomness are parameters; the caches hold
 * nothing longer than its clamped TTL, and what was bogus no longer than `failureSeconds`.
 *
 * RFC 1034, 2308, 5452, 6891, 7766, 7858, 7873, 8109, 8198, 9018, 9520, 7958.
 */

export { parseAnchors } from './anchors.ts'
export { createStub } from './create.ts'
export { parseHints } from './hints.ts'
export {
  type HopJson,
  type LinkJson,
  type ReasonJson,
  type RecordJson,
  type ResolutionJson,
  type RRsetJson,
  resolutionToJson,
} from './json.ts'
export { defaultStubLimits, type StubLimits } from './limits.ts'
export { rootAnchors, rootHints } from './root.ts'
export type {
  Hint,
  Mode,
  Resolution,
  ResolveOptions,
  Stub,
  StubOptions,
  TraceEvent,
  Upstream,
} from './stub.ts'
export { parseUpstream } from './upstream.ts'
