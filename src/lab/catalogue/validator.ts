import { RR } from '../../rr/index.ts'
import type { Fault } from '../types.ts'
import {
  asking,
  at,
  behave,
  bogus,
  ds,
  everywhere,
  insecure,
  key,
  rowsOf,
  secure,
  signature,
  year,
} from './row.ts'
import { deniedFalsely } from './validator-denial.ts'
import { answeredOddly } from './validator-server.ts'

const row = rowsOf('validator')
const isolated = { variant: 'isolated' } as const
/** Signed with RSA, by a key of unusual size. */
const rsa = (bits: number, exponentOctets: number) => ({
  setting: { algorithm: 8, rsa: { bits, exponentOctets } },
})

const wildcard = { records: ['*.w A 192.0.2.7'] }
const temporal = ['RFC 4035 §5.3.1', 'RFC 4034 §3.1.5']

/** Who follows signers has not seen that a zone begins below the parent. */
const unseenCut = {
  or: { status: 'secure', because: 'RFC 4035 §5.3.1 needs a cut to be seen, and not all look' },
} as const

/** Fields of RRSIG that do not fit what is signed. */
const signed: readonly Fault[] = [
  row(
    'wildcard-labels-lie',
    'An expanded answer whose RRSIG counts the labels of its owner',
    [signature(at(RR.A, 'x.w'), { kind: 'labels', add: 1 })],
    bogus([6], ['RFC 4035 §5.3.2', 'RFC 4035 §5.3.3']),
    { setting: wildcard, ask: asking('x.w') },
  ),
  row(
    'labels-exceed',
    'RRSIG counts more labels than the owner has',
    [signature(at(RR.A), { kind: 'labels', add: 1 })],
    bogus([6], ['RFC 4035 §5.3.1', 'RFC 4034 §3.1.3']),
    isolated,
  ),
  ...(['parent', 'sibling', 'child'] as const).map((zone) =>
    row(
      `signer-${zone}`,
      `A signed by the ${zone} zone, with its own key`,
      [signature(at(RR.A), { kind: 'signer', zone })],
      bogus([6, 10], ['RFC 4035 §5.3.1', 'RFC 4034 §3.1.7'], zone === 'parent' ? unseenCut : {}),
      {
        ...isolated,
        setting: zone === 'child' ? { children: [{ label: 'sub', signed: true, ds: true }] } : {},
      },
    ),
  ),
  row(
    'type-covered-swap',
    'The signature on A says that it is one on AAAA',
    [signature(at(RR.A), { kind: 'typeCovered', type: RR.AAAA })],
    bogus([10, 6], ['RFC 4035 §5.3.1', 'RFC 4034 §3.1.1']),
  ),
  row(
    'ottl-lower',
    'The TTL is above the original TTL that was signed',
    [signature(at(RR.A), { kind: 'originalTtl', ttl: 30 })],
    secure(['RFC 4035 §5.3.3', 'RFC 4034 §3.1.4'], { ttlMax: 30 }),
    isolated,
  ),
  row(
    'ottl-higher',
    'The TTL goes beyond the end of the signature',
    [signature(at(RR.A), { kind: 'window', inception: -3600, expiration: 60 })],
    secure(['RFC 4035 §5.3.3'], { ttlMax: 60 }),
    isolated,
  ),
  row(
    'sig-flood-16',
    'Sixteen wrong signatures on A by the same key, and no right one',
    [
      signature(at(RR.A), { kind: 'corrupt', octets: 4 }),
      signature(at(RR.A), { kind: 'flood', count: 15 }),
    ],
    bogus([6], ['RFC 4035 §5.3.3'], { bounded: true }),
  ),
  row(
    'keytag-collision-16',
    'Sixteen keys of one key tag, and sixteen signatures by none of them',
    [
      key('zsk', { kind: 'collide', count: 15 }),
      signature(at(RR.A), { kind: 'corrupt', octets: 4 }),
      signature(at(RR.A), { kind: 'flood', count: 15 }),
    ],
    bogus([6], ['RFC 4035 §5.3.1', 'RFC 4034 App. B'], { bounded: true }),
    // Any odd number is a modulus, so that each of the keys is one to work with.
    { ...isolated, ...rsa(2048, 3) },
  ),
]

