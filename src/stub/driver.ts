import { setMaxListeners } from 'node:events'
import { onAbort } from '../base/index.ts'
import { Ede, Rcode } from '../message/index.ts'
import { formatType, type RRType } from '../rr/index.ts'
import type {
  LookupResult,
  Reason,
  Validation,
  ValidationContext,
  ValidatorLimits,
  Verdict,
} from '../validator/index.ts'
import { formatName, type Name, type NameKey, nameKey } from '../wire/index.ts'
import { TimedCache } from './cache.ts'
import { Denials } from './denials.ts'
import { Errand } from './errand.ts'
import { Gate } from './gate.ts'
import type { StubLimits } from './limits.ts'
import { type Lookups, lookupKey } from './lookups.ts'
import type { Resolution, ResolveOptions, Stub, StubOptions } from './stub.ts'
import { TrustCache } from './trust.ts'
import { agedVerdict, verdictOctets } from './ttl.ts'

/** The question of a validation. */
interface Question {
  readonly name: Name
  readonly type: RRType
}

/** Starts a validation; that of the validator, or a test's own. */
export type Validate = (question: Question, context: ValidationContext) => Validation

/** What the driver is made with. */
export interface DriverOptions
  extends Omit<StubOptions, 'mode' | 'limits' | 'validatorLimits' | 'network'> {
  readonly limits: StubLimits
  readonly validatorLimits: ValidatorLimits
  readonly validate: Validate
  readonly lookups: Lookups
  /** Closes what the network needs. */
  readonly closeNetwork: () => void
}

/** A verdict, and whether it took two runs to come to it. */
type Judgement = Omit<Resolution, 'elapsedMs' | 'queries'>

/** One run of a validation, and what it rested on. */
interface Run {
  readonly verdict: Verdict
  readonly lookups: ReadonlySet<string>
  /** Those of them that came over the network for this run. */
  readonly fetched: ReadonlySet<string>
  readonly servers: ReadonlySet<string>
  readonly failedZones: ReadonlySet<NameKey>
  /** Those whose servers answered, and of which something was known before. */
  readonly keptZones: readonly Name[]
  /** Whether asking again could bring anything else: from other servers, or not from the cache. */
  readonly isWorthRepeating: boolean
}

const nobody: ReadonlySet<string> = new Set()

function indeterminate(question: Question, reason: Reason): Verdict {
  return {
    question,
    security: 'indeterminate',
    rcode: Rcode.SERVFAIL,
    reason,
    hops: [],
    data: undefined,
    answer: [],
    authority: [],
    chain: [],
    ttl: 0,
  }
}

/** Runs validations: fetches what they want to see, keeps what came of them. */
export class Driver implements Stub {
  readonly #options: DriverOptions
  readonly #trust: TrustCache
  readonly #verdicts: TimedCache<Judgement>
  readonly #denials: Denials
  readonly #gate: Gate
  readonly #underWay = new Map<Errand, Promise<Judgement>>()
  #isClosed = false

  /** Nothing is asked before `resolve` is called. */
  constructor(options: DriverOptions) {
    const { limits, clock } = options
    this.#options = options
    this.#trust = new TrustCache(limits.trustOctets, limits.failureSeconds, clock)
    this.#verdicts = new TimedCache(limits.verdictOctets, clock, verdictOctets)
    const octetsMax = limits.denialOctets
    this.#denials = new Denials({ octetsMax, clock, limits: options.validatorLimits })
    this.#gate = new Gate(limits.concurrency, limits.waiting)
  }

