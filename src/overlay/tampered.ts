import { CodedError, type UnixSeconds } from '../base/index.ts'
import { actsAt, actsFor, type CarriedFault, type Scene, tamperBy } from '../lab/index.ts'
import { Flag, type Message, type ResourceRecord, readMessage } from '../message/index.ts'
import type { ServedZone } from '../query/index.ts'
import { RR } from '../rr/index.ts'
import type { Respond, Via } from '../server/index.ts'
import { type Name, type NameKey, nameKey } from '../wire/index.ts'
import { answerOctetsMax, behave, encodeMessage } from '../world/index.ts'
import type { ZoneTable } from '../zone/index.ts'
import { withEditedDs } from './delegation.ts'
import { keysOf, sceneOf } from './scene.ts'

/** Who answers, and what is at work. */
export interface Surroundings {
  readonly honest: Respond
  readonly zones: ZoneTable<ServedZone>
  readonly now: UnixSeconds
  readonly faults: ReadonlyMap<NameKey, readonly CarriedFault[]>
}

/** A message, or undefined for octets that are none. */
function understood(octets: Uint8Array): Message | undefined {
  try {
    return readMessage(octets)
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}

/** The zone that answers the question of a message. */
function answering({ questions }: Message, zones: ZoneTable<ServedZone>): ServedZone | undefined {
  const [question] = questions
  if (!question) return undefined
  const key = nameKey(question.name)
  return question.type === RR.DS ? zones.findForDs(key) : zones.find(key)
}

/** Zones that a message of their parent is about: referrals to them, and answers about their DS. */
function delegated({ flags, questions, authority }: Message): readonly Name[] {
  const isReferral = (flags & Flag.AA) === 0
  const cuts = isReferral ? authority.filter(({ type }) => type === RR.NS) : []
  const asked = questions.filter(({ type }) => type === RR.DS)
  return [...cuts.map(({ owner }) => owner), ...asked.map(({ name }) => name)]
}

/** Whose faults a message may have, and who it is that speaks. */
interface Said {
  readonly served: ServedZone
  readonly speaker: Scene['speaker']
}

/** The zone that answers and those that aliases lead to, then zones that they delegate. */
function saidBy(message: Message, zones: ZoneTable<ServedZone>): readonly Said[] {
  const isOfParent = message.questions.some(({ type }) => type === RR.DS)
  const told = isOfParent ? [] : message.answer
  const owners = told.map(({ owner }) => zones.find(nameKey(owner)))
  const own = new Set([answering(message, zones), ...owners])
  const children = delegated(message).map((name) => zones.get(nameKey(name)))
  const isThere = (served: ServedZone | undefined) => served !== undefined
  return [
    ...[...own].filter(isThere).map((served) => ({ served, speaker: 'zone' }) as const),
    ...children
      .filter(isThere)
      .filter((served) => !own.has(served))
      .map((served) => ({ served, speaker: 'parent' }) as const),
  ]
}

type Records = readonly ResourceRecord[]

/** A message with some of its records edited, and the others as they are. */
function editedAmong(
  message: Message,
  isMeant: (record: ResourceRecord) => boolean,
  edit: (message: Message) => Message,
): Message {
  const inSections = (change: (section: 'answer' | 'authority' | 'additional') => Records) => ({
    ...message,
    ...{ answer: change('answer'), authority: change('authority') },
    additional: change('additional'),
  })
  const meant = inSections((section) => message[section].filter(isMeant))
  const said = edit(meant)
  if (said === meant) return message
  return inSections((section) => {
    const others = message[section].filter((record) => !isMeant(record))
    const [first] = message[section]
    // An alias stays before what it leads to.
    return first && isMeant(first) ? [...said[section], ...others] : [...others, ...said[section]]
  })
}

/** Whether a record is data of a zone, by its owner: what another one served here has is not. */
function isOf({ served, speaker }: Said, { questions }: Message, zones: ZoneTable<ServedZone>) {
  const isOfParent = speaker === 'parent' || questions.some(({ type }) => type === RR.DS)
  return ({ owner }: ResourceRecord) => isOfParent || zones.find(nameKey(owner)) === served
}

/** An answer with what faults make of it: itself where none of them is about it. */
function edited(message: Message, { zones, now, faults }: Surroundings): Message {
  const [question] = message.questions
  if (!question) return message
  const keyOf = keysOf(zones)
  let said = message
  for (const one of saidBy(message, zones)) {
    const { served, speaker } = one
    for (const carried of faults.get(served.zone.apexKey) ?? []) {
      const fault = { ...carried.fault, acts: actsFor(carried, question, served.zone.apex) }
      if (speaker === 'parent') said = withEditedDs(said, fault, served, keyOf)
      said = editedAmong(said, isOf(one, message, zones), (meant) =>
        tamperBy(meant, fault, sceneOf(served, speaker, now), keyOf),
      )
    }
  }
  return said
}

/**
 * Answers as `Respond` does, with faults at work: how the zone's server behaves, over what is wrong
 * with its answers, over what the honest one says. What no fault is about goes out in the octets of
 * the honest one.
 */
export function tampered(
  query: Uint8Array,
  out: Uint8Array,
  via: Via,
  surroundings: Surroundings,
): number {
  const { honest, zones, faults } = surroundings
  const asked = understood(query)
  const served = asked && answering(asked, zones)
  if (!asked || !served) return honest(query, out, via)
  const stream = via === 'udp' ? 'udp' : 'tcp'
  const octetsMax = answerOctetsMax(asked.edns, stream)
  const say = (heard: Uint8Array): Uint8Array | undefined => {
    const length = honest(heard, out, via)
    if (length === 0) return undefined
    const octets = out.slice(0, length)
    const message = understood(octets)
    const said = message && edited(message, surroundings)
    return said && said !== message ? encodeMessage(said, octetsMax) : octets
  }
  const acts = (faults.get(served.zone.apexKey) ?? []).flatMap(actsAt)
  const stand = {
    apex: served.zone.apex,
    server: 0,
    asked: { server: '', via: stream, from: '' } as const,
  }
  const { octets } = behave(query, acts, stand, say)
  if (!octets) return 0
  out.set(octets)
  return octets.length
}
