import type { DeliveryCase, MailExpectation, StartTls } from '../types.ts'
import { expected, row } from './row.ts'

const mandatory = ['RFC 7672 §2.2']
const preferred = ['RFC 7672 §2.2.1', 'RFC 5321 §5.1']

function talking(
  id: string,
  title: string,
  startTls: StartTls,
  expect: MailExpectation,
  why = mandatory,
): DeliveryCase {
  return row(id, title, expect, why, { hosts: { mx: { startTls } } })
}

/** Two hosts, `one` before `two`, with the TLSA records given for each. */
function twoHosts(one: string, two: string): string {
  const tlsa = (host: string, rdata: string) => (rdata ? `_25._tcp.${host} TLSA ${rdata}\n` : '')
  const hosts = '@ MX 10 one\n@ MX 20 two\none A {one}\ntwo A {two}\n'
  return `${hosts}${tlsa('one', one)}${tlsa('two', two)}`
}

const hosts = { one: {}, two: {} }

/** How servers take to STARTTLS. */
const talks: readonly DeliveryCase[] = [
  talking('starttls-absent', 'STARTTLS is not offered', 'absent', expected.noStartTls),
  talking('starttls-454', 'STARTTLS is offered, then answered 454', 'refused', expected.noStartTls),
  talking('starttls-helo-only', 'The server knows no EHLO', 'helo-only', expected.noStartTls),
  talking(
    'starttls-selective',
    'STARTTLS is offered to clients that have delivered in clear before',
    'selective',
    expected.noStartTls,
    ['RFC 7672 §9.2'],
  ),
  {
    ...talking(
      'starttls-drop-after-220',
      'The connection ends when TLS should begin',
      'drop-after-220',
      expected.noTls,
      ['RFC 8460 §4.3.1'],
    ),
    decided:
      'RFC 8460 §4.3.1: STARTTLS was offered and accepted, so it is supported; that no handshake ' +
      'came of it is a validation-failure.',
  },
  talking('tls-handshake-alert', 'The handshake is answered by an alert', 'alert', expected.noTls),
  talking('tls10-only', 'The server knows nothing newer than TLS 1.0', 'tls10', expected.noTls, [
    'RFC 8996 §4',
  ]),
  talking('cipher-none', 'Client and server have no cipher in common', 'no-cipher', expected.noTls),
  {
    ...talking(
      'starttls-injection',
      'A reply in clear is pipelined after the one that begins TLS',
      'injection',
      { ...expected.dane, lint: 'smtp-injection' },
      ['RFC 3207 §4.2'],
    ),
    decided:
      'RFC 3207 §4.2 has the client discard what came in clear. It is thrown away ' +
      'unread: TLSA still decides who the server is, and nothing that was injected counts.',
  },
  row(
    'unusable-no-starttls',
    'No TLSA record can be used, and STARTTLS is not offered',
    expected.noStartTls,
    mandatory,
    {
      records: '@ MX 10 mx\nmx A {mx}\n_25._tcp.mx TLSA {mx 1 1 1}',
      hosts: { mx: { startTls: 'absent' } },
    },
  ),
]

/** Which of several addresses or hosts gets the mail. */
const choices: readonly DeliveryCase[] = [
  row(
    'ip-split',
    'Of two addresses of the host, the first has a stale certificate',
    { ...expected.dane, report: ['tlsa-invalid', 'tlsa'], failedAt: '{stale}' },
    ['RFC 7672 §2.2', 'RFC 5321 §5.1', 'RFC 8460 §4.4'],
    {
      records: 'mx A {stale}\n@ MX 10 mx\nmx A {mx}\n_25._tcp.mx TLSA {mx 3 1 1}',
      hosts: { stale: { names: ['mx.{zone}'] }, mx: {} },
    },
  ),
  {
    ...row(
      'pref-10-none-20-dane',
      'The first host has no TLSA records, the second has',
      {
        ...expected.opportunistic,
        report: ['no-policy-found', 'tlsa'],
        isProtected: false,
        host: 'one.{zone}.',
        lint: 'mx-plain-before-dane',
      },
      preferred,
      { records: twoHosts('', '{two 3 1 1}'), hosts },
    ),
    decided: 'A check meets every host, where a sender stops at the first that takes the mail.',
  },
  row(
    'pref-10-fail-20-good',
    'The first host fails DANE, the second passes',
    { ...expected.dane, report: ['tlsa-invalid', 'tlsa'], host: 'two.{zone}.' },
    preferred,
    { records: twoHosts('{no 3 1 1}', '{two 3 1 1}'), hosts },
  ),
  row(
    'pref-10-fail-20-none',
    'The first host fails DANE, the second has no TLSA records',
    {
      ...expected.opportunistic,
      report: ['tlsa-invalid', 'no-policy-found'],
      isProtected: false,
      host: 'two.{zone}.',
    },
    preferred,
    { records: twoHosts('{no 3 1 1}', ''), hosts },
  ),
  row('pref-all-fail', 'Both hosts fail DANE', expected.noMatch, preferred, {
    records: twoHosts('{no 3 1 1}', '{no 3 1 1}'),
    hosts,
  }),
]

/** STARTTLS, handshakes, addresses and preferences. */
export const sessionCases: readonly DeliveryCase[] = [...talks, ...choices]
