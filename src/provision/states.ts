import type { UnixSeconds } from '../base/index.ts'
import type { Name } from '../wire/index.ts'
import type { Domain, DomainState } from './types.ts'

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
  const until = (now + legacySeconds) as UnixSeconds
  const legacy: DomainState =
    domain.legacy.kind === 'off' ? off : { kind: 'ending', since: now, until }
  return { ...domain, ...place, legacy, dnssec: { kind: 'on', since: now } }
}

/** DNSSEC off: the host of before is back, and the other one held while caches lead to it. */
export function disabled(
  domain: Domain,
  hasLegacy: boolean,
  holdSeconds: number,
  now: UnixSeconds,
): Domain {
  const { legacy } = domain
  const back = legacy.kind === 'on' ? legacy : ({ kind: 'on', since: now } as const)
  return {
    ...domain,
    dnssec: { kind: 'ending', since: now, until: (now + holdSeconds) as UnixSeconds },
    legacy: hasLegacy ? back : off,
  }
}

/** What is due of a domain: its host goes, or that of before. */
export function dueOf({ dnssec, legacy }: Domain, now: UnixSeconds): 'host' | 'legacy' | undefined {
  if (dnssec.kind === 'ending' && dnssec.until <= now) return 'host'
  if (legacy.kind === 'ending' && legacy.until <= now) return 'legacy'
  return undefined
}

/** A domain whose host, or whose host of before, is gone. */
export function gone(domain: Domain, what: 'host' | 'legacy'): Domain {
  return what === 'host' ? { ...domain, host: undefined, dnssec: off } : { ...domain, legacy: off }
}

/** SMTP DANE on or off. */
export function withDane(domain: Domain, isOn: boolean, now: UnixSeconds): Domain {
  return { ...domain, dane: isOn ? { kind: 'on', since: now } : off }
}

/** The labels of the hosts of before that a domain has. */
export function legacyLabels({ token, formerTokens }: Domain): readonly string[] {
  return token === undefined ? formerTokens : [token, ...formerTokens]
}
