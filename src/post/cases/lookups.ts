import { Rcode } from '../../message/index.ts'
import { RR } from '../../rr/index.ts'
import type { DeliveryCase, ZoneFault } from '../types.ts'
import { expected, faultOf, goodZone, row } from './row.ts'

const mx = faultOf('@', RR.MX)
const mxFailed = ['RFC 7672 §2.2.1', 'RFC 7672 §2.1.1']
const dane = { ...expected.dane, isProtected: true } as const

/** MX lookups that fail: nobody knows where mail goes. */
function noMx(id: string, title: string, fault: ZoneFault): DeliveryCase {
  return row(id, title, expected.noLookup, mxFailed, { fault })
}

const unlisted = 'implicit A {mx}\n_25._tcp.implicit TLSA {mx 2 1 1}'
const itself = { mx: { names: ['implicit.{zone}'] } }

/** MX records, or none. */
const mxCases: readonly DeliveryCase[] = [
  {
    ...row(
      'mx-zone-insecure',
      'The domain is unsigned, its MX host is not',
      { ...expected.encrypted, isProtected: false, lint: 'mx-insecure' },
      ['RFC 7672 §2.2.1', 'RFC 8460 §4.4'],
      {
        records: '@ MX 10 mx.{zone other}.',
        setting: { signed: false, ds: false },
        siblings: { other: { records: 'mx A {mx}\n_25._tcp.mx TLSA {mx 3 1 1}', signed: true } },
        hosts: { mx: { names: ['mx.{zone other}'] } },
      },
    ),
    decided:
      'RFC 7672 §2.2.1: DANE for hosts of an insecure MX RRset MAY be used, and must not be said ' +
      'to protect. We use it: a host that fails it gets no mail, and one that passes counts as ' +
      'encrypted. RFC 8460 §4.4 reports the policy that was applied, which is tlsa.',
  },
  noMx('mx-bogus', 'The signature over MX is spoiled', mx.signature('corrupt')),
  noMx('mx-expired', 'The signature over MX has expired', mx.signature('expired')),
  noMx('mx-servfail', 'MX is answered SERVFAIL', mx.rcode(Rcode.SERVFAIL)),
  noMx('mx-timeout', 'MX is not answered', mx.silence()),
  row('mx-denial-missing', 'That there is no MX is not proved', expected.noLookup, mxFailed, {
    domain: 'implicit',
    records: unlisted,
    hosts: itself,
    fault: faultOf('implicit', RR.MX).withoutProof(),
  }),
  row(
    'mx-implicit',
    'The domain has an address and no MX: it is its own host',
    { ...dane, host: 'implicit.{zone}.', base: 'implicit.{zone}.' },
    ['RFC 7672 §2.2.1', 'RFC 5321 §5.1'],
    { domain: 'implicit', records: unlisted, hosts: itself },
  ),
  row(
    'mx-null',
    'Null MX: no mail is accepted',
    { rfc: 'refused', exchange: '5.1.10', report: [] },
    ['RFC 7505 §4.1'],
    { records: '@ MX 0 .' },
  ),
  row(
    'mx-cname',
    'The MX target is an alias; TLSA stands at what it expands to',
    { ...dane, base: 'mx.{zone}.', lint: 'mx-alias' },
    ['RFC 7672 §2.2.2', 'RFC 7672 §2.2.3'],
    { records: '@ MX 10 alias\nalias CNAME mx\nmx A {mx}\n_25._tcp.mx TLSA {mx 2 1 1}' },
  ),
  row(
    'mx-cname-original',
    'The MX target is an alias; TLSA stands at the alias alone',
    { ...dane, base: 'alias.{zone}.' },
    ['RFC 7672 §2.2.2', 'RFC 7672 §2.2.3'],
    {
      row: 'mx-cname',
      records: '@ MX 10 alias\nalias CNAME mx\nmx A {mx}\n_25._tcp.alias TLSA {mx 3 1 1}',
      hosts: { mx: { names: ['alias.{zone}'] } },
    },
  ),
]

/** Recipient domains that are aliases. */
const domainCases: readonly DeliveryCase[] = [
  row(
    'domain-cname',
    'The domain is an alias of another',
    { ...dane, host: 'mx.{zone}.', policyDomain: 'alias.{zone}' },
    ['RFC 7672 §2.2.1', 'RFC 5321 §5.1'],
    {
      domain: 'alias',
      records: 'alias CNAME real\nreal MX 10 mx\nmx A {mx}\n_25._tcp.mx TLSA {mx 3 1 1}',
    },
  ),
  row(
    'domain-dname',
    'The domain lies below a DNAME',
    { ...dane, host: 'mx.{zone}.', policyDomain: 'sub.old.{zone}' },
    ['RFC 7672 §2.2.1', 'RFC 6672 §2.2'],
    {
      domain: 'sub.old',
      records: 'old DNAME new\nsub.new MX 10 mx\nmx A {mx}\n_25._tcp.mx TLSA {mx 3 1 1}',
    },
  ),
]

