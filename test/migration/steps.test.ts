import fc from 'fast-check'
import t from 'tap'
import type { Host } from '../../src/destination/index.ts'
import { noMemory } from '../../src/migration/memory.ts'
import { migrationReport } from '../../src/migration/steps.ts'
import type {
  Direction,
  ExpectedDomain,
  MigrationReport,
  ObservedDomain,
} from '../../src/migration/types.ts'
import { equalNames, type Name } from '../../src/wire/index.ts'
import {
  after,
  domainIs,
  down,
  expectedIs,
  found,
  legacyHost,
  legacyUp,
  neverEnabled,
  observedIs,
  off,
  on,
  otherUp,
  policyIs,
  signedHost,
  signedUp,
} from '../support/migration.ts'
import { arbitraryExpected, arbitraryObserved } from '../support/migration-facts.ts'

/** The step that a domain is at. */
function nextOf(
  expected: ExpectedDomain,
  observed: Partial<ObservedDomain>,
  direction?: Direction,
) {
  return migrationReport(expected, observedIs(observed), noMemory, {}, direction).next
}

t.test('migrationReport: a domain that has all of it is at the end', (t) => {
  const report = migrationReport(expectedIs(), observedIs(), noMemory)
  t.equal(report.next, undefined)
  t.equal(report.direction, 'enable')
  t.ok(report.steps.every(({ state }) => state === 'done' || state === 'skipped'))
  t.equal(report.status.mx.status, 'Valid')
  t.end()
})

t.test('bug: without a look at the MX records, steps were done that nobody could see', (t) => {
  const mx = { kind: 'failed', security: 'bogus', text: 'no answer' } as const
  for (const direction of ['enable', 'disable'] as const) {
    const observed = observedIs({ mx, hosts: [] })
    const { steps } = migrationReport(expectedIs(), observed, noMemory, {}, direction)
    const [accepted, blind, ...rest] = steps.map(({ state }) => state)
    t.same([accepted, blind, new Set(rest)], ['done', 'wrong', new Set(['later'])], direction)
  }
  t.end()
})