/** RRs in a form that a canonical form must see through. */
const formed: readonly Fault[] = [
  row(
    'name-case',
    'Names of owners and RDATA in mixed case, signed in canonical form',
    [{ kind: 'form', at: everywhere(), as: 'mixedCase' }],
    secure(['RFC 4034 §6.2', 'RFC 4343 §3']),
    { setting: { records: ['m MX 10 ns1'] }, ask: asking('m', RR.MX) },
  ),
  row(
    'dup-rr',
    'An RR comes twice',
    [{ kind: 'form', at: at(RR.A), as: 'twice' }],
    secure(['RFC 4034 §6.3', 'RFC 2181 §5'], {
      or: { status: 'bogus', because: 'RFC 4034 §6.3 also lets it be a protocol error' },
    }),
  ),
  row(
    'unsorted',
    'The RRset is not in canonical order',
    [{ kind: 'form', at: at(RR.A, 'many'), as: 'shuffled' }],
    secure(['RFC 4034 §6.3']),
    {
      setting: { records: [1, 2, 3, 4, 5].map((host) => `many A 192.0.2.${host}`) },
      ask: asking('many'),
    },
  ),
]

/** DS RRsets of two minds, and keys that are none. */
const delegated: readonly Fault[] = [
  row(
    'ds-rrsig-missing',
    'DS without a signature',
    [signature(at(RR.DS), { kind: 'drop' })],
    bogus([10], ['RFC 4035 §5.2', 'RFC 8914 §4.11']),
  ),
  row(
    'ds-rrsig-bad',
    'The signature on DS is damaged',
    [signature(at(RR.DS), { kind: 'corrupt', octets: 4 })],
    bogus([6], ['RFC 4035 §5.2', 'RFC 4035 §5.3.3']),
  ),
  row(
    'ds-two-one-good',
    'Two DS, of which one is right',
    [ds({ kind: 'extra', algorithm: 13, digestType: 2, digest: 'wrong' })],
    secure(['RFC 4035 §5.2']),
  ),
  row(
    'ds-two-unsupported-plus-bad',
    'Two DS: one of an unknown algorithm, one that matches no key',
    [
      ds({ kind: 'digest', of: 'I am not a real DNSKEY digest' }),
      ds({ kind: 'extra', algorithm: 100, digestType: 2, digest: 'right' }),
    ],
    bogus([9, 6], ['RFC 4035 §5.2', 'RFC 8914 §4.10']),
  ),
  row(
    'ds-sha1-only',
    'The only DS has a SHA-1 digest',
    [ds({ kind: 'made', digestType: 1 })],
    secure(['RFC 4509 §3', 'RFC 8624 §3.3'], {
      edeToo: [2],
      or: { status: 'insecure', because: 'RFC 6840 §5.2, where SHA-1 is taken for unknown' },
    }),
  ),
  row(
    'ds-sha1-plus-sha256bad',
    'A right SHA-1 digest beside a wrong SHA-256 one',
    [
      ds({ kind: 'digest', of: 'I am not a real DNSKEY digest' }),
      ds({ kind: 'extra', algorithm: 13, digestType: 1, digest: 'right' }),
    ],
    bogus([9, 6], ['RFC 4509 §3', 'RFC 8914 §4.10'], {
      or: { status: 'secure', because: 'RFC 4509 §3 says SHOULD' },
    }),
  ),
  row(
    'alg-incomplete',
    'DS of algorithms 8 and 13, signed by 13 only',
    [ds({ kind: 'extra', algorithm: 8, digestType: 2, digest: 'wrong' })],
    secure(['RFC 6840 §5.11'], {
      or: { status: 'bogus', because: 'who guards against downgrade demands every algorithm' },
    }),
  ),
  row(
    'revoked-ksk',
    'The KSK is revoked, and signs itself',
    [key('ksk', { kind: 'revoke' })],
    bogus([9], ['RFC 5011 §2.1', 'RFC 8914 §4.10']),
    isolated,
  ),
  row(
    'proto-2',
    'DNSKEY of protocol 2',
    [key('both', { kind: 'protocol', protocol: 2 })],
    bogus([6, 9], ['RFC 4034 §2.1.2', 'RFC 4035 §5.3.1']),
    isolated,
  ),
  row(
    'rsa-512',
    'RSA keys of 512 bits',
    [],
    secure(['RFC 5702 §2.1'], {
      or: { status: 'insecure', because: 'RFC 5702 §2.1 allows the size; few libraries still do' },
    }),
    rsa(512, 3),
  ),
  row(
    'rsa-8192',
    'RSA keys of 8192 bits',
    [],
    bogus([6, 9], ['RFC 5702 §2.1'], {
      bounded: true,
      or: { status: 'insecure', because: 'a size that is not supported is taken for an algorithm' },
    }),
    rsa(8192, 3),
  ),
  row(
    'rsa-exp-huge',
    'RSA keys with an exponent as long as the modulus',
    [],
    bogus([6, 9], ['RFC 3110 §2'], {
      bounded: true,
      or: { status: 'secure', because: 'RFC 3110 §2 allows 4096 bits; the work is the reason' },
    }),
    rsa(2048, 256),
  ),
]

