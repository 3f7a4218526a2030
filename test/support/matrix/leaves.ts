import type { PowerZone } from '../peers/powerdns.ts'
import type { KnotZone } from '../peers/signing-knot.ts'

/** Addresses of the network of the matrix, each with a server at port 53. */
export const addresses = {
  root: '127.0.0.1',
  tld: '127.0.0.2',
  children: '127.0.0.3',
  danelaw: '127.0.1.1',
  named: '127.0.1.2',
  nsd: '127.0.1.3',
  knot: '127.0.1.4',
  powerdns: '127.0.1.5',
  unbound: '127.0.2.1',
  bind: '127.0.2.2',
  kresd: '127.0.2.3',
  recursor: '127.0.2.4',
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
}

/** Every kind of question. */
export const questions: readonly Asked[] = [
  ['positive', '', 'MX'],
  ['positive, address', 'mail', 'A'],
  ['TLSA', '_25._tcp.mail', 'TLSA'],
  ['NODATA', 'mail', 'TXT'],
  ['NODATA at the apex', '', 'TLSA'],
  ['NXDOMAIN', 'nope', 'A'],
  ['NXDOMAIN, deep', 'a.b.c.nope', 'A'],
  ['NXDOMAIN of TLSA', '_25._tcp.nope', 'TLSA'],
  ['NXDOMAIN below a name', '_26._tcp.mail', 'TLSA'],
  ['NXDOMAIN beside a wildcard', 'x.beside.wild', 'A'],
  ['wildcard', 'any.wild', 'MX'],
  ['wildcard, deep', 'a.b.wild', 'MX'],
  ['wildcard NODATA', 'a.b.wild', 'AAAA'],
  ['wildcard by itself', '*.wild', 'TXT'],
  ['empty non-terminal', 'b.ent', 'A'],
  ['empty non-terminal of TLSA', '_tcp.mail', 'TLSA'],
  ['CNAME', 'alias2', 'A'],
  ['CNAME by itself', 'alias', 'CNAME'],
  ['CNAME to nothing', 'alias-nx', 'A'],
  ['CNAME to a wildcard', 'alias-wild', 'MX'],
  ['CNAME to NODATA', 'alias-nodata', 'TLSA'],
  ['CNAME to insecure', 'alias-insecure', 'A'],
  ['CNAME to a child', 'alias-kid', 'A'],
  ['DNAME', 'web.dname', 'A'],
  ['DNAME to nothing', 'nope.dname', 'A'],
  ['DNAME by itself', 'dname', 'DNAME'],
  ['insecure delegation', 'www.insecure', 'A'],
  ['insecure NODATA', 'www.insecure', 'TLSA'],
  ['insecure NXDOMAIN', 'nope.insecure', 'A'],
  ['insecure wildcard', 'x.wild.insecure', 'TXT'],
  ['no DS', 'insecure', 'DS'],
  ['no DS, no delegation', 'mail', 'DS'],
  ['DS', 'kid', 'DS'],
  ['secure delegation', 'www.kid', 'A'],
  ['NXDOMAIN in a secure child', 'nope.kid', 'A'],
  ['DNSKEY', '', 'DNSKEY'],
].map(([what = '', owner = '', type = '']) => ({ what, owner, type }))
