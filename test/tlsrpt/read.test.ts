import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { CodedError } from '../../src/base/index.ts'
import { defaultReportLimits, readReport, writeReport } from '../../src/tlsrpt/index.ts'
import { exampleJson, exampleReport } from '../support/report.ts'

const tlsa = ['3 1 1 6007EE', '3 1 1 837C77']
const [example] = exampleReport.policies
const exchangeReport = {
  ...exampleReport,
  policies: example === undefined ? [] : [{ ...example, type: 'tlsa' as const, strings: tlsa }],
}

const text = JSON.stringify(exampleJson)
const read = (json: string) => readReport(Buffer.from(json))

/** The example with one text of it replaced, which must be there. */
function changed(from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`The example has no ${from}`)
  return text.replace(from, to)
}

t.test('writeReport in the profile of Exchange: one string of JSON, and no MX hosts', (t) => {
  const json = writeReport(exchangeReport, 'exchange')
  t.match(json, String.raw`"policy-string":["[\"3 1 1 6007EE\",\"3 1 1 837C77\"]"]`)
  t.notMatch(json, '"mx-host"')
  t.match(writeReport(exchangeReport), '"policy-string":["3 1 1 6007EE","3 1 1 837C77"]')
  const sts = writeReport(exampleReport, 'exchange')
  t.match(sts, '"policy-string":["version: STSv1","mode: testing"')
  t.end()
})

t.test('readReport reads the shape of Exchange as that of the RFC', (t) => {
  const report = readReport(Buffer.from(writeReport(exchangeReport, 'exchange')))
  t.same(report.policies[0]?.strings, tlsa)
  t.same(report.policies[0]?.mxHosts, [])
  t.end()
})

t.test('readReport ignores what it does not know, and takes absent and null alike', (t) => {
  const extended = changed('"policies":[{', '"later":{"a":[]},"policies":[{"later":1,')
  t.same(read(extended), exampleReport)
  const bare = {
    ...exampleJson,
    policies: [{ ...exampleJson.policies[0], 'failure-details': null }],
  }
  t.same(read(JSON.stringify(bare)).policies[0]?.failures, [])
  t.end()
})

t.test('readReport reads the time of day with offset and fraction', (t) => {
  const begin = (time: string) => read(changed('2016-04-01T00:00:00Z', time)).begin
  t.equal(begin('2016-04-01T02:00:00.999+02:00'), exampleReport.begin)
  t.equal(begin('2016-04-01t00:00:00z'), exampleReport.begin)
  t.end()
})

t.test('readReport says what is wrong, and where', (t) => {
  const rows: [string, string][] = [
    ['at "": it is no JSON', '{'],
    ['at "": it is no object', '[]'],
    ['at "/policies": it is no array', '{}'],
    ['at "/organization-name": it is no string', '{"policies":[]}'],
    ['at "/date-range": it is no object', changed('"date-range":{', '"date-range":1,"x":{')],
    ['at "/organization-name": it is no string', changed('"Company-X"', '1')],
    ['at "/date-range/start-datetime": "yesterday"', changed('2016-04-01T00:00:00Z', 'yesterday')],
    ['at "/date-range/start-datetime": "2016-04"', changed('2016-04-01T00:00:00Z', '2016-04')],
    ['at "/date-range/end-datetime": "2016-99', changed('2016-04-01T23', '2016-99-01T23')],
    ['at "/policies/0/policy/policy-type": "dane"', changed('"sts"', '"dane"')],
    ['at "/policies/0/policy/policy-string/1": it is no', changed('"mode: testing"', '{}')],
    ['at "/policies/0/summary/total-successful-session-count": it', changed('5326', '-1')],
    ['at "/policies/0/failure-details/1/failed-session-count": it', changed(':200', ':"200"')],
    [
      'at "/policies/0/failure-details/0/sending-mta-ip": it is no string',
      changed('"2001:db8:abcd:0012::1"', '1'),
    ],
  ]
  for (const [message, json] of rows) {
    const found = new RegExp(message.replaceAll('/', '\\/'))
    t.throws(() => read(json), { code: 'report-invalid', message: found }, message)
  }
  t.end()
})

t.test('readReport is bounded', (t) => {
  const limits = { octets: 10_000, depth: 8, policies: 2, itemsPerPolicy: 5 }
  const refused = (octets: Uint8Array, message: RegExp) =>
    t.throws(() => readReport(octets, limits), { code: 'report-invalid', message })
  t.same(readReport(Buffer.from(text), limits), exampleReport)
  refused(Buffer.alloc(10_001, ' '), /it exceeds 10000 octets/)
  refused(gzipSync(Buffer.alloc(10_001, ' ')), /it exceeds 10000 octets/)
  refused(Buffer.from(`${'['.repeat(9)}${']'.repeat(9)}`), /nested deeper than 8/)
  const many = (count: number) =>
    Buffer.from(
      JSON.stringify({
        ...exampleJson,
        policies: Array.from({ length: count }, () => exampleJson.policies[0]),
      }),
    )
  t.equal(readReport(many(2), limits).policies.length, 2)
  refused(many(3), /"\/policies": it has more than 2 items/)
  refused(Buffer.from(changed('"mode: testing"', '"","",""')), /more than 5 items/)
  t.end()
})

t.test('readReport counts depth outside strings only', (t) => {
  const json = changed('Company-X', '[[[[[[[[[[[[[[[[[[[[{{{{\\"[[[[')
  t.equal(read(json).organization, '[[[[[[[[[[[[[[[[[[[[{{{{"[[[[')
  t.end()
})

t.test('readReport survives a bomb, and gzip that is broken', (t) => {
  const bomb = gzipSync(Buffer.alloc(2 * defaultReportLimits.octets))
  t.throws(() => readReport(bomb), { code: 'report-invalid', message: /exceeds/ })
  t.throws(() => readReport(gzipSync(text).subarray(0, 40)), { message: /gzip is broken/ })
  t.throws(() => readReport(Uint8Array.of(0xff)), { message: /it is not UTF-8/ })
  t.end()
})

t.test('readReport throws nothing but report-invalid, whatever it is given', (t) => {
  const attempt = (octets: Uint8Array) => {
    try {
      readReport(octets)
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== 'report-invalid') throw error
    }
  }
  fc.assert(fc.property(fc.uint8Array(), attempt))
  fc.assert(
    fc.property(fc.nat(text.length), fc.nat(text.length), fc.json(), (from, to, json) => {
      attempt(Buffer.from(text.slice(0, from) + json + text.slice(to)))
    }),
  )
  t.pass()
  t.end()
})
