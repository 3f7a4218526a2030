import { CodedError, type UnixSeconds } from '../base/index.ts'
import { type Act, type Fault, tamperBy } from '../lab/index.ts'
import { Flag, type Message, readMessage } from '../message/index.ts'
import type { ServedZone } from '../query/index.ts'
import { RR } from '../rr/index.ts'
import type { Respond, Via } from '../server/index.ts'
import { type NameKey, nameKey } from '../wire/index.ts'
import { answerOctetsMax, behave, encodeMessage } from '../world/index.ts'
import type { ZoneTable } from '../zone/index.ts'
import { keysOf, sceneOf } from './scene.ts'

/** Who answers, and what is at work. */
export interface Surroundings {
  readonly honest: Respond
  readonly zones: ZoneTable<ServedZone>
  readonly now: UnixSeconds
  readonly faults: ReadonlyMap<NameKey, readonly Fault[]>
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

/**
 * The zones that an answer has something of: the one that answers, those that aliases lead to, and
 * the one that it refers to, or has a DS record of.
 */
function zonesOf(message: Message, zones: ZoneTable<ServedZone>): ReadonlySet<ServedZone> {
  const { flags, questions, answer, authority } = message
  const answered = [
    answering(message, zones),
    ...answer.map(({ owner }) => zones.find(nameKey(owner))),
  ]
  const isReferral = (flags & Flag.AA) === 0
  const cuts = isReferral ? authority.filter(({ type }) => type === RR.NS) : []
  const asked = questions.filter(({ type }) => type === RR.DS)
  const spokenOf = [...cuts.map(({ owner }) => owner), ...asked.map(({ name }) => name)]
  const children = spokenOf.map((name) => zones.get(nameKey(name)))
  return new Set([...answered, ...children].filter((served) => served !== undefined))
}

/** An answer with what faults make of it; undefined where none of them is about it. */
function edited(message: Message, { zones, now, faults }: Surroundings): Message | undefined {
  let said = message
  for (const served of zonesOf(message, zones)) {
    for (const fault of faults.get(served.zone.apexKey) ?? []) {
      said = tamperBy(said, fault, sceneOf(served, now), keysOf(served))
    }
  }
  return said === message ? undefined : said
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
    return said ? encodeMessage(said, octetsMax) : octets
  }
  const acts: readonly Act[] = (faults.get(served.zone.apexKey) ?? []).flatMap(
    (fault) => fault.acts,
  )
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
