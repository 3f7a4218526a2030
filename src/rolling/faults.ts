import type { UnixSeconds } from '../base/index.ts'
import { keyDuties, type ZoneKey } from '../keystore/index.ts'
import { type Fault, type KeyOf, type Scene, speakerOf, tamperBy } from '../lab/index.ts'
import { type Message, readMessage } from '../message/index.ts'
import { RR, type RRType } from '../rr/index.ts'
import { equalNames, isSubdomain } from '../wire/index.ts'
import { type Asked, answerOctetsMax, behave, encodeMessage, type Reply } from '../world/index.ts'
import type { ZoneState } from './zone-build.ts'

type Act = Fault['acts'][number]
type Speaker = Scene['speaker']

/** A fault at work in a zone, on all of its servers or on one. */
export interface FaultAtWork {
  readonly fault: Fault
  readonly server: number | undefined
}

/** A zone that may carry faults. */
export interface FaultyZone {
  readonly state: ZoneState
  /** The zone above; that of the root is itself. */
  readonly parent: ZoneState
  readonly faults: readonly FaultAtWork[]
  readonly now: UnixSeconds
}

function tags(keys: readonly ZoneKey[]): ReadonlySet<number> {
  return new Set(keys.map(({ keyTag }) => keyTag))
}

/** What edits of messages need to know of a zone. */
function sceneOf({ state, parent, now }: FaultyZone, speaker: Speaker): Scene {
  const { keySigners, zoneSigners } = keyDuties([...state.keys.values()], now)
  const [parentKey] = keyDuties([...parent.keys.values()], now).zoneSigners
  const above = { name: parent.setup.apex, keyTag: parentKey?.keyTag ?? 0 }
  return {
    ...{ apex: state.setup.apex, speaker, now },
    keyTags: { ksk: tags(keySigners), zsk: tags(zoneSigners) },
    // Faults that need other zones than the parent are not playable.
    signers: { parent: above, sibling: above, child: above },
    proofs: { parent: [], childApex: [] },
  }
}

function keyOfZone({ setup, keys }: ZoneState): KeyOf {
  return (signer, tag) => {
    if (!equalNames(signer, setup.apex)) return undefined
    return [...keys.values()].find(({ keyTag }) => keyTag === tag)?.private
  }
}

/** The zones of scenarios deny by NSEC: nothing of these types is there to be wrong. */
const absentTypes: ReadonlySet<RRType | 'any'> = new Set([RR.NSEC3, RR.NSEC3PARAM])

/** Whether an act is done to messages or by servers, and needs no zone that is not there. */
function isPlayableAct(act: Act, variant: Fault['variant']): boolean {
  if (act.kind === 'behave') return true
  if (speakerOf(act, variant) === undefined) return false
  if (act.kind === 'denial') {
    return act.edit.kind !== 'from' && !act.edit.kind.startsWith('nsec3')
  }
  if (act.kind === 'signature' && act.edit.kind === 'signer') return act.edit.zone === 'parent'
  return !('at' in act && absentTypes.has(act.at.type))
}

/** Whether a scenario can play a fault on a zone of its own; keys, DS and time have steps. */
export function isPlayable({ acts, variant, setting }: Fault): boolean {
  const needsMore = acts.length === 0 || setting.children.length > 0
  return !needsMore && acts.every((act) => isPlayableAct(act, variant))
}

function edited(
  message: Message,
  zone: FaultyZone,
  speaker: Speaker,
  server: number | undefined,
): Message {
  const keyOf = keyOfZone(zone.state)
  return zone.faults.reduce((before, { fault, server: only }) => {
    const isHere = server === undefined || only === undefined || only === server
    return isHere ? tamperBy(before, fault, sceneOf(zone, speaker), keyOf) : before
  }, message)
}

/**
 * What is said in the end: the honest answer, with what is made of it by the faults of the zone,
 * and by those of the zones that it delegates. `server` is the number of the server in its zone.
 */
export function faultyReply(
  query: Uint8Array,
  own: FaultyZone,
  below: readonly FaultyZone[],
  server: number,
  asked: Asked,
  honest: (query: Uint8Array) => Uint8Array | undefined,
): Reply {
  const tampered = (heard: Uint8Array): Uint8Array | undefined => {
    const octets = honest(heard)
    if (!octets || (own.faults.length === 0 && below.length === 0)) return octets
    const message = readMessage(octets)
    const [question] = message.questions
    const child =
      question && below.find(({ state }) => isSubdomain(question.name, state.setup.apex))
    const said = child ? edited(message, child, 'parent', undefined) : message
    const last = edited(said, own, 'zone', server)
    if (last === message) return octets
    return encodeMessage(last, answerOctetsMax(readMessage(heard).edns, asked.via))
  }
  const here = own.faults.filter((at) => (at.server ?? server) === server)
  const acts = here.flatMap(({ fault }) => fault.acts)
  return behave(query, acts, { apex: own.state.setup.apex, server, asked }, tampered)
}
