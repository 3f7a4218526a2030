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
  /** Another zone's name and key tag; made by its key where all else is signed anew. */
  | { readonly kind: 'signer'; readonly zone: 'parent' | 'sibling' | 'child' }
  | { readonly kind: 'typeCovered'; readonly type: RRType }
  /** More signatures by the same key tag, all wrong, before the right one. */
  | { readonly kind: 'flood'; readonly count: number }

/** What is done to a key of the DNSKEY RRset. */
export type KeyEdit =
  | { readonly kind: 'remove' }
  /** Octets of the public key, from its start; XOR with 0x55. */
  | { readonly kind: 'corrupt'; readonly octets: number }
  | { readonly kind: 'flags'; readonly flags: number }
  | { readonly kind: 'algorithm'; readonly algorithm: number }
  | { readonly kind: 'protocol'; readonly protocol: number }
  /** RFC 5011 §3. */
  | { readonly kind: 'revoke' }
  /** More keys of the same algorithm and key tag. */
  | { readonly kind: 'collide'; readonly count: number }

/** What is done to the DS RRset at the parent. */
export type DsEdit =
  | { readonly kind: 'none' }
  /** Left out of referrals and answers, with no proof that it is absent. */
  | { readonly kind: 'strip' }
  | { readonly kind: 'keyTag'; readonly keyTag: number }
  | { readonly kind: 'algorithm'; readonly algorithm: number }
  | { readonly kind: 'digestType'; readonly digestType: number }
  /** SHA-256 of a text instead, as much of it as the digest has octets. */
  | { readonly kind: 'digest'; readonly of: string }
  /** Made with this digest in the first place. */
  | { readonly kind: 'made'; readonly digestType: number }
  /** One more, of the same key, its digest right or not. */
  | {
      readonly kind: 'extra'
      readonly algorithm: number
      readonly digestType: number
      readonly digest: 'right' | 'wrong'
    }

/** What is done to proofs of absence. */
export type DenialEdit =
  | { readonly kind: 'drop'; readonly part: 'all' | 'closestEncloser' | 'nextCloser' | 'wildcard' }
  /** Octets of a hash, from its start; XOR with 0x55. */
  | { readonly kind: 'nsec3Owner' | 'nsec3Next'; readonly octets: number }
  | { readonly kind: 'nsec3Hash'; readonly algorithm: number }
  | { readonly kind: 'nsec3Flags'; readonly flags: number }
  /** This and the next: in the record for the next closer name alone, so that a set is mixed. */
  | { readonly kind: 'nsec3Iterations'; readonly iterations: number }
  | { readonly kind: 'nsec3Salt'; readonly salt: string }
  | { readonly kind: 'addType' | 'removeType'; readonly type: RRType }
  /** The next domain name of NSEC in mixed case. */
  | { readonly kind: 'nsecNextCase' }
  /** A record of another place, where it proves nothing. */
  | { readonly kind: 'from'; readonly where: 'parent' | 'childApex' }

/** How the server behaves. `when` narrows it. */
export type Behaviour =
  | { readonly kind: 'rcode'; readonly rcode: number; readonly sections: 'empty' | 'kept' }
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
      /** One of the zone's servers, from 0; all unless given. */
      readonly server?: number
    }
  /** Data changed after it was signed: octets of RDATA from an offset; XOR with 0x55. */
  | { readonly kind: 'rdata'; readonly at: Place; readonly offset: number; readonly octets: number }
  /** RRs as they come: twice, in another order, in other case; nothing of it is wrong. */
  | { readonly kind: 'form'; readonly at: Place; readonly as: 'twice' | 'shuffled' | 'mixedCase' }
  | { readonly kind: 'remove'; readonly at: Place }
  | { readonly kind: 'key'; readonly which: 'ksk' | 'zsk' | 'both'; readonly edit: KeyEdit }
  | { readonly kind: 'ds'; readonly edit: DsEdit }
  /** Proofs that the zone gives, or that its parent gives about its DS. */
  | { readonly kind: 'denial'; readonly of: 'zone' | 'ds'; readonly edit: DenialEdit }
  | {
      readonly kind: 'behave'
      readonly as: Behaviour
      readonly when: {
        /** Relative to the zone. */
        readonly owners?: readonly string[]
        readonly types?: readonly RRType[]
        readonly via?: 'udp' | 'tcp'
        /** Of the zone's servers, from 0. */
        readonly server?: number
        /** Clients that are spared. */
        readonly notFrom?: readonly string[]
      }
    }
  /** Glue at the parent for the zone's only server, and no such server. */
  | { readonly kind: 'glue'; readonly address: string }
  /** Shifted by seconds, or set to a time; 0 is a clock that stands, 1 one that is honest. */
  | {
      readonly kind: 'clock'
      readonly set: { readonly by: number } | { readonly to: number }
      readonly rate: number
    }

/** A zone below the zone of a fault. */
export interface Child {
  readonly label: string
  readonly signed: boolean
  readonly ds: boolean
}

/** How the zone of a fault is made, before anything is wrong with it. */
export interface Setting {
  readonly signed: boolean
  readonly ds: boolean
  /** Of keys and DS. Those that nobody can sign with have keys and signatures of random octets. */
  readonly algorithm: number
  readonly keys: 'csk' | 'ksk+zsk'
  readonly denial: 'nsec' | 'nsec3' | 'minimal' | 'compact'
  /** For NSEC3. The salt is in hexadecimal. */
  readonly nsec3: { readonly iterations: number; readonly salt: string; readonly optOut: boolean }
  /** For algorithms of RSA: bits of the modulus, octets of the exponent. */
  readonly rsa: { readonly bits: number; readonly exponentOctets: number }
  readonly servers: number
  readonly children: readonly Child[]
  /**
   * Records beside SOA, NS, A and AAAA at the apex and its server: lines of a master file, relative
   * to the zone. Those at or below a child belong to the child.
   */
  readonly records: readonly string[]
}

/** How a validator may sum up an answer (RFC 4035 §4.3), or that it got none. */
export type Status = 'secure' | 'insecure' | 'bogus' | 'unreachable'

/** What a validator must say. */
export interface Expectation {
  readonly status: Status
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL'
  /** Any of these Extended DNS Errors is right (RFC 8914); empty: none is due. */
  readonly ede: readonly number[]
  /** Others that are not due, and no fault either. */
  readonly edeToo?: readonly number[]
  /** Sections that say so, such as `RFC 4035 §5.3.1`. */
  readonly why: readonly string[]
  /** Where validators may differ by policy: also right, with the reason. */
  readonly or?: {
    readonly status: Status
    /** Where the status does not say it: SERVFAIL for a failure, else the expected, or NOERROR. */
    readonly rcode?: Expectation['rcode'] | 'YXDOMAIN'
    readonly because: string
  }
  /** The highest TTL that the answer may have. */
  readonly ttlMax?: number
  /** Set where the point is that the work of a validator has a limit. */
  readonly bounded?: true
}

/** A question, relative to the zone of a fault. */
export interface Ask {
  readonly owner: string
  readonly type: RRType
  /** Whether compact answers are welcome (RFC 9824 §5.1). */
  readonly compactOk?: true
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
  readonly ask: Ask
  readonly expect: Expectation
}
