import { actsFor, type Fault, type Scene, speakerOf, tamperBy } from '../lab/index.ts'
import type { Message, Question } from '../message/index.ts'
import type { RaisedZone } from './raise.ts'
import { type Family, keyOfFamily, sceneOf } from './scene.ts'
import type { WorldFault } from './types.ts'

/** What a fault makes of a message. */
export type Edit = (message: Message) => Message

/** A question, and which of a zone's servers it is put to. */
export interface Put {
  readonly question: Question
  readonly server: number
}

/** What of a fault is at work in what a server says. */
function saidBy(
  zone: RaisedZone,
  speaker: Scene['speaker'],
  { question, server }: Put,
  faulty: WorldFault,
): Fault[] {
  const { fault } = faulty
  const acts = actsFor(faulty, question, zone.apex).filter((act) => {
    if (speakerOf(act, fault.variant) !== speaker) return false
    return act.kind !== 'signature' || act.server === undefined || act.server === server
  })
  return acts.length > 0 ? [{ ...fault, acts }] : []
}

/**
 * What the faults of a zone make of a message about it: of the zone's own server, or of its
 * parent's. Nothing for a zone without any.
 */
export function editsBy(
  speaker: Scene['speaker'],
  zone: RaisedZone,
  put: Put,
  family: Family,
): Edit[] {
  const faults = zone.faults.flatMap((faulty) => saidBy(zone, speaker, put, faulty))
  if (faults.length === 0) return []
  const scene = sceneOf(zone, speaker, family)
  const keyOf = keyOfFamily(family)
  return faults.map((fault) => (message) => tamperBy(message, fault, scene, keyOf))
}
