import fc from 'fast-check'
import t from 'tap'
import {
  type MigrationMemory,
  mxCachedUntil,
  noMemory,
  refusedUntil,
  remember,
  rememberMet,
  wasMet,
} from '../../src/migration/memory.ts'
import { readMemory } from '../../src/migration/memory-json.ts'
import { migrationReport } from '../../src/migration/steps.ts'
import {
  after,
  down,
  found,
  legacyHost,
  neverEnabled,
  observedIs,
  policyIs,
  signedHost,
  signedUp,
} from '../support/migration.ts'
import { arbitraryObserved } from '../support/migration-facts.ts'

const seen = (memory: MigrationMemory, seconds: number, texts: string[], ttl: number) =>
  remember(memory, observedIs({ at: after(seconds), mx: found(texts, { ttl }) }))
const anything = () => true

t.test('remember: records stay in caches for their TTL, from when they were there last', (t) => {
  const first = seen(noMemory, 0, ['0 legacy'], 3600)
  t.equal(mxCachedUntil(first, anything), after(3600))
  t.equal(mxCachedUntil(seen(first, 100, ['0 legacy'], 3600), anything), after(3700))
  // Nobody knows when they were changed; until now they may have been handed out.
  const changed = seen(first, 1000, ['0 signed'], 30)
  const isOld = (records: readonly { readonly host: string }[]) =>
    records.some(({ host }) => host.includes('outlook'))
  t.equal(mxCachedUntil(changed, isOld), after(4600))
  const later = seen(changed, 2000, ['0 signed'], 30)
  t.equal(mxCachedUntil(later, isOld), after(4600), 'counted once')
  t.equal(mxCachedUntil(seen(later, 4600, ['0 signed'], 30), isOld), undefined)
  // The same records with a lower TTL: copies with the higher one are still about.
  const lowered = seen(first, 1000, ['0 legacy'], 30)
  t.equal(mxCachedUntil(lowered, anything), after(4600))
  t.equal(mxCachedUntil(seen(lowered, 4590, ['0 legacy'], 30), anything), after(4620))
  t.end()
})

t.test('remember: what could not be seen is taken to be as it was', (t) => {
  const first = seen(noMemory, 0, ['0 legacy'], 3600)
  const failed = { kind: 'failed', security: 'bogus', text: 'no' } as const
  const blind = remember(first, observedIs({ at: after(10), mx: failed }))
  t.match(blind.mxSets, [{ isCurrent: true, until: after(3610) }])
  const late = remember(first, observedIs({ at: after(9000), mx: failed }))
  t.equal(mxCachedUntil(late, anything), after(12_600), 'it was there all along')
  const none = { kind: 'nodata', security: 'secure' } as const
  const gone = remember(first, observedIs({ at: after(10), mx: none }))
  t.equal(mxCachedUntil(gone, anything), after(3610))
  t.end()
})

t.test('remember: a policy in mode enforce holds for its max_age', (t) => {
  const see = (memory: MigrationMemory, seconds: number, sts: ReturnType<typeof policyIs>) =>
    remember(memory, observedIs({ at: after(seconds), sts }))
  const legacy = 'contoso-com.mail.protection.outlook.com'
  const first = see(noMemory, 0, policyIs('enforce', [legacy], { maxAge: 1000 }))
  t.equal(refusedUntil(first, [signedHost]), after(1000))
  t.equal(refusedUntil(first, [legacyHost]), undefined)
  t.equal(refusedUntil(first, [legacyHost, signedHost]), after(1000))
  t.equal(refusedUntil(first, []), after(1000), 'of a host that nobody knows yet')
  const testing = see(first, 500, policyIs('testing', [legacy], { id: '2' }))
  t.equal(refusedUntil(testing, [signedHost]), after(1500))
  t.equal(refusedUntil(see(testing, 1500, policyIs('none', [])), [signedHost]), undefined)
  const problem = { type: 'sts-policy-fetch-error', text: 'no' } as const
  const failed = { kind: 'failed', problem, text: 'no' } as const
  const blind = remember(first, observedIs({ at: after(900), sts: failed }))
  t.equal(refusedUntil(blind, [signedHost]), after(1900))
  const shorter = see(first, 500, policyIs('enforce', [legacy], { id: '2', maxAge: 60 }))
  t.equal(refusedUntil(shorter, [signedHost]), after(1500))
  t.end()
})