/** The longest span that serial arithmetic of 32 bits can tell from a negative one. */
const longest = 2 ** 31 - 1
const day = 86400

/** Clocks at the very ends of windows, which are within (RFC 4035 §5.3.1). */
const timed: readonly Fault[] = [
  row(
    'clock-edge-inception',
    'Signatures begin now',
    [signature(everywhere(), { kind: 'window', inception: 0, expiration: day })],
    secure(temporal),
    isolated,
  ),
  row(
    'clock-edge-expiration',
    'Signatures run out now',
    [signature(everywhere(), { kind: 'window', inception: -day, expiration: 0 })],
    secure(temporal, {
      ttlMax: 0,
      or: { status: 'bogus', because: 'RFC 4035 §5.3.1: a second later they have run out' },
    }),
    isolated,
  ),
  row(
    'clock-edge-wrap',
    'Signatures since so long ago that, until 2038, their inception is the greater number',
    [signature(everywhere(), { kind: 'window', inception: day - longest, expiration: day })],
    secure([...temporal, 'RFC 1982 §3.2']),
    isolated,
  ),
]

/** Aliases that cross from one security to another. */
const aliased: readonly Fault[] = [
  row('dname-signed', 'DNAME with its signature', [], secure(['RFC 6672 §5.3.1']), {
    setting: { records: ['d DNAME t', 'x.t A 192.0.2.7'] },
    ask: asking('x.d'),
  }),
  row(
    'dname-cname-mismatch',
    'The synthesised CNAME goes elsewhere than its DNAME',
    [{ kind: 'rdata', at: at(RR.CNAME, 'x.d'), offset: 1, octets: 1 }],
    bogus([6], ['RFC 6672 §5.3.1'], {
      or: { status: 'secure', because: 'RFC 6672 §3.4 has resolvers make the CNAME themselves' },
    }),
    { setting: { records: ['d DNAME t', 'x.t A 192.0.2.7'] }, ask: asking('x.d') },
  ),
  row(
    'dname-unsigned',
    'DNAME without a signature',
    [signature(at(RR.DNAME, 'd'), { kind: 'drop' })],
    bogus([10], ['RFC 6672 §5.3.1', 'RFC 8914 §4.11']),
    { setting: { records: ['d DNAME t', 'x.t A 192.0.2.7'] }, ask: asking('x.d') },
  ),
  row(
    'cname-insecure-mid',
    'An alias from a signed zone through an unsigned one and back',
    [],
    insecure([], ['RFC 4035 §3.2.3', 'RFC 4035 §5']),
    {
      setting: {
        children: [{ label: 'sub', signed: false, ds: false }],
        records: ['c CNAME a.sub', 'a.sub CNAME t', 't A 192.0.2.7'],
      },
      ask: asking('c'),
    },
  ),
  row(
    'cname-nx-target',
    'An alias to a name that is proved not to exist',
    [],
    secure(['RFC 2308 §2.1', 'RFC 6604 §3', 'RFC 4035 §5.4'], { rcode: 'NXDOMAIN' }),
    { setting: { records: ['c CNAME nothing'] }, ask: asking('c') },
  ),
]

/** Servers that differ from each other. */
const incoherent: readonly Fault[] = [
  row(
    'ns-incoherent',
    'One of two servers serves signatures that ran out',
    [
      {
        ...{ kind: 'signature', at: everywhere(), by: 'any', server: 1 },
        edit: { kind: 'window', inception: -year, expiration: -86400 },
      },
    ],
    secure(['RFC 4035 §5.3.1', 'RFC 4035 §4.7'], {
      or: { status: 'bogus', because: 'RFC 4035 §5.5 does not demand to ask another server' },
    }),
    { ...isolated, setting: { servers: 2 } },
  ),
  row(
    'do-stripped',
    'Something on the way takes RRSIG, NSEC and NSEC3 out',
    [behave({ kind: 'stripDnssec' })],
    bogus([10], ['RFC 4035 §3.2.1', 'RFC 8914 §4.11']),
  ),
]

/** What tries validators beyond the testbed. */
export const validator: readonly Fault[] = [
  ...signed,
  ...formed,
  ...delegated,
  ...deniedFalsely,
  ...timed,
  ...aliased,
  ...incoherent,
  ...answeredOddly,
]
