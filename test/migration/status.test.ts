import fc from 'fast-check'
import t from 'tap'
import { allLines } from '../../src/migration/format.ts'
import type { ExpectedDomain, ObservedDomain, StatusCode } from '../../src/migration/index.ts'
import { dnssecStatus } from '../../src/migration/status.ts'
import type { Ttl } from '../../src/rr/index.ts'
import {
  after,
  domainIs,
  down,
  expectedIs,
  found,
  legacyUp,
  neverEnabled,
  observedIs,
  otherUp,
  policyIs,
  signedHost,
  signedUp,
} from '../support/migration.ts'
import { arbitraryExpected, arbitraryObserved } from '../support/migration-facts.ts'

type Case = readonly [
  what: string,
  expected: ExpectedDomain,
  observed: Partial<ObservedDomain>,
  codes: string,
]

/** Codes by where they are told: `!` before a warning. */
function codesOf(expected: ExpectedDomain, observed: Partial<ObservedDomain>): string {
  const status = dnssecStatus(expected, observedIs(observed))
  return allLines(status)
    .map(({ code }) => (isWarning(status, code) ? `!${code}` : code))
    .join(' ')
}

function isWarning(status: ReturnType<typeof dnssecStatus>, code: StatusCode): boolean {
  const parts = [status, status.dns, status.mx, status.sts]
  return parts.some(({ warnings }) => warnings.some((line) => line.code === code))
}

const ten = expectedIs({ expected: { host: signedHost, preference: 10, ttl: 60 as Ttl } })
const mx = (...texts: string[]) => ({ mx: found(texts) })
const failed = { kind: 'failed', security: 'bogus', text: 'the signature expired' } as const
const insecure = { security: 'insecure' } as const
const signedName = 'contoso-com.o-v1.mx.microsoft'

const cases: readonly Case[] = [
  ['as it shall be', expectedIs(), {}, ''],
  ['as it shall be, in any case', expectedIs(), mx('0 CONTOSO-com.o-v1.mx.microsoft.'), ''],
  ['a domain of nobody', neverEnabled({ domain: undefined }), {}, 'EG001 EX013'],
  ['given up', expectedIs({ domain: domainIs({ removedAt: after(1) }) }), {}, 'EG001'],
  [
    'not verified',
    neverEnabled({ domain: domainIs({ verifiedAt: undefined }) }),
    {},
    'EG002 EX013',
  ],
  ['the lookup fails', expectedIs(), { mx: failed, hosts: [] }, 'ED001 EX010'],
  [
    'no such domain',
    expectedIs(),
    { mx: { kind: 'nxdomain', security: 'secure' }, hosts: [] },
    'ED002 EX012',
  ],
  ['MX is not secure', expectedIs(), { mx: found(['0 signed'], insecure) }, 'ED003'],
  ['the host is not secure', expectedIs(), { hosts: [{ ...signedUp, ...insecure }] }, 'ED003'],
  ['the host has no address', expectedIs(), { hosts: [down(signedUp)] }, 'ED003'],
  ['no MX', expectedIs(), { mx: { kind: 'nodata', security: 'secure' }, hosts: [] }, 'EX012'],
  [
    'no MX, not signed',
    expectedIs(),
    { mx: { kind: 'nodata', security: 'insecure' }, hosts: [] },
    'ED003 EX012',
  ],
  // The host of before is not signed, by nobody's fault; next to the signed one it does not count.
  ['before', neverEnabled(), { ...mx('0 legacy'), hosts: [legacyUp] }, 'ED003 EX013'],
  ['another value', expectedIs(), { ...mx('0 legacy'), hosts: [legacyUp] }, 'ED003 EX002'],
  ['no mail at all', expectedIs(), mx('0 .'), 'EX002'],
  ['another preference', expectedIs(), mx('10 signed'), '!EX003'],
  ['0, and 10 is expected', ten, mx('0 signed'), '!EX003'],
  ['10, and 10 is expected', ten, mx('10 signed'), ''],
  ['twice', expectedIs(), mx('0 signed', '10 signed'), '!EX003'],
  [
    'the same preference',
    expectedIs(),
    { ...mx('0 signed', '0 legacy'), hosts: [signedUp, legacyUp] },
    'EX004',
  ],
  ['a backup', expectedIs(), mx('0 signed', '30 legacy'), '!EX005'],
  // Contradiction: nothing precedes 0, so EX006 with 0 comes of the preference that is there.
  ['tried out', expectedIs(), mx('0 legacy', '20 signed'), 'EX006 !EX008'],
  ['behind another, and 10 is expected', ten, mx('0 legacy', '10 signed'), 'EX006'],
  ['several, none of them', expectedIs(), mx('0 legacy', '10 other'), 'EX007'],
  ['first, but with a larger number', expectedIs(), mx('10 signed', '30 legacy'), '!EX005 !EX008'],
  // Contradiction: with 0 expected nobody meets EX009; with the 10 of the cmdlet's help they do.
  ['first, with a smaller number', ten, mx('0 signed', '30 legacy'), '!EX005 !EX009'],
  [
    'all at once',
    expectedIs(),
    mx('5 other', '10 signed', '10 legacy', '30 legacy'),
    'EX004 EX006 !EX005 !EX008',
  ],
  ['enforced without the host', expectedIs(), { sts: policyIs('enforce', ['a.test']) }, 'ES001'],
  ['tested without the host', expectedIs(), { sts: policyIs('testing', ['a.test']) }, ''],
  ['enforced with the host', expectedIs(), { sts: policyIs('enforce', [signedName]) }, ''],
  ['enforced by wildcard', expectedIs(), { sts: policyIs('enforce', ['*.o-v1.mx.microsoft']) }, ''],
  [
    'a policy, nothing to compare',
    neverEnabled(),
    { sts: policyIs('enforce', ['a.test']) },
    'EX013 !ES002',
  ],
  ['mode none says nothing', neverEnabled(), { sts: policyIs('none', []) }, 'EX013'],
]

