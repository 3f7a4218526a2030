import { setMaxListeners } from 'node:events'
import type { Timers } from '../base/index.ts'
import type { Message } from '../message/index.ts'
import type { RRType } from '../rr/index.ts'
import { lowerName, type Name } from '../wire/index.ts'
import { defaultStubLimits } from './limits.ts'
import { type Judged, judgeResponse, makeQuery } from './query.ts'
import { socketNetwork } from './sockets.ts'
import type { Upstream } from './stub.ts'
import type { Carried } from './transport.ts'

/** Whom to ask what, and how long to wait. */
export interface OpinionOptions {
  readonly resolver: Upstream
  readonly name: Name
  readonly type: RRType
  /** Without its opinion: CD is set (RFC 4035 §3.2.2). */
  readonly checkingDisabled: boolean
  /** Compact answers are welcome: CO is set (RFC 9824 §5.1). */
  readonly compactOk: boolean
  /** Milliseconds for the first attempt; twice as many for each further one. */
  readonly timeoutMs: number
  readonly attempts: number
  readonly timers: Timers
  readonly random: (octets: number) => Uint8Array
  readonly signal: AbortSignal
}

/** What a resolver said, or why nothing is known. */
export type Opinion =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'nothing'; readonly text: string }

type Answer = Exclude<Judged, { kind: 'ignored' }>

/**
 * Asks a resolver what it makes of a question: RD and DO are set, and CD only where its opinion is
 * not wanted. For those who want to know what others say; a `Stub` judges for itself. Truncated
 * answers, and those to a question in other letters, are fetched by TCP. Never rejects.
 */
export async function askOpinion(options: OpinionOptions): Promise<Opinion> {
  const { resolver, attempts, timeoutMs, timers, random, signal } = options
  const network = socketNetwork({ timers, random, limits: defaultStubLimits })
  // Any number of questions may share a signal; Node takes the eleventh for a leak.
  setMaxListeners(0, signal)
  let { via } = resolver
  let text = 'nothing was asked'
  try {
    for (let attempt = 0; attempt < attempts; ) {
      const carried = carry(
        { ...options, resolver: { ...resolver, via } },
        timeoutMs * 2 ** attempt,
      )
      const heard = await (via === 'udp' ? network.byUdp(carried) : network.byStream(carried))
      if (heard.kind === 'abandoned' || signal.aborted) return { kind: 'nothing', text: 'given up' }
      if (heard.kind !== 'heard') {
        text = heard.text
        attempt++
      } else if (heard.value.kind === 'message') {
        return { kind: 'message', message: heard.value.message }
      } else if (via !== 'udp') {
        const isCut = heard.value.kind === 'truncated'
        return {
          kind: 'nothing',
          text: `${isCut ? 'truncated' : 'another case'} even over a stream`,
        }
      } else {
        via = 'tcp'
      }
    }
    return { kind: 'nothing', text }
  } finally {
    network.close()
  }
}

function carry(options: OpinionOptions, timeoutMs: number): Carried<Answer> {
  const { resolver, name, type, checkingDisabled, compactOk, random, signal } = options
  const [high = 0, low = 0] = random(2)
  const query = makeQuery(
    { name, type, isRecursive: true, wantsOpinion: !checkingDisabled, compactOk },
    {
      id: (high << 8) | low,
      sent: lowerName(name),
      udpOctets: defaultStubLimits.udpOctets,
      cookie: undefined,
      isPadded: resolver.via === 'tls',
    },
  )
  const hear = (octets: Uint8Array): Answer | undefined => {
    const judged = judgeResponse(octets, query)
    return judged.kind === 'ignored' ? undefined : judged
  }
  return { server: resolver, octets: query.octets, hear, timeoutMs, signal }
}
