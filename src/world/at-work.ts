import {
  type Act,
  type Fault,
  movedTo,
  nameIn,
  type Place,
  type Scene,
  speakerOf,
  tamperBy,
} from '../lab/index.ts'
import type { Message, Question } from '../message/index.ts'
import { equalNames, type Name } from '../wire/index.ts'
import type { RaisedZone } from './raise.ts'
import { type Family, keyOfFamily, sceneOf } from './scene.ts'
import type { WorldFault } from './types.ts'

/** What a fault makes of a message. */
export type Edit = (message: Message) => Message

/** Whether a question is one about what is at a place. */
function isAbout({ owner, type }: Place, question: Question, apex: Name): boolean {
  const isType = type === 'any' || type === question.type
  return isType && (owner === '*' || equalNames(nameIn({ apex }, owner), question.name))
}

/** The acts of a zone's fault, where they are to be at work. */
export function actsOf({ fault, at }: WorldFault): readonly Act[] {
  return (at ? movedTo(fault, at) : fault).acts
}

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
  const { fault, at } = faulty
  const acts = actsOf(faulty).filter((act) => {
    if (speakerOf(act, fault.variant) !== speaker) return false
    if (act.kind === 'signature') return act.server === undefined || act.server === server
    // Proofs are about what was asked, whatever they are made of.
    return act.kind !== 'denial' || !at || isAbout(at, question, zone.apex)
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
