import { formatTlsa } from '../dane/index.ts'
import { formatName } from '../wire/index.ts'
import { expiresAt } from './plan.ts'
import type { Safety } from './safety.ts'
import type { Tracked } from './types.ts'

/** A TLSA owner as it is told of outside; times are Unix seconds, null for those not known. */
export interface TlsaView {
  readonly owner: string
  readonly zone: string
  readonly ttl: number
  readonly isSafe: boolean
  readonly safeAt: number | null
  readonly nextAt: number | null
  readonly expiresAt: number | null
  readonly publish: readonly string[]
  readonly keys: readonly {
    readonly id: string
    readonly stage: string
    readonly source: string
    readonly notAfter: number | null
    readonly publishedAt: number | null
    readonly deployedAt: number | null
    readonly lastSeenAt: number | null
    readonly retiredAt: number | null
  }[]
  readonly servers: readonly {
    readonly host: string
    readonly address: string
    readonly at: number
    readonly key: string | null
    readonly text: string
  }[]
  readonly notes: readonly { readonly severity: string; readonly text: string }[]
  readonly changed: boolean
  readonly sequence: number
}

/** What there is to tell of an owner. Keys that are gone are left out. */
export function tlsaView({ rollover, plan, changed, sequence }: Tracked): TlsaView {
  const { owner, zone, ttl, keys, sightings } = rollover
  return {
    ...{ owner: formatName(owner), zone: formatName(zone), ttl, isSafe: plan.isSafeToDeploy },
    ...{ safeAt: plan.safeAt ?? null, nextAt: plan.nextAt ?? null },
    expiresAt: expiresAt(rollover) ?? null,
    publish: plan.publish.map(formatTlsa),
    keys: keys
      .filter(({ withdrawnAt }) => withdrawnAt === undefined)
      .map(({ id, source, ...times }) => ({
        ...{ id, stage: plan.stages.get(id) ?? 'gone', source },
        notAfter: times.notAfter ?? null,
        publishedAt: times.publishedAt ?? null,
        deployedAt: times.deployedAt ?? null,
        lastSeenAt: times.lastSeenAt ?? null,
        retiredAt: times.retiredAt ?? null,
      })),
    servers: sightings.map(({ host, address, at, key, text }) => ({
      ...{ host: formatName(host), address, at, key: key ?? null, text },
    })),
    ...{ notes: plan.notes, changed, sequence },
  }
}

/** Whether a certificate may be deployed, as it is told of outside. */
export interface SafetyView {
  readonly owner: string
  readonly isSafe: boolean
  readonly safeAt: number | null
  readonly now: number
  readonly text: string
}

/** The same of a safety. */
export function safetyView(
  owner: string,
  { isSafe, safeAt, text }: Safety,
  now: number,
): SafetyView {
  return { owner, isSafe, safeAt: safeAt ?? null, now, text }
}