const a = faultOf('mx', RR.A).signature('corrupt')
const aaaa = faultOf('mx', RR.AAAA).signature('corrupt')
const bothFamilies = `${goodZone}mx AAAA 2001:db8::25`
const addressFailed = ['RFC 7672 §2.1.2', 'RFC 7672 §2.2.2']

/** Addresses of hosts. */
const addressCases: readonly DeliveryCase[] = [
  row(
    'host-insecure',
    'The MX host is in an unsigned zone, with a TLSA record that counts for nothing',
    expected.opportunistic,
    ['RFC 7672 §2.2.2'],
    {
      records: '@ MX 10 mx.{zone plain}.',
      siblings: { plain: { records: 'mx A {mx}\n_25._tcp.mx TLSA {no 3 1 1}', signed: false } },
    },
  ),
  row('host-a-bogus', 'The A record of the host is bogus', expected.noLookup, addressFailed, {
    records: bothFamilies,
    fault: a,
  }),
  row(
    'host-both-bogus',
    'The A and AAAA records of the host are bogus, to a sender that makes do with one',
    expected.noLookup,
    addressFailed,
    {
      row: 'host-a-bogus',
      records: bothFamilies,
      families: 'lax',
      fault: { ...a, acts: [...a.acts, ...aaaa.acts] },
    },
  ),
  row('host-aaaa-bogus', 'The AAAA record of the host is bogus', expected.noLookup, addressFailed, {
    records: bothFamilies,
    fault: aaaa,
  }),
  {
    ...row(
      'host-aaaa-bogus-lax',
      'The AAAA record of the host is bogus, to a sender that makes do with the A record',
      { ...expected.dane, lint: 'host-family-failed' },
      addressFailed,
      { row: 'host-aaaa-bogus', records: bothFamilies, families: 'lax', fault: aaaa },
    ),
    decided:
      'RFC 7672 §2.1.2 does not settle it: what one family says does not change what the other ' +
      'has proved, so `lax` goes on with it; `strict` is there for whoever reads it strictly.',
  },
]

const both = (target: string, alias: string) => `
  @ MX 10 alias
  alias CNAME mx
  mx A {mx}
  _25._tcp.mx TLSA ${target}
  _25._tcp.alias TLSA ${alias}
`

/** Hosts that are aliases. */
const aliasCases: readonly DeliveryCase[] = [
  row(
    'host-cname-insecure-target',
    'The host is an alias into an unsigned zone, TLSA stands at the alias',
    { ...dane, base: 'alias.{zone}.' },
    ['RFC 7672 §2.2.3'],
    {
      records: '@ MX 10 alias\nalias CNAME mx.{zone plain}.\n_25._tcp.alias TLSA {mx 2 1 1}',
      siblings: { plain: { records: 'mx A {mx}', signed: false } },
      hosts: { mx: { names: ['alias.{zone}'] } },
    },
  ),
  row(
    'host-cname-secure-both',
    'TLSA at the target of the alias matches, TLSA at the alias does not',
    { ...expected.dane, base: 'mx.{zone}.' },
    ['RFC 7672 §2.2.3'],
    { records: both('{mx 3 1 1}', '{no 3 1 1}') },
  ),
  row(
    'host-cname-secure-both-bad',
    'TLSA at the alias would match, TLSA at its target does not',
    { ...expected.noMatch, base: 'mx.{zone}.' },
    ['RFC 7672 §2.2.3'],
    { row: 'host-cname-secure-both', records: both('{no 3 1 1}', '{mx 3 1 1}') },
  ),
  row(
    'host-cname-secure-alias-only',
    'The host is an alias within the zone, TLSA stands at the alias alone',
    { ...expected.dane, base: 'alias.{zone}.' },
    ['RFC 7672 §2.2.3'],
    {
      records: '@ MX 10 alias\nalias CNAME mx\nmx A {mx}\n_25._tcp.alias TLSA {mx 2 1 1}',
      hosts: { mx: { names: ['alias.{zone}'] } },
    },
  ),
  {
    ...row(
      'host-cname-loop',
      'The host is an alias of itself',
      expected.noLookup,
      ['RFC 7672 §2.1.2', 'RFC 8460 §4.3.2.1'],
      { records: '@ MX 10 loop\nloop CNAME pool\npool CNAME loop', hosts: {} },
    ),
    decided:
      'RFC 7672 §2.1.2: a lookup that ends nowhere has failed. RFC 8460 §4.3.2.1 calls it ' +
      'dnssec-invalid when no valid records come back, whatever the reason.',
  },
  {
    ...row(
      'host-cname-dangling',
      'The host is an alias of a name that does not exist',
      { rfc: 'delayed', exchange: '4.4.312', report: [] },
      ['RFC 7672 §2.2.2', 'RFC 5321 §5.1'],
      { records: '@ MX 10 alias\nalias CNAME gone', hosts: {} },
    ),
    decided:
      'Proved absence of addresses is no failure of DNSSEC, so there is nothing to report; ' +
      'Exchange calls every lookup without records 4.4.312, proved or not.',
  },
]

/** MX, domains, hosts and their addresses. */
export const lookupCases: readonly DeliveryCase[] = [
  ...mxCases,
  ...domainCases,
  ...addressCases,
  ...aliasCases,
]