t.test('migrationReport gives the very record, with the TTL and preference of the step', (t) => {
  const signed = 'contoso-com.o-v1.mx.microsoft.'
  const legacy = 'contoso-com.mail.protection.outlook.com.'
  const low = { ttl: 30 }
  const hosts = { hosts: [legacyUp], others: [signedUp] }
  const noDane = expectedIs({ domain: domainIs({ dane: off }) })
  const meetings = [{ host: signedHost, isGood: true, text: 'it takes mail' }]
  const cases: [ExpectedDomain, Partial<ObservedDomain>, string, string][] = [
    [
      neverEnabled(),
      { mx: found(['10 legacy']), hosts: [legacyUp] },
      'lower-mx-ttl',
      `The TTL is 3600 s; lower it: "@ 30 IN MX 10 ${legacy}"`,
    ],
    [
      neverEnabled(),
      { mx: found(['10 legacy'], { ttl: 5 }), hosts: [legacyUp] },
      'lower-mx-ttl',
      `The TTL is 5 s, less than 30 s: "@ 30 IN MX 10 ${legacy}"`,
    ],
    [
      neverEnabled(),
      { mx: found(['10 legacy'], low), hosts: [legacyUp] },
      'enable-dnssec',
      'Run Enable-DnssecForVerifiedDomain -DomainName contoso.com',
    ],
    [
      noDane,
      { mx: found(['10 legacy'], low), ...hosts },
      'add-signed-mx',
      `Add "@ 30 IN MX 20 ${signed}" beside the others, whose TTL becomes the same`,
    ],
    [
      noDane,
      { mx: { kind: 'nodata', security: 'secure' }, hosts: [], others: [signedUp] },
      'add-signed-mx',
      `Add "@ 3600 IN MX 0 ${signed}"`,
    ],
    [
      noDane,
      { mx: found(['10 legacy', '20 signed'], low), hosts: [legacyUp, signedUp] },
      'test',
      'Run the inbound SMTP test of contoso.com for contoso-com.o-v1.mx.microsoft',
    ],
    [
      noDane,
      { mx: found(['10 legacy', '20 signed'], low), hosts: [legacyUp, signedUp], meetings },
      'swap',
      `Change the preferences: "@ 30 IN MX 0 ${signed}", "@ 30 IN MX 30 ${legacy}"`,
    ],
    [
      noDane,
      { mx: found(['0 signed', '30 legacy'], low), hosts: [legacyUp, signedUp] },
      'drop-legacy',
      `Delete "@ 30 IN MX 30 ${legacy}"`,
    ],
    [
      noDane,
      { mx: found(['0 signed'], low) },
      'raise-mx-ttl',
      `Raise the TTL: "@ 3600 IN MX 0 ${signed}"`,
    ],
    [noDane, {}, 'enable-dane', 'Run Enable-SmtpDaneInbound -DomainName contoso.com'],
    [
      expectedIs(),
      { mx: found(['10 signed']) },
      'swap',
      `Set the preference: "@ 3600 IN MX 0 ${signed}"`,
    ],
  ]
  for (const [expected, observed, id, text] of cases) {
    t.match(nextOf(expected, observed), { id, text })
  }
  const back: [ExpectedDomain, Partial<ObservedDomain>, string, string][] = [
    [expectedIs(), {}, 'disable-dane', 'Run Disable-SmtpDaneInbound -DomainName contoso.com'],
    [noDane, { others: [legacyUp] }, 'add-legacy-mx', `Add "@ 30 IN MX 20 ${legacy}"`],
    [
      noDane,
      { mx: found(['0 signed', '20 legacy'], low), hosts: [legacyUp, signedUp] },
      'test-legacy',
      'Run the inbound SMTP test of contoso.com for contoso-com.mail.protection.outlook.com',
    ],
    [
      noDane,
      {
        mx: found(['0 signed', '20 legacy'], low),
        hosts: [legacyUp, signedUp],
        meetings: [{ host: legacyHost, isGood: true, text: 'it takes mail' }],
      },
      'disable-dnssec',
      'Run Disable-DnssecForVerifiedDomain -DomainName contoso.com',
    ],
  ]
  for (const [expected, observed, id, text] of back) {
    t.match(nextOf(expected, observed, 'disable'), { id, text })
  }
  t.end()
})

