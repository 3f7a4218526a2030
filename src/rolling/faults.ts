import { type Act, type Fault, type KeyOf, type Scene, tamperBy } from '../lab/index.ts'
import { readMessage } from '../message/index.ts'
import { RR, type RRType } from '../rr/index.ts'
import type { Name } from '../wire/index.ts'
import { type Asked, answerOctetsMax, behave, encodeMessage, type Reply } from '../world/index.ts'

/** A fault at work in a zone, on all of its servers or on one. */
export interface FaultAtWork {
  readonly fault: Fault
  readonly server: number | undefined
}

/** A zone that carries faults, as those who tamper with messages need to know it. */
export interface FaultyZone {
  readonly apex: Name
  readonly faults: readonly FaultAtWork[]
  scene(): Scene
  readonly keyOf: KeyOf
}

/** The zones of scenarios deny by NSEC: nothing of these types is there to be wrong. */
const absentTypes: ReadonlySet<RRType | 'any'> = new Set([RR.NSEC3, RR.NSEC3PARAM])

/** Whether an act is about messages or servers alone: what concerns keys and DS has its own steps. */
function isOfMessages(act: Act): boolean {
  if ('at' in act && absentTypes.has(act.at.type)) return false
  switch (act.kind) {
    case 'key':
    case 'ds':
    case 'glue':
    case 'clock':
      return false
    case 'signature':
      return act.edit.kind !== 'signer' || act.edit.zone === 'parent'
    case 'denial':
      return act.edit.kind !== 'from' && !act.edit.kind.startsWith('nsec3')
    default:
      return true
  }
}

/** Whether a scenario can play a fault: all of it is done to messages, or by servers. */
export function isPlayable({ acts, setting }: Fault): boolean {
  return acts.length > 0 && acts.every(isOfMessages) && setting.children.length === 0
}

/**
 * What is said in the end: the honest answer, with what the faults of the zone, and of those that
 * it delegates, make of it. `server` is the number of the server in its zone.
 */
export function faultyReply(
  query: Uint8Array,
  own: FaultyZone,
  below: readonly FaultyZone[],
  server: number,
  asked: Asked,
  honest: (query: Uint8Array) => Uint8Array | undefined,
): Reply {
  const here = own.faults.filter((at) => (at.server ?? server) === server)
  const tampered = (heard: Uint8Array): Uint8Array | undefined => {
    const octets = honest(heard)
    const edits = [
      ...here.map(({ fault }) => ({ fault, zone: own })),
      ...below.flatMap((zone) => zone.faults.map(({ fault }) => ({ fault, zone }))),
    ]
    if (!octets || edits.length === 0) return octets
    const message = readMessage(octets)
    const edited = edits.reduce(
      (before, { fault, zone }) => tamperBy(before, fault, zone.scene(), zone.keyOf),
      message,
    )
    if (edited === message) return octets
    return encodeMessage(edited, answerOctetsMax(readMessage(heard).edns, asked.via))
  }
  const acts = here.flatMap(({ fault }) => fault.acts)
  return behave(query, acts, { apex: own.apex, server, asked }, tampered)
}
