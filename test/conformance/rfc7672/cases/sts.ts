import type { HostSpec, Scene } from '../../../support/mail-lab/lab.ts'
import { type Expectation, expected, type MailCase } from './case.ts'

/** 2025: long before any day on which this is run, by whichever clock. */
const longAgo = 1_735_689_600

const delivered: Expectation = { rfc: 'sts', exchange: 'delivers', report: ['sts'] }

/** A domain with a policy, and a host without TLSA records. */
function zone(txt = '_mta-sts TXT "v=STSv1; id=20260101"', more = ''): string {
  return `@ MX 10 mx\nmx A {mx}\nmta-sts A {sts}\n${txt}\n${more}`
}

function policy(mode = 'enforce', mx = 'mx.example.test', end = '\r\n'): string {
  return ['version: STSv1', `mode: ${mode}`, `mx: ${mx}`, 'max_age: 86400', ''].join(end)
}

function withPolicy(id: string, body: string, expect: Expectation, mx: HostSpec = {}): MailCase {
  return { id, zone: zone(), sts: { body }, hosts: { mx }, expect }
}

function served(id: string, sts: NonNullable<Scene['sts']>, type: 'fetch' | 'webpki'): MailCase {
  const report = type === 'fetch' ? 'sts-policy-fetch-error' : 'sts-webpki-invalid'
  return {
    id,
    zone: zone(),
    sts: { body: policy(), ...sts },
    expect: { ...expected.opportunistic, report: [report] },
  }
}

function invalid(id: string, body: string): MailCase {
  const expect: Expectation = { ...expected.opportunistic, report: ['sts-policy-invalid'] }
  return withPolicy(id, body, expect)
}

function reported(id: string, txt: string, rua: readonly string[]): MailCase {
  return {
    id,
    zone: `@ MX 10 mx\nmx A {mx}\n_25._tcp.mx TLSA {mx 3 1 1}\n${txt}`,
    expect: expected.dane,
    also: ({ tlsRpt }) => [
      [
        tlsRpt?.rua.join() === rua.join(),
        `reports go to ${rua.join() || 'nobody'}: ${tlsRpt?.text}`,
      ],
    ],
  }
}

const bigList = Array.from({ length: 12 }, (_, n) => `mailto:tls${n}@example.test`)

/** MTA-STS, its meeting with DANE, and where reports go. */
export const stsCases: readonly MailCase[] = [
  withPolicy('sts-ok', policy(), delivered),
  {
    ...withPolicy('sts-testing', policy('testing'), { ...delivered, rfc: 'opportunistic' }),
    decided: 'RFC 8461 §5: in mode testing nothing is demanded, only reported.',
  },
  {
    ...withPolicy('sts-none', policy('none'), expected.opportunistic),
    decided: 'RFC 8461 §5: mode none is to be treated as no policy at all, in reports too.',
  },
  {
    id: 'sts-txt-two',
    zone: zone('_mta-sts TXT "v=STSv1; id=1"\n_mta-sts TXT "v=STSv1; id=2"'),
    sts: { body: policy() },
    expect: { ...expected.opportunistic, report: ['sts-policy-invalid'] },
    also: (_, lab) => [[lab.policy?.requests.length === 0, 'nothing is fetched']],
  },
  {
    id: 'sts-txt-bad-id',
    zone: zone('_mta-sts TXT "v=STSv1; id=not-alphanumeric"'),
    sts: { body: policy() },
    expect: { ...expected.opportunistic, report: ['sts-policy-invalid'] },
    also: (_, lab) => [[lab.policy?.requests.length === 0, 'nothing is fetched']],
  },
  {
    id: 'sts-txt-cname',
    zone: zone('_mta-sts CNAME sts-record', 'sts-record TXT "v=STSv1; id=1"'),
    sts: { body: policy() },
    expect: delivered,
  },
  served('sts-redirect', { status: 302, location: 'https://mta-sts.example.test/' }, 'fetch'),
  served('sts-404', { status: 404 }, 'fetch'),
  served('sts-bad-cert', { names: ['elsewhere.test'] }, 'webpki'),
  served('sts-expired-cert', { chain: { leaf: { to: longAgo } } }, 'webpki'),
  served('sts-wrong-type', { type: 'text/html' }, 'fetch'),
  served('sts-65k', { body: `${policy()}x: ${'x'.repeat(65_536)}\r\n` }, 'fetch'),
  served('sts-slow', { isSilent: true }, 'fetch'),

  invalid('sts-policy-no-mx', 'version: STSv1\r\nmode: enforce\r\nmax_age: 86400\r\n'),
  invalid('sts-policy-bad-mode', policy('enforced')),
  {
    ...withPolicy('sts-policy-maxage-big', policy().replace('86400', '99999999'), delivered),
    decided:
      'RFC 8461 §3.2 gives max_age a maximum and no consequence. A policy is worth more than its ' +
      'number: it is kept for the maximum, a year.',
  },
  withPolicy('sts-policy-dup-keys', `${policy()}mode: none\r\n`, delivered),
  withPolicy('sts-policy-lf', policy('enforce', 'mx.example.test', '\n'), delivered),
  withPolicy('sts-policy-trailing', `${policy().trimEnd()} \t\r\n\r\n`, delivered),

  withPolicy('sts-mx-mismatch', policy('enforce', 'other.example.test'), {
    rfc: 'delayed',
    exchange: '4.4.8',
    report: ['validation-failure'],
  }),
  withPolicy(
    'sts-cert-mismatch',
    policy(),
    { rfc: 'delayed', exchange: '4.7.5', report: ['certificate-host-mismatch'] },
    { names: ['elsewhere.test'] },
  ),
  {
    id: 'sts-wildcard-two-labels',
    zone: `@ MX 10 a.b\na.b A {mx}\nmta-sts A {sts}\n_mta-sts TXT "v=STSv1; id=1"`,
    sts: { body: policy('enforce', '*.example.test') },
    hosts: { mx: { names: ['a.b.example.test'] } },
    expect: { rfc: 'delayed', exchange: '4.4.8', report: ['validation-failure'] },
  },
  {
    id: 'sts-pass-dane-fail',
    zone: zone(undefined, '_25._tcp.mx TLSA {no 3 1 1}'),
    sts: { body: policy() },
    expect: { ...expected.noMatch, report: ['tlsa-invalid', 'sts'] },
  },
  {
    id: 'sts-fail-dane-pass',
    zone: zone(undefined, '_25._tcp.mx TLSA {mx 3 1 1}'),
    sts: { body: policy('enforce', 'other.example.test') },
    expect: { ...expected.dane, report: ['validation-failure', 'tlsa'] },
    decided:
      'RFC 8461 §2 only forbids that MTA-STS overrides a failing DANE validation. DANE first: ' +
      'what it has authenticated needs no second opinion.',
  },

  reported(
    'rpt-two-txt',
    `_smtp._tls TXT "v=TLSRPTv1; rua=mailto:a@example.test"
     _smtp._tls TXT "v=TLSRPTv1; rua=mailto:b@example.test"`,
    [],
  ),
  reported('rpt-no-rua', '_smtp._tls TXT "v=TLSRPTv1;"', []),
  reported('rpt-http', '_smtp._tls TXT "v=TLSRPTv1; rua=http://example.test/tls"', []),
  reported(
    'rpt-big-list',
    `_smtp._tls TXT "v=TLSRPTv1; rua=${bigList.slice(0, 6).join()}" ",${bigList.slice(6).join()}"`,
    bigList,
  ),
]
