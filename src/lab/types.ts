import type { RRType } from '../rr/index.ts'

/** Where something is wrong: at the zone's apex unless a name is given; `*` for everywhere. */
export interface Place {
  /** Relative to the zone; `@` for its apex, `*` for every owner. */
  readonly owner: string
  readonly type: RRType | 'any'
}

/** What is done to a signature. Times are seconds relative to the zone's clock. */
export type SignatureEdit =
  | { readonly kind: 'drop' }
  /** Octets of the signature itself, from its start; XOR with 0x55. */
  | { readonly kind: 'corrupt'; readonly octets: number }
  | { readonly kind: 'window'; readonly inception: number; readonly expiration: number }
  | { readonly kind: 'labels'; readonly add: number }
  | { readonly kind: 'originalTtl'; readonly ttl: number }
  /** Another zone's name; `key` says whose key made it. */
  | { readonly kind: 'signer'; readonly zone: 'parent' | 'sibling' | 'child' }
  | { readonly kind: 'typeCovered'; readonly type: RRType }

/** What is done to a key of the DNSKEY RRset. */
export type KeyEdit =
  | { readonly kind: 'remove' }
  | { readonly kind: 'corrupt'; readonly octets: number }
  | { readonly kind: 'flags'; readonly flags: number }
  | { readonly kind: 'algorithm'; readonly algorithm: number }
  | { readonly kind: 'protocol'; readonly protocol: number }
  /** RFC 5011 §3. */
  | { readonly kind: 'revoke' }

/** What is done to the DS RRset at the parent. */
export type DsEdit =
  | { readonly kind: 'none' }
  /** Left out of referrals and answers, with no proof that it is absent. */
  | { readonly kind: 'strip' }
  | { readonly kind: 'keyTag'; readonly keyTag: number }
  | { readonly kind: 'algorithm'; readonly algorithm: number }
  | { readonly kind: 'digestType'; readonly digestType: number }
  /** SHA-256 of a text instead. */
  | { readonly kind: 'digest'; readonly of: string }
  /** One more, beside the right one. */
  | { readonly kind: 'extra'; readonly algorithm: number; readonly digestType: number }

/** What is done to proofs of absence. */
export type DenialEdit =
  | { readonly kind: 'drop'; readonly part: 'all' | 'closestEncloser' | 'nextCloser' | 'wildcard' }
  | { readonly kind: 'nsec3Owner' | 'nsec3Next' }
  | { readonly kind: 'nsec3Hash'; readonly algorithm: number }
  | { readonly kind: 'nsec3Flags'; readonly flags: number }
  | { readonly kind: 'nsec3Iterations'; readonly iterations: number }
  | { readonly kind: 'nsec3Salt'; readonly salt: string }
  | { readonly kind: 'addType' | 'removeType'; readonly type: RRType }
  /** A record of another place, where it proves nothing. */
  | { readonly kind: 'from'; readonly where: 'parent' | 'childApex' }

/** How the server behaves. `when` narrows it. */
export type Behaviour =
  | { readonly kind: 'rcode'; readonly rcode: number }
  | { readonly kind: 'ede'; readonly code: number }
  | { readonly kind: 'drop' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'truncate' }
  | { readonly kind: 'stripEdns' | 'stripDnssec' | 'badVersion' }
  | {
      readonly kind:
        | 'lame'
        | 'upward'
        | 'wrongId'
        | 'wrongQuestion'
        | 'caseLost'
        | 'notAuthoritative'
    }
  | { readonly kind: 'refuseTcp' | 'refuseUdp' }
  /** An RRset that nobody asked for and nobody signed. */
  | { readonly kind: 'inject'; readonly section: 'answer' | 'authority' | 'additional' }

/** One thing that is wrong. */
export type Act =
  | {
      readonly kind: 'signature'
      readonly at: Place
      readonly by: 'ksk' | 'zsk' | 'any'
      readonly edit: SignatureEdit
    }
  /** Data changed after it was signed. */
  | { readonly kind: 'rdata'; readonly at: Place; readonly octets: number }
  /** RRs as they come: twice, in another order, in other case; nothing of it is wrong. */
  | { readonly kind: 'form'; readonly at: Place; readonly as: 'twice' | 'shuffled' | 'mixedCase' }
  | { readonly kind: 'remove'; readonly at: Place }
  | { readonly kind: 'key'; readonly which: 'ksk' | 'zsk' | 'both'; readonly edit: KeyEdit }
  | { readonly kind: 'ds'; readonly edit: DsEdit }
  | { readonly kind: 'denial'; readonly edit: DenialEdit }
  | {
      readonly kind: 'behave'
      readonly as: Behaviour
      readonly when: {
        readonly types?: readonly RRType[]
        readonly via?: 'udp' | 'tcp'
        /** Of the zone's servers, from 0. */
        readonly server?: number
      }
    }
  /** Glue at the parent for the zone's only server, and no such server. */
  | { readonly kind: 'glue'; readonly address: string }
  | { readonly kind: 'clock'; readonly shiftSeconds: number; readonly rate: number }

/** How the zone of a fault is made, before anything is wrong with it. */
export interface Setting {
  readonly signed: boolean
  readonly ds: boolean
  readonly algorithm: number
  readonly keys: 'csk' | 'ksk+zsk'
  readonly denial: 'nsec' | 'nsec3' | 'minimal' | 'compact'
  /** Records beside SOA, NS, A and AAAA at the apex and its server: lines of a master file. */
  readonly records: readonly string[]
}

/** What a validator must say. */
export interface Expectation {
  readonly status: 'secure' | 'insecure' | 'bogus' | 'unreachable'
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL'
  /** Any of these Extended DNS Errors is right (RFC 8914); empty: none is due. */
  readonly ede: readonly number[]
  /** Sections that say so, such as `RFC 4035 §5.3.1`. */
  readonly why: readonly string[]
  /** Where validators may differ by policy: also right, with the reason. */
  readonly or?: { readonly status: Expectation['status']; readonly because: string }
}

/** A fault of the catalogue. */
export interface Fault {
  /** Stable: the name of its zone, a label. */
  readonly id: string
  readonly title: string
  readonly group: 'testbed' | 'testbed-later' | 'validator' | 'server' | 'mail'
  readonly variant: 'raw' | 'isolated'
  readonly setting: Setting
  readonly acts: readonly Act[]
  /** What to ask, relative to the zone. */
  readonly ask: { readonly owner: string; readonly type: RRType }
  readonly expect: Expectation
}
