/**
 * overlay: faults at work on zones that are really served, by the wish of those who run the server.
 *
 *     sockets ─► over(honest): is anything at work? ── no ──► the honest octets
 *                                      └─ yes ─► behaviour ─► edits of the answer ─► octets
 *
 * In go a zone, a fault of the catalogue and a time; out come answers that are wrong in that way.
 * What acts on finished answers and on how the server behaves can be had; what needs another zone,
 * other keys, another parent or another clock is refused with the reason.
 *
 * Invariants: only zones that the configuration lists; nothing is kept, so that a restart heals;
 * where nothing is injected one Map is looked at, and where no lab is configured this room is not
 * on the path at all. Answers that no fault is about go out in the octets of the honest server.
 */

export {
  absentZone,
  type Became,
  type Injection,
  type InjectionWish,
  injectionSecondsMax,
  Ledger,
  type LedgerOptions,
} from './ledger.ts'
export { type Overlay, type OverlayOptions, openOverlay } from './overlay.ts'