t.test('dnssecStatus: each case has its codes', (t) => {
  for (const [what, expected, observed, codes] of cases) {
    t.equal(codesOf(expected, observed), codes, what)
  }
  t.end()
})

t.test('dnssecStatus: every code is met by a case', (t) => {
  const met = new Set(cases.flatMap(([, , , codes]) => codes.match(/E[GDXS]\d{3}/g) ?? []))
  t.same(
    [...met].sort(),
    ['ED001', 'ED002', 'ED003', 'EG001', 'EG002', 'ES001', 'ES002'].concat(
      ['EX002', 'EX003', 'EX004', 'EX005', 'EX006', 'EX007', 'EX008', 'EX009'],
      ['EX010', 'EX012', 'EX013'],
    ),
  )
  t.end()
})

t.test('dnssecStatus skips what it is told to skip', (t) => {
  const bad = { mx: found(['10 legacy'], insecure), sts: policyIs('enforce', ['a.test']) }
  const skipping = (skips: Partial<ObservedDomain['skips']>, more: Partial<ObservedDomain> = {}) =>
    dnssecStatus(
      expectedIs(),
      observedIs({ ...bad, ...more, skips: { dns: false, mx: false, sts: false, ...skips } }),
    )
  t.match(skipping({ dns: true }), {
    dns: { support: 'Skipped', errors: [] },
    mx: { status: 'Invalid' },
    sts: { status: 'Invalid' },
  })
  t.match(skipping({ mx: true }), {
    dns: { support: 'Invalid' },
    mx: { status: 'Skipped', errors: [], actual: [] },
  })
  t.match(skipping({ sts: true }, { sts: { kind: 'skipped' } }), {
    sts: { status: 'Skipped', errors: [], available: false, mode: 'Unavailable' },
  })
  t.match(skipping({}, { mx: { kind: 'skipped' } }), {
    dns: { support: 'Skipped' },
    mx: { status: 'Skipped' },
  })
  t.end()
})

