/**
 * records: zones that live in the store, from a client's wish to a signed answer.
 *
 *     draft → compare → edit → check → sign and validate aside → durable → live → acknowledged
 *
 * In go `Draft`s; out comes what became of each. A draft is worked out upon the version that is
 * live, checked as zone files are, and applied in memory for as long as it takes to ask the
 * corridor the questions a resolver would ask — what changed, what is not there, what is below a
 * wildcard or a cut — and to have the answers judged by `validator`, against nothing but the
 * zone's own keys. Only what is secure is made durable, and only what is durable goes live. Drafts
 * that wait together share one flush of the store.
 *
 * Other nodes' change sets come in by the store's sequence and go live the same way. A refusal is
 * told only when none was missed. The version of a zone counts on when it is deleted and made anew,
 * so that what was worked out upon one never fits the other; what a deletion removed is in the
 * history (up to a limit), and `revert` brings it back.
 *
 * Whatever changes how a zone is signed (keys, settings), and what is too much for one turn, builds
 * the zone anew beside the one that is served: O(n), in slices, while other drafts wait. RRsets
 * that stay the same stay the same objects, so that a signature is made anew only where a key that
 * made it changed; those of NSEC and NSEC3 are.
 *
 * Keys that come, change or go are durable in one with that change set. Those that are sealed in
 * the store are part of its commit; files of a key directory cannot be, so they come before it and
 * change or go after it, as the store says, also when the server ended between.
 *
 * Invariants: what is served was durable before; what is acknowledged is served; a refused draft
 * leaves no trace but its audit entry; a zone is never between two versions when a query comes.
 */

export { parentDsFrom } from './guards.ts'
export { directoryKeys } from './key-files.ts'
export { type KeySource, type KeyStep, type StagedKeys, sealedKeys } from './keys.ts'
export { openRecords } from './records.ts'
export { nextSerial } from './serial.ts'
export {
  defaultSettings,
  settingsFromJson,
  settingsToJson,
} from './settings.ts'
export type {
  Draft,
  DraftResult,
  EditRecord,
  Idempotency,
  KeyEdit,
  LiveKey,
  LiveZone,
  Records,
  RecordsHealth,
  RRsetEdit,
  SelfCheck,
  SoaEditApi,
  WhenLive,
  WorkedOut,
  ZoneSettings,
} from './types.ts'
export type { DraftGuard, ParentDs, RecordsOptions } from './world.ts'
