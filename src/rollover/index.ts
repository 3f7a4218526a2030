/**
 * rollover: TLSA records that follow the certificates of mail servers, and never the other way.
 *
 *     certificates (current, next) → plan (pure: what to publish, what may be withdrawn, when it
 *     is safe to deploy) → change set → live → hold → deployed → seen everywhere → retired
 *
 * In go certificates and keys as certbot leaves them, the records that are published and since
 * when, and what the servers were seen to present; out come the TLSA set that should be published
 * now, whether a new certificate may be deployed, and what to wait for and until when. A TLSA owner
 * is a document of the store; its records are written by change sets, in one commit with it.
 *
 * Invariants: whatever a sender has in its cache matches what a server presents, at every moment:
 * a new key is published for at least twice the TTL (and what secondaries lag) before it is
 * deployed, an old one stays until it is seen nowhere and caches have forgotten (RFC 6698 §A.4,
 * RFC 7671 §8.1); a set that matches nothing that is presented is refused unless forced; private
 * keys are read for their public half and never kept; times are parameters.
 *
 * RFC 6698, 7671, 7672 §3.1.
 */

export {
  hasPrivateKey,
  type KeyMaterial,
  type PemText,
  pemCharactersMax,
  publicPem,
  readKeyMaterial,
} from './certificates.ts'
export { tlsaGuard } from './guard.ts'
export { openRollovers } from './open.ts'
export { expiresAt, planRollover } from './plan.ts'
export type { ImportManner, RolloverFacts, Rollovers } from './rollovers.ts'
export { type Safety, safetyOf } from './safety.ts'
export type { Retirement } from './steps.ts'
export type {
  KeyFact,
  KeyStage,
  Rollover,
  RolloverPlan,
  RolloverSettings,
  Sighting,
  Tracked,
} from './types.ts'
export { type SafetyView, safetyView, type TlsaView, tlsaView } from './view.ts'
export type { ReadPem, RolloverOptions, TrackWish, WatchedOwner } from './world.ts'
