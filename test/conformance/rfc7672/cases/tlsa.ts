import { createHash } from 'node:crypto'
import { Rcode } from '../../../../src/message/index.ts'
import { RR } from '../../../../src/rr/index.ts'
import type { Tamper } from '../../../support/mail-lab/authorities.ts'
import * as tampers from '../../../support/mail-lab/tampers.ts'
import { expected, goodZone, type MailCase, zoneWith } from './case.ts'

function onTlsa(id: string, tamper: Tamper, zone = goodZone): MailCase {
  const rule = { name: '_25._tcp.mx.example.test.', type: RR.TLSA, tamper }
  return { id, zone, tampers: [rule], expect: expected.badDnssec }
}

function good(numbers: string): MailCase {
  const id = `dane-good-${numbers.replaceAll(' ', '')}`
  return { id, zone: zoneWith(`{mx ${numbers}}`), expect: { ...expected.dane, isProtected: true } }
}

function unusable(id: string, rdata: string): MailCase {
  return { id, zone: zoneWith(rdata), expect: expected.encrypted }
}

const hash = 'ab'.repeat(32)

/** More records than a datagram of 1232 octets can hold. */
const many = Array.from({ length: 40 }, (_, n) => {
  const digest = createHash('sha256').update(`another key ${n}`).digest('hex')
  return `3 1 1 ${digest}`
})

const aliased = (target: string) => `@ MX 10 mx\nmx A {mx}\n_25._tcp.mx CNAME ${target}`

/** TLSA records: there or not, proved or not, usable or not. */
export const tlsaCases: readonly MailCase[] = [
  ...['3 1 1', '3 0 1', '3 1 2', '2 0 1', '2 1 1', '2 0 0'].map(good),
  { id: 'dane-two-311-next', zone: zoneWith('{mx 3 1 1}', '{no 3 1 1}'), expect: expected.dane },

  {
    id: 'tlsa-none-nodata',
    zone: `${zoneWith()}\n_25._tcp.mx TXT x`,
    expect: expected.opportunistic,
  },
  { id: 'tlsa-none-nxdomain', zone: zoneWith(), expect: expected.opportunistic },
  {
    id: 'tlsa-none-ent',
    zone: `${zoneWith()}\nx._25._tcp.mx TXT x`,
    expect: expected.opportunistic,
  },

  onTlsa('tlsa-servfail', tampers.rcode(Rcode.SERVFAIL)),
  onTlsa('tlsa-refused', tampers.rcode(Rcode.REFUSED)),
  onTlsa('tlsa-notimp', tampers.rcode(Rcode.NOTIMP)),
  onTlsa('tlsa-timeout', tampers.silence),
  onTlsa('tlsa-bogus', tampers.corruptSignatures(RR.TLSA)),
  onTlsa('tlsa-expired', tampers.expired(RR.TLSA)),
  onTlsa('tlsa-nosig', tampers.withoutSignatures(RR.TLSA)),
  onTlsa('tlsa-denial-missing', tampers.withoutDenial, zoneWith()),
  onTlsa('tlsa-denial-bogus', tampers.corruptDenial, zoneWith()),

  {
    id: 'tlsa-cname-secure',
    zone: aliased('tlsa.other.test.'),
    zones: { 'other.test.': { text: 'tlsa TLSA {mx 2 1 1}' } },
    expect: { ...expected.dane, isProtected: true },
    also: ({ hosts }) => [[hosts[0]?.tlsaBase === 'mx.example.test.', 'the base stays the host']],
  },
  {
    id: 'tlsa-cname-insecure-target',
    zone: aliased('tlsa.plain.test.'),
    zones: { 'plain.test.': { text: 'tlsa TLSA {no 3 1 1}', isSigned: false } },
    expect: expected.opportunistic,
  },
  {
    id: 'tlsa-cname-loop',
    zone: `${aliased('loop')}\nloop CNAME _25._tcp.mx`,
    expect: expected.badDnssec,
  },
  {
    id: 'tlsa-wildcard',
    zone: '@ MX 10 mx\nmx A {mx}\n*._tcp.mx TLSA {mx 3 1 1}',
    expect: expected.dane,
  },
  {
    ...onTlsa(
      'tlsa-wildcard',
      tampers.withoutDenial,
      '@ MX 10 mx\nmx A {mx}\n*._tcp.mx TLSA {mx 3 1 1}',
    ),
    variant: 'without its proof',
  },

  unusable('tlsa-usage-0', '{mx 0 1 1}'),
  unusable('tlsa-usage-1', '{mx 1 1 1}'),
  unusable('tlsa-usage-4', `4 1 1 ${hash}`),
  unusable('tlsa-usage-255', `255 1 1 ${hash}`),
  unusable('tlsa-selector-2', `3 2 1 ${hash}`),
  unusable('tlsa-match-3', `3 1 3 ${hash}`),
  unusable('tlsa-digest-31-bytes', `3 1 1 ${hash.slice(2)}`),
  unusable('tlsa-empty', '\\# 3 030101'),
  unusable('tlsa-garbage-full', '3 0 0 deadbeef'),
  {
    id: 'tlsa-unusable-plus-good',
    zone: zoneWith('{mx 1 1 1}', `3 1 1 ${hash.slice(2)}`, '{mx 3 1 1}'),
    expect: expected.dane,
  },
  {
    id: 'tlsa-unusable-plus-bad',
    zone: zoneWith('{mx 1 1 1}', '{no 3 1 1}'),
    expect: expected.noMatch,
  },

  {
    id: 'tlsa-agility',
    zone: zoneWith('{no 3 1 2}', '{mx 3 1 1}'),
    expect: expected.noMatch,
    decided:
      'RFC 7671 §9: of one usage and selector only the strongest digest counts, so nothing ' +
      'matches; that is what 4.7.323 tlsa-invalid says.',
  },
  { id: 'tlsa-stale-rollover', zone: zoneWith('{no 3 1 1}'), expect: expected.noMatch },
  {
    id: 'tlsa-wrong-owner',
    zone: `${zoneWith()}\n_25._tcp TLSA {no 3 1 1}`,
    expect: expected.opportunistic,
  },
  {
    id: 'tlsa-wrong-port',
    zone: `${zoneWith()}\n_465._tcp.mx TLSA {no 3 1 1}\n_587._tcp.mx TLSA {no 3 1 1}`,
    expect: expected.opportunistic,
  },

  { id: 'tlsa-full-0-0', zone: zoneWith('{mx 3 0 0}'), expect: expected.dane },
  {
    id: 'tlsa-huge-rrset',
    zone: zoneWith(...many, '{mx 3 1 1}'),
    expect: expected.dane,
    also: (_, lab) => [
      [
        lab.authorities.asked.some(({ type, via }) => type === RR.TLSA && via === 'tcp'),
        'it was asked for by TCP',
      ],
    ],
  },
  {
    ...onTlsa('tlsa-huge-rrset', tampers.truncatedWithoutTcp, zoneWith(...many, '{mx 3 1 1}')),
    variant: 'and TCP is refused',
  },
]
