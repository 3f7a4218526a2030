import t from 'tap'
import { explainStatus, formatStatus, statusJson } from '../../src/migration/format.ts'
import { dnssecStatus } from '../../src/migration/status.ts'
import type { ExpectedDomain, ObservedDomain } from '../../src/migration/types.ts'
import { expectedIs, found, neverEnabled, observedIs, policyIs } from '../support/migration.ts'

const statusOf = (expected: ExpectedDomain, observed: Partial<ObservedDomain> = {}) =>
  dnssecStatus(expected, observedIs(observed))
const trial = { mx: found(['0 legacy', '20 signed'], { ttl: 30 }) }

t.test('formatStatus lists properties as the console does', (t) => {
  t.same(formatStatus(statusOf(expectedIs())), [
    'DnssecFeatureStatus : Enabled',
    'ExpectedMxRecord    : @{Record = "@ 60 IN MX 0 contoso-com.o-v1.mx.microsoft"}',
    'Errors              : {}',
    'Warnings            : {}',
    'DnsValidation       : DnssecSupport : Valid',
    '                      Errors        : {}',
    '                      Warnings      : {}',
    'MxValidation        : Status          : Valid',
    '                      ActualMxRecords : ' +
      '{@{Record = "@ 3600 IN MX 0 contoso-com.o-v1.mx.microsoft"}}',
    '                      Errors          : {}',
    '                      Warnings        : {}',
    'MtaStsValidation    : Status          : Valid',
    '                      MtaStsAvailable : False',
    '                      MtaStsMode      : Unavailable',
    '                      Errors          : {}',
    '                      Warnings        : {}',
  ])
  t.end()
})

t.test('formatStatus has codes with their texts in braces', (t) => {
  const lines = formatStatus(statusOf(expectedIs(), trial))
  t.match(
    lines.find((line) => line.includes('EX006')),
    /Errors +: \{EX006:There's a different MX record with higher preference than .* one\.\}$/,
  )
  t.match(
    lines.find((line) => line.includes('EX008')),
    /Warnings +: \{EX008:Correct MX record found, but with lower preference than expected\.\}$/,
  )
  const never = formatStatus(statusOf(neverEnabled(), { mx: found(['0 .']) }))
  t.equal(never[1], 'ExpectedMxRecord    :')
  t.ok(never.some((line) => line.endsWith('{@{Record = "@ 3600 IN MX 0 ."}}')))
  t.end()
})

t.test('statusJson has the keys of Exchange Online in their order', (t) => {
  const json = statusJson(
    statusOf(expectedIs(), { ...trial, sts: policyIs('testing', ['a.test']) }),
  )
  t.equal(
    JSON.stringify(json, undefined, 1),
    JSON.stringify(
      {
        DnssecFeatureStatus: { Value: 'Enabled' },
        ExpectedMxRecord: { Record: '@ 60 IN MX 0 contoso-com.o-v1.mx.microsoft' },
        Errors: [],
        Warnings: [],
        DnsValidation: { DnssecSupport: 'Valid', Errors: [], Warnings: [] },
        MxValidation: {
          Status: 'Invalid',
          ActualMxRecords: [
            { Record: '@ 30 IN MX 0 contoso-com.mail.protection.outlook.com' },
            { Record: '@ 30 IN MX 20 contoso-com.o-v1.mx.microsoft' },
          ],
          Errors: [
            "EX006:There's a different MX record with higher preference than the expected one.",
          ],
          Warnings: ['EX008:Correct MX record found, but with lower preference than expected.'],
        },
        MtaStsValidation: {
          Status: 'Valid',
          MtaStsAvailable: true,
          MtaStsMode: 'Testing',
          Errors: [],
          Warnings: [],
        },
      },
      undefined,
      1,
    ),
  )
  t.match(statusJson(statusOf(neverEnabled())), { ExpectedMxRecord: null })
  t.end()
})

t.test('explainStatus says why, and what to do', (t) => {
  t.same(explainStatus(statusOf(expectedIs())), [])
  t.same(explainStatus(statusOf(expectedIs(), { mx: found(['10 signed']) })), [
    'EX003 Priority of MX record did not match the expected one.',
    '  The only MX record leads to the signed host, with another preference than expected.',
    '  → Change the record to "@ 60 IN MX 0 contoso-com.o-v1.mx.microsoft".',
  ])
  t.end()
})
