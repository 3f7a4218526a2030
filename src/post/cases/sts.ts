import type { DeliveryCase, HostSpec, MailExpectation, SiteSpec } from '../types.ts'
import { expected, row } from './row.ts'

/** A year: long before any day on which this is run, by whichever clock. */
const longAgo = -365 * 86_400

const delivered: MailExpectation = { rfc: 'sts', exchange: 'delivers', report: ['sts'] }
const invalidPolicy: MailExpectation = {
  ...expected.opportunistic,
  report: ['sts-policy-invalid'],
}

/** A domain with a policy, and a host without TLSA records. */
function zone(txt = '_mta-sts TXT "v=STSv1; id=20260101"', more = ''): string {
  return `@ MX 10 mx\nmx A {mx}\nmta-sts A {web}\n${txt}\n${more}`
}

function policy(mode = 'enforce', mx = 'mx.{zone}', end = '\r\n'): string {
  return ['version: STSv1', `mode: ${mode}`, `mx: ${mx}`, 'max_age: 86400', ''].join(end)
}

function withPolicy(
  id: string,
  title: string,
  body: string,
  expect: MailExpectation,
  why: readonly string[],
  mx: HostSpec = {},
): DeliveryCase {
  return row(id, title, expect, why, { records: zone(), sts: { body }, hosts: { mx } })
}

function served(id: string, title: string, sts: SiteSpec, isOfCertificate = false): DeliveryCase {
  const report = isOfCertificate ? 'sts-webpki-invalid' : 'sts-policy-fetch-error'
  return row(
    id,
    title,
    { ...expected.opportunistic, report: [report] },
    ['RFC 8461 §3.3', 'RFC 8460 §4.3.2.2'],
    { records: zone(), sts: { body: policy(), ...sts } },
  )
}

function invalid(id: string, title: string, body: string): DeliveryCase {
  return withPolicy(id, title, body, invalidPolicy, ['RFC 8461 §3.2', 'RFC 8460 §4.3.2.2'])
}

/** Where the record leads, and to what policy. */
const policies: readonly DeliveryCase[] = [
  withPolicy('sts-ok', 'A policy of mode enforce, kept', policy(), delivered, ['RFC 8461 §5']),
  {
    ...withPolicy(
      'sts-testing',
      'A policy of mode testing',
      policy('testing'),
      { ...delivered, rfc: 'opportunistic' },
      ['RFC 8461 §5'],
    ),
    decided: 'RFC 8461 §5: in mode testing nothing is demanded, only reported.',
  },
  {
    ...withPolicy('sts-none', 'A policy of mode none', policy('none'), expected.opportunistic, [
      'RFC 8461 §5',
    ]),
    decided: 'RFC 8461 §5: mode none is to be treated as no policy at all, in reports too.',
  },
  row('sts-txt-two', 'Two MTA-STS records', invalidPolicy, ['RFC 8461 §3.1'], {
    records: zone('_mta-sts TXT "v=STSv1; id=1"\n_mta-sts TXT "v=STSv1; id=2"'),
    sts: { body: policy() },
  }),
  row(
    'sts-txt-bad-id',
    'An MTA-STS record whose id is not alphanumeric',
    invalidPolicy,
    ['RFC 8461 §3.1'],
    { records: zone('_mta-sts TXT "v=STSv1; id=not-alphanumeric"'), sts: { body: policy() } },
  ),
  row('sts-txt-cname', 'The MTA-STS record stands at an alias', delivered, ['RFC 8461 §8.2'], {
    records: zone('_mta-sts CNAME sts-record', 'sts-record TXT "v=STSv1; id=1"'),
    sts: { body: policy() },
  }),
]

/** How the policy is served. */
const servings: readonly DeliveryCase[] = [
  served('sts-redirect', 'The policy is a redirect', {
    status: 302,
    location: '/moved.txt',
  }),
  served('sts-404', 'There is no policy', { status: 404 }),
  served(
    'sts-bad-cert',
    'The certificate of the policy host has another name',
    { names: ['elsewhere.test'] },
    true,
  ),
  served(
    'sts-expired-cert',
    'The certificate of the policy host has expired',
    { chain: { leaf: { to: longAgo } } },
    true,
  ),
  served('sts-wrong-type', 'The policy is served as HTML', { type: 'text/html' }),
  served('sts-65k', 'The policy is larger than 64 kB', {
    body: `${policy()}x: ${'x'.repeat(65_536)}\r\n`,
  }),
  served('sts-slow', 'The policy never comes', { isSilent: true }),
]

