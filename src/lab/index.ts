/**
 * lab: zones that are wrong on purpose, as data, and what validators must make of each.
 *
 *     catalogue ─► Fault ─┬─ acts ──► tamper: a finished answer, with one thing wrong
 *                         │           editKey, editDs: keys and DS before anything is signed
 *                         └─ expect ► status, rcode, EDE, with the sections that say so
 *
 * In go messages as the honest corridor made them, and the scene around them: apex, time, key
 * tags, proofs of other zones. Out come messages with the edits of a fault in them (decision 21):
 * as they were signed (`raw`), or signed anew but for that one thing (`isolated`). Zones, servers
 * and clocks are of `world`; whoever asks is of `trial`.
 *
 * Invariants: pure, without clock, socket or secret of its own; a message that comes in stays as it
 * is; what an act is not about is left alone; every expectation names its sections.
 *
 * RFC 4034, 4035, 5155, 6840, 8914.
 */

export { actsAt, actsFor, type CarriedFault } from './at.ts'
export { catalogue, faultById } from './catalogue/catalogue.ts'
export { soundZone } from './catalogue/row.ts'
export { editKey, isSameKey } from './dnskey.ts'
export { editDs } from './ds.ts'
export { type KeyOf, resign } from './resign.ts'
export { nameIn, type Scene } from './scene.ts'
export { speakerOf, tamper, tamperBy } from './tamper.ts'
export type {
  Act,
  Ask,
  Behaviour,
  Child,
  DenialEdit,
  DsEdit,
  Expectation,
  Fault,
  KeyEdit,
  Place,
  Setting,
  SignatureEdit,
  Status,
} from './types.ts'
export { formatAct, formatEde, formatExpectation, formatSetting } from './words.ts'
