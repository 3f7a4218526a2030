import type { Signing } from '../peers/signing.ts'
import { type Asked, addresses } from './leaves.ts'

type Outcome = 'secure' | 'insecure' | 'bogus'

/** What is asked of each, and the rcode. */
const questions = {
  positive: ['www', 'A', 'NOERROR'],
  NODATA: ['www', 'TLSA', 'NOERROR'],
  NXDOMAIN: ['nope', 'A', 'NXDOMAIN'],
  wildcard: ['x.wild', 'TXT', 'NOERROR'],
} as const
type What = keyof typeof questions

/** A zone with a fault, or with something rare, and what its parent says of its keys. */
export interface Breakage {
  readonly name: string
  readonly text: string
  /** How it is signed; undefined when it is not. */
  readonly signing?: Signing
  /** DS RDATA as text from the right ones: of digest type 2 and of 1. */
  ds(sha256: string, sha1: string): readonly string[]
  /** What is to be made of it: of everything, or of some and secure of the rest. */
  readonly outcome: Outcome | Readonly<Partial<Record<What, Outcome>>>
  /** The code of RFC 8914 for what is not secure. */
  readonly ede?: number
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

function without(pattern: RegExp) {
  return (lines: readonly string[]) => lines.filter((line) => !pattern.test(line))
}

type Judged = Pick<Breakage, 'outcome' | 'ede'>

function withDs(name: string, judged: Judged, ds: Breakage['ds']): Breakage {
  return { name: `${name}.test.`, text, signing: {}, ds, ...judged }
}

function signedAs(name: string, judged: Judged, signing: Signing): Breakage {
  return { ...withDs(name, judged, (sha256) => [sha256]), signing }
}

/** A DS with other fields: key tag, algorithm, digest type, digest. */
function fields(ds: string, change: (parts: string[]) => string[]): string {
  return change(ds.split(' ')).join(' ')
}

const secure = { outcome: 'secure' } as const
const bogus = (ede: number) => ({ outcome: 'bogus', ede }) as const
const unproven = { NODATA: 'bogus', NXDOMAIN: 'bogus', wildcard: 'bogus' } as const

/** All of them, each a zone below `test.`; outcomes and codes as faults are to be judged. */
export const breakages: readonly Breakage[] = [
  withDs('ds-wrong', bogus(9), (sha256) => [wrong(sha256)]),
  withDs('ds-two-one-right', secure, (sha256) => [sha256, wrong(sha256)]),
  withDs('ds-sha1', secure, (_, sha1) => [sha1]),
  // RFC 4509 §3
  withDs('ds-sha1-right-sha256-wrong', bogus(9), (sha256, sha1) => [sha1, wrong(sha256)]),
  // RFC 4035 §5.2, RFC 6840 §5.2
  withDs('ds-other-algorithm', { outcome: 'insecure', ede: 1 }, (sha256) => [
    fields(sha256, ([tag = '', , ...rest]) => [tag, '100', ...rest]),
  ]),
  withDs('ds-other-digest', { outcome: 'insecure', ede: 2 }, (sha256) => [
    fields(sha256, ([tag = '', algorithm = '', , digest = '']) => [tag, algorithm, '100', digest]),
  ]),
  {
    name: 'stripped.test.',
    text,
    ds: () => [`12345 13 2 ${'ab'.repeat(32)}`],
    ...bogus(9),
  },
  signedAs('expired', bogus(7), { options: ['-s', '20200101000000', '-e', '20200201000000'] }),
  signedAs('early', bogus(8), { options: ['-s', 'now+8640000', '-e', 'now+9640000'] }),
  signedAs(
    'corrupt',
    { outcome: { positive: 'bogus' }, ede: 6 },
    { spoil: (lines) => lines.map((line) => line.replace(/ A 192\.0\.2\.1$/, ' A 192.0.2.2')) },
  ),
  signedAs(
    'no-rrsig',
    { outcome: { positive: 'bogus' }, ede: 10 },
    { spoil: without(/^www\..* RRSIG A /) },
  ),
  signedAs('no-rrsig-dnskey', bogus(10), { spoil: without(/ RRSIG DNSKEY /) }),
  signedAs('no-nsec', { outcome: unproven, ede: 12 }, { spoil: without(/ (?:RRSIG )?NSEC /) }),
  signedAs(
    'no-nsec3',
    { outcome: unproven, ede: 12 },
    { options: ['-3', '-'], spoil: without(/ (?:RRSIG )?NSEC3 /) },
  ),
  // RFC 9276 §3.2: what needs no denial is as secure as ever.
  signedAs(
    'iterations',
    { outcome: { NODATA: 'insecure', NXDOMAIN: 'insecure', wildcard: 'insecure' }, ede: 27 },
    { options: ['-3', 'abcd', '-H', '100'] },
  ),
  signedAs('rsa', secure, { algorithm: 'RSASHA256' }),
  signedAs('rsa512', secure, { algorithm: 'RSASHA512' }),
  signedAs('p384', secure, { algorithm: 'ECDSAP384SHA384' }),
  signedAs('ed448', secure, { algorithm: 'ED448' }),
]

/** What is asked of each, and what is to be made of it. */
export function breakageQuestions({ outcome }: Breakage): Asked[] {
  return Object.entries(questions).map(([what, [owner, type, rcode]]) => {
    const security = typeof outcome === 'string' ? outcome : (outcome[what as What] ?? 'secure')
    return { what, owner, type, expected: security === 'bogus' ? security : `${security} ${rcode}` }
  })
}