t.test('dnssecStatus tells of the feature, and of the policy', (t) => {
  const feature = (expected: ExpectedDomain) => dnssecStatus(expected, observedIs()).feature
  t.equal(feature(expectedIs()), 'Enabled')
  t.equal(feature(neverEnabled()), 'Disabled')
  const ending = { kind: 'ending', since: after(0), until: after(9) } as const
  t.equal(feature(expectedIs({ domain: domainIs({ dnssec: ending }) })), 'Disabled')
  t.equal(feature(expectedIs({ domain: undefined })), 'Unknown')
  t.equal(feature(expectedIs({ domain: domainIs({ verifiedAt: undefined }) })), 'Unknown')
  const sts = (state: ObservedDomain['sts']) =>
    dnssecStatus(expectedIs(), observedIs({ sts: state })).sts
  t.match(sts(policyIs('testing', [signedName])), { available: true, mode: 'Testing' })
  t.match(sts(policyIs('none', [])), { available: true, mode: 'None', status: 'Valid' })
  // No policy can be had: to senders it is as if there were none.
  const problem = { type: 'sts-policy-fetch-error', text: 'the host replied 404' } as const
  t.match(sts({ kind: 'failed', problem, text: problem.text }), {
    ...{ available: false, mode: 'Unavailable', status: 'Valid' },
  })
  t.end()
})

t.test('dnssecStatus: texts name the domain, remedies the record', (t) => {
  const lines = (expected: ExpectedDomain, observed: Partial<ObservedDomain>) =>
    allLines(dnssecStatus(expected, observedIs(observed)))
  t.match(lines(expectedIs(), mx('10 signed')), [
    {
      code: 'EX003',
      text: 'Priority of MX record did not match the expected one.',
      remedy: `Change the record to "@ 60 IN MX 0 ${signedName}"`,
    },
  ])
  t.match(lines(neverEnabled(), {}), [
    { code: 'EX013', text: 'Unknown expected MX record for domain [contoso.com].' },
  ])
  // Contradiction: the guide's sixth step retires a host to 30, the remedy of EX006 says 20.
  t.match(lines(ten, mx('0 legacy', '10 signed'))[0]?.remedy, /to 20/)
  t.match(lines(expectedIs(), { sts: policyIs('enforce', ['a.test']) }), [
    { code: 'ES001', text: /mode is 'enforced'/, remedy: /"mx: contoso-com\.o-v1\.mx\.microsoft"/ },
  ])
  for (const [what, expected, observed] of cases) {
    for (const { text, cause, remedy } of lines(expected, observed)) {
      t.notMatch(`${text} ${cause} ${remedy}`, /[{}]|undefined|\.\./, what)
    }
  }
  t.end()
})

t.test('dnssecStatus never throws, and says Valid of nothing but what is valid', (t) => {
  const property = fc.property(arbitraryExpected, arbitraryObserved, (expected, observed) => {
    const { feature, dns, mx, sts, errors } = dnssecStatus(expected, observed)
    const wanted = expected.expected
    const records = observed.mx.kind === 'found' ? observed.mx.records : []
    const isRight =
      records.length === 1 &&
      records[0]?.preference === wanted?.preference &&
      records[0]?.host.join() === wanted?.host.join()
    const isSkipped = observed.mx.kind === 'skipped'
    if ((mx.status === 'Valid') !== (isRight && !isSkipped && !observed.skips.mx)) return false
    if (
      dns.support === 'Valid' &&
      !('security' in observed.mx && observed.mx.security === 'secure')
    )
      return false
    if (sts.status === 'Valid' && observed.sts.kind === 'policy') {
      const { mode, mx: patterns } = observed.sts.policy
      const isNamed = patterns.includes(signedName)
      if (mode === 'enforce' && !isNamed) return false
      if (mode === 'testing' && !wanted) return false
    }
    return (feature === 'Unknown') === errors.length > 0
  })
  t.doesNotThrow(() => fc.assert(property, { numRuns: 2000 }))
  t.end()
})

t.test('dnssecStatus: other hosts than the signed one do not spoil its security', (t) => {
  const both = { ...mx('0 signed', '30 legacy'), hosts: [legacyUp, signedUp] }
  t.equal(dnssecStatus(expectedIs(), observedIs(both)).dns.support, 'Valid')
  const bad = { ...both, hosts: [{ ...otherUp, security: 'secure' as const }, down(signedUp)] }
  t.equal(dnssecStatus(expectedIs(), observedIs(bad)).dns.support, 'Invalid')
  t.end()
})
