import { sha256 } from '../../crypto/index.ts'
import { Rcode } from '../../message/index.ts'
import { RR } from '../../rr/index.ts'
import type { DeliveryCase, ZoneFault } from '../types.ts'
import { type Extras, expected, faultOf, row, zoneWith } from './row.ts'

const tlsa = faultOf('_25._tcp.mx', RR.TLSA)
/** A host without TLSA records whose absence has a proof of its own. */
const nodata = `${zoneWith()}\n_25._tcp.mx TXT x`
const wildcard = '@ MX 10 mx\nmx A {mx}\n*._tcp.mx TLSA {mx 3 1 1}'
const hash = 'ab'.repeat(32)

/** RFC 7672 §2.1.1: a lookup that fails is no absence. */
const failed = ['RFC 7672 §2.1.1', 'RFC 7672 §2.2']
const usable = ['RFC 7672 §3.1.3', 'RFC 6698 §4.1']

function good(numbers: string, text: string): DeliveryCase {
  return row(
    `dane-good-${numbers.replaceAll(' ', '')}`,
    `TLSA ${numbers} matches: ${text}`,
    { ...expected.dane, isProtected: true },
    [numbers.startsWith('3') ? 'RFC 7672 §3.1.1' : 'RFC 7672 §3.1.2'],
    { records: zoneWith(`{mx ${numbers}}`) },
  )
}

function failing(id: string, title: string, fault: ZoneFault, extras: Extras = {}): DeliveryCase {
  return row(id, title, expected.badDnssec, failed, { fault, ...extras })
}

function unusable(id: string, title: string, rdata: string): DeliveryCase {
  return row(id, title, expected.encrypted, usable, { records: zoneWith(rdata) })
}

/** More records than a datagram of 1232 octets can hold. */
const many = Array.from({ length: 40 }, (_, n) => {
  const digest = sha256(Buffer.from(`another key ${n}`))
  return `3 1 1 ${Buffer.from(digest).toString('hex')}`
})
/** Names that make a certificate as large. */
const aliasNames = Array.from({ length: 40 }, (_, n) => `another-name-of-the-host-${n}.{zone}`)
const huge = zoneWith(...many, '{mx 3 1 1}')

const aliased = (target: string) => `@ MX 10 mx\nmx A {mx}\n_25._tcp.mx CNAME ${target}`

/** Records that are there, and match. */
const matching: readonly DeliveryCase[] = [
  good('3 1 1', 'the key of the server, SHA-256'),
  good('3 0 1', 'the certificate of the server, SHA-256'),
  good('3 1 2', 'the key of the server, SHA-512'),
  good('2 0 1', 'the certificate of the authority, SHA-256'),
  good('2 1 1', 'the key of the authority, SHA-256'),
  good('2 0 0', 'the certificate of the authority, whole'),
  row(
    'dane-two-311-next',
    'TLSA records of the key in use and of the next one',
    expected.dane,
    ['RFC 7671 §8.1'],
    { records: zoneWith('{mx 3 1 1}', '{no 3 1 1}') },
  ),
]

/** Records that are not there, provably. */
const absent: readonly DeliveryCase[] = [
  row(
    'tlsa-none-nodata',
    'The TLSA owner has other records, no TLSA',
    expected.opportunistic,
    ['RFC 7672 §2.1.1'],
    { records: nodata },
  ),
  row(
    'tlsa-none-nxdomain',
    'The TLSA owner does not exist',
    expected.opportunistic,
    ['RFC 7672 §2.1.1'],
    { records: zoneWith() },
  ),
  row(
    'tlsa-none-ent',
    'The TLSA owner is an empty non-terminal',
    expected.opportunistic,
    ['RFC 7672 §2.1.1'],
    { records: `${zoneWith()}\nx._25._tcp.mx TXT x` },
  ),
  row(
    'tlsa-wrong-owner',
    'TLSA records stand at the domain, not at its MX host',
    expected.opportunistic,
    ['RFC 7672 §2.2.3'],
    { records: `${zoneWith()}\n_25._tcp TLSA {no 3 1 1}` },
  ),
  row(
    'tlsa-wrong-port',
    'TLSA records of ports 465 and 587 alone',
    expected.opportunistic,
    ['RFC 7672 §2.2.3'],
    { records: `${zoneWith()}\n_465._tcp.mx TLSA {no 3 1 1}\n_587._tcp.mx TLSA {no 3 1 1}` },
  ),
]

/** Lookups that fail. */
const unproved: readonly DeliveryCase[] = [
  failing('tlsa-servfail', 'TLSA is answered SERVFAIL', tlsa.rcode(Rcode.SERVFAIL)),
  failing('tlsa-refused', 'TLSA is answered REFUSED', tlsa.rcode(Rcode.REFUSED)),
  failing('tlsa-notimp', 'TLSA is answered NOTIMP', tlsa.rcode(Rcode.NOTIMP)),
  failing('tlsa-timeout', 'TLSA is not answered', tlsa.silence()),
  failing('tlsa-bogus', 'The signature over TLSA is spoiled', tlsa.signature('corrupt')),
  failing('tlsa-expired', 'The signature over TLSA has expired', tlsa.signature('expired')),
  failing('tlsa-nosig', 'TLSA comes without its signature', tlsa.signature('unsigned')),
  failing(
    'tlsa-denial-missing',
    'That there is no TLSA record is not proved',
    tlsa.withoutProof(),
    { records: nodata },
  ),
  failing(
    'tlsa-denial-bogus',
    'The proof that there is no TLSA record has a spoiled signature',
    tlsa.signature('corrupt', RR.NSEC),
    { records: nodata },
  ),
  row(
    'tlsa-wildcard',
    'TLSA comes of a wildcard, with its proof',
    expected.dane,
    ['RFC 4035 §5.3.4'],
    { records: wildcard },
  ),
  failing(
    'tlsa-wildcard-noproof',
    'TLSA comes of a wildcard, without its proof',
    tlsa.withoutProof('*._tcp.mx'),
    { row: 'tlsa-wildcard', records: wildcard },
  ),
]

