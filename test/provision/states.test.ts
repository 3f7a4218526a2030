import fc from 'fast-check'
import t from 'tap'
import type { UnixSeconds } from '../../src/base/index.ts'
import {
  daneDisabled,
  daneEnabled,
  disabled,
  dueOf,
  enabled,
  gone,
  legacyLabels,
  removed,
  restored,
  verified,
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
  what: fc.constantFrom(...(['enable', 'disable', 'dane', 'restore', 'due'] as const)),
  after: fc.constantFrom(0, 1, hold - 1, hold, legacy - 1, legacy),
})

t.test(
  'states: whatever happens, some host is there for the MX of now and of before',
  async (t) => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        let now = 1 as UnixSeconds
        let domain = verified(fresh, 'contoso-com', true, now)
        // What the zone of hosts of before has; only some steps change it.
        let isBefore = true
        let [enabledAt, disabledAt] = [-Infinity, -Infinity]
        for (const { what, after } of events) {
          now = (now + after) as UnixSeconds
          const { legacy: before, dnssec, dane } = domain
          const isOn = dnssec.kind === 'on'
          if (what === 'enable' && !isOn) {
            domain = enabled(domain, place, legacy, now)
            enabledAt = now
          } else if (what === 'disable' && isOn && dane.kind === 'off') {
            domain = disabled(domain, true, hold, now)
            ;[isBefore, disabledAt] = [true, now]
          } else if (what === 'dane' && isOn && dane.kind === 'off') {
            domain = daneEnabled(domain, legacy, now)
            if (before.kind === 'on') enabledAt = now
          } else if (what === 'dane' && isOn) {
            domain = daneDisabled(domain, true, now)
          } else if (what === 'restore') {
            domain = restored(domain, now)
            isBefore = true
          } else if (what === 'due') {
            const due = dueOf(domain, now)
            if (due === 'return') domain = restored(domain, now)
            else if (due) domain = gone(domain, due)
            if (due === 'return') isBefore = true
            if (due === 'legacy') isBefore = false
          }
          const { kind } = domain.dnssec
          const hasHost = domain.host !== undefined
          const hasLegacy = domain.legacy.kind === 'on' || domain.legacy.kind === 'ending'
          if (hasLegacy !== isBefore) return false
          if (hasHost !== (kind !== 'off')) return false
          if (kind !== 'on' && domain.legacy.kind !== 'on') return false
          if (now < disabledAt + hold && !hasHost) return false
          if (now < enabledAt + legacy && !hasLegacy) return false
          if (domain.dane.kind === 'on' && kind !== 'on') return false
          if (domain.dane.kind === 'on' && domain.legacy.kind === 'returning') return false
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

t.test('states: SMTP DANE off wants the host of before, and on lets it go again', async (t) => {
  const [now, later] = [5 as UnixSeconds, 9 as UnixSeconds]
  const on = enabled(verified(fresh, 'x', true, now), place, legacy, now)
  const back = daneDisabled(daneEnabled(on, legacy, now), true, later)
  t.same(back.legacy, { kind: 'on', since: later }, 'it had not gone yet')
  t.equal(dueOf(back, (later + legacy) as UnixSeconds), undefined)
  t.same(daneEnabled(back, legacy, later).legacy, {
    ...{ kind: 'ending', since: later, until: later + legacy },
  })
  const away = daneDisabled(gone(daneEnabled(on, legacy, now), 'legacy'), true, later)
  t.same(away.legacy, { kind: 'returning', since: later })
  t.equal(dueOf(away, later), 'return')
  t.same(daneEnabled(away, legacy, later).legacy, off, 'it never came')
  t.same(daneDisabled(gone(on, 'legacy'), false, later).legacy, off, 'without a zone for it')
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
