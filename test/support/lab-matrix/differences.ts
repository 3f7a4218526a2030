import { type Resolver, resolvers } from './resolvers.ts'

/** Who is right where a resolver and the book differ. */
export type Right = 'the book' | 'the resolver' | 'both'

/** A way in which resolvers differ from what is expected of them. */
export interface MatrixDifference {
  /** Stable: its heading in the document. */
  readonly id: string
  readonly by: readonly Resolver[]
  /** Ids of faults. */
  readonly cases: readonly string[]
  /** What a client sees of it. */
  readonly status: string
  readonly right: Right
  /** Why, with the section that decides or the limit that the resolver has. */
  readonly why: string
}

/** What comes out one way or the other, whoever is asked, in runs of equal versions. */
export interface Fickle {
  readonly by: readonly Resolver[]
  readonly cases: readonly string[]
  /** All that has been said: statuses, each with its codes, such as `SERVFAIL 9`. */
  readonly sayings: readonly string[]
  readonly why: string
}

const allBut = (...those: readonly Resolver[]) =>
  resolvers.filter((resolver) => !those.includes(resolver))

/** All of them; one that is no longer met fails the test. */
export const matrixDifferences: readonly MatrixDifference[] = [
  {
    id: 'an-hour-of-grace',
    by: ['Unbound'],
    cases: ['rrsig-exp-all'],
    status: 'secure',
    right: 'the book',
    why:
      'RFC 4035 §5.3.1 ends validity at the expiration time; Unbound adds a tenth of the life ' +
      'of a signature, an hour at least (`val-sig-skew-min`), for clocks that are wrong.',
  },
  {
    id: 'no-zone-key',
    by: ['BIND'],
    cases: ['no-dnskey-257-isolated'],
    status: 'secure',
    right: 'the book',
    why:
      'RFC 4034 §5.2 wants the key that a DS refers to to be a zone key, and RFC 4034 §2.1.1 ' +
      'forbids to verify with one that is not; BIND verifies with it all the same.',
  },
  {
    id: 'too-many-labels',
    by: ['BIND'],
    cases: ['labels-exceed'],
    status: 'secure',
    right: 'the book',
    why:
      'RFC 4035 §5.3.1: the owner must have at least as many labels as the RRSIG says; BIND ' +
      'reads the field to find wildcards, and takes any greater number for an exact match.',
  },
  {
    id: 'revoked-and-used',
    by: ['Unbound'],
    cases: ['revoked-ksk'],
    status: 'secure',
    right: 'the book',
    why:
      'RFC 5011 §2.1: a key with the REVOKE bit is not to be used to validate data; Unbound ' +
      'minds the bit of trust anchors alone.',
  },
  {
    id: 'long-keys',
    by: allBut('BIND'),
    cases: ['rsa-8192'],
    status: 'secure',
    right: 'the book',
    why:
      'RFC 5702 §2.1 ends at 4096 bits; BIND minds that, the others verify what their libraries ' +
      'can.',
  },
  {
    id: 'unknown-hash',
    by: ['PowerDNS Recursor'],
    cases: ['nsec3-unknown-hash'],
    status: 'secure NXDOMAIN',
    right: 'the book',
    why:
      'RFC 5155 §8.1: NSEC3 RRs of unknown hash algorithms must be ignored; PowerDNS takes them ' +
      'for SHA-1.',
  },
  {
    id: 'unknown-flags',
    by: ['BIND', 'PowerDNS Recursor'],
    cases: ['nsec3-flag-2'],
    status: 'secure NXDOMAIN',
    right: 'the book',
    why:
      'RFC 5155 §8.2: NSEC3 RRs with flags other than Opt-Out must be ignored; these look at ' +
      'Opt-Out alone.',
  },
  {
    id: 'ttl-of-the-answer',
    by: ['Unbound', 'PowerDNS Recursor'],
    cases: ['ottl-lower', 'ottl-higher'],
    status: 'secure, TTL too high',
    right: 'the book',
    why:
      'RFC 4035 §5.3.3 has validators lower the TTL to the original one, and to what is left of ' +
      'the signature; these pass on the TTL that came.',
  },
  {
    id: 'ttl-of-the-signature',
    by: ['Knot Resolver'],
    cases: ['ottl-lower', 'ottl-higher'],
    status: 'secure, TTL too high',
    right: 'the book',
    why:
      'RFC 4035 §5.3.3 has validators lower the TTL of the RRSIG too; Knot Resolver lowers that ' +
      'of the RRset alone.',
  },
  {
    id: 'least-ttl',
    by: ['Knot Resolver', 'PowerDNS Recursor'],
    cases: ['ttl-zero'],
    status: 'secure, TTL too high',
    right: 'the book',
    why:
      'RFC 2181 §8: a TTL of 0 forbids to keep; Knot Resolver makes five seconds of it ' +
      '(`cache.min_ttl`), PowerDNS one (`minimum-ttl-override`).',
  },
  {
    id: 'serial-arithmetic',
    by: ['Knot Resolver', 'PowerDNS Recursor'],
    cases: ['clock-edge-wrap'],
    status: 'SERVFAIL',
    right: 'the book',
    why:
      'RFC 4034 §3.1.5: times of signatures are compared by serial number arithmetic (RFC 1982 ' +
      '§3.2), and this inception is in the past; these compare them as plain numbers.',
  },
  {
    id: 'compact-answers-asked-for',
    by: resolvers,
    cases: ['compact-co'],
    status: 'secure',
    right: 'both',
    why:
      'RFC 9824 §5.1: NXDOMAIN is for those who say that they understand; none of these does, ' +
      'so NODATA is what they get and prove.',
  },
]

/** All of them. */
export const fickle: readonly Fickle[] = [
  {
    by: ['PowerDNS Recursor'],
    cases: ['ns-incoherent'],
    sayings: ['secure', 'SERVFAIL 7'],
    why: 'PowerDNS draws a server, and does not ask the other one when signatures have run out.',
  },
  {
    by: resolvers,
    cases: ['clock-edge-expiration'],
    sayings: ['secure', 'secure, TTL too high', 'SERVFAIL', 'SERVFAIL 7'],
    why: 'A second after it is made the signature has run out (RFC 4035 §5.3.1).',
  },
  {
    by: ['Knot Resolver'],
    cases: ['ds-child-nsec', 'ds-denial-nons'],
    sayings: ['SERVFAIL', 'SERVFAIL 0', 'SERVFAIL 6'],
    why: 'Knot Resolver asks again, and says what was wrong with whatever came last.',
  },
]

/** Whether a row is about a case and a resolver. */
export function isAbout(
  row: Pick<MatrixDifference, 'by' | 'cases'>,
  resolver: Resolver,
  id: string,
): boolean {
  return row.by.includes(resolver) && row.cases.includes(id)
}