  /** Resolves one question; see `Stub`. */
  async resolve(name: Name, type: RRType, options: ResolveOptions = {}): Promise<Resolution> {
    const { limits, timers, monotonicMs } = this.#options
    const begun = monotonicMs()
    const { signal, onTrace } = options
    const errand = new Errand(limits.queries, onTrace)
    const give = (): void => errand.abandon('Given up by the caller')
    const timer = timers.set(limits.resolveTimeoutMs, () => {
      errand.abandon(`No verdict within ${limits.resolveTimeoutMs} ms`, 'resolveTimeoutMs')
    })
    // Any number of questions may share a signal; Node takes the eleventh for a leak.
    if (signal) setMaxListeners(0, signal)
    const unhear = onAbort(signal, give)
    if (this.#isClosed) errand.abandon('The stub is closed')
    const verdict = this.#resolve({ name, type }, errand)
    this.#underWay.set(errand, verdict)
    try {
      const judged = await verdict
      return { ...judged, elapsedMs: monotonicMs() - begun, queries: errand.queries }
    } finally {
      this.#underWay.delete(errand)
      timers.clear(timer)
      unhear()
    }
  }

  /** Closes; see `Stub`. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const errand of this.#underWay.keys()) errand.abandon('The stub is closed')
    await Promise.all(this.#underWay.values())
    this.#options.closeNetwork()
  }

  async #resolve(question: Question, errand: Errand): Promise<Judgement> {
    const known = errand.over ? undefined : this.#known(question, errand)
    if (known) return known
    const place = await this.#gate.enter(errand)
    if (place === 'full') {
      const text = `More than ${this.#options.limits.waiting} questions wait`
      return indeterminate(question, { text, ede: Ede.OTHER, limit: 'waiting' })
    }
    if (place === 'over') {
      return indeterminate(question, errand.over ?? { text: 'Given up', ede: Ede.OTHER })
    }
    try {
      const verdict = await this.#judge(question, errand)
      if (errand.over) return verdict
      this.#verdicts.set(lookupKey(question), verdict, this.#secondsToKeep(verdict))
      this.#denials.learn(verdict)
      return verdict
    } finally {
      this.#gate.leave()
    }
  }

  /** What is known without asking: the same question's verdict, or a denial of it. */
  #known(question: Question, errand: Errand): Judgement | undefined {
    const text = `verdict on ${formatName(question.name)} ${formatType(question.type)}`
    const kept = this.#verdicts.get(lookupKey(question))
    if (kept) {
      errand.trace({ kind: 'cached', ...question, text: `${text}: kept for ${kept.age} s` })
      return { ...agedVerdict(kept.value, kept.age), question }
    }
    const denied = this.#denials.deny(question)
    if (denied) errand.trace({ kind: 'cached', ...question, text: `${text}: denied before` })
    return denied
  }

  /**
   * What is bogus is forgotten, and asked once more, of other servers where there are any: one of
   * them may have been stale, or between us and it somebody lies. Who does not look twice keeps
   * what was kept before: it was sound once, and its TTL says for how long.
   */
  async #judge(question: Question, errand: Errand): Promise<Judgement> {
    const first = await this.#run(question, errand, nobody)
    if (first.verdict.security !== 'bogus') return first.verdict
    if (this.#options.looksTwice === false) {
      this.#forget({ ...first, lookups: first.fetched, keptZones: [] })
      return first.verdict
    }
    this.#forget(first)
    if (!first.isWorthRepeating || errand.over) return first.verdict
    const second = await this.#run(question, errand, first.servers)
    if (second.verdict.security === 'bogus') this.#forget(second)
    const decisive = second.verdict.security === 'indeterminate' ? first : second
    return { ...decisive.verdict, retriedAfter: first.verdict.reason }
  }

  async #run(question: Question, errand: Errand, avoid: ReadonlySet<string>): Promise<Run> {
    const { validate, anchors, clock, validatorLimits, lookups } = this.#options
    const used = new Set<string>()
    const fetched = new Set<string>()
    const servers = new Set<string>()
    const failedZones = new Set<NameKey>()
    const keptZones: Name[] = []
    let isWorthRepeating = false
    const validation = validate(question, {
      anchors,
      now: clock.now(),
      limits: validatorLimits,
      trust: this.#trust.forRun((name) => failedZones.add(name)),
      onStep: (step) => errand.trace({ kind: 'step', step }),
    })
    let step = validation.next()
    while (!step.done) {
      const lookup = step.value
      const found = await lookups.find(lookup, errand, avoid)
      used.add(lookupKey(lookup))
      if (found.isCached !== true) fetched.add(lookupKey(lookup))
      if (found.kind === 'message') {
        servers.add(found.server)
        isWorthRepeating ||= found.hasOthers || found.isCached === true
        // A zone may be no more, and its parent have its names: what is kept of it is of before.
        const { zone } = found
        if (zone && lookup.purpose === 'answer' && this.#trust.has(nameKey(zone))) {
          keptZones.push(zone)
          isWorthRepeating = true
        }
      }
      step = validation.next(resultOf(found))
    }
    return {
      ...{ verdict: step.value, lookups: used, fetched, servers },
      ...{ failedZones, keptZones, isWorthRepeating },
    }
  }

  #forget({ lookups, failedZones, keptZones }: Run): void {
    for (const key of lookups) this.#options.lookups.forget(key)
    for (const zone of failedZones) this.#trust.forget(zone)
    for (const zone of keptZones) {
      this.#trust.forget(nameKey(zone))
      this.#options.lookups.forgetZone(zone)
    }
  }

  #secondsToKeep({ security, ttl }: Verdict): number {
    const { failureSeconds } = this.#options.limits
    const isFailure = security === 'bogus' || security === 'indeterminate'
    return isFailure ? failureSeconds : Math.min(ttl, this.#options.validatorLimits.ttlSecondsMax)
  }
}

function resultOf(found: Awaited<ReturnType<Lookups['find']>>): LookupResult {
  if (found.kind === 'message') return { kind: 'message', message: found.message, zone: found.zone }
  if (found.kind === 'failed') return { kind: 'failed', reason: found.reason, rcode: found.rcode }
  return { kind: 'failed', reason: found.reason, rcode: Rcode.SERVFAIL }
}
