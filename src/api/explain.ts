import {
  ednsFlagDo,
  formatRcode,
  type Message,
  type ResourceRecord,
  readMessage,
  writeMessage,
} from '../message/index.ts'
import { formatRdata, formatType, RR, type RRType, rdataToJson } from '../rr/index.ts'
import {
  defaultValidatorLimits,
  drive,
  type LookupResult,
  type Verdict,
  validate,
  type ZoneTrust,
} from '../validator/index.ts'
import { formatName, type Name, type NameKey, nameFromKey, nameKey } from '../wire/index.ts'
import { findRRset, lookup, type Outcome, type Zone } from '../zone/index.ts'
import type { ApiWorld } from './types.ts'
import { formatTime } from './v1-shapes.ts'

/** What is asked. */
interface Question {
  readonly name: Name
  readonly type: RRType
}

const classIn = 1
const answerOctets = 65535

/**
 * All there is to say of an answer: what the zone has there, what is answered, by which signatures
 * and proof, whether those were at hand before the question came, and what our own validator makes
 * of it with the zone's keys as trust anchor. The name must be in a zone that is served.
 */
export function explain(question: Question, world: ApiWorld): object {
  const { name, type } = question
  const key = nameKey(name)
  const above = world.zones.find(key)
  // RFC 4035 §3.1.4.1: DS belongs to the parent's side.
  const served = (type === RR.DS && parentOf(key, world)) || above
  const { zone } = served as { readonly zone: Zone }
  const outcome = lookup(zone, key, type)
  const wasSigned = signedBefore(outcome)
  const response = ask(question, world)
  const verdict = judge(question, zone, world)
  const records = [...response.answer, ...response.authority]
  return {
    question: { name: formatName(name), type: formatType(type) },
    zone: { name: formatName(zone.apex), serial: zone.serial },
    ...likeShape(zone, key),
    outcome: outcomeShape(outcome),
    rcode: formatRcode(response.rcode),
    answer: response.answer.map(recordText),
    authority: response.authority.map(recordText),
    proof: response.authority.filter(({ type: kind }) => isDenial(kind)).map(recordText),
    signatures: records.filter((record) => record.type === RR.RRSIG).map(signatureShape),
    cache: wasSigned,
    verdict: verdictShape(verdict),
  }
}

function parentOf(key: NameKey, world: ApiWorld) {
  const own = world.zones.get(key)
  if (!own) return undefined
  const labels = own.zone.apex
  const parent = labels.subarray((labels[0] ?? 0) + 1) as Name
  return labels.length > 1 ? world.zones.find(nameKey(parent)) : undefined
}

/** The template that answers for a name, where one does. */
function likeShape({ instances }: Zone, key: NameKey): object {
  const template = instances?.templateOf(key)
  return template === undefined ? {} : { like: formatName(nameFromKey(template)) }
}

function isDenial(type: RRType): boolean {
  return type === RR.NSEC || type === RR.NSEC3
}

/** Signatures of RRsets of the zone are kept with them; those of denials are made as asked for. */
function signedBefore(outcome: Outcome): string {
  if (!('rrset' in outcome)) return 'a denial: signed when asked for, and kept for a while'
  return outcome.rrset.signatures ? 'signed before and kept' : 'not signed before this question'
}

function outcomeShape(outcome: Outcome): object {
  const node = 'zoneCut' in outcome ? outcome.zoneCut : 'node' in outcome ? outcome.node : undefined
  const expansion = 'expansion' in outcome ? outcome.expansion : undefined
  return {
    kind: outcome.kind,
    ...(node && { owner: formatName(node.owner) }),
    ...(expansion && {
      closestEncloser: formatName(expansion.closestEncloser.owner),
      nextCloser: formatName(nameFromKey(expansion.nextCloser)),
    }),
  }
}

function ask({ name, type }: Question, world: ApiWorld): Message {
  const query = writeMessage({
    ...{ id: 1, flags: 0, opcode: 0, rcode: 0, answer: [], authority: [], additional: [] },
    questions: [{ name, type, class: classIn }],
    edns: { udpOctets: answerOctets, version: 0, flags: ednsFlagDo, options: [] },
  })
  return readMessage(world.answer(query))
}

function judge(question: Question, zone: Zone, world: ApiWorld): Verdict {
  const dnskeys = findRRset(zone.apexNode, RR.DNSKEY)?.rdatas ?? []
  const known = new Map<NameKey, ZoneTrust>()
  const context = {
    anchors: [{ zone: zone.apex, ds: [], dnskeys }],
    now: world.clock.now(),
    trust: {
      get: (name: NameKey) => known.get(name),
      set: (name: NameKey, trust: ZoneTrust) => void known.set(name, trust),
    },
    limits: defaultValidatorLimits,
  }
  return drive(
    validate(question, context),
    (lookedUp): LookupResult => ({ kind: 'message', message: ask(lookedUp, world) }),
  )
}

function recordText({ owner, ttl, type, rdata }: ResourceRecord): string {
  return `${formatName(owner)} ${ttl} IN ${formatType(type)} ${formatRdata(type, rdata)}`
}

function signatureShape({ owner, rdata }: ResourceRecord): object {
  const view = new DataView(rdata.buffer, rdata.byteOffset, rdata.length)
  const { typeCovered, keyTag, algorithm } = rdataToJson(RR.RRSIG, rdata)
  return {
    owner: formatName(owner),
    ...{ covers: typeCovered, algorithm, keyTag },
    expiration: formatTime(view.getUint32(8) as Parameters<typeof formatTime>[0]),
    inception: formatTime(view.getUint32(12) as Parameters<typeof formatTime>[0]),
  }
}

function verdictShape({ security, reason, hops }: Verdict): object {
  return {
    security,
    reason: reason.text,
    ...(reason.ede === undefined ? {} : { ede: reason.ede }),
    hops: hops.map((hop) => ({
      name: formatName(hop.name),
      kind: hop.kind,
      security: hop.security,
      reason: hop.reason.text,
    })),
  }
}
