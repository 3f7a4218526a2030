import t from 'tap'
import type { UnixSeconds } from '../../../src/base/index.ts'
import {
  compressReport,
  mergeSessions,
  type RptSessionPolicy,
  readReport,
  reportDay,
  tlsaPolicyString,
  writeReport,
} from '../../../src/tlsrpt/index.ts'
import { exampleJson, exampleReport } from '../../support/report.ts'

const under = (changes: Partial<RptSessionPolicy> = {}): RptSessionPolicy => ({
  type: 'tlsa',
  strings: ['3 1 1 AB'],
  domain: 'example.com',
  mxHosts: ['mx.example.com'],
  failures: [],
  ...changes,
})

t.test('RFC 8460 §4.1: a report is about a UTC day', (t) => {
  const day = { begin: 1_459_468_800, end: 1_459_555_199 }
  t.same(reportDay(1_459_468_800 as UnixSeconds), day)
  t.same(reportDay(1_459_555_199 as UnixSeconds), day)
  t.equal(reportDay(1_459_555_200 as UnixSeconds).begin, 1_459_555_200)
  t.end()
})

t.test('RFC 8460 §4.2: sessions are counted by policy, each once', (t) => {
  const tlsa = { type: 'tlsa-invalid', receivingHost: 'mx.example.com' }
  const expired = { type: 'certificate-expired', receivingHost: 'mx.example.com' }
  const policies = mergeSessions([
    [under()],
    [under()],
    [under({ failures: [tlsa] })],
    [under({ failures: [tlsa, expired, { ...tlsa }] })],
    [under({ strings: ['3 1 1 CD'] })],
  ])
  t.match(policies, [
    {
      strings: ['3 1 1 AB'],
      successes: 2,
      failedSessions: 2,
      failures: [
        { ...tlsa, sessions: 2 },
        { ...expired, sessions: 1 },
      ],
    },
    { strings: ['3 1 1 CD'], successes: 1, failedSessions: 0, failures: [] },
  ])
  t.end()
})

t.test('RFC 8460 §4.3: failures that differ in anything are told apart', (t) => {
  const failure = { type: 'validation-failure' }
  const kinds = [
    failure,
    { ...failure, sendingAddress: '192.0.2.1' },
    { ...failure, receivingHost: '192.0.2.1' },
    { ...failure, receivingHelo: '192.0.2.1' },
    { ...failure, receivingAddress: '192.0.2.1' },
    { ...failure, information: '192.0.2.1' },
    { ...failure, reasonCode: '192.0.2.1' },
  ]
  const [policy] = mergeSessions([...kinds, ...kinds].map((kind) => [under({ failures: [kind] })]))
  t.same(
    policy?.failures,
    kinds.map((kind) => ({ ...kind, sessions: 2 })),
  )
  t.end()
})

t.test('RFC 8460 §4.4: where MTA-STS and TLSA are both in force, both are told', (t) => {
  const sts = under({ type: 'sts', strings: ['version: STSv1'] })
  const policies = mergeSessions([[under({ failures: [{ type: 'tlsa-invalid' }] }), sts]])
  t.match(policies, [
    { type: 'tlsa', successes: 0, failedSessions: 1 },
    { type: 'sts', successes: 1, failedSessions: 0 },
  ])
  t.end()
})

t.test('RFC 8460 §4.4: TLSA records are given as they are presented', (t) => {
  const rdata = Uint8Array.of(3, 0, 1, 0x1f, 0x85, 0x0a)
  t.equal(tlsaPolicyString(rdata), '3 0 1 1F850A')
  t.end()
})

t.test('RFC 8460 Appendix B: the example is written as it stands there', (t) => {
  t.same(JSON.parse(writeReport(exampleReport)), exampleJson)
  t.end()
})

t.test('RFC 8460 Appendix B: the example is read, plain and in gzip', (t) => {
  const json = JSON.stringify(exampleJson)
  t.same(readReport(Buffer.from(json)), exampleReport)
  t.same(readReport(compressReport(json)), exampleReport)
  const [{ policy }] = exampleJson.policies
  // The appendix has one string where the text of §4.4 has an array of them.
  const single = json.replace(JSON.stringify(policy['mx-host']), '"*.mail.company-y.example"')
  t.not(single, json)
  t.same(readReport(Buffer.from(single)), exampleReport)
  t.end()
})

t.test('RFC 8460 §4.4: what is not known is left out', (t) => {
  const policy = { ...under(), strings: [], mxHosts: [], successes: 1, failures: [] }
  const json = writeReport({ ...exampleReport, policies: [{ ...policy, type: 'no-policy-found' }] })
  t.same((JSON.parse(json) as { policies: unknown }).policies, [
    {
      policy: { 'policy-type': 'no-policy-found', 'policy-domain': 'example.com' },
      summary: { 'total-successful-session-count': 1, 'total-failure-session-count': 0 },
    },
  ])
  t.end()
})

t.test('RFC 8460 §4.4: without a count of its own, failed sessions are added up', (t) => {
  const failures = [
    { type: 'tlsa-invalid', sessions: 2 },
    { type: 'dnssec-invalid', sessions: 3 },
  ]
  const policy = { ...under(), successes: 1, failures }
  const json = writeReport({ ...exampleReport, policies: [policy] })
  t.match(json, '"total-failure-session-count":5')
  t.end()
})

t.test('RFC 8460 §4.4: a report is I-JSON, without surrogates that stand alone', (t) => {
  const json = writeReport({ ...exampleReport, organization: 'a\ud800b' })
  t.match(json, '"a\ufffdb"')
  t.notMatch(json, /\\ud8/i)
  t.end()
})
