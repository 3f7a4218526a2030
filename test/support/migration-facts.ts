import fc from 'fast-check'
import type { ExpectedDomain, ObservedDomain } from '../../src/migration/index.ts'
import type { Ttl } from '../../src/rr/index.ts'
import {
  after,
  contoso,
  domainIs,
  down,
  found,
  legacyHost,
  legacyUp,
  otherUp,
  policyIs,
  signedHost,
  signedUp,
} from './migration.ts'

const feature = fc.constantFrom(
  { kind: 'off' } as const,
  { kind: 'on', since: after(0) } as const,
  { kind: 'on', since: after(86_400) } as const,
  { kind: 'ending', since: after(0), until: after(100_000) } as const,
)

const domain = fc
  .record({
    kind: fc.constantFrom('managed', 'managed', 'managed', 'selfService', 'initial'),
    verifiedAt: fc.option(fc.constant(after(0)), { nil: undefined, freq: 9 }),
    removedAt: fc.option(fc.constant(after(1)), { nil: undefined, freq: 1 }),
    ...{ dnssec: feature, dane: feature, legacy: feature },
  })
  .map(domainIs)

/** Any state of provisioning; a signed host is expected while DNSSEC is on, and known after. */
export const arbitraryExpected: fc.Arbitrary<ExpectedDomain> = fc
  .record({
    domain: fc.option(domain, { nil: undefined, freq: 9 }),
    preference: fc.constantFrom(0, 10),
    wasOn: fc.boolean(),
    legacyHost: fc.option(fc.constant(legacyHost), { nil: undefined, freq: 5 }),
  })
  .map(({ domain, preference, wasOn, legacyHost }) => {
    const isOn = domain?.dnssec.kind === 'on'
    const expected = { host: signedHost, preference, ttl: 60 as Ttl }
    return {
      ...{ name: contoso, domain, legacyHost },
      expected: isOn ? expected : undefined,
      signedHost: isOn || wasOn ? signedHost : undefined,
    }
  })

const security = fc.constantFrom('secure', 'secure', 'secure', 'insecure')

const mx: fc.Arbitrary<ObservedDomain['mx']> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .record({
        texts: fc.uniqueArray(
          fc
            .tuple(
              fc.constantFrom(0, 5, 10, 20, 30),
              fc.constantFrom('signed', 'signed', 'legacy', 'other'),
            )
            .map(([preference, host]) => `${preference} ${host}`),
          { minLength: 1, maxLength: 4 },
        ),
        ttl: fc.constantFrom(0, 30, 60, 300, 3600, 86_400),
        security,
      })
      .map(({ texts, ttl, security }) => found(texts, { ttl, security })),
  },
  security.map((security) => ({ kind: 'nodata', security }) as const),
  security.map((security) => ({ kind: 'nxdomain', security }) as const),
  fc.constant({ kind: 'failed', security: 'bogus', text: 'no signature' } as const),
  fc.constant({ kind: 'skipped' } as const),
)

const host = fc.constantFrom(
  ...[signedUp, down(signedUp), { ...signedUp, security: 'insecure' as const }, legacyUp],
  ...[down(legacyUp), otherUp, down(otherUp)],
)

const patterns = ['contoso-com.o-v1.mx.microsoft', '*.mail.protection.outlook.com', 'a.test']

const sts: fc.Arbitrary<ObservedDomain['sts']> = fc.oneof(
  fc.constant({ kind: 'none', text: 'there is none' } as const),
  fc.constant({ kind: 'skipped' } as const),
  fc
    .record({
      mode: fc.constantFrom('enforce', 'testing', 'none'),
      mx: fc.subarray(patterns, { minLength: 1 }),
      id: fc.constantFrom('1', '2'),
      maxAge: fc.constantFrom(0, 3600, 604_800),
    })
    .map(({ mode, mx, ...rest }) => policyIs(mode, mx, rest)),
)

/** Anything that can be seen of a domain, sensible or not. */
export const arbitraryObserved: fc.Arbitrary<ObservedDomain> = fc.record({
  at: fc.integer({ min: 0, max: 200_000 }).map(after),
  skips: fc.record({
    dns: fc.boolean(),
    mx: fc.boolean(),
    sts: fc.boolean(),
  }),
  mx,
  hosts: fc.array(host, { maxLength: 3 }),
  others: fc.array(host, { maxLength: 2 }),
  meetings: fc.array(
    fc.record({
      host: fc.constantFrom(signedHost, legacyHost),
      isGood: fc.boolean(),
      text: fc.constant('met'),
    }),
    { maxLength: 2 },
  ),
  sts,
})
