import type { StartTls } from '../../../support/mail-lab/mail-hosts.ts'
import { type Expectation, expected, goodZone, type MailCase } from './case.ts'
import { rptOf } from './columns.ts'

function talking(id: string, startTls: StartTls, expect: Expectation): MailCase {
  return { id, zone: goodZone, hosts: { mx: { startTls } }, expect }
}

/** Two hosts, `one` before `two`, with the TLSA records given for each. */
function twoHosts(one: string, two: string): string {
  const tlsa = (host: string, rdata: string) => (rdata ? `_25._tcp.${host} TLSA ${rdata}\n` : '')
  return `
    @ MX 10 one
    @ MX 20 two
    one A {one}
    two A {two}
    ${tlsa('one', one)}${tlsa('two', two)}
  `
}

const hosts = { one: {}, two: {} }

/** STARTTLS, handshakes, addresses and preferences. */
export const sessionCases: readonly MailCase[] = [
  {
    id: 'ip-split',
    // Addresses are tried in the order of the zone: the stale one first.
    zone: 'mx A {stale}\n@ MX 10 mx\nmx A {mx}\n_25._tcp.mx TLSA {mx 3 1 1}',
    hosts: { stale: { names: ['mx.example.test'] }, mx: {} },
    expect: { rfc: 'dane', exchange: 'delivers', report: ['tlsa-invalid', 'tlsa'] },
    also: (report, lab) => {
      const verdicts = report.hosts[0]?.addresses.map(({ verdicts }) => verdicts.rfc.delivers)
      const failures = rptOf(report).policies.flatMap((policy) => policy.failures)
      const [stale] = lab.addresses.values()
      return [
        [verdicts?.join() === 'false,true', 'each address has its own verdict'],
        [failures[0]?.receivingAddress === stale, 'the report tells which one failed'],
      ]
    },
  },
  talking('starttls-absent', 'absent', expected.noStartTls),
  talking('starttls-454', 'refused', expected.noStartTls),
  talking('starttls-helo-only', 'helo-only', expected.noStartTls),
  talking('starttls-selective', 'selective', expected.noStartTls),
  {
    ...talking('starttls-drop-after-220', 'drop-after-220', expected.noTls),
    decided:
      'RFC 8460 §4.3.1: STARTTLS was offered and accepted, so it is supported; that no handshake ' +
      'came of it is a validation-failure.',
  },
  talking('tls-handshake-alert', 'alert', expected.noTls),
  talking('tls10-only', 'tls10', expected.noTls),
  talking('cipher-none', 'no-cipher', expected.noTls),
  {
    ...talking('starttls-injection', 'injection', expected.dane),
    decided:
      'RFC 3207 §4.2 has the client discard what came in clear. It is thrown away ' +
      'unread: TLSA still decides who the server is, and nothing that was injected counts.',
    also: ({ hosts: [mx] }) => [
      [!JSON.stringify(mx).includes('injected'), 'what was injected is nowhere in the report'],
    ],
  },
  {
    id: 'unusable-no-starttls',
    zone: '@ MX 10 mx\nmx A {mx}\n_25._tcp.mx TLSA {mx 1 1 1}',
    hosts: { mx: { startTls: 'absent' } },
    expect: expected.noStartTls,
  },
  {
    id: 'pref-10-none-20-dane',
    zone: twoHosts('', '{two 3 1 1}'),
    hosts,
    expect: {
      ...expected.opportunistic,
      report: ['no-policy-found', 'tlsa'],
      isProtected: false,
    },
    decided: 'A check meets every host, where a sender stops at the first that takes the mail.',
    also: ({ verdicts, lints }) => [
      [verdicts.rfc.host === 'one.example.test.', 'DANE never changes the order of hosts'],
      [lints.length > 0, 'it is worth a word'],
    ],
  },
  {
    id: 'pref-10-fail-20-good',
    zone: twoHosts('{no 3 1 1}', '{two 3 1 1}'),
    hosts,
    expect: { rfc: 'dane', exchange: 'delivers', report: ['tlsa-invalid', 'tlsa'] },
    also: ({ verdicts }) => [[verdicts.rfc.host === 'two.example.test.', 'the next host gets it']],
  },
  {
    id: 'pref-10-fail-20-none',
    zone: twoHosts('{no 3 1 1}', ''),
    hosts,
    expect: {
      rfc: 'opportunistic',
      exchange: 'delivers',
      report: ['tlsa-invalid', 'no-policy-found'],
      isProtected: false,
    },
  },
  {
    id: 'pref-all-fail',
    zone: twoHosts('{no 3 1 1}', '{no 3 1 1}'),
    hosts,
    expect: expected.noMatch,
    also: ({ verdicts }) => [
      [verdicts.exchange.status?.permanent === '5.7.323', 'the NDR has 5.7.323'],
    ],
  },
]
