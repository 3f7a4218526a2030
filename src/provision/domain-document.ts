import type { UnixSeconds } from '../base/index.ts'
import type { Json } from '../rr/index.ts'
import type { DocumentWrite, StoredDocument } from '../store/index.ts'
import { formatHost } from '../wire/index.ts'
import { Fields } from './fields.ts'
import type { Domain, DomainRef, DomainState, LegacyState } from './types.ts'

/** Where the store keeps domains. */
export const domainCollection = 'domain'

const kinds = ['managed', 'selfService', 'initial'] as const
const states = ['off', 'on', 'ending'] as const

/** The key of a domain's document. The part after the last slash is the domain. */
export function domainKey({ tenant, domain }: DomainRef): string {
  return `${tenant}/${formatHost(domain)}`
}

/** When somebody has to look at a domain again; undefined for never. */
export function dueAtOf({ dnssec, legacy }: Domain): UnixSeconds | undefined {
  const times = [dnssec, legacy].flatMap((state) => {
    if (state.kind === 'returning') return [state.since]
    return state.kind === 'ending' ? [state.until] : []
  })
  return times.length > 0 ? (Math.min(...times) as UnixSeconds) : undefined
}

/** Writes a domain that was worked out upon its own `version`. */
export function domainWrite(domain: Domain, note: string, dueAt = dueAtOf(domain)): DocumentWrite {
  const { tenant, version } = domain
  const document = {
    ...{ collection: domainCollection, key: domainKey(domain), tenant, version: version + 1 },
    ...{ dueAt, value: domainToJson(domain) },
  }
  return { expectedVersion: version, document, claims: [], note }
}

function domainToJson(domain: Domain): Json {
  const { kind, proof, wishedToken, token, formerTokens, partition, host, createdAt } = domain
  return {
    domain: formatHost(domain.domain),
    ...{ kind, proof, createdAt },
    verifiedAt: domain.verifiedAt ?? null,
    removedAt: domain.removedAt ?? null,
    wishedToken: wishedToken ?? null,
    token: token ?? null,
    formerTokens: [...formerTokens],
    partition: partition ?? null,
    host: host ? formatHost(host) : null,
    dnssec: { ...domain.dnssec },
    dane: { ...domain.dane },
    legacy: { ...domain.legacy },
  }
}

/** The domain of a document. @throws {CodedError} `store-corrupt` */
export function domainFromDocument(document: StoredDocument): Domain {
  const fields = new Fields(document)
  return {
    ...{ tenant: document.tenant, version: document.version },
    domain: fields.name('domain'),
    kind: fields.choice('kind', kinds),
    proof: fields.text('proof'),
    createdAt: fields.time('createdAt'),
    verifiedAt: fields.maybeTime('verifiedAt'),
    removedAt: fields.maybeTime('removedAt'),
    wishedToken: fields.maybeText('wishedToken'),
    token: fields.maybeText('token'),
    formerTokens: fields.texts('formerTokens'),
    partition: fields.maybeText('partition'),
    host: fields.maybeName('host'),
    dnssec: stateFrom(fields.inner('dnssec')),
    dane: stateFrom(fields.inner('dane')),
    legacy: legacyFrom(fields.inner('legacy')),
  }
}

function legacyFrom(fields: Fields): LegacyState {
  const kind = fields.choice('kind', [...states, 'returning'])
  return kind === 'returning' ? { kind, since: fields.time('since') } : stateFrom(fields)
}

function stateFrom(fields: Fields): DomainState {
  const kind = fields.choice('kind', states)
  if (kind === 'off') return { kind }
  const since = fields.time('since')
  return kind === 'on' ? { kind, since } : { kind, since, until: fields.time('until') }
}
