import fc from 'fast-check'
import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import {
  disabled,
  dueOf,
  enabled,
  gone,
  legacyLabels,
  removed,
  verified,
  withDane,
} from '../../src/provision/states.ts'
import type { Domain } from '../../src/provision/types.ts'
import { parseName } from '../../src/wire/index.ts'

const hold = 100
const legacy = 1000
const place = { partition: 'o-v1', host: parseName('contoso-com.o-v1.mx.test.') }
const off = { kind: 'off' } as const
const fresh: Domain = {
  ...{ tenant: 'acme', domain: parseName('contoso.com'), version: 1, kind: 'managed', proof: 'p' },
  ...{ verifiedAt: undefined, wishedToken: undefined, token: undefined, formerTokens: [] },
  ...{ partition: undefined, host: undefined, dnssec: off, dane: off, legacy: off },
  ...{ createdAt: 1 as UnixSeconds, removedAt: undefined },
}

/** What may happen to a verified domain, some seconds after what happened before. */
const event = fc.record({
  what: fc.constantFrom('enable' as const, 'disable' as const, 'dane' as const, 'due' as const),
  after: fc.constantFrom(0, 1, hold - 1, hold, legacy - 1, legacy),
})

t.test(
  'states: whatever happens, some host is there for the MX of now and of before',
  async (t) => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        let now = 1 as UnixSeconds
        let domain = verified(fresh, 'contoso-com', true, now)
        let [enabledAt, disabledAt] = [-Infinity, -Infinity]
        for (const { what, after } of events) {
          now = (now + after) as UnixSeconds
          const isOn = domain.dnssec.kind === 'on'
          if (what === 'enable' && !isOn) {
            domain = enabled(domain, place, legacy, now)
            enabledAt = now
          }
          if (what === 'disable' && isOn) {
            domain = disabled(withDane(domain, false, now), true, hold, now)
            disabledAt = now
          }
          if (what === 'dane' && isOn) domain = withDane(domain, domain.dane.kind === 'off', now)
          const due = what === 'due' ? dueOf(domain, now) : undefined
          if (due) domain = gone(domain, due)
          const { kind } = domain.dnssec
          const hasHost = domain.host !== undefined
          const hasLegacy = domain.legacy.kind !== 'off'
          if (hasHost !== (kind !== 'off')) return false
          if (kind !== 'on' && domain.legacy.kind !== 'on') return false
          if (now < disabledAt + hold && !hasHost) return false
          if (now < enabledAt + legacy && !hasLegacy) return false
          if (domain.dane.kind === 'on' && kind !== 'on') return false
          if (!hasHost && !hasLegacy) return false
        }
        return true
      }),
    )
    t.pass()
  },
)

t.test('states: without a zone for it there is no host of before', async (t) => {
  const now = 5 as UnixSeconds
  const domain = verified(fresh, 'x', false, now)
  t.same(domain.legacy, off)
  t.same(enabled(domain, place, legacy, now).legacy, off)
  t.same(disabled(enabled(domain, place, legacy, now), false, hold, now).legacy, off)
})

t.test('states: what was given up keeps its partition alone', async (t) => {
  const now = 5 as UnixSeconds
  const domain = { ...verified(fresh, 'x', true, now), partition: 'o-v1', formerTokens: ['y'] }
  t.same(legacyLabels(domain), ['x', 'y'])
  t.match(removed(domain, now), {
    ...{ partition: 'o-v1', token: undefined, verifiedAt: undefined, removedAt: now },
    ...{ formerTokens: [], legacy: off },
  })
  t.same(legacyLabels(removed(domain, now)), [])
})