/** Aliases of the TLSA owner. */
const aliases: readonly DeliveryCase[] = [
  row(
    'tlsa-cname-secure',
    'The TLSA owner is an alias into another signed zone',
    { ...expected.dane, isProtected: true, base: 'mx.{zone}.' },
    ['RFC 7672 §2.2.3', 'RFC 7671 §7'],
    {
      records: aliased('tlsa.{zone other}.'),
      siblings: { other: { records: 'tlsa TLSA {mx 2 1 1}', signed: true } },
    },
  ),
  row(
    'tlsa-cname-insecure-target',
    'The TLSA owner is an alias into an unsigned zone',
    expected.opportunistic,
    ['RFC 7672 §2.1.3'],
    {
      records: aliased('tlsa.{zone plain}.'),
      siblings: { plain: { records: 'tlsa TLSA {no 3 1 1}', signed: false } },
    },
  ),
  row('tlsa-cname-loop', 'The TLSA owner is an alias of itself', expected.badDnssec, failed, {
    records: `${aliased('loop')}\nloop CNAME _25._tcp.mx`,
  }),
]

/** Records that cannot be used, and what they mean beside others. */
const unusables: readonly DeliveryCase[] = [
  unusable('tlsa-usage-0', 'TLSA of usage 0 (PKIX-TA) alone', '{mx 0 1 1}'),
  unusable('tlsa-usage-1', 'TLSA of usage 1 (PKIX-EE) alone', '{mx 1 1 1}'),
  unusable('tlsa-usage-4', 'TLSA of usage 4, which is unassigned', `4 1 1 ${hash}`),
  unusable('tlsa-usage-255', 'TLSA of usage 255, which is private', `255 1 1 ${hash}`),
  unusable('tlsa-selector-2', 'TLSA of selector 2, which is unassigned', `3 2 1 ${hash}`),
  unusable('tlsa-match-3', 'TLSA of matching type 3, which is unassigned', `3 1 3 ${hash}`),
  unusable('tlsa-digest-31-bytes', 'TLSA whose SHA-256 has 31 octets', `3 1 1 ${hash.slice(2)}`),
  {
    ...unusable('tlsa-empty', 'TLSA without association data', '\\# 3 030101'),
    decided:
      'Unusable, like a digest of the wrong length (RFC 6698 §2.1): malformed would lose the ' +
      'whole answer, and with it the demand for TLS.',
  },
  unusable('tlsa-garbage-full', 'TLSA 3 0 0 that holds no certificate', '3 0 0 deadbeef'),
  row(
    'tlsa-unusable-plus-good',
    'Unusable TLSA records beside one that matches',
    expected.dane,
    usable,
    { records: zoneWith('{mx 1 1 1}', `3 1 1 ${hash.slice(2)}`, '{mx 3 1 1}') },
  ),
  row(
    'tlsa-unusable-plus-bad',
    'An unusable TLSA record beside one that does not match',
    expected.noMatch,
    usable,
    { records: zoneWith('{mx 1 1 1}', '{no 3 1 1}') },
  ),
  {
    ...row(
      'tlsa-agility',
      'SHA-512 does not match, SHA-256 would',
      expected.noMatch,
      ['RFC 7671 §9'],
      { records: zoneWith('{no 3 1 2}', '{mx 3 1 1}') },
    ),
    decided:
      'RFC 7671 §9: of one usage and selector only the strongest digest counts, so nothing ' +
      'matches; that is what 4.7.323 tlsa-invalid says.',
  },
  row(
    'tlsa-stale-rollover',
    'TLSA of the former key, after the certificate was replaced',
    expected.noMatch,
    ['RFC 7672 §3.1', 'RFC 7671 §8.1'],
    { records: zoneWith('{no 3 1 1}') },
  ),
]

/** Records of many octets. */
const large: readonly DeliveryCase[] = [
  row(
    'tlsa-full-0-0',
    'TLSA 3 0 0: a whole certificate, larger than a datagram',
    expected.dane,
    ['RFC 6698 §2.1.4', 'RFC 7766 §5'],
    { records: zoneWith('{mx 3 0 0}'), hosts: { mx: { names: ['mx.{zone}', ...aliasNames] } } },
  ),
  row(
    'tlsa-huge-rrset',
    'More TLSA records than a datagram holds',
    expected.dane,
    ['RFC 7766 §5'],
    { records: huge },
  ),
  failing(
    'tlsa-huge-notcp',
    'More TLSA records than a datagram holds, and TCP is refused',
    tlsa.withoutTcp(),
    { row: 'tlsa-huge-rrset', records: huge },
  ),
]

/** TLSA records: there or not, proved or not, usable or not. */
export const tlsaCases: readonly DeliveryCase[] = [
  ...matching,
  ...absent,
  ...unproved,
  ...aliases,
  ...unusables,
  ...large,
]
