import type { Place, UnixSeconds } from '../base/index.ts'
import type { KeyRole } from '../keystore/index.ts'
import type { Fault } from '../lab/index.ts'
import type { RRType, Ttl } from '../rr/index.ts'
import type { SigningPolicy } from '../signer/index.ts'
import type { Name } from '../wire/index.ts'
import type { ZoneRecord } from '../zonefile/index.ts'

/** A key as a scenario names it. */
export interface KeySetup {
  /** Unique in its zone; the secret comes of it and the seed. */
  readonly name: string
  readonly role: KeyRole
  readonly algorithm: number
}

/** A zone as it is when the scenario begins. */
export interface ZoneSetup {
  readonly apex: Name
  /** First labels of the names of its servers. */
  readonly servers: readonly string[]
  /** Of its DNSKEY, NS and SOA records, and of records that give none. */
  readonly ttl: Ttl
  /** Of its DS records, at its parent. */
  readonly dsTtl: Ttl
  readonly policy: SigningPolicy
  /** Active from the start; none: the zone is not signed. */
  readonly keys: readonly KeySetup[]
  readonly records: readonly ZoneRecord[]
}

/** What is asked, and of what a verdict is wanted. */
export type Subject =
  | { readonly kind: 'query'; readonly name: Name; readonly type: RRType }
  /** Mail to one host: its address, its TLSA records, and the certificate that it presents. */
  | { readonly kind: 'send'; readonly host: Name }

/** What may come of a question: the first four of a query, the others of mail. */
export type Outcome =
  | 'secure'
  | 'insecure'
  | 'bogus'
  | 'unreachable'
  /** Sent, and DANE has proved to whom. */
  | 'protected'
  /** Sent, and nobody knows to whom. */
  | 'unprotected'
  /** Not sent. */
  | 'refused'

/** What an answer has to be like. */
export interface Expected {
  readonly outcome: Outcome
  readonly rcode: number | undefined
  /** RFC 8914 info code. */
  readonly ede: number | undefined
  /** Part of the reason. */
  readonly because: string | undefined
}

/** What a step does. */
export type Deed =
  | {
      readonly kind: 'ask'
      readonly subject: Subject
      /** The resolver, by a name that the scenario gives it; undefined: one that knows nothing. */
      readonly by: string | undefined
      /** The only server of its zone that can be reached. */
      readonly at: string | undefined
    }
  | { readonly kind: 'watch'; readonly subject: Subject; readonly everySeconds: number }
  /** `now`: of the question before; else of all that was watched since the last such step. */
  | {
      readonly kind: 'expect'
      readonly when: 'now' | 'always' | 'sometimes'
      readonly expected: Expected
    }
  | { readonly kind: 'advance'; readonly seconds: number }
  | {
      readonly kind: 'fault'
      readonly zone: Name
      readonly fault: Fault
      readonly server: string | undefined
    }
  | { readonly kind: 'heal'; readonly zone: Name }
  | { readonly kind: 'publish'; readonly zone: Name; readonly key: KeySetup }
  | {
      readonly kind: 'key'
      readonly zone: Name
      readonly key: string
      readonly verb: 'activate' | 'retire' | 'remove'
    }
  | { readonly kind: 'ds'; readonly zone: Name; readonly keys: readonly string[] }
  | { readonly kind: 'tlsa'; readonly host: Name; readonly certificates: readonly string[] }
  | { readonly kind: 'cert'; readonly host: Name; readonly certificate: string }
  | { readonly kind: 'sign'; readonly zone: Name; readonly isOn: boolean }
  | {
      readonly kind: 'transfer'
      readonly zone: Name
      readonly server: string
      readonly isOn: boolean
    }

/** One line of a scenario that does something. */
export interface Step {
  readonly place: Place
  /** The line, without its comment. */
  readonly text: string
  readonly deed: Deed
}

/** A scenario, read and found to make sense. */
export interface Scenario {
  readonly file: string
  readonly title: string
  readonly seed: string
  readonly start: UnixSeconds
  /** The root is always among them. */
  readonly zones: readonly ZoneSetup[]
  readonly steps: readonly Step[]
}

/** Bounds of a scenario. */
export const rollLimits = {
  /** UTF-16 units of a file. */
  text: 1 << 20,
  zones: 50,
  serversOfZone: 8,
  keysOfZone: 16,
  steps: 2000,
  /** Resolvers that a scenario names. */
  resolvers: 64,
  watches: 16,
  /** Seconds that all of it may take, by its own clock. */
  seconds: 10 * 366 * 86_400,
  /** Moments at which watches look, for all of it. */
  moments: 200_000,
  /** Caches that differ, at one moment of one watch. */
  caches: 1024,
} as const
