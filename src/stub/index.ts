/**
 * stub: asks the questions of the validator, and keeps what came of them.
 *
 * In go a name and a type; out comes a `Resolution`, which is the validator's verdict with its
 * cost. Two modes stand behind one interface: `forward` asks resolvers, with CD and DO set, since
 * their opinion does not matter; `iterate` asks the authorities from the root hints down.
 *
 *     Driver ── validate ⇄ Lookups ─► Forward ─┐
 *       │                     │       Iterate ─┴► canvass ─► Exchange ─► UDP, TCP, TLS
 *     verdicts, trust,     messages              servers      one query,
 *     denials                                    in turn      one checked response
 *
 * What carries queries is sockets, unless a `Network` stands in for them: a world in one process.
 *
 * What is asked over the wire is made hard to forge (RFC 5452: random ids and ports, 0x20, cookies
 * of RFC 7873) and what comes back is checked against it; what does not fit is passed over, and the
 * wait goes on. What a response means is left to `validator`. A bogus verdict is tried once more,
 * with other servers. Denials that were proved are used for other names too (RFC 8198).
 *
 * Invariants: an AD bit is never trusted; `resolve` never rejects; every queue, cache, time and
 * count has its limit in `StubLimits`; time, timers and randomness are parameters; the caches hold
 * nothing longer than its clamped TTL, and what was bogus no longer than `failureSeconds`.
 *
 * What it leaves: iterating, it goes by the parent's NS records, asks whole names (no RFC 9156)
 * and takes the hints for the root's servers (no RFC 8109); answers are not made from wildcards
 * that are known (RFC 8198 §5.3); anchors do not update themselves (RFC 5011).
 *
 * RFC 1034, 2308, 4035, 5452, 6891, 7766, 7858, 7873, 7958, 8198, 8310, 8467, 9018, 9520, 9718.
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
export { askOpinion, type Opinion, type OpinionOptions } from './opinion.ts'
export { type SaidError, saidErrors } from './query.ts'
export { rootAnchors, rootHints } from './root.ts'
export { socketNetwork } from './sockets.ts'
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
export type { Carried, Heard, Network } from './transport.ts'
export { parseUpstream } from './upstream.ts'
