import type { UnixSeconds } from '../base/index.ts'
import type { Message } from '../message/index.ts'
import type { RRType } from '../rr/index.ts'
import type { Name, NameKey } from '../wire/index.ts'
import type { ValidatorLimits } from './limits.ts'
import type { ChainLink, Reason, Security, Verdict } from './verdict.ts'

/** What the validator wants to see next. */
export interface Lookup {
  readonly name: Name
  readonly type: RRType
  /** `ds` has to be asked of the parent's servers where one asks authorities oneself. */
  readonly purpose: 'answer' | 'ds' | 'dnskey'
}

/** What came of a lookup: a response to that very question, as received, or none. */
export type LookupResult =
  | {
      readonly kind: 'message'
      readonly message: Message
      /**
       * The zone whose server said it, where that is known by the word of its parent: what a zone
       * further up has signed is then not its data (RFC 4035 §5.3.1).
       */
      readonly zone?: Name | undefined
    }
  | { readonly kind: 'failed'; readonly reason: Reason; readonly rcode: number }

/**
 * A trust anchor (RFC 4033 §2): DS RDATA or DNSKEY RDATA that is trusted for a zone; or, with
 * neither, a negative one, below which nothing is validated (RFC 7646).
 */
export interface TrustAnchor {
  readonly zone: Name
  readonly ds: readonly Uint8Array[]
  readonly dnskeys: readonly Uint8Array[]
}

/** What is known of a zone's keys; kept by the caller between validations. */
export interface ZoneTrust {
  readonly link: ChainLink
  /**
   * RDATA of the zone's authenticated DNSKEY RRset, all of it: which of the keys may sign is a
   * matter of each signature. None unless the zone is secure.
   */
  readonly dnskeys: readonly Uint8Array[]
  readonly expires: UnixSeconds
}

/** Where trust is kept; the caller bounds it. Entries past `expires` are never given out. */
export interface TrustStore {
  /** What is known of the zone cut, or of the absence of one, at this name. */
  get(name: NameKey, now: UnixSeconds): ZoneTrust | undefined
  /** Keeps it; `trust.expires` bounds for how long. */
  set(name: NameKey, trust: ZoneTrust): void
}

/** One step of validation, for `--trace`. */
export interface ValidationStep {
  readonly kind: 'anchor' | 'ds' | 'dnskey' | 'cut' | 'rrset' | 'denial' | 'alias' | 'limit'
  readonly security: Security
  readonly reason: Reason
}

/** Everything a validation depends on. */
export interface ValidationContext {
  readonly anchors: readonly TrustAnchor[]
  readonly now: UnixSeconds
  readonly limits: ValidatorLimits
  readonly trust: TrustStore
  /** Hears every step as it is taken. */
  readonly onStep?: (step: ValidationStep) => void
}

/**
 * A validation under way: it yields what it wants to see, is given what came of it, and returns
 * the verdict. It never throws for anything that a message may hold.
 */
export type Validation = Generator<Lookup, Verdict, LookupResult>