t.test('migrationReport says what is wrong, and with which code', (t) => {
  const cases: [ExpectedDomain, Partial<ObservedDomain>, object][] = [
    [expectedIs({ domain: undefined }), {}, { id: 'accepted', codes: ['EG001'] }],
    [
      neverEnabled({ domain: domainIs({ verifiedAt: undefined }) }),
      {},
      { id: 'accepted', state: 'next', codes: ['EG002'], text: /TXT MS=ms12345678/ },
    ],
    [
      expectedIs({ domain: domainIs({ kind: 'initial' }) }),
      {},
      { id: 'accepted', text: /not supported/ },
    ],
    [
      expectedIs({ domain: domainIs({ kind: 'selfService' }) }),
      {},
      { id: 'accepted', text: /not supported/ },
    ],
    [
      expectedIs(),
      { mx: { kind: 'failed', security: 'bogus', text: 'expired\u001b[31m' } },
      { id: 'sign-zone', codes: ['ED001'], text: /fails: expired\?\[31m\. .* take the DS/ },
    ],
    [
      expectedIs(),
      { mx: { kind: 'nxdomain', security: 'secure' } },
      { id: 'sign-zone', codes: ['ED002'] },
    ],
    [expectedIs(), { mx: { kind: 'skipped' } }, { id: 'sign-zone', state: 'wrong' }],
    [
      expectedIs(),
      { mx: found(['0 signed'], { security: 'insecure' }) },
      { id: 'sign-zone', state: 'next', codes: ['ED003'] },
    ],
    [
      expectedIs(),
      { hosts: [down(signedUp)] },
      { id: 'enable-dnssec', state: 'wrong', text: /should be by now/ },
    ],
    [
      expectedIs(),
      { hosts: [{ ...signedUp, level: 'none', tlsa: undefined }] },
      { id: 'tlsa', state: 'wrong', text: /run Disable-SmtpDaneInbound/ },
    ],
    [
      expectedIs(),
      { sts: policyIs('enforce', ['a.test']) },
      { id: 'sts-testing', state: 'next', codes: ['ES001'] },
    ],
    [
      expectedIs(),
      { meetings: [{ host: signedHost, isGood: false, text: 'no STARTTLS' }] },
      { id: 'test', state: 'wrong', text: 'no STARTTLS' },
    ],
    [expectedIs(), { mx: found(['5 signed', '30 legacy']) }, { id: 'swap', codes: ['EX008'] }],
    [
      expectedIs(),
      {
        mx: found(['0 signed', '0 legacy']),
        meetings: [{ host: signedHost, isGood: true, text: 'it takes mail' }],
      },
      { id: 'swap', codes: ['EX004'] },
    ],
  ]
  for (const [expected, observed, wanted] of cases) {
    t.match(nextOf(expected, observed), wanted)
  }
  const gone = { mx: found(['0 signed', '20 legacy']), hosts: [signedUp, down(legacyUp)] }
  const noDane = expectedIs({ domain: domainIs({ dane: off }) })
  t.match(nextOf(noDane, gone, 'disable'), { id: 'add-legacy-mx', state: 'wrong' })
  t.match(nextOf(noDane, { others: [down(legacyUp)] }, 'disable'), {
    ...{ id: 'add-legacy-mx', state: 'wrong', text: /has no address; have it brought/ },
  })
  const since = expectedIs({ domain: domainIs({ dane: off, legacy: on }) })
  t.match(nextOf(since, { others: [down(legacyUp)] }, 'disable'), {
    ...{ id: 'add-legacy-mx', state: 'wrong', text: /has no address, and it should/ },
  })
  t.match(nextOf({ ...noDane, legacyHost: undefined }, {}, 'disable'), {
    ...{ id: 'add-legacy-mx', state: 'next', text: /<host>/ },
  })
  t.end()
})

t.test('migrationReport has a host tried out behind all that are there', (t) => {
  const high = { mx: found(['20 legacy', '65530 other'], { ttl: 30 }), hosts: [legacyUp] }
  t.match(nextOf(expectedIs(), { ...high, others: [signedUp] }), { text: /IN MX 65535 contoso/ })
  const back = { mx: found(['20 signed']), others: [legacyUp] }
  const expected = expectedIs({ domain: domainIs({ dane: off }) })
  t.match(nextOf(expected, back, 'disable'), { text: /IN MX 30 contoso-com\.mail/ })
  t.end()
})

t.test('migrationReport: where nobody takes mail the signed host is added as the first', (t) => {
  const lost = { mx: found(['10 legacy'], { ttl: 30 }), others: [signedUp] }
  t.match(nextOf(expectedIs(), { ...lost, hosts: [down(legacyUp)] }), {
    ...{ id: 'add-signed-mx', text: /^Add "@ 30 IN MX 0 contoso-com/ },
  })
  t.match(nextOf(expectedIs(), { ...lost, hosts: [legacyUp] }), {
    ...{ id: 'add-signed-mx', text: /^Add "@ 30 IN MX 20 contoso-com/ },
  })
  t.end()
})

t.test('bug: a record was to be added beside one that says that there is no mail', (t) => {
  const none = { mx: found(['0 .'], { ttl: 30 }), hosts: [], others: [signedUp] }
  t.match(nextOf(expectedIs(), none), {
    ...{ id: 'add-signed-mx', state: 'next', codes: ['EX002'] },
    text: /^contoso\.com says that it takes no mail; replace "@ 30 IN MX 0 \." by "@ 3600 IN M/,
  })
  t.end()
})

t.test('migrationReport says until when to wait', (t) => {
  const at = after(86_400)
  const now = { kind: 'on', since: at } as const
  const absent = { ...signedUp, level: 'none', tlsa: undefined } as const
  t.match(nextOf(expectedIs({ domain: domainIs({ dnssec: now }) }), { hosts: [down(signedUp)] }), {
    ...{ id: 'enable-dnssec', state: 'wait', until: at + 900 },
  })
  t.match(nextOf(expectedIs({ domain: domainIs({ dane: now }) }), { hosts: [absent] }), {
    ...{ id: 'tlsa', state: 'wait', until: at + 1800 },
  })
  const legacy = { kind: 'ending', since: at, until: after(172_800) } as const
  t.match(
    nextOf(expectedIs({ domain: domainIs({ legacy }) }), { mx: found(['0 signed', '30 legacy']) }),
    { id: 'drop-legacy', text: /; the host of before goes at 2026-01-03T00:00:00Z$/ },
  )
  const back = expectedIs({ domain: domainIs({ dane: off, legacy: now }) })
  t.match(nextOf(back, { others: [down(legacyUp)] }, 'disable'), {
    ...{ id: 'add-legacy-mx', state: 'wait', until: at + 900 },
  })
  const ending = { kind: 'ending', since: at, until: after(172_800) } as const
  const held = expectedIs({ domain: domainIs({ dnssec: ending, dane: off }), expected: undefined })
  const both = { mx: found(['10 legacy', '20 signed']), hosts: [legacyUp, signedUp] }
  t.match(nextOf(held, both), { id: 'drop-signed-mx', text: /answers until 2026-01-03/ })
  t.end()
})

t.test('migrationReport remembers what others may have', (t) => {
  const before = migrationReport(
    neverEnabled(),
    observedIs({ mx: found(['0 legacy']), hosts: [legacyUp] }),
    noMemory,
  )
  const lowered = (seconds: number) =>
    observedIs({ at: after(seconds), mx: found(['0 legacy'], { ttl: 60 }), hosts: [legacyUp] })
  const later = migrationReport(neverEnabled(), lowered(86_500), before.memory)
  t.match(later.next, { id: 'lower-mx-ttl', state: 'wait', until: after(86_500 + 3600) })
  const last = migrationReport(neverEnabled(), lowered(86_500 + 3600), later.memory)
  t.equal(last.next?.id, 'enable-dnssec')

  const named = ['contoso-com.o-v1.mx.microsoft']
  const policy = (mode: 'enforce' | 'testing', id: string) =>
    observedIs({ sts: policyIs(mode, named, { id }) })
  const first = migrationReport(expectedIs(), policy('testing', '1'), noMemory)
  t.match(first.next, { id: 'sts-enforce', state: 'next' })
  // RFC 8461 §3.1: a policy that changes without its id is not fetched.
  const same = migrationReport(expectedIs(), policy('enforce', '1'), first.memory)
  t.match(same.next, { id: 'sts-testing', state: 'wrong', text: /its id 1 was not/ })
  t.equal(migrationReport(expectedIs(), policy('enforce', '2'), same.memory).next, undefined)
  t.end()
})

t.test('migrationReport infers the direction', (t) => {
  const way = (expected: ExpectedDomain, observed: Partial<ObservedDomain> = {}) =>
    migrationReport(expected, observedIs(observed), noMemory).direction
  const ending = { kind: 'ending', since: after(0), until: after(9) } as const
  const disabled = expectedIs({ domain: domainIs({ dnssec: off, dane: off }), expected: undefined })
  t.equal(way(neverEnabled(), { mx: found(['0 legacy']) }), 'enable')
  t.equal(way(expectedIs()), 'enable')
  t.equal(way(expectedIs({ domain: domainIs({ dnssec: ending }) })), 'disable')
  t.equal(way(disabled), 'disable')
  t.equal(way(disabled, { mx: found(['0 legacy']) }), 'enable')
  t.equal(way(expectedIs({ domain: undefined }), { mx: found(['0 legacy']) }), 'enable')
  t.end()
})

t.test('bug: a policy of max_age 0 is kept by nobody, so nobody is waited for', (t) => {
  const expected = neverEnabled()
  const enforced = observedIs({ sts: policyIs('enforce', ['a.test'], { maxAge: 0 }) })
  const { memory } = migrationReport(expected, enforced, noMemory, {}, 'disable')
  const blind = observedIs({ mx: found(['0 other']), hosts: [otherUp], sts: { kind: 'skipped' } })
  t.not(migrationReport(expected, blind, memory, {}, 'disable').next?.state, 'wait')
  t.end()
})

const stories = fc.tuple(
  arbitraryExpected,
  fc.array(arbitraryObserved, { minLength: 1, maxLength: 3 }),
  fc.constantFrom('enable', 'disable', undefined),
)

/** The last report of a story. */
function tell([expected, seen, direction]: [
  ExpectedDomain,
  readonly ObservedDomain[],
  Direction | undefined,
]): { readonly report: MigrationReport; readonly observed: ObservedDomain } {
  let memory = noMemory
  let told: { report: MigrationReport; observed: ObservedDomain } | undefined
  for (const observed of seen.toSorted((a, b) => a.at - b.at)) {
    const report = migrationReport(expected, observed, memory, {}, direction)
    memory = report.memory
    told = { report, observed }
  }
  if (!told) throw new Error('Nothing was seen')
  return told
}

t.test('From any facts a report has one place at most, and all is done before it', (t) => {
  const property = fc.property(stories, (story) => {
    const { report } = tell(story)
    const { steps, next } = report
    const at = next ? steps.indexOf(next) : steps.length
    const isPast = ({ state }: (typeof steps)[number]) => state === 'done' || state === 'skipped'
    if (!steps.slice(0, at).every(isPast)) return false
    if (!steps.slice(at + 1).every((step) => isPast(step) || step.state === 'later')) return false
    if (next && !['next', 'wait', 'wrong'].includes(next.state)) return false
    // What there is to wait for has a time, and it is yet to come.
    return next?.state !== 'wait' || (next.until !== undefined && next.until > report.at)
  })
  t.doesNotThrow(() => fc.assert(property, { numRuns: 2000 }))
  t.end()
})

t.test('From any facts no step is advised that would lose mail', (t) => {
  const property = fc.property(stories, (story) => {
    const [expected] = story
    const { report, observed } = tell(story)
    const { next } = report
    if (!next) return true
    const all = [...observed.hosts, ...observed.others]
    const stateOf = (name: Name): Host | undefined =>
      all.find((host) => equalNames(host.name, name))
    const isUp = (name: Name) => (stateOf(name)?.addresses.length ?? 0) > 0
    const isSignedUp = isUp(signedHost) && stateOf(signedHost)?.security === 'secure'
    const records = observed.mx.kind === 'found' ? observed.mx.records : []
    const hasSigned = records.some(({ host }) => equalNames(host, signedHost))
    const others = records.filter(({ host }) => !equalNames(host, signedHost))
    const isOn = expected.domain?.dnssec.kind === 'on'
    const { sts } = observed
    const refuses = (mode: string) =>
      sts.kind === 'policy' && sts.policy.mode === mode
        ? !sts.policy.mx.includes('contoso-com.o-v1.mx.microsoft')
        : false
    switch (next.id) {
      case 'add-signed-mx':
        return isSignedUp && isOn
      case 'swap':
        return isSignedUp && isOn && hasSigned && !refuses('enforce')
      case 'drop-legacy':
        return isSignedUp && isOn && hasSigned && !refuses('enforce')
      case 'sts-mx':
        return sts.kind === 'policy' && sts.policy.mode === 'testing'
      case 'add-legacy-mx':
        return next.state !== 'next' || !expected.legacyHost || isUp(legacyHost)
      case 'disable-dnssec':
      case 'drop-signed-mx':
        return others.some(({ host }) => isUp(host))
      default:
        return true
    }
  })
  t.doesNotThrow(() => fc.assert(property, { numRuns: 3000 }))
  t.end()
})

t.test('migrationReport never mistakes one feature for another', (t) => {
  const expected = expectedIs({ domain: domainIs({ dnssec: on, dane: off }) })
  t.equal(nextOf(expected, {})?.id, 'enable-dane')
  t.equal(nextOf(expected, { others: [legacyUp] }, 'disable')?.id, 'add-legacy-mx')
  t.end()
})
