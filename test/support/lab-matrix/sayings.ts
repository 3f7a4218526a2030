import type { Ask, Fault } from '../../../src/lab/index.ts'
import {
  EdnsOption,
  ednsFlagCompact,
  Flag,
  formatRcode,
  type Message,
  Rcode,
  readMessage,
} from '../../../src/message/index.ts'
import { type Name, parseName } from '../../../src/wire/index.ts'
import { faultApex } from '../../../src/world/index.ts'
import { dnsClient, encodeQuery, mapLimited, type Patience } from '../peers/client.ts'

/** What a resolver said to one question. */
export interface Saying {
  /** `secure` (AD), `insecure`, with an rcode other than NOERROR; `SERVFAIL`; or `nothing`. */
  readonly status: string
  /** Codes of RFC 8914, each once, in order. */
  readonly ede: readonly number[]
  /** The lowest of the answer's. */
  readonly ttl: number | undefined
}

/** Resolvers give up by themselves; this is against those that never do. */
const patience: Patience = { udpTries: 1, udpTryMilliseconds: 60_000, tcpMilliseconds: 60_000 }

/** Questions that one resolver has at a time: many of them wait for servers that are silent. */
const concurrency = 16

/** The name that is asked about in the zone of a fault. */
export function askedName(id: string, { owner }: Ask): Name {
  const apex = faultApex(id)
  return owner === '@' ? apex : parseName(owner, apex)
}

function codesOf({ edns }: Message): number[] {
  const codes = (edns?.options ?? [])
    .filter(({ code, data }) => code === EdnsOption.EDE && data.length >= 2)
    .map(({ data }) => ((data[0] ?? 0) << 8) | (data[1] ?? 0))
  return [...new Set(codes)].sort((a, b) => a - b)
}

/** How a status is written: NOERROR goes without saying. */
export function statusText(security: 'secure' | 'insecure', rcode: string): string {
  return rcode === 'NOERROR' ? security : `${security} ${rcode}`
}

function sayingOf(message: Message): Saying {
  const { flags, rcode, answer } = message
  const security = flags & Flag.AD ? 'secure' : 'insecure'
  const isFailure = rcode === Rcode.SERVFAIL
  return {
    status: isFailure ? 'SERVFAIL' : statusText(security, formatRcode(rcode)),
    ede: codesOf(message),
    ttl: answer.length === 0 ? undefined : Math.min(...answer.map(({ ttl }) => ttl)),
  }
}

/** Asks a resolver about every fault, in order; once each, since it remembers. */
export async function askAll(address: string, faults: readonly Fault[]): Promise<Saying[]> {
  const client = dnsClient(53, patience, address)
  try {
    return await mapLimited(faults, concurrency, async ({ id, ask }) => {
      const query = encodeQuery({
        name: askedName(id, ask),
        type: ask.type,
        dnssecOk: true,
        ednsFlags: ask.compactOk ? ednsFlagCompact : 0,
        flags: Flag.RD,
      })
      try {
        const first = readMessage(await client.udp(query))
        return sayingOf(first.flags & Flag.TC ? readMessage(await client.tcp(query)) : first)
      } catch {
        return { status: 'nothing', ede: [], ttl: undefined }
      }
    })
  } finally {
    client.close()
  }
}
