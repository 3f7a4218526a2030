import t from 'tap'
import { noMemory } from '../../src/migration/memory.ts'
import { formatMigration, migrationJson } from '../../src/migration/report-text.ts'
import { migrationReport } from '../../src/migration/steps.ts'
import type { ExpectedDomain, ObservedDomain } from '../../src/migration/types.ts'
import {
  after,
  domainIs,
  down,
  expectedIs,
  found,
  legacyUp,
  neverEnabled,
  observedIs,
  signedUp,
} from '../support/migration.ts'

const reportOf = (expected: ExpectedDomain, observed: Partial<ObservedDomain> = {}) =>
  migrationReport(expected, observedIs(observed), noMemory)
const begun = () => reportOf(neverEnabled(), { mx: found(['0 legacy']), hosts: [legacyUp] })

t.test('formatMigration shows what is done, what is next, and titles of the rest', (t) => {
  t.same(formatMigration(begun()), [
    'contoso.com, to a signed host and SMTP DANE (2026-01-02T00:00:00Z)',
    '├─ ✔ The domain is accepted and verified',
    '│    contoso.com is accepted and verified',
    "├─ ✔ DNSSEC is on at the domain's own DNS provider",
    '│    The MX records of contoso.com are secure',
    '├─ → The TTL of the MX records is low',
    '│    next: The TTL is 3600 s; lower it: ' +
      '"@ 30 IN MX 0 contoso-com.mail.protection.outlook.com."',
    '├─ – MTA-STS does not stand in the way',
    '│    There is no MTA-STS policy in force',
    '├─ – No sender keeps to an older MTA-STS policy',
    '│    There is no MTA-STS policy in force',
    '├─ · The signed host is there',
    '├─ – The MTA-STS policy names the host',
    '│    There is no MTA-STS policy in force',
    '├─ · The signed host is among the MX hosts',
    '├─ · The signed host takes mail',
    '├─ · The signed host comes first',
    '├─ · The signed host is the only one',
    '├─ · The TTL of the MX record is high again',
    '├─ · SMTP DANE is on',
    '├─ · TLSA records are there',
    '└─ – The MTA-STS policy is in mode enforce',
    '     There is no MTA-STS policy in force',
    '',
    'Status',
    '  ED003:Domain [contoso.com] found. No authentic MX records found.',
    '  EX013:Unknown expected MX record for domain [contoso.com].',
    '',
    '6 of 15 steps are done. Next: The TTL is 3600 s; lower it: ' +
      '"@ 30 IN MX 0 contoso-com.mail.protection.outlook.com.".',
  ])
  t.end()
})

t.test('formatMigration ends with what there is to do', (t) => {
  const last = (expected: ExpectedDomain, observed: Partial<ObservedDomain> = {}) =>
    formatMigration(reportOf(expected, observed)).at(-1)
  t.equal(last(expectedIs()), '15 of 15 steps are done. The end of the way is reached.')
  t.match(last(expectedIs({ domain: undefined })), /Mend this first: contoso\.com is not among/)
  const now = { kind: 'on', since: after(86_400) } as const
  t.match(
    last(expectedIs({ domain: domainIs({ dnssec: now }) }), { hosts: [down(signedUp)] }),
    / Wait until 2026-01-02T00:15:00Z\.$/,
  )
  t.end()
})

t.test('formatMigration paints for who watches, and only then', (t) => {
  const painted = formatMigration(begun(), (style, text) => `<${style}>${text}</${style}>`)
  t.ok(painted.some((line) => line.includes('<green>✔</green>')))
  t.equal(painted.join('\n').replace(/<\/?[a-z]+>/g, ''), formatMigration(begun()).join('\n'))
  t.end()
})

t.test('migrationJson has the steps, the next one and the status', (t) => {
  const json = migrationJson(begun())
  t.same(JSON.parse(JSON.stringify(json)), json)
  t.match(json, {
    domain: 'contoso.com',
    at: '2026-01-02T00:00:00Z',
    direction: 'enable',
    next: 'lower-mx-ttl',
    steps: [
      { id: 'accepted', state: 'done', until: null, codes: [] },
      { id: 'sign-zone', state: 'done' },
      { id: 'lower-mx-ttl', state: 'next' },
    ],
    status: { DnssecFeatureStatus: { Value: 'Disabled' } },
  })
  t.match(migrationJson(reportOf(expectedIs())), { next: null })
  t.end()
})
