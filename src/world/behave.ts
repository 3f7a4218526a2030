import { CodedError } from '../base/index.ts'
import { type Act, type Behaviour, nameIn } from '../lab/index.ts'
import {
  Class,
  Ede,
  EdnsOption,
  type EdnsOptionValue,
  ednsFlagCompact,
  ednsFlagDo,
  Flag,
  type Message,
  Opcode,
  type Question,
  Rcode,
  type ResourceRecord,
  readMessage,
  writeMessage,
} from '../message/index.ts'
import { RR, type RRType, type Ttl } from '../rr/index.ts'
import { equalNames, joinNames, lowerName, type Name, parseName, rootName } from '../wire/index.ts'
import { answerOctetsMax, encodeMessage, truncated } from './encode.ts'
import type { Asked, Reply } from './types.ts'

/** An act of a server, rather than of a zone. */
type Conduct = Extract<Act, { readonly kind: 'behave' }>

/** Which server it is that behaves, and towards whom. */
export interface Stand {
  /** Of the zone that carries the fault. */
  readonly apex: Name
  /** Which of the zone's servers is asked, from 0. */
  readonly server: number
  readonly asked: Asked
}

/** What a server says that is in order. */
type Honest = (query: Uint8Array) => Uint8Array | undefined

/** Turns every bit that it is laid on; no message id stays what it is. */
const idMask = 0x5555
const injectedTtl = 600 as Ttl
/** RFC 5737 §3. */
const injectedAddress = Uint8Array.of(192, 0, 2, 66)
/** Where servers without a zone used to send everybody, and how long that was to hold. */
const upwardTtl = 518_400 as Ttl
const upwardServer = parseName('a.root-servers.net.')

