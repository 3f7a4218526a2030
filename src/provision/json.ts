import type { UnixSeconds } from '../base/index.ts'
import { formatHost, formatName } from '../wire/index.ts'
import type { DomainEvent } from './provision.ts'
import type { Domain, ExpectedMx, LegacyState, Partition } from './types.ts'

/** A domain as every skin shows it. Names have no final dot, as clients of mail take them. */
export function domainJson(domain: Domain, expected: ExpectedMx | undefined) {
  const { tenant, version, kind, proof, token, wishedToken, partition, host } = domain
  return {
    domain: formatHost(domain.domain),
    ...{ tenant, version, kind },
    verified: domain.verifiedAt !== undefined,
    /** To be published as TXT at the domain. */
    proof,
    token: token ?? wishedToken ?? null,
    partition: partition ?? null,
    host: host ? formatHost(host) : null,
    dnssec: stateJson(domain.dnssec),
    dane: stateJson(domain.dane),
    legacy: stateJson(domain.legacy),
    expectedMx: expected
      ? { host: formatHost(expected.host), preference: expected.preference, ttl: expected.ttl }
      : null,
    createdAt: timeJson(domain.createdAt),
    verifiedAt: domain.verifiedAt === undefined ? null : timeJson(domain.verifiedAt),
  }
}

/** One line of the history of a domain. */
export function domainEventJson({ at, actor, note, domain }: DomainEvent) {
  const { token, tenant, from } = actor
  return { at: timeJson(at), by: { token, tenant, from }, note, version: domain.version }
}

/** A partition as every skin shows it. */
export function partitionJson({ name, zone, frontends, isOpen, hosts, version }: Partition) {
  return { name, zone: formatName(zone), frontends: [...frontends], open: isOpen, hosts, version }
}

function stateJson(state: LegacyState) {
  return {
    state: state.kind,
    since: state.kind === 'off' ? null : timeJson(state.since),
    until: state.kind === 'ending' ? timeJson(state.until) : null,
  }
}

/** Unix seconds as RFC 3339 has them. */
export function timeJson(time: UnixSeconds): string {
  return new Date(time * 1000).toISOString().replace('.000Z', 'Z')
}
