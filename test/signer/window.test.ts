import fc from 'fast-check'
import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import { RR, type RRType } from '../../src/rr/index.ts'
import { type SigningPolicy, standardPolicy, windowAt, zoneOffset } from '../../src/signer/index.ts'
import { type Name, parseName } from '../../src/wire/index.ts'

const policies = fc
  .record({
    validitySeconds: fc.integer({ min: 3600, max: 90 * 86400 }),
    refresh: fc.double({ min: 0.01, max: 0.9, noNaN: true }),
    jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    skewSeconds: fc.integer({ min: 0, max: 7200 }),
  })
  .map(({ validitySeconds, refresh, jitter, skewSeconds }): SigningPolicy => {
    const refreshSeconds = Math.max(1, Math.floor(validitySeconds * refresh))
    const jitterSeconds = Math.floor((validitySeconds - refreshSeconds) * jitter)
    return { validitySeconds, refreshSeconds, jitterSeconds, skewSeconds }
  })
const names = fc.stringMatching(/^[a-zA-Z]{1,8}$/).map((label): Name => parseName(`${label}.test.`))
// From before 2038 to past the wrap of 32 bits in 2106 (RFC 4034 §3.1.5).
const times = fc.integer({ min: 1_000_000_000, max: 2 ** 32 + 86400 * 365 })

t.test('windowAt: inception is past, refresh is left, and the window holds until renewAt', (t) => {
  fc.assert(
    fc.property(policies, names, times, (policy, owner, now) => {
      const offset = zoneOffset(parseName('test.'), policy)
      const at = (time: number) => windowAt(time as UnixSeconds, offset, owner, RR.A, policy)
      const window = at(now)
      const since = (now - window.inception) >>> 0
      const left = (window.expiration - now) >>> 0
      if (since > policy.validitySeconds + policy.skewSeconds) throw new Error('inception ahead')
      if (since < policy.skewSeconds) throw new Error('inception leaves no room for slow clocks')
      if (left < policy.refreshSeconds) throw new Error(`only ${left} seconds are left`)
      if (left > policy.validitySeconds) throw new Error('it holds too long')
      if (window.renewAt <= now) throw new Error('it is to be renewed already')
      const last = at(window.renewAt - 1)
      const next = at(window.renewAt)
      if (last.inception !== window.inception) throw new Error('it changes before renewAt')
      if (next.inception === window.inception) throw new Error('it outlives renewAt')
      if (at(now).expiration !== window.expiration) throw new Error('it depends on something else')
    }),
    { seed: 4034, numRuns: 3000 },
  )
  t.end()
})

t.test('windowAt: case of the owner makes no difference, type and owner do', (t) => {
  const now = 1767225600 as UnixSeconds
  const at = (owner: string, type: RRType) =>
    windowAt(now, 0, parseName(owner), type, standardPolicy).renewAt
  t.equal(at('WWW.test.', RR.A), at('www.TEST.', RR.A))
  const spread = new Set(Array.from({ length: 200 }, (_, n) => at(`h${n}.test.`, RR.A)))
  t.ok(spread.size > 190, 'windows of one zone do not turn over together')
  t.not(at('www.test.', RR.A), at('www.test.', RR.AAAA))
  t.end()
})

t.test('windowAt: without jitter all windows of a zone coincide', (t) => {
  const policy = { ...standardPolicy, jitterSeconds: 0 }
  const now = 1767225600 as UnixSeconds
  const ends = ['a.test.', 'b.test.', 'test.'].map(
    (owner) => windowAt(now, 5, parseName(owner), RR.A, policy).expiration,
  )
  t.equal(new Set(ends).size, 1)
  t.end()
})

t.test('zoneOffset: within the period, the same in any case, spread over zones', (t) => {
  const period = standardPolicy.validitySeconds - standardPolicy.refreshSeconds
  const offsets = Array.from({ length: 500 }, (_, n) =>
    zoneOffset(parseName(`zone${n}.test.`), standardPolicy),
  )
  t.ok(offsets.every((offset) => offset >= 0 && offset < period))
  t.equal(new Set(offsets).size, 500)
  t.ok(Math.max(...offsets) > period * 0.9 && Math.min(...offsets) < period * 0.1)
  t.equal(
    zoneOffset(parseName('Zone.TEST.'), standardPolicy),
    zoneOffset(parseName('zone.test.'), standardPolicy),
  )
  t.end()
})
