import type { Signing } from '../peers/signing.ts'
import { type Asked, addresses } from './leaves.ts'

/** A zone with a fault, or with something rare, and what its parent says of its keys. */
export interface Breakage {
  readonly name: string
  readonly text: string
  /** How it is signed; undefined when it is not. */
  readonly signing?: Signing
  /** DS RDATA as text from the right ones: of digest type 2 and of 1. */
  ds(sha256: string, sha1: string): readonly string[]
}

const text = `$TTL 300
@ SOA ns hostmaster 1 7200 900 1209600 300
@ NS ns
ns A ${addresses.nsd}
www A 192.0.2.1
*.wild TXT "wildcard"
`

/** The same digest but for its last digit. */
function wrong(ds: string): string {
  return ds.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))
}

const right = (sha256: string) => [sha256]

function without(pattern: RegExp) {
  return (lines: readonly string[]) => lines.filter((line) => !pattern.test(line))
}

function withDs(name: string, ds: Breakage['ds'], signing: Signing | undefined = {}): Breakage {
  return { name: `${name}.test.`, text, signing, ds }
}

function signedAs(name: string, signing: Signing): Breakage {
  return withDs(name, right, signing)
}

/** Key tag, algorithm, digest type, digest. */
function fields(ds: string, change: (parts: string[]) => string[]): string {
  return change(ds.split(' ')).join(' ')
}

/** All of them, each a zone below `test.` */
export const breakages: readonly Breakage[] = [
  withDs('ds-wrong', (sha256) => [wrong(sha256)]),
  withDs('ds-two-one-right', (sha256) => [sha256, wrong(sha256)]),
  withDs('ds-sha1', (_, sha1) => [sha1]),
  withDs('ds-sha1-right-sha256-wrong', (sha256, sha1) => [sha1, wrong(sha256)]),
  withDs('ds-other-algorithm', (sha256) => [
    fields(sha256, ([tag = '', , ...rest]) => [tag, '100', ...rest]),
  ]),
  withDs('ds-other-digest', (sha256) => [
    fields(sha256, ([tag = '', algorithm = '', , digest = '']) => [tag, algorithm, '100', digest]),
  ]),
  { name: 'stripped.test.', text, ds: () => [`12345 13 2 ${'ab'.repeat(32)}`] },
  signedAs('expired', { options: ['-s', '20200101000000', '-e', '20200201000000'] }),
  signedAs('early', { options: ['-s', 'now+8640000', '-e', 'now+9640000'] }),
  signedAs('corrupt', {
    spoil: (lines) => lines.map((line) => line.replace(/\bA\t192\.0\.2\.1$/, 'A\t192.0.2.2')),
  }),
  signedAs('no-rrsig', { spoil: without(/^www\..*\tRRSIG\tA /) }),
  signedAs('no-rrsig-dnskey', { spoil: without(/\tRRSIG\tDNSKEY /) }),
  signedAs('no-nsec', { spoil: without(/\t(?:NSEC|RRSIG\tNSEC)[ \t]/) }),
  signedAs('no-nsec3', { options: ['-3', '-'], spoil: without(/\t(?:NSEC3|RRSIG\tNSEC3)[ \t]/) }),
  signedAs('iterations', { options: ['-3', 'abcd', '-H', '100'] }),
  signedAs('rsa', { algorithm: 'RSASHA256' }),
  signedAs('rsa512', { algorithm: 'RSASHA512' }),
  signedAs('p384', { algorithm: 'ECDSAP384SHA384' }),
  signedAs('ed448', { algorithm: 'ED448' }),
]

/** What is asked of each. */
export const breakageQuestions: readonly Asked[] = [
  { what: 'positive', owner: 'www', type: 'A' },
  { what: 'NODATA', owner: 'www', type: 'TLSA' },
  { what: 'NXDOMAIN', owner: 'nope', type: 'A' },
  { what: 'wildcard', owner: 'x.wild', type: 'TXT' },
]
