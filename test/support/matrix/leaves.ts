import type { PowerZone } from '../peers/powerdns.ts'
import type { KnotZone } from '../peers/signing-knot.ts'

/**
 * Addresses of the network of the matrix, each with a server at port 53. None is in 127.0.0.0/8:
 * Knot Resolver believes no referral that leads there.
 */
export const addresses = {
  root: '10.53.0.1',
  tld: '10.53.0.2',
  children: '10.53.0.3',
  danelaw: '10.53.1.1',
  named: '10.53.1.2',
  nsd: '10.53.1.3',
  knot: '10.53.1.4',
  powerdns: '10.53.1.5',
  unbound: '10.53.2.1',
  bind: '10.53.2.2',
  kresd: '10.53.2.3',
  recursor: '10.53.2.4',
} as const

/** Every authority, with the ways of denial that it knows. */
export const modesOf = {
  danelaw: ['nsec', 'nsec3', 'optout', 'minimal', 'compact'],
  named: ['nsec', 'nsec3', 'optout'],
  nsd: ['nsec', 'nsec3', 'optout'],
  knot: ['nsec', 'nsec3', 'optout', 'online'],
  powerdns: ['nsec', 'nsec3', 'optout', 'narrow'],
} as const satisfies Readonly<Record<string, readonly string[]>> & {
  readonly knot: readonly KnotZone['mode'][]
  readonly powerdns: readonly PowerZone['mode'][]
}

/** Who serves a zone of the matrix. */
export type Server = keyof typeof modesOf
/** How a zone of the matrix is denied. */
export type MatrixMode = (typeof modesOf)[Server][number]

/** One zone of the matrix: every kind of answer, by one server in one way of denial. */
export interface Leaf {
  readonly server: Server
  readonly mode: MatrixMode
  /** Such as `knot-nsec3.test.` */
  readonly name: string
}

/** All of them. */
export const leaves: readonly Leaf[] = Object.entries(modesOf).flatMap(([server, modes]) =>
  modes.map((mode) => ({ server: server as Server, mode, name: `${server}-${mode}.test.` })),
)

/** The zone below each leaf, signed or not. */
export const childText = `$TTL 300
@ SOA ns hostmaster 1 7200 900 1209600 300
@ NS ns
ns A ${addresses.children}
www A 192.0.2.99
*.wild TXT "below a delegation"
`

/** The text of a leaf, with the DS records of its signed child. */
export function leafText({ server }: Leaf, childDs: readonly string[]): string {
  return `$TTL 300
@ SOA ns hostmaster 1 7200 900 1209600 300
@ NS ns
@ MX 10 mail
@ TXT "v=spf1 mx -all"
ns A ${addresses[server]}
mail A 192.0.2.25
mail AAAA 2001:db8::25
_25._tcp.mail TLSA 3 1 1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
web.hosts A 192.0.2.80
deep.b.ent TXT "below empty non-terminals"
*.wild MX 10 mail
*.wild TXT "wildcard"
beside.wild A 192.0.2.11
alias CNAME mail
alias2 CNAME alias
alias-nx CNAME missing
alias-wild CNAME any.wild
alias-nodata CNAME web.hosts
alias-insecure CNAME www.insecure
alias-kid CNAME www.kid
dname DNAME hosts
insecure NS ns.insecure
ns.insecure A ${addresses.children}
kid NS ns.kid
ns.kid A ${addresses.children}
${childDs.map((ds) => `kid DS ${ds}`).join('\n')}
`
}

/** A question about a leaf: what kind it is, an owner relative to the leaf, and a type. */
export interface Asked {
  readonly what: string
  readonly owner: string
  readonly type: string
  /** What is to be made of it, such as `secure NXDOMAIN`. */
  readonly expected: string
}

/** Names that an opt-out span covers, so that what is proved of them is not secure. */
const covered = new Set([
  ...['nope', 'a.b.c.nope', '_25._tcp.nope', '_26._tcp.mail', 'x.beside.wild', 'any.wild'],
  ...['a.b.wild', 'alias-nx', 'alias-wild', 'nope.dname', 'insecure'],
])

const answers = 'NOERROR'
const denies = 'NXDOMAIN'

/** Every kind of question: what, owner, type, rcode. */
const questions: readonly (readonly [string, string, string, string])[] = [
  ['positive', '', 'MX', answers],
  ['positive, address', 'mail', 'A', answers],
  ['TLSA', '_25._tcp.mail', 'TLSA', answers],
  ['NODATA', 'mail', 'TXT', answers],
  ['NODATA at the apex', '', 'TLSA', answers],
  ['NXDOMAIN', 'nope', 'A', denies],
  ['NXDOMAIN, deep', 'a.b.c.nope', 'A', denies],
  ['NXDOMAIN of TLSA', '_25._tcp.nope', 'TLSA', denies],
  ['NXDOMAIN below a name', '_26._tcp.mail', 'TLSA', denies],
  ['NXDOMAIN beside a wildcard', 'x.beside.wild', 'A', denies],
  ['wildcard', 'any.wild', 'MX', answers],
  ['wildcard, deep', 'a.b.wild', 'MX', answers],
  ['wildcard NODATA', 'a.b.wild', 'AAAA', answers],
  ['wildcard by itself', '*.wild', 'TXT', answers],
  ['empty non-terminal', 'b.ent', 'A', answers],
  ['empty non-terminal of TLSA', '_tcp.mail', 'TLSA', answers],
  ['CNAME', 'alias2', 'A', answers],
  ['CNAME by itself', 'alias', 'CNAME', answers],
  ['CNAME to nothing', 'alias-nx', 'A', denies],
  ['CNAME to a wildcard', 'alias-wild', 'MX', answers],
  ['CNAME to NODATA', 'alias-nodata', 'TLSA', answers],
  ['CNAME to insecure', 'alias-insecure', 'A', answers],
  ['CNAME to a child', 'alias-kid', 'A', answers],
  ['DNAME', 'web.dname', 'A', answers],
  ['DNAME to nothing', 'nope.dname', 'A', denies],
  ['DNAME by itself', 'dname', 'DNAME', answers],
  ['insecure delegation', 'www.insecure', 'A', answers],
  ['insecure NODATA', 'www.insecure', 'TLSA', answers],
  ['insecure NXDOMAIN', 'nope.insecure', 'A', denies],
  ['insecure wildcard', 'x.wild.insecure', 'TXT', answers],
  ['no DS', 'insecure', 'DS', answers],
  ['no DS, no delegation', 'mail', 'DS', answers],
  ['DS', 'kid', 'DS', answers],
  ['secure delegation', 'www.kid', 'A', answers],
  ['NXDOMAIN in a secure child', 'nope.kid', 'A', denies],
  ['DNSKEY', '', 'DNSKEY', answers],
]

/** Every kind of question about a leaf. */
export function questionsOf({ mode }: Leaf): Asked[] {
  return questions.map(([what, owner, type, rcode]) => {
    const isOpen = mode === 'optout' && covered.has(owner)
    const isInsecure = owner.endsWith('.insecure') || owner === 'alias-insecure'
    // Knot 3.2 denies names as types, and does not know NXNAME.
    const isHidden = mode === 'online' && !/insecure|kid/.test(owner)
    const security = isOpen || isInsecure ? 'insecure' : 'secure'
    return { what, owner, type, expected: `${security} ${isHidden ? answers : rcode}` }
  })
}
