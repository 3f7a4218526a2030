import type { UnixSeconds } from '../../src/base/index.ts'
import { judgeTlsas } from '../../src/dane/index.ts'
import type { Host } from '../../src/destination/index.ts'
import type { ExpectedDomain, ObservedDomain, ObservedMx } from '../../src/migration/index.ts'
import type { StsPolicy, StsState } from '../../src/mtasts/index.ts'
import type { Ttl } from '../../src/rr/index.ts'
import { type Name, parseName } from '../../src/wire/index.ts'
import { madeUpHost } from './destinations.ts'
import { testTime } from './served-zone.ts'

/** contoso.com, its signed host, its host of before, and one that is neither. */
export const contoso: Name = parseName('contoso.com.')
export const signedHost: Name = parseName('contoso-com.o-v1.mx.microsoft.')
export const legacyHost: Name = parseName('contoso-com.mail.protection.outlook.com.')
export const otherHost: Name = parseName('mx.gateway.test.')

const hosts: Readonly<Record<string, Name>> = {
  signed: signedHost,
  legacy: legacyHost,
  other: otherHost,
}

/** A time in tests, so many seconds after their beginning. */
export function after(seconds: number): UnixSeconds {
  return (testTime + seconds) as UnixSeconds
}

/** A state of a feature since the beginning. */
export const on = { kind: 'on', since: after(0) } as const
export const off = { kind: 'off' } as const

/** An accepted, verified domain. */
export function domainIs(
  changes: Partial<NonNullable<ExpectedDomain['domain']>> = {},
): NonNullable<ExpectedDomain['domain']> {
  return {
    kind: 'managed',
    proof: 'MS=ms12345678',
    verifiedAt: after(0),
    removedAt: undefined,
    ...{ dnssec: on, dane: on, legacy: off },
    ...changes,
  }
}

/** contoso.com with DNSSEC and SMTP DANE enabled, unless changed. */
export function expectedIs(changes: Partial<ExpectedDomain> = {}): ExpectedDomain {
  return {
    name: contoso,
    domain: domainIs(),
    expected: { host: signedHost, preference: 0, ttl: 60 as Ttl },
    ...{ signedHost, legacyHost },
    ...changes,
  }
}

/** contoso.com before DNSSEC was ever enabled. */
export function neverEnabled(changes: Partial<ExpectedDomain> = {}): ExpectedDomain {
  const domain = domainIs({ dnssec: off, dane: off, legacy: on })
  return expectedIs({ domain, expected: undefined, signedHost: undefined, ...changes })
}

/** MX records such as `0 signed`, `10 legacy`. */
export function mxRecords(texts: readonly string[], ttl = 3600): ObservedMx[] {
  return texts.map((text) => {
    const [preference, key = ''] = text.split(' ')
    const host = hosts[key] ?? parseName(key)
    return { preference: Number(preference), host, ttl: ttl as Ttl }
  })
}

/** A lookup that found them, secure unless said otherwise. */
export function found(
  texts: readonly string[],
  {
    ttl = 3600,
    security = 'secure' as const,
  }: {
    ttl?: number
    security?: 'secure' | 'insecure'
  } = {},
): Extract<ObservedDomain['mx'], { readonly kind: 'found' }> {
  return { kind: 'found', security, records: mxRecords(texts, ttl) }
}

/** A TLSA RRset that senders can use. */
export const usableTlsa = judgeTlsas([Uint8Array.from([3, 1, 1, ...new Uint8Array(32).fill(0xab)])])

/** Hosts as a sender finds them: signed, with TLSA records; and one that is not signed. */
export const signedUp: Host = madeUpHost('authenticated', { name: signedHost, tlsa: usableTlsa })
export const legacyUp: Host = madeUpHost('none', { name: legacyHost, security: 'insecure' })
export const otherUp: Host = madeUpHost('none', { name: otherHost, security: 'insecure' })

/** The same host without an address. */
export function down(host: Host): Host {
  return { ...host, addresses: [], level: 'none', tlsa: undefined }
}

/** A policy that was fetched. */
export function policyIs(
  mode: StsPolicy['mode'],
  mx: readonly string[],
  { id = '1', maxAge = 86_400, at = after(0) } = {},
): Extract<StsState, { readonly kind: 'policy' }> {
  const lines = ['version: STSv1', `mode: ${mode}`, ...mx.map((host) => `mx: ${host}`)]
  return {
    kind: 'policy',
    policy: { mode, maxAge, mx, lines: [...lines, `max_age: ${maxAge}`] },
    id,
    expires: (at + maxAge) as UnixSeconds,
    from: 'fetched',
    problem: undefined,
    text: 'the policy was fetched',
  }
}

/** contoso.com as it shall be: one secure record, and no MTA-STS. */
export function observedIs(changes: Partial<ObservedDomain> = {}): ObservedDomain {
  return {
    at: after(86_400),
    skips: { dns: false, mx: false, sts: false },
    mx: found(['0 signed']),
    hosts: [signedUp],
    ...{ others: [], meetings: [] },
    sts: { kind: 'none', text: 'there is no MTA-STS record' },
    ...changes,
  }
}
