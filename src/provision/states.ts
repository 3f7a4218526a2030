import type { UnixSeconds } from '../base/index.ts'
import type { Name } from '../wire/index.ts'
import type { Domain, DomainState, LegacyState } from './types.ts'

const off: DomainState = { kind: 'off' }

/** A domain that is somebody's from now on. */
export function verified(
  domain: Domain,
  token: string,
  hasLegacy: boolean,
  now: UnixSeconds,
): Domain {
  const legacy: DomainState = hasLegacy ? { kind: 'on', since: now } : off
  return { ...domain, token, verifiedAt: domain.verifiedAt ?? now, legacy }
}

/** A domain that was given up. Its partition is kept, for when it comes back. */
export function removed(domain: Domain, now: UnixSeconds): Domain {
  const { token: _, ...kept } = domain
  return {
    ...{ ...kept, token: undefined, wishedToken: undefined, formerTokens: [] },
    ...{ verifiedAt: undefined, legacy: off, removedAt: now },
  }
}

/** DNSSEC on: the host is there, and the one of before goes when caches have forgotten it. */
export function enabled(
  domain: Domain,
  place: { readonly partition: string; readonly host: Name },
  legacySeconds: number,
  now: UnixSeconds,
): Domain {
  const legacy = domain.legacy.kind === 'off' ? off : endingLegacy(legacySeconds, now)
  return { ...domain, ...place, legacy, dnssec: { kind: 'on', since: now } }
}

function endingLegacy(legacySeconds: number, now: UnixSeconds): LegacyState {
  return { kind: 'ending', since: now, until: (now + legacySeconds) as UnixSeconds }
}

/** DNSSEC off: the host of before is back, and the other one held while caches lead to it. */
export function disabled(
  domain: Domain,
  hasLegacy: boolean,
  holdSeconds: number,
  now: UnixSeconds,
): Domain {
  return {
    ...domain,
    dnssec: { kind: 'ending', since: now, until: (now + holdSeconds) as UnixSeconds },
    legacy: hasLegacy ? restored(domain, now).legacy : off,
  }
}

/** The host of before is there, and stays. */
export function restored(domain: Domain, now: UnixSeconds): Domain {
  const { legacy } = domain
  return { ...domain, legacy: legacy.kind === 'on' ? legacy : { kind: 'on', since: now } }
}

/** What is due of a domain: its host goes, or that of before, or the latter comes back. */
export function dueOf(
  { dnssec, legacy }: Domain,
  now: UnixSeconds,
): 'host' | 'legacy' | 'return' | undefined {
  if (legacy.kind === 'returning') return 'return'
  if (dnssec.kind === 'ending' && dnssec.until <= now) return 'host'
  if (legacy.kind === 'ending' && legacy.until <= now) return 'legacy'
  return undefined
}

/** A domain whose host, or whose host of before, is gone. */
export function gone(domain: Domain, what: 'host' | 'legacy'): Domain {
  return what === 'host' ? { ...domain, host: undefined, dnssec: off } : { ...domain, legacy: off }
}

/** SMTP DANE on: the end of the way, so that the host of before goes if it was called back. */
export function daneEnabled(domain: Domain, legacySeconds: number, now: UnixSeconds): Domain {
  return {
    ...domain,
    dane: { kind: 'on', since: now },
    legacy: unwanted(domain.legacy, legacySeconds, now),
  }
}

function unwanted(legacy: LegacyState, legacySeconds: number, now: UnixSeconds): LegacyState {
  switch (legacy.kind) {
    case 'on':
      return endingLegacy(legacySeconds, now)
    case 'returning':
      return off
    case 'off':
    case 'ending':
      return legacy
  }
}

/**
 * SMTP DANE off: the way back begins, and the host of before has to answer before an MX record
 * leads to it. One that was about to go stays; one that is gone is `returning`.
 */
export function daneDisabled(domain: Domain, hasLegacy: boolean, now: UnixSeconds): Domain {
  const after: Domain = { ...domain, dane: off }
  if (!hasLegacy || domain.legacy.kind === 'returning') return after
  if (domain.legacy.kind === 'off') return { ...after, legacy: { kind: 'returning', since: now } }
  return restored(after, now)
}

/** The labels of the hosts of before that a domain has. */
export function legacyLabels({ token, formerTokens }: Domain): readonly string[] {
  return token === undefined ? formerTokens : [token, ...formerTokens]
}
