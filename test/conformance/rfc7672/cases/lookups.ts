import { Rcode } from '../../../../src/message/index.ts'
import { RR } from '../../../../src/rr/index.ts'
import { formatQuestion, type TamperRule } from '../../../support/mail-lab/authorities.ts'
import type { MailLab } from '../../../support/mail-lab/lab.ts'
import * as tampers from '../../../support/mail-lab/tampers.ts'
import { expected, type Fact, goodZone, type MailCase } from './case.ts'

function onMx(tamper: TamperRule['tamper']): readonly TamperRule[] {
  return [{ name: 'example.test.', type: RR.MX, tamper }]
}

function askedFor(lab: MailLab, type: number): string[] {
  return lab.authorities.asked.filter((asked) => asked.type === type).map(formatQuestion)
}

function noTlsaAsked(lab: MailLab): Fact {
  const asked = askedFor(lab, RR.TLSA)
  return [asked.length === 0, `TLSA is not asked for (RFC 7672 §2.2.2): ${asked.join(', ')}`]
}

const bothFamilies = 'mx AAAA 2001:db8::25'

/** MX, domains, hosts and their addresses. */
export const lookupCases: readonly MailCase[] = [
  {
    id: 'mx-zone-insecure',
    isSigned: false,
    zone: '@ MX 10 mx.other.test.',
    zones: { 'other.test.': { text: 'mx A {mx}\n_25._tcp.mx TLSA {mx 3 1 1}' } },
    hosts: { mx: { names: ['mx.other.test'] } },
    expect: { ...expected.encrypted, isProtected: false },
    decided:
      'RFC 7672 §2.2.1: DANE for hosts of an insecure MX RRset MAY be used, and must not be said ' +
      'to protect. We use it: a host that fails it gets no mail, and one that passes counts as ' +
      'encrypted. RFC 8460 §4.4 reports the policy that was applied, which is tlsa.',
    also: ({ hosts }) => [[hosts[0]?.level === 'authenticated', 'the host is held to its records']],
  },
  {
    id: 'mx-bogus',
    zone: goodZone,
    tampers: onMx(tampers.corruptSignatures()),
    expect: expected.noLookup,
  },
  { id: 'mx-expired', zone: goodZone, tampers: onMx(tampers.expired()), expect: expected.noLookup },
  {
    id: 'mx-servfail',
    zone: goodZone,
    tampers: onMx(tampers.rcode(Rcode.SERVFAIL)),
    expect: expected.noLookup,
  },
  { id: 'mx-timeout', zone: goodZone, tampers: onMx(tampers.silence), expect: expected.noLookup },
  {
    id: 'mx-denial-missing',
    zone: '@ A {mx}\n_25._tcp TLSA {mx 3 1 1}',
    hosts: { mx: { names: ['example.test'] } },
    tampers: onMx(tampers.withoutDenial),
    expect: expected.noLookup,
  },
  {
    id: 'mx-implicit',
    zone: '@ A {mx}\n_25._tcp TLSA {mx 2 1 1}',
    hosts: { mx: { names: ['example.test'] } },
    expect: { ...expected.dane, isProtected: true },
    also: ({ hosts }) => [[hosts[0]?.name === 'example.test.', 'the domain is its own host']],
  },
  {
    id: 'mx-null',
    zone: '@ MX 0 .\n@ A {mx}',
    expect: { rfc: 'refused', exchange: '5.1.10', report: [] },
  },
  {
    id: 'mx-cname',
    zone: '@ MX 10 alias\nalias CNAME mx\nmx A {mx}\n_25._tcp.mx TLSA {mx 2 1 1}',
    expect: { ...expected.dane, isProtected: true },
    also: ({ hosts }) => [[hosts[0]?.tlsaBase === 'mx.example.test.', 'the base is expanded']],
  },
  {
    id: 'mx-cname',
    variant: 'TLSA at the original name',
    zone: '@ MX 10 alias\nalias CNAME mx\nmx A {mx}\n_25._tcp.alias TLSA {mx 3 1 1}',
    hosts: { mx: { names: ['alias.example.test'] } },
    expect: { ...expected.dane, isProtected: true },
    also: ({ hosts }) => [[hosts[0]?.tlsaBase === 'alias.example.test.', 'the base is not']],
  },
  {
    id: 'domain-cname',
    domain: 'alias.example.test.',
    zone: 'alias CNAME real\nreal MX 10 mx\nmx A {mx}\n_25._tcp.mx TLSA {mx 3 1 1}',
    expect: { ...expected.dane, isProtected: true },
    also: ({ domain, expanded }) => [
      [domain === 'alias.example.test.', 'the unexpanded name is kept for the log'],
      [expanded === 'real.example.test.', 'MX is of the expanded name'],
    ],
  },
  {
    id: 'domain-dname',
    domain: 'sub.old.example.test.',
    zone: 'old DNAME new\nsub.new MX 10 mx\nmx A {mx}\n_25._tcp.mx TLSA {mx 3 1 1}',
    expect: { ...expected.dane, isProtected: true },
    also: ({ domain, expanded }) => [
      [domain === 'sub.old.example.test.', 'the unexpanded name is kept for the log'],
      [expanded === 'sub.new.example.test.', 'MX is of the expanded name'],
    ],
  },
  {
    id: 'host-insecure',
    zone: '@ MX 10 mx.plain.test.',
    zones: {
      'plain.test.': { text: 'mx A {mx}\n_25._tcp.mx TLSA {no 3 1 1}', isSigned: false },
    },
    expect: expected.opportunistic,
    also: (_, lab) => [noTlsaAsked(lab)],
  },
  {
    id: 'host-a-bogus',
    zone: `${goodZone}${bothFamilies}`,
    families: 'strict',
    tampers: [{ name: 'mx.example.test.', type: RR.A, tamper: tampers.corruptSignatures() }],
    expect: expected.noLookup,
  },
  {
    id: 'host-a-bogus',
    variant: 'and AAAA too, lax',
    zone: `${goodZone}${bothFamilies}`,
    families: 'lax',
    tampers: [
      { name: 'mx.example.test.', type: RR.A, tamper: tampers.corruptSignatures() },
      { name: 'mx.example.test.', type: RR.AAAA, tamper: tampers.corruptSignatures() },
    ],
    expect: expected.noLookup,
  },
  {
    id: 'host-aaaa-bogus',
    zone: `${goodZone}${bothFamilies}`,
    families: 'strict',
    tampers: [{ name: 'mx.example.test.', type: RR.AAAA, tamper: tampers.corruptSignatures() }],
    expect: expected.noLookup,
  },
  {
    id: 'host-aaaa-bogus',
    variant: 'lax',
    zone: `${goodZone}${bothFamilies}`,
    families: 'lax',
    tampers: [{ name: 'mx.example.test.', type: RR.AAAA, tamper: tampers.corruptSignatures() }],
    expect: expected.dane,
    decided:
      'RFC 7672 §2.1.2 does not settle it: what one family says does not change what the other ' +
      'has proved, so `lax` goes on with it; `strict` is there for whoever reads it strictly.',
  },
  {
    id: 'host-cname-insecure-target',
    zone: '@ MX 10 alias\nalias CNAME mx.plain.test.\n_25._tcp.alias TLSA {mx 2 1 1}',
    zones: { 'plain.test.': { text: 'mx A {mx}', isSigned: false } },
    hosts: { mx: { names: ['alias.example.test'] } },
    expect: { ...expected.dane, isProtected: true },
    also: ({ hosts }) => [[hosts[0]?.tlsaBase === 'alias.example.test.', 'the base is the alias']],
  },
  {
    id: 'host-cname-secure-both',
    zone: `@ MX 10 alias
      alias CNAME mx
      mx A {mx}
      _25._tcp.mx TLSA {mx 3 1 1}
      _25._tcp.alias TLSA {no 3 1 1}`,
    expect: expected.dane,
  },
  {
    id: 'host-cname-secure-both',
    variant: 'only that at the alias would match',
    zone: `@ MX 10 alias
      alias CNAME mx
      mx A {mx}
      _25._tcp.mx TLSA {no 3 1 1}
      _25._tcp.alias TLSA {mx 3 1 1}`,
    expect: expected.noMatch,
  },
  {
    id: 'host-cname-secure-alias-only',
    zone: '@ MX 10 alias\nalias CNAME mx\nmx A {mx}\n_25._tcp.alias TLSA {mx 2 1 1}',
    hosts: { mx: { names: ['alias.example.test'] } },
    expect: expected.dane,
  },
  {
    id: 'host-cname-loop',
    zone: '@ MX 10 loop\nloop CNAME pool\npool CNAME loop',
    expect: expected.noLookup,
    decided:
      'RFC 7672 §2.1.2: a lookup that ends nowhere has failed. RFC 8460 §4.3.2.1 calls it ' +
      'dnssec-invalid when no valid records come back, whatever the reason.',
  },
  {
    id: 'host-cname-dangling',
    zone: '@ MX 10 alias\nalias CNAME gone',
    expect: { rfc: 'delayed', exchange: '4.4.312', report: [] },
    decided:
      'Proved absence of addresses is no failure of DNSSEC, so there is nothing to report; ' +
      'Exchange calls every lookup without records 4.4.312, proved or not.',
  },
]
