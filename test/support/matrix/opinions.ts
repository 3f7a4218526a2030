import { systemClock, systemTimers } from '../../../src/base/index.ts'
import { randomOctets } from '../../../src/crypto/index.ts'
import { Flag, formatRcode, Rcode, readMessage } from '../../../src/message/index.ts'
import { parseType } from '../../../src/rr/index.ts'
import { createStub, type Mode, parseAnchors, type Stub } from '../../../src/stub/index.ts'
import { parseName } from '../../../src/wire/index.ts'
import { dnsClient, encodeQuery } from '../peers/client.ts'
import { runProgram, transcript } from '../peers/programs.ts'
import { addresses } from './leaves.ts'

/**
 * What somebody makes of a question: `secure` or `insecure` with the rcode, as `secure NXDOMAIN`;
 * `bogus`; or `indeterminate`.
 */
export type Opinion = string

/** A question, and all that is needed to say why an opinion is what it is. */
export interface Judgement {
  readonly opinion: Opinion
  readonly why: string
  /** The code of RFC 8914, where one was given. */
  readonly ede?: number | undefined
}

/** Somebody who has opinions. */
export interface Judge {
  ask(name: string, type: string): Promise<Judgement>
  close(): Promise<void>
}

/** Our stub, forwarding or iterating. */
export function stubJudge(mode: Mode, rootDs: string): Judge {
  const stub: Stub = createStub({
    mode,
    anchors: parseAnchors(`. IN DS ${rootDs}\n`, 'root', systemClock.now()),
    clock: systemClock,
    monotonicMs: () => performance.now(),
    timers: systemTimers,
    random: randomOctets,
  })
  return {
    async ask(name, type) {
      const { security, rcode, reason } = await stub.resolve(parseName(name), parseType(type))
      const isTold = security === 'secure' || security === 'insecure'
      const opinion = isTold ? `${security} ${formatRcode(rcode)}` : security
      return { opinion, why: reason.text, ede: reason.ede }
    },
    close: () => stub.close(),
  }
}

/** Our stub through a resolver. */
export function forwardJudge(address: string, rootDs: string): Judge {
  return stubJudge({ kind: 'forward', servers: [{ address, port: 53, via: 'udp' }] }, rootDs)
}

/** Our stub without one. */
export function iterateJudge(rootDs: string): Judge {
  const hints = [{ name: parseName('ns.root.'), address: addresses.root, port: 53 }]
  return stubJudge({ kind: 'iterate', hints, port: 53 }, rootDs)
}

/** A resolver that validates: its AD bit and rcode. */
export function resolverJudge(address: string): Judge {
  const client = dnsClient(53, undefined, address)
  return {
    async ask(name, type) {
      const query = { name, type: parseType(type), dnssecOk: true, flags: Flag.RD }
      let answer = readMessage(await client.udp(encodeQuery(query)))
      if (answer.flags & Flag.TC) answer = readMessage(await client.tcp(encodeQuery(query)))
      const { flags, rcode } = answer
      const security = flags & Flag.AD ? 'secure' : 'insecure'
      const opinion = rcode === Rcode.SERVFAIL ? 'bogus' : `${security} ${formatRcode(rcode)}`
      return { opinion, why: `AD ${(flags & Flag.AD) !== 0}, ${formatRcode(rcode)}` }
    },
    close: async () => client.close(),
  }
}

/** delv, which validates what a resolver gives it unvalidated. */
export function delvJudge(address: string, anchorFile: string): Judge {
  return {
    async ask(name, type) {
      const server = [`@${address}`, '-a', anchorFile, '+root=.']
      const text = transcript(await runProgram('delv', [...server, name, type]))
      return { opinion: delvOpinion(text), why: text }
    },
    close: async () => undefined,
  }
}

function delvOpinion(text: string): Opinion {
  const rcode = /ncache nxdomain/.test(text) ? 'NXDOMAIN' : 'NOERROR'
  // Along a chain of aliases it says one thing after the other: the worst counts.
  if (/^; (?:negative response, )?unsigned answer$/m.test(text)) return `insecure ${rcode}`
  if (/^; (?:negative response, )?fully validated$/m.test(text)) return `secure ${rcode}`
  return /resolution failed: (?!ncache)/.test(text) ? 'bogus' : 'unknown'
}
