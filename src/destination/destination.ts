import type { DaneLevel, TlsaSet } from '../dane/index.ts'
import type { Resolution } from '../stub/index.ts'
import type { Reason, Security } from '../validator/index.ts'
import type { Name } from '../wire/index.ts'

/** How strictly a host is judged of which one address family failed and the other answered. */
export type FamilyRule = 'strict' | 'lax'

/** Where mail is to go. */
export interface DestinationQuestion {
  readonly domain: Name
  /** 25; TLSA records are looked for at `_<port>._tcp`. */
  readonly port: number
  readonly families: FamilyRule
  /** Equal preferences are shuffled with this; leave out to keep the order of the zone. */
  readonly random?: (octets: number) => Uint8Array
  /** MX hosts looked at, best first. */
  readonly hostsMax: number
  /** Addresses kept for each host. */
  readonly addressesMax: number
}

/** The TLSA lookup at one candidate base domain (RFC 7672 §2.2.3). */
export interface TlsaLookup {
  readonly base: Name
  /** `_25._tcp.<base>`. */
  readonly owner: Name
  readonly resolution: Resolution
}

/** One host that mail may be handed to (RFC 7672 §2.2.2). */
export interface Host {
  /** As the MX record has it, or the domain itself. */
  readonly name: Name
  readonly preference: number
  /** After aliases, when all of them are secure; else `name`. */
  readonly expanded: Name
  readonly a: Resolution
  readonly aaaa: Resolution
  /** Text; empty when the host cannot be reached. */
  readonly addresses: readonly string[]
  /** Of the addresses. TLSA is asked for where they are secure, or a secure alias leads to them. */
  readonly security: Security
  /** In the order they were asked; empty when they were not. */
  readonly tlsaLookups: readonly TlsaLookup[]
  /** What was found at `tlsaBase`; undefined when there is none, or it is not secure. */
  readonly tlsa: TlsaSet | undefined
  /** The base whose TLSA is in force: SNI, and the first reference name. */
  readonly tlsaBase: Name | undefined
  /** For DANE-TA (RFC 7672 §3.2.2). */
  readonly referenceNames: readonly Name[]
  readonly level: DaneLevel
  /** Which lookup it was, when the level is `failed`. */
  readonly failedLookup: 'address' | 'tlsa' | undefined
  /** Why the level is what it is. */
  readonly reason: Reason
}

/** What DNS says of a destination. */
export interface Destination {
  readonly domain: Name
  /** After a CNAME at the domain itself, when there is one. */
  readonly expanded: Name
  readonly mx: Resolution
  readonly kind: /** MX records lead to `hosts`. */
    | 'mx'
    /** No MX, provably or not: the domain is its own host. */
    | 'implicit'
    /** `MX 0 .`: the domain takes no mail (RFC 7505). */
    | 'null-mx'
    /** The domain does not exist. */
    | 'absent'
    /** The lookup of MX failed: delay, ask again. */
    | 'failed'
  readonly reason: Reason
  /** Whether DANE can be said to protect: MX (or its absence) is secure (RFC 7672 §2.2.1). */
  readonly isProtected: boolean
  /** By preference; what the MX records name by an address is left out, with a word in `notes`. */
  readonly hosts: readonly Host[]
  readonly notes: readonly string[]
}