/** What the policy says. */
const bodies: readonly DeliveryCase[] = [
  invalid(
    'sts-policy-no-mx',
    'A policy of mode enforce without mx',
    'version: STSv1\r\nmode: enforce\r\nmax_age: 86400\r\n',
  ),
  invalid('sts-policy-bad-mode', 'A policy of mode "enforced"', policy('enforced')),
  {
    ...withPolicy(
      'sts-policy-maxage-big',
      'A policy whose max_age is above the maximum',
      policy().replace('86400', '99999999'),
      delivered,
      ['RFC 8461 §3.2'],
    ),
    decided:
      'RFC 8461 §3.2 gives max_age a maximum and no consequence. A policy is worth more than its ' +
      'number: it is kept for the maximum, a year.',
  },
  withPolicy(
    'sts-policy-dup-keys',
    'A policy that gives its mode twice',
    `${policy()}mode: none\r\n`,
    delivered,
    ['RFC 8461 §3.2'],
  ),
  withPolicy(
    'sts-policy-lf',
    'A policy whose lines end in LF',
    policy('enforce', 'mx.{zone}', '\n'),
    delivered,
    ['RFC 8461 §3.2'],
  ),
  withPolicy(
    'sts-policy-trailing',
    'A policy with blanks and an empty line at its end',
    `${policy().trimEnd()} \t\r\n\r\n`,
    delivered,
    ['RFC 8461 §3.2'],
  ),
]

const wrongHost: MailExpectation = {
  rfc: 'delayed',
  exchange: '4.4.8',
  report: ['validation-failure'],
}

/** How hosts meet the policy, and DANE. */
const meetings: readonly DeliveryCase[] = [
  withPolicy(
    'sts-mx-mismatch',
    'The policy does not name the MX host',
    policy('enforce', 'other.{zone}'),
    wrongHost,
    ['RFC 8461 §4.1', 'RFC 8461 §5'],
  ),
  withPolicy(
    'sts-cert-mismatch',
    'The MX host shows a certificate of another name',
    policy(),
    { rfc: 'delayed', exchange: '4.7.5', report: ['certificate-host-mismatch'] },
    ['RFC 8461 §4.2', 'RFC 8461 §5'],
    { names: ['elsewhere.test'] },
  ),
  row(
    'sts-wildcard-two-labels',
    'The policy has a wildcard, and the MX host two labels in its place',
    wrongHost,
    ['RFC 8461 §4.1'],
    {
      records: `@ MX 10 a.b\na.b A {mx}\nmta-sts A {web}\n_mta-sts TXT "v=STSv1; id=1"`,
      sts: { body: policy('enforce', '*.{zone}') },
      hosts: { mx: { names: ['a.b.{zone}'] } },
    },
  ),
  row(
    'sts-pass-dane-fail',
    'The host meets the policy and fails DANE',
    { ...expected.noMatch, report: ['tlsa-invalid', 'sts'] },
    ['RFC 8461 §2'],
    { records: zone(undefined, '_25._tcp.mx TLSA {no 3 1 1}'), sts: { body: policy() } },
  ),
  {
    ...row(
      'sts-fail-dane-pass',
      'The host passes DANE and is not named by the policy',
      { ...expected.dane, report: ['validation-failure', 'tlsa'] },
      ['RFC 8461 §2'],
      {
        records: zone(undefined, '_25._tcp.mx TLSA {mx 3 1 1}'),
        sts: { body: policy('enforce', 'other.{zone}') },
      },
    ),
    decided:
      'RFC 8461 §2 only forbids that MTA-STS overrides a failing DANE validation. DANE first: ' +
      'what it has authenticated needs no second opinion.',
  },
]

function reported(
  id: string,
  title: string,
  txt: string,
  rua: readonly string[],
  why: readonly string[] = ['RFC 8460 §3'],
): DeliveryCase {
  const records = `@ MX 10 mx\nmx A {mx}\n_25._tcp.mx TLSA {mx 3 1 1}\n${txt}`
  return row(id, title, { ...expected.dane, rua }, why, { records })
}

const bigList = ['{reports}', ...Array.from({ length: 11 }, (_, n) => `mailto:tls${n}@{zone}`)]

/** Where reports about TLS go. */
const reports: readonly DeliveryCase[] = [
  reported(
    'rpt-two-txt',
    'Two TLS-RPT records',
    `_smtp._tls TXT "v=TLSRPTv1; rua=mailto:a@{zone}"
     _smtp._tls TXT "v=TLSRPTv1; rua=mailto:b@{zone}"`,
    [],
  ),
  reported('rpt-no-rua', 'A TLS-RPT record that names nobody', '_smtp._tls TXT "v=TLSRPTv1;"', []),
  reported(
    'rpt-http',
    'A TLS-RPT record that names a place without TLS, and one that serves',
    '_smtp._tls TXT "v=TLSRPTv1; rua=http://{zone}/tls,mailto:tls@{zone}"',
    ['mailto:tls@{zone}'],
  ),
  reported(
    'rpt-big-list',
    'A TLS-RPT record of twelve places, in two strings',
    `_smtp._tls TXT "v=TLSRPTv1; rua=${bigList.slice(0, 6)}" ",${bigList.slice(6)}"`,
    bigList,
    ['RFC 8460 §3', 'RFC 8460 §3.1.2'],
  ),
]

/** MTA-STS, its meeting with DANE, and where reports go. */
export const stsCases: readonly DeliveryCase[] = [
  ...policies,
  ...servings,
  ...bodies,
  ...meetings,
  ...reports,
]
