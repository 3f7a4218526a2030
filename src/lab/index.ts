/**
 * lab: a small internet that is broken on purpose, and knows what must happen.
 *
 *     catalogue (data) → zones, keys, DS, glue → corridor → faults at work → sockets
 *                      → expectations → verify: asked of the stub, or of any resolver
 *
 * In go scenarios; out come listeners on loopback, trust anchor and hints, and a table of what was
 * expected and what was said. A fault is data (decision 21): the honest corridor knows none.
 *
 * Invariants: loopback alone; one seed, one clock, the same octets; nothing outlives it; an honest
 * zone is never touched by the faults of another.
 *
 * RFC 4035, 6840, 8914.
 */

export { actsAt, actsFor, type CarriedFault } from './at.ts'
export { catalogue, faultById } from './catalogue/catalogue.ts'
export { soundZone } from './catalogue/row.ts'
export { editKey, isSameKey } from './dnskey.ts'
export { editDs } from './ds.ts'
export { type KeyOf, resign } from './resign.ts'
export type { Scene } from './scene.ts'
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
