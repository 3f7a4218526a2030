import type { UnixSeconds } from '../base/index.ts'
import { Ede, Rcode } from '../message/index.ts'
import { type NameKey, nameKey } from '../wire/index.ts'
import type { ValidatorLimits } from './limits.ts'
import type {
  Lookup,
  LookupResult,
  ValidationContext,
  ValidationStep,
  ZoneTrust,
} from './lookup.ts'
import type { HashBudget } from './proof.ts'
import { because } from './reason.ts'
import type { ChainLink, Reason, Security } from './verdict.ts'

/** A piece of a validation: asks for lookups on its way to a `T`. */
export type Asking<T> = Generator<Lookup, T, LookupResult>

/** The limits that all zones of a validation share: an alias may lead on once they are hit. */
const sharedLimits: ReadonlySet<string | undefined> = new Set<keyof ValidatorLimits>([
  'signaturesPerValidation',
  'nsec3Hashes',
])

function isSpent({ limit }: Reason): boolean {
  return sharedLimits.has(limit)
}

/** One validation under way: what it may still spend, and what it has found so far. */
export class Run {
  readonly context: ValidationContext
  /** The zones passed, in order of their discovery. */
  readonly chain: ChainLink[] = []
  /** Counts rounds of hashing. */
  readonly hashes: HashBudget
  readonly #found = new Map<NameKey, ZoneTrust>()
  #signatures = 0
  #lookups = 0
  #ttl: number

  /** Begins with nothing spent. */
  constructor(context: ValidationContext) {
    this.context = context
    this.#ttl = context.limits.ttlSecondsMax
    let rounds = context.limits.nsec3Hashes
    this.hashes = {
      spend(wanted) {
        if (wanted > rounds) return false
        rounds -= wanted
        return true
      },
    }
  }

  /** The time at which signatures have to be valid. */
  get now(): UnixSeconds {
    return this.context.now
  }

  /** What strangers may cause. */
  get limits(): ValidatorLimits {
    return this.context.limits
  }

  /** The least TTL of all that was used so far. */
  get ttl(): number {
    return this.#ttl
  }

  /** The verdict rests on something that lives so long. */
  restOn(ttlSeconds: number): void {
    this.#ttl = Math.max(0, Math.min(this.#ttl, ttlSeconds))
  }

  /** Takes one verification of a signature from what is left; false when there is none. */
  spendSignature(): boolean {
    return ++this.#signatures <= this.limits.signaturesPerValidation
  }

  /** Takes one lookup from what is left; false when there is none. */
  spendLookup(): boolean {
    return ++this.#lookups <= this.limits.lookups
  }

  /** Tells whoever listens. */
  step(kind: ValidationStep['kind'], security: Security, reason: Reason): void {
    this.context.onStep?.({ kind, security, reason })
  }

  /** What is known of the cut, or the absence of one, at a name: by this validation or before. */
  known(key: NameKey): ZoneTrust | undefined {
    return this.#found.get(key) ?? this.context.trust.get(key, this.now)
  }

  /**
   * Keeps what was found at a name: for this validation only what has no life left, and what failed
   * because too much was spent before, which says nothing of the zone to anybody else.
   */
  keep(key: NameKey, trust: ZoneTrust): void {
    this.#found.set(key, trust)
    if (trust.expires <= this.now || isSpent(trust.link.reason)) return
    this.context.trust.set(key, trust)
  }

  /** Notes a zone that was passed on the way down. */
  pass({ link, expires }: ZoneTrust): void {
    this.restOn(expires - this.now)
    const key = nameKey(link.zone)
    if (this.chain.every(({ zone }) => nameKey(zone) !== key)) this.chain.push(link)
  }
}

/** Asks for one lookup, unless all have been made. */
export function* ask(run: Run, lookup: Lookup): Asking<LookupResult> {
  if (run.spendLookup()) return yield lookup
  const text = `${run.limits.lookups} lookups were made for one question`
  const reason = because(text, Ede.OTHER, { limit: 'lookups' })
  run.step('limit', 'indeterminate', reason)
  return { kind: 'failed', rcode: Rcode.SERVFAIL, reason }
}
