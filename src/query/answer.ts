import { Class, Ede, ednsFlagDo, Flag, Rcode } from '../message/index.ts'
import { RR, type RRType } from '../rr/index.ts'
import { type Name, nameKey } from '../wire/index.ts'
import { answerChaos } from './chaos.ts'
import type { AnswerContext } from './context.ts'
import { isServedClass, readIntake } from './intake.ts'
import { walk } from './walk.ts'

const streamOctetsMax = 65535
/** What an answer keeps of the query's second header word: opcode, RD and CD (RFC 4035 §3.1.6). */
const keptFlags = 0x7800 | Flag.RD | Flag.CD

/**
 * Answers one query.
 *
 * @param query the octets of the message; read during the call only
 * @param out where the answer goes; 65535 octets
 * @returns the length of the answer in `out`; 0 means: send nothing
 */
export function answer(query: Uint8Array, out: Uint8Array, ctx: AnswerContext): number {
  const { intake, response, options } = ctx
  response.begin()
  const verdict = readIntake(query, intake)
  if (verdict === 'drop') return 0
  frame(query, ctx)

  if (verdict === 'malformed') return refuse(ctx, out, Rcode.FORMERR)
  if (verdict === 'unsupported') return refuse(ctx, out, Rcode.NOTIMP, Ede.NOT_SUPPORTED)
  if (verdict === 'badVersion') return refuse(ctx, out, Rcode.BADVERS)

  const type = intake.type as RRType
  switch (type) {
    case RR.NXNAME: // RFC 9824 §3.5
      return refuse(ctx, out, Rcode.FORMERR, Ede.INVALID_QUERY_TYPE)
    case RR.OPT:
    case RR.TSIG: // RFC 8945 §4.2: never asked for
      return refuse(ctx, out, Rcode.FORMERR)
    case RR.AXFR:
    case RR.IXFR: // RFC 5936 §2.2.1: by local policy
      return refuse(ctx, out, Rcode.REFUSED, Ede.PROHIBITED)
    case RR.MAILA:
    case RR.MAILB: // obsolete since RFC 973
    case RR.TKEY:
      return refuse(ctx, out, Rcode.NOTIMP, Ede.NOT_SUPPORTED)
  }

  const qname = query.subarray(12, intake.questionEnd - 4) as Name
  if (intake.class === Class.CH && answerChaos(ctx, qname, type)) {
    return response.encode(out, ctx.envelope)
  }
  if (!isServedClass(intake.class)) return refuse(ctx, out, Rcode.REFUSED)

  const key = nameKey(qname)
  const { zones } = options
  const served = type === RR.DS ? zones.findForDs(key) : zones.find(key)
  if (!served) return refuse(ctx, out, Rcode.REFUSED, Ede.NOT_AUTHORITATIVE)
  walk(ctx, served, qname, key, type)
  return response.encode(out, ctx.envelope)
}

/** Frames the answer: what it echoes of the query, how long it may be. */
function frame(query: Uint8Array, { intake, envelope, options }: AnswerContext): void {
  const { datagramOctetsMax } = options
  envelope.id = intake.id
  envelope.flags = Flag.QR | (intake.flags & keptFlags)
  envelope.question = query.subarray(12, intake.questionEnd)
  envelope.edns = intake.edns
  envelope.ednsFlags = intake.dnssecOk ? ednsFlagDo : 0
  envelope.nsid = intake.wantsNsid ? options.identity : undefined
  envelope.octetsMax =
    datagramOctetsMax === undefined
      ? streamOctetsMax
      : Math.min(intake.udpOctets, datagramOctetsMax)
}

/** An answer that is nothing but an rcode, with an extended error where one says more. */
function refuse(ctx: AnswerContext, out: Uint8Array, rcode: number, ede = -1): number {
  ctx.response.rcode = rcode
  ctx.response.ede = ede
  return ctx.response.encode(out, ctx.envelope)
}
