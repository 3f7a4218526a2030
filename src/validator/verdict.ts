import type { RRset, RRType } from '../rr/index.ts'
import type { Name } from '../wire/index.ts'

/**
 * What DNSSEC says of data (RFC 4033 §5). `indeterminate` is also what cannot be told because a
 * lookup failed: no server, SERVFAIL, REFUSED. For a sender of mail, bogus and indeterminate are
 * both failures of the lookup, and neither is "insecure" (RFC 7672 §2.1.1).
 */
export type Security = 'secure' | 'insecure' | 'bogus' | 'indeterminate'

/** A key by what signatures and DS records say of it; tags collide, so it need not be unique. */
export interface KeyReference {
  readonly zone: Name
  readonly algorithm: number
  readonly keyTag: number
}

/** Why a verdict is what it is: in words for people, in codes for programs. */
export interface Reason {
  /** One sentence without its full stop, such as `RRSIG of mail.example. A expired 3 days ago`. */
  readonly text: string
  /** RFC 8914 info code; undefined where nothing is wrong. */
  readonly ede: number | undefined
  /** The RRset concerned. */
  readonly subject?: { readonly owner: Name; readonly type: RRType }
  readonly key?: KeyReference
  /** The bound of `ValidatorLimits` (or of the stub) that was hit. */
  readonly limit?: string
}

/** An RRset of a response with what was found of it. */
export interface JudgedRRset {
  /** TTL clamped to the least of received, original and what is left of it (RFC 4035 §5.3.3). */
  readonly rrset: RRset
  /** RDATA of the RRSIGs that came with it. */
  readonly rrsigs: readonly Uint8Array[]
  readonly security: Security
  readonly reason: Reason
  /** The wildcard that it was expanded from (RFC 4035 §5.3.4). */
  readonly wildcard?: Name
}

/** One name on the way from the question to the data: aliases first, the end last. */
export interface Hop {
  readonly name: Name
  /** `alias`: a CNAME leads on, perhaps made from a DNAME. `end`: the data, or its denial. */
  readonly kind: 'alias' | 'end'
  /** Of this hop alone; the verdict's security is the worst of all hops. */
  readonly security: Security
  readonly reason: Reason
  /** The CNAME, or the data; undefined for a denial or a failure. */
  readonly data?: JudgedRRset
  /** The DNAME that the CNAME was synthesised from (RFC 6672 §5.3.1). */
  readonly dname?: JudgedRRset
}

/** The state of trust in one zone on the way down from an anchor, for those who want to see it. */
export interface ChainLink {
  readonly zone: Name
  readonly security: Security
  /** `anchor`: trusted by configuration. `ds`: by its parent's DS. `none`: no DS, or it failed. */
  readonly by: 'anchor' | 'ds' | 'none'
  readonly keys: readonly KeyReference[]
  readonly reason: Reason
}

/** All that is known of the answer to one question. */
export interface Verdict {
  readonly question: { readonly name: Name; readonly type: RRType }
  readonly security: Security
  /**
   * NOERROR or NXDOMAIN as *proved* when secure (NXNAME of RFC 9824 counts as NXDOMAIN), as
   * claimed when insecure; the rcode of the failed lookup when indeterminate; else SERVFAIL.
   */
  readonly rcode: number
  /** The reason of the hop that decided. */
  readonly reason: Reason
  /** Every hop; at least one, unless the first lookup failed. */
  readonly hops: readonly Hop[]
  /** Data found for type at the last hop; undefined when denied or failed. */
  readonly data: JudgedRRset | undefined
  /** What the answer section holds, in order: aliases, then data. */
  readonly answer: readonly JudgedRRset[]
  /** SOA and the denial that was used. */
  readonly authority: readonly JudgedRRset[]
  /** The zones passed on the way down, each once, in order of their discovery. */
  readonly chain: readonly ChainLink[]
  /** Seconds for which the verdict may be kept: the least TTL of all that it rests on. */
  readonly ttl: number
}
