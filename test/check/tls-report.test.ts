import t from 'tap'
import { composeReport } from '../../src/check/compose.ts'
import { tlsReportOf } from '../../src/check/tls-report.ts'
import { readCertificate, sha256 } from '../../src/crypto/index.ts'
import { readReport, writeReport } from '../../src/tlsrpt/index.ts'
import { toHex } from '../../src/wire/index.ts'
import { issue } from '../support/certificates.ts'
import { findings, findingsTime, metHost } from '../support/findings.ts'

const good = await issue({ names: ['mx.contoso.test'] })
const other = await issue({ names: ['mx.contoso.test'] })
const digest = sha256(readCertificate(good.der)?.spki ?? new Uint8Array(0))
const tlsa = [Uint8Array.from([3, 1, 1, ...digest])]
const noTls = { kind: 'no-starttls', detail: 'not-offered', text: 'no STARTTLS' } as const
const refused = { kind: 'unreachable', text: 'refused' } as const
const reporter = { organization: 'danelaw', contact: 'postmaster@sender.test', id: '1' }

function policiesOf(...made: Parameters<typeof findings>) {
  return tlsReportOf(composeReport(findings(...made)), 'rfc', reporter).policies
}

t.test('tlsReportOf: addresses are sessions under the TLSA records of their host', async (t) => {
  const host = metHost({ tlsa, meets: [[good], [other], refused, [other]] })
  t.match(policiesOf([host]), [
    {
      type: 'tlsa',
      strings: [`3 1 1 ${toHex(digest).toUpperCase()}`],
      domain: 'contoso.test',
      mxHosts: ['mx.contoso.test'],
      successes: 1,
      failedSessions: 2,
      failures: [
        { type: 'tlsa-invalid', receivingAddress: '192.0.2.2', receivingHost: 'mx.contoso.test' },
        { type: 'tlsa-invalid', receivingAddress: '192.0.2.4', receivingHelo: 'mx.contoso.test' },
      ],
    },
  ])
})

t.test('tlsReportOf: no policy, and TLS that is missing all the same', async (t) => {
  const hosts = [metHost({ meets: [[other], noTls] })]
  t.match(policiesOf(hosts), [
    { type: 'no-policy-found', strings: [], successes: 1, failedSessions: 1 },
  ])
  t.match(policiesOf(hosts)[0]?.failures, [{ type: 'starttls-not-supported' }])
})

t.test('tlsReportOf: MTA-STS and TLSA in force are both told (RFC 8460 §4.4)', async (t) => {
  const lines = ['version: STSv1', 'mode: enforce', 'max_age: 86400', 'mx: *.contoso.test']
  const policy = { mode: 'enforce', maxAge: 86_400, mx: ['*.contoso.test'], lines } as const
  const state = {
    ...{ kind: 'policy', policy, id: '1', from: 'fetched', problem: undefined, text: 'there' },
    expires: findingsTime,
  } as never
  const policies = policiesOf([metHost({ tlsa, meets: [[good]] })], {
    sts: { state, details: [], elapsedMs: 1 },
  })
  t.match(policies, [
    { type: 'tlsa', successes: 1, failures: [] },
    {
      type: 'sts',
      strings: lines,
      mxHosts: ['*.contoso.test'],
      successes: 0,
      failures: [{ type: 'certificate-not-trusted' }],
    },
  ])
})

t.test(
  'tlsReportOf: a host that nobody may connect to, and MX records that are lost',
  async (t) => {
    t.match(policiesOf([metHost({ level: 'failed' })]), [
      { type: 'tlsa', successes: 0, failures: [{ type: 'dnssec-invalid', sessions: 1 }] },
    ])
    t.match(policiesOf([], { destination: { kind: 'failed' } }), [
      { type: 'tlsa', mxHosts: [], failures: [{ type: 'dnssec-invalid' }] },
    ])
  },
)

t.test('tlsReportOf: written and read back, in both shapes', async (t) => {
  const report = tlsReportOf(
    composeReport(findings([metHost({ tlsa, meets: [[good], [other]] })])),
    'exchange',
    reporter,
  )
  for (const shape of ['rfc', 'exchange'] as const) {
    const again = readReport(Buffer.from(writeReport(report, shape)))
    t.match(again, { organization: 'danelaw', id: '1', begin: 1_795_478_400 })
    t.match(again.policies, [{ type: 'tlsa', strings: report.policies[0]?.strings, successes: 1 }])
  }
})