t.test('remember: hosts that took mail, until they fail', (t) => {
  const meet = (memory: MigrationMemory, isGood: boolean) =>
    remember(memory, observedIs({ meetings: [{ host: signedHost, isGood, text: '' }] }))
  const met = meet(noMemory, true)
  t.ok(wasMet(met, signedHost))
  t.notOk(wasMet(met, legacyHost))
  t.notOk(wasMet(meet(met, false), signedHost))
  const gone = observedIs({ hosts: [down(signedUp)] })
  t.notOk(wasMet(remember(met, gone), signedHost))
  t.ok(wasMet(rememberMet(noMemory, legacyHost), legacyHost))
  t.end()
})

t.test('A memory is bounded, and is the same after JSON', (t) => {
  const property = fc.property(fc.array(arbitraryObserved, { maxLength: 40 }), (story) => {
    let memory = noMemory
    for (const observed of story.toSorted((a, b) => a.at - b.at)) {
      memory = remember(memory, observed)
      const { mxSets, policies, metHosts } = memory
      if (Math.max(mxSets.length, policies.length, metHosts.length) > 16) return false
      if (mxSets.some(({ until }) => until <= observed.at)) return false
    }
    return fc.stringify(readMemory(JSON.parse(JSON.stringify(memory)))) === fc.stringify(memory)
  })
  t.doesNotThrow(() => fc.assert(property, { numRuns: 200 }))
  t.end()
})

t.test('remember: a hostile domain does not fill a memory', (t) => {
  const texts = Array.from({ length: 500 }, (_, at) => `${at} mx${at}.test.`)
  const memory = seen(noMemory, 0, texts, 60)
  t.equal(memory.mxSets[0]?.records.length, 64)
  let many = noMemory
  for (let at = 0; at < 40; at++) many = seen(many, at, [`${at} legacy`], 3600)
  t.equal(many.mxSets.length, 16)
  const short = seen(many, 40, ['0 signed'], 30)
  t.ok(short.mxSets[0]?.isCurrent, 'what is there now is kept, however short its TTL')
  t.end()
})

t.test('readMemory takes what is no memory for none', (t) => {
  const good = JSON.parse(JSON.stringify(seen(noMemory, 0, ['0 legacy'], 60))) as object
  t.not(readMemory(good), noMemory)
  const bad: unknown[] = [
    ...[undefined, null, 7, 'memory', [], {}],
    { ...good, mxSets: [{}] },
    { ...good, mxSets: [{ records: [{ preference: '0', host: 'a' }], ttl: 1, isCurrent: true }] },
    { ...good, policies: [{ mx: [7], maxAge: 1, isCurrent: true, until: 1 }] },
    { ...good, lastPolicy: 7 },
    { ...good, lastPolicy: { id: '1', lines: ['a'], isStale: 'no' } },
    { ...good, metHosts: [7] },
    { ...good, metHosts: 'a' },
  ]
  for (const json of bad) t.equal(readMemory(json), noMemory)
  t.doesNotThrow(() => fc.assert(fc.property(fc.jsonValue(), (json) => void readMemory(json))))
  t.end()
})

t.test('bug: times and lists in a memory could be so large that a report threw', (t) => {
  const good = JSON.parse(JSON.stringify(seen(noMemory, 0, ['0 legacy'], 60))) as MigrationMemory
  const [set] = good.mxSets
  const policy = { mx: ['a'], maxAge: 1, isCurrent: false, until: after(1000) }
  const late = { ...good, mxSets: [{ ...set, until: Number.MAX_SAFE_INTEGER }] }
  const many = { ...good, policies: Array.from({ length: 200_000 }, () => policy) }
  const wide = { ...good, mxSets: [{ ...set, records: Array(200_000).fill(set?.records[0]) }] }
  const met = { ...good, metHosts: Array(200_000).fill('a.test') }
  const observed = observedIs({
    ...{ at: after(0), mx: found(['0 legacy'], { ttl: 60 }), sts: { kind: 'skipped' } },
  })
  for (const json of [late, many, wide, met]) {
    const memory = readMemory(json)
    t.equal(memory, noMemory)
    t.doesNotThrow(() => migrationReport(neverEnabled(), observed, memory))
  }
  t.end()
})
