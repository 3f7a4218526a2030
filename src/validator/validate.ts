import { Ede, Rcode } from '../message/index.ts'
import type { RRType } from '../rr/index.ts'
import { formatName, type Name, type NameKey, nameKey } from '../wire/index.ts'
import { receivedMessage } from './failures.ts'
import { failedHop, find, type JudgedHop, judgeHop, worstOf } from './hop.ts'
import { type Sections, sectionsOf } from './judge.ts'
import type { Validation, ValidationContext } from './lookup.ts'
import { because } from './reason.ts'
import { type Asking, ask, Run } from './run.ts'
import type { JudgedRRset, Verdict } from './verdict.ts'

/** Seconds for which a failure may be kept, and has to be (RFC 9520 §3.2, §3.4). */
const failureSecondsMax = { bogus: 60, indeterminate: 5 }
const failureSecondsMin = 1

/** The end of a chain of aliases that has no end. */
function endless(run: Run, name: Name, isLoop: boolean): JudgedHop {
  const { aliases } = run.limits
  const reason = isLoop
    ? because(`The aliases lead back to ${formatName(name)}`, Ede.OTHER)
    : because(`More than ${aliases} aliases lead on`, Ede.OTHER, { limit: 'aliases' })
  run.step('limit', 'indeterminate', reason)
  return failedHop(name, reason)
}

/**
 * Follows the question to its end, every name on the way by itself. The next name is taken from the
 * message at hand while that has data for it; otherwise it is looked up, so that no name is denied
 * but by an answer to a question for it.
 */
function* follow(run: Run, asked: Name, type: RRType): Asking<JudgedHop[]> {
  const hops: JudgedHop[] = []
  const seen = new Set<NameKey>()
  let name = asked
  let message: Parameters<typeof sectionsOf>[0] | undefined
  let sections: Sections | undefined
  for (;;) {
    const key = nameKey(name)
    if (seen.has(key) || seen.size > run.limits.aliases) {
      hops.push(endless(run, name, seen.has(key)))
      return hops
    }
    seen.add(key)
    if (!message || !sections || find(sections.answer, name, type).kind === 'none') {
      const result = yield* ask(run, { name, type, purpose: 'answer' })
      const received = receivedMessage(result, name, type)
      if ('text' in received) {
        const rcode = result.kind === 'failed' ? result.rcode : result.message.rcode
        hops.push(failedHop(name, received, rcode))
        return hops
      }
      message = received
      sections = sectionsOf(received, result.kind === 'message' ? result.zone : undefined)
    }
    const judged = yield* judgeHop(run, name, type, message, sections)
    hops.push(judged)
    const { security } = judged.hop
    if (!judged.target || security === 'bogus' || security === 'indeterminate') return hops
    name = judged.target
  }
}

/** The rcode of a failure: what a lookup for the data itself failed with, else SERVFAIL. */
function failureRcode({ hop: { security }, rcode }: JudgedHop): number {
  const isAnswer = rcode === Rcode.NOERROR || rcode === Rcode.NXDOMAIN
  return security === 'bogus' || isAnswer ? Rcode.SERVFAIL : rcode
}

/** Puts the hops together: the worst decides (RFC 7672 §2.1.3). */
function conclude(run: Run, question: Verdict['question'], judged: readonly JudgedHop[]): Verdict {
  const hops = judged.map(({ hop }) => hop)
  const worst = judged[worstOf(hops)] as JudgedHop
  const last = judged[judged.length - 1] as JudgedHop
  const { security } = worst.hop
  const { reason } = security === 'secure' ? last.hop : worst.hop
  const isBelieved = security === 'secure' || security === 'insecure'
  const believed = (sets: readonly JudgedRRset[]) =>
    sets.filter((set) => set.security === 'secure' || set.security === 'insecure')
  return {
    question,
    security,
    rcode: isBelieved ? last.rcode : failureRcode(worst),
    reason,
    hops,
    data: isBelieved && last.hop.kind === 'end' ? last.hop.data : undefined,
    answer: judged.flatMap(({ answer }) => believed(answer)),
    authority: judged.flatMap(({ authority }) => believed(authority)),
    chain: run.chain,
    ttl:
      security === 'bogus' || security === 'indeterminate'
        ? Math.max(failureSecondsMin, Math.min(run.ttl, failureSecondsMax[security]))
        : run.ttl,
  }
}

/**
 * Validates the answer to one question, from the question to the verdict. The first lookup is the
 * question itself. See the essay of this room for what it promises.
 */
export function* validate(question: Verdict['question'], context: ValidationContext): Validation {
  const run = new Run(context)
  const judged = yield* follow(run, question.name, question.type)
  return conclude(run, question, judged)
}
