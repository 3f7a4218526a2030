import type { Timers } from '../base/index.ts'
import type { Status } from '../lab/index.ts'
import { Flag, formatRcode, type Message, Rcode } from '../message/index.ts'
import { askOpinion, type Opinion, saidErrors, type Upstream } from '../stub/index.ts'
import { type Case, whyNotAtFront } from './cases.ts'
import type { Result, Said } from './compare.ts'
import { type TrialOptions, tryCases } from './trial.ts'

/** Which resolver is put to the test. */
export interface RunOptions extends TrialOptions {
  readonly resolver: Upstream
  readonly cases: readonly Case[]
  /** It reaches the world through one address; what cannot show there is not asked. */
  readonly throughFront?: boolean
  readonly timers: Timers
  /** So many octets that nobody can foresee. */
  readonly random: (octets: number) => Uint8Array
  /** Milliseconds before a question is put again; `resolverPatienceMs` unless given. */
  readonly timeoutMs?: number
  /** How often a question is put; `resolverAttempts` unless given. */
  readonly attempts?: number
}

/** Resolvers try for some ten seconds before they say that nobody answers. */
const resolverPatienceMs = 6000
const resolverAttempts = 3

/**
 * Asks a resolver about every case: RD and DO set, CD clear. Where it says SERVFAIL it is asked
 * once more with CD set: what it then answers it had, and called bogus (RFC 4035 §3.2.2).
 */
export function run(options: RunOptions): Promise<readonly Result[]> {
  const { cases, throughFront = false } = options
  const asker = {
    excuse: ({ fault }: Case) => (throughFront ? whyNotAtFront(fault) : undefined),
    ask: (asked: Case) => ask(asked, options),
  }
  return tryCases(cases, asker, { seesFailures: false, holdsEde: false }, options)
}

/** Rcodes of an answer, rather than of a failure (RFC 2308 §2, RFC 6672 §2.2). */
const answers: ReadonlySet<number> = new Set([Rcode.NOERROR, Rcode.NXDOMAIN, Rcode.YXDOMAIN])

async function ask({ fault, name, type }: Case, options: RunOptions): Promise<Said> {
  const { resolver, timers, random } = options
  const { timeoutMs = resolverPatienceMs, attempts = resolverAttempts } = options
  const signal = options.signal ?? new AbortController().signal
  const { compactOk = false } = fault.ask
  const put = (checkingDisabled: boolean): Promise<Opinion> =>
    askOpinion({
      ...{ resolver, name, type, checkingDisabled, compactOk },
      ...{ timeoutMs, attempts, timers, random, signal },
    })
  const opinion = await put(false)
  if (opinion.kind === 'nothing') {
    return { status: 'unreachable', rcode: 'none', ede: [], ttl: undefined, told: opinion.text }
  }
  const { message } = opinion
  const unchecked = message.rcode === Rcode.SERVFAIL ? await put(true) : undefined
  const { answer, rcode } = message
  const ede = saidErrors(message)
  return {
    status: statusOf(message, unchecked),
    rcode: formatRcode(rcode),
    ede,
    ttl: answer.length > 0 ? Math.max(...answer.map(({ ttl }) => ttl)) : undefined,
    told: [...toldBy(message), ...toldUnchecked(unchecked)].join('; '),
  }
}

function statusOf({ rcode, flags }: Message, unchecked: Opinion | undefined): Status {
  if (answers.has(rcode)) return (flags & Flag.AD) === 0 ? 'insecure' : 'secure'
  const isThere = unchecked?.kind === 'message' && answers.has(unchecked.message.rcode)
  return isThere ? 'bogus' : 'unreachable'
}

function toldBy(message: Message): readonly string[] {
  const texts = saidErrors(message).map(({ code, text }) =>
    text === '' ? `EDE ${code}` : `EDE ${code}: ${text}`,
  )
  return texts.length > 0 ? texts : ['no extended error']
}

function toldUnchecked(unchecked: Opinion | undefined): readonly string[] {
  if (!unchecked) return []
  return [
    unchecked.kind === 'message'
      ? `with CD ${formatRcode(unchecked.message.rcode)}`
      : `with CD ${unchecked.text}`,
  ]
}