/** A query with one question, as far as it is one. */
function understood(query: Uint8Array): Message | undefined {
  try {
    const message = readMessage(query)
    const isQuery = (message.flags & Flag.QR) === 0 && message.opcode === Opcode.QUERY
    return isQuery && message.questions.length === 1 ? message : undefined
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}

/** Whether an act is at work on this question, put to this server by this client. */
function applies({ when }: Conduct, { name, type }: Question, stand: Stand): boolean {
  const { apex, server, asked } = stand
  const { owners, types } = when
  return (
    (when.server ?? server) === server &&
    (when.via ?? asked.via) === asked.via &&
    !when.notFrom?.includes(asked.from) &&
    (types?.includes(type) ?? true) &&
    (owners?.some((owner) => equalNames(name, nameIn({ apex }, owner))) ?? true)
  )
}

/** The query as it is heard: some of EDNS may have got lost on the way. */
function asHeard(query: Message, { kind }: Behaviour): Message {
  const { edns } = query
  if (!edns) return query
  if (kind === 'stripEdns') return { ...query, edns: undefined }
  if (kind !== 'stripDnssec') return query
  return { ...query, edns: { ...edns, flags: edns.flags & ~(ednsFlagDo | ednsFlagCompact) } }
}

/** Rcodes of a server that speaks for the zone; with the others it has nothing to say. */
const authoritative: ReadonlySet<number> = new Set([Rcode.NOERROR, Rcode.NXDOMAIN, Rcode.YXDOMAIN])

function emptied(reply: Message, rcode: number): Message {
  const flags = reply.flags & ~(authoritative.has(rcode) ? Flag.TC : Flag.TC | Flag.AA)
  return { ...reply, rcode, flags, answer: [], authority: [], additional: [] }
}

/** With an extended error, where the client knows EDNS (RFC 8914 §2). */
function explained(reply: Message, code: number): Message {
  const { edns } = reply
  if (!edns) return reply
  const option: EdnsOptionValue = {
    code: EdnsOption.EDE,
    data: Uint8Array.of(code >>> 8, code & 0xff),
  }
  return { ...reply, edns: { ...edns, options: [...edns.options, option] } }
}

function injected(
  reply: Message,
  section: 'answer' | 'authority' | 'additional',
  apex: Name,
): Message {
  const record: ResourceRecord = {
    owner: joinNames(parseName('injected.'), apex),
    type: RR.A,
    class: Class.IN,
    ttl: injectedTtl,
    rdata: injectedAddress,
  }
  return { ...reply, [section]: [...reply[section], record] }
}

/** The question asked for another type. */
function misheard(question: Question): Question {
  const type: RRType = question.type === RR.TXT ? RR.A : RR.TXT
  return { ...question, type }
}

/** A referral to the root, by a server that has no zone for the name (RFC 1034 §5.3.3). */
function upward(reply: Message): Message {
  const up: ResourceRecord = {
    owner: rootName,
    type: RR.NS,
    class: Class.IN,
    ttl: upwardTtl,
    rdata: upwardServer,
  }
  const empty = emptied(reply, Rcode.NOERROR)
  return { ...empty, flags: reply.flags & ~Flag.AA, authority: [up] }
}

/** What a behaviour makes of a reply, if the reply is sent at all. */
function asSaid(reply: Message, as: Behaviour, apex: Name): Message {
  switch (as.kind) {
    case 'rcode':
      return as.sections === 'empty' ? emptied(reply, as.rcode) : { ...reply, rcode: as.rcode }
    case 'ede':
      return explained(reply, as.code)
    case 'truncate':
      return truncated(reply)
    case 'badVersion':
      return reply.edns ? emptied(reply, Rcode.BADVERS) : reply
    case 'lame':
      return explained(emptied(reply, Rcode.REFUSED), Ede.NOT_AUTHORITATIVE)
    case 'upward':
      return upward(reply)
    case 'wrongId':
      return { ...reply, id: reply.id ^ idMask }
    case 'wrongQuestion':
      return { ...reply, questions: reply.questions.map(misheard) }
    case 'caseLost':
      return {
        ...reply,
        questions: reply.questions.map((asked) => ({ ...asked, name: lowerName(asked.name) })),
      }
    case 'notAuthoritative':
      return { ...reply, flags: reply.flags & ~Flag.AA }
    case 'inject':
      return injected(reply, as.section, apex)
    default:
      return reply
  }
}

function isSilent({ kind }: Behaviour, { via }: Asked): boolean {
  return (
    kind === 'drop' ||
    (kind === 'refuseTcp' && via === 'tcp') ||
    (kind === 'refuseUdp' && via === 'udp')
  )
}

const sumOfDelays = (sum: number, as: Behaviour) => sum + (as.kind === 'delay' ? as.ms : 0)
const isOfQuery = ({ kind }: Behaviour) => kind === 'stripEdns' || kind === 'stripDnssec'
const leavesReply = (as: Behaviour) => isOfQuery(as) || as.kind === 'delay'

/**
 * What a server does about a query, given what is right to say and how the server behaves. Acts
 * of other kinds are passed over. `honest` is asked at most once, for the query as it was heard;
 * where nothing is at work, or the query is not one, its octets go out as they are.
 */
export function behave(
  query: Uint8Array,
  acts: readonly Act[],
  stand: Stand,
  honest: Honest,
): Reply {
  const conducts = acts.filter((act): act is Conduct => act.kind === 'behave')
  const asked = conducts.length > 0 ? understood(query) : undefined
  const [question] = asked?.questions ?? []
  if (!asked || !question) return { octets: honest(query), delayMs: 0 }
  const behaviours = conducts
    .filter((conduct) => applies(conduct, question, stand))
    .map(({ as }) => as)
  const delayMs = behaviours.reduce(sumOfDelays, 0)
  if (behaviours.some((as) => isSilent(as, stand.asked))) return { octets: undefined, delayMs }
  const heard = behaviours.reduce(asHeard, asked)
  const octets = honest(heard === asked ? query : writeMessage(heard))
  if (!octets || behaviours.every(leavesReply)) return { octets, delayMs }
  const said = behaviours.reduce((reply, as) => asSaid(reply, as, stand.apex), readMessage(octets))
  const octetsMax = answerOctetsMax(heard.edns, stand.asked.via)
  return { octets: encodeMessage(said, octetsMax), delayMs }
}
