import type { HostSpec } from '../../../support/mail-lab/lab.ts'
import { testTime } from '../../../support/served-zone.ts'
import { type Expectation, expected, type MailCase, zoneWith } from './case.ts'

const day = 86_400
const past = testTime - 30 * day
const future = testTime + 30 * day

function shown(id: string, tlsa: string, mx: HostSpec, expect: Expectation): MailCase {
  return { id, zone: zoneWith(tlsa), hosts: { mx }, expect }
}

const notTrusted: Expectation = {
  rfc: 'delayed',
  exchange: '4.7.323',
  report: ['certificate-not-trusted'],
}
const nameMismatch: Expectation = {
  rfc: 'delayed',
  exchange: '4.7.325',
  report: ['certificate-host-mismatch'],
}
const isExpired: Expectation = {
  rfc: 'delayed',
  exchange: '4.7.322',
  report: ['certificate-expired'],
}

const exchangeMinds = 'RFC 7672 §3.1.1: dates and names of a DANE-EE certificate MUST be ignored'

/** Certificates and chains. */
export const certificateCases: readonly MailCase[] = [
  {
    ...shown(
      'ee-expired',
      '{mx 3 1 1}',
      { chain: { leaf: { to: past } } },
      { ...expected.dane, exchange: '4.7.322' },
    ),
    decided: `${exchangeMinds}; Exchange minds them, in its own profile alone.`,
  },
  shown(
    'ee-notyet',
    '{mx 3 1 1}',
    { chain: { leaf: { from: future } } },
    { ...expected.dane, exchange: '4.7.323' },
  ),
  shown(
    'ee-wrongname',
    '{mx 3 1 1}',
    { names: ['elsewhere.test'] },
    { ...expected.dane, exchange: '4.7.325' },
  ),
  shown('ee-selfsigned', '{mx 3 1 1}', { chain: { selfSigned: true } }, expected.dane),

  ...['{mx 2 0 1}', '{mx 2 1 1}'].map((tlsa) => ({
    ...shown('ta-missing-in-chain', tlsa, { chain: { omit: ['anchor'] } }, notTrusted),
    variant: tlsa.slice(4, -1),
  })),
  {
    ...shown('ta-omitted-200', '{mx 2 0 0}', { chain: { omit: ['anchor'] } }, expected.dane),
    decided:
      'RFC 7671 §5.2.2: with `2 0 0` the anchor is in DNS whole, so it need not be sent. Nothing ' +
      'is known of Exchange here: taken to do as the RFC says.',
  },

  shown('ta-name-mismatch', '{mx 2 0 1}', { names: ['elsewhere.test'] }, nameMismatch),
  shown('ta-name-nexthop', '{mx 2 0 1}', { names: ['example.test'] }, expected.dane),
  shown('ta-wildcard', '{mx 2 0 1}', { names: ['*.example.test'] }, expected.dane),
  shown('ta-partial-wildcard', '{mx 2 0 1}', { names: ['m*.example.test'] }, nameMismatch),
  shown(
    'ta-cn-only',
    '{mx 2 0 1}',
    { names: [], chain: { leaf: { subject: 'CN=mx.example.test' } } },
    expected.dane,
  ),
  shown(
    'ta-san-beats-cn',
    '{mx 2 0 1}',
    { names: ['elsewhere.test'], chain: { leaf: { subject: 'CN=mx.example.test' } } },
    nameMismatch,
  ),

  shown('ta-leaf-expired', '{mx 2 0 1}', { chain: { leaf: { to: past } } }, isExpired),
  shown(
    'ta-intermediate-expired',
    '{mx 2 0 1}',
    { chain: { intermediate: { to: past } } },
    isExpired,
  ),
  {
    ...shown('ta-self-expired', '{mx 2 0 1}', { chain: { anchor: { to: past } } }, isExpired),
    decided:
      'RFC 7671 §5.2 leaves open whether the dates of the anchor count (§5.2.3 wants them to for ' +
      'a bare key at the top). They do here, as with OpenSSL and so with Postfix: who sends a ' +
      'certificate that has expired should hear of it. Exchange: taken to do the same.',
  },
  shown('ta-matches-leaf', '{mx 2 1 1 leaf}', {}, expected.noMatch),
  {
    id: 'sni-picks-cert',
    zone: zoneWith('{mx 3 1 1}'),
    hosts: { mx: { onlyForSni: 'mx.example.test' } },
    expect: expected.dane,
    also: (_, { mail }) => [
      [
        mail.serverNames.length > 0 &&
          mail.serverNames.every((serverName) => serverName === 'mx.example.test'),
        `SNI is the TLSA base (RFC 7672 §8.1): ${mail.serverNames.join(', ')}`,
      ],
    ],
  },
]
