import type { UnixSeconds } from '../base/index.ts'
import { settingsFromJson, type WorkedOut } from '../records/index.ts'
import { formatType } from '../rr/index.ts'
import type { AuditEntry, ChangeSet, StoredRRset, StoredToken, StoredZone } from '../store/index.ts'
import { formatName } from '../wire/index.ts'
import type { Finding } from '../zonefile/index.ts'
import type { FoundZone } from './zones.ts'

/** A time as RFC 3339 has it. */
export function formatTime(time: UnixSeconds): string {
  return new Date(time * 1000).toISOString().replace('.000Z', 'Z')
}

/** A finding; the place in a file means nothing to a client. */
function findingShape({ severity, code, message }: Finding): object {
  return { severity, code, detail: message }
}

/** An RRset, in the form that is taken, too. */
export function rrsetShape({ owner, type, ttl, records, comments }: StoredRRset): object {
  return {
    name: formatName(owner),
    type: formatType(type),
    ttl,
    records: records.map(({ content, disabled }) => ({ content, ...(disabled && { disabled }) })),
    ...(comments.length > 0 && {
      comments: comments.map(({ content, account, modifiedAt }) => ({
        ...{ content, account, modifiedAt: formatTime(modifiedAt) },
      })),
    }),
  }
}

/** A zone of the store as it is at rest. */
function storedZoneShape(zone: StoredZone): object {
  const { kind, account, dnssec, denial, optOut, soaEditApi } = settingsFromJson(zone.settings)
  return {
    name: formatName(zone.apex),
    source: 'store',
    tenant: zone.tenant,
    version: zone.version,
    serial: zone.serial,
    createdAt: formatTime(zone.createdAt),
    changedAt: formatTime(zone.changedAt),
    settings: { kind, account, dnssec, denial: denial ?? null, optOut, soaEditApi },
  }
}

/** A zone. */
export function zoneShape(found: FoundZone): object {
  if (found.kind === 'file') {
    return { name: formatName(found.apex), source: 'file', serial: found.zone.serial, served: true }
  }
  const { zone, served, trouble } = found.live
  return {
    ...storedZoneShape(zone),
    served,
    ...(trouble.length > 0 && { trouble: trouble.map(findingShape) }),
  }
}

/** A change set: what it did to each RRset. */
export function changeSetShape(changeSet: Omit<ChangeSet, 'sequence'>): object {
  const { apex, kind, version, serialBefore, serialAfter, at, actor, note, changes } = changeSet
  return {
    zone: formatName(apex),
    ...{ kind, version },
    ...(serialBefore !== undefined && { serialBefore }),
    ...(serialAfter !== undefined && { serialAfter }),
    at: formatTime(at),
    by: { token: actor.token, tenant: actor.tenant, from: actor.from },
    note,
    changes: changes.map(({ owner, type, before, after }) => ({
      name: formatName(owner),
      type: formatType(type),
      before: before ? rrsetShape(before) : null,
      after: after ? rrsetShape(after) : null,
    })),
  }
}

/** A change set of the history, without what it did in detail unless asked. */
export function historyShape(changeSet: ChangeSet, isWhole: boolean): object {
  const { changes } = changeSet
  const shape = changeSetShape(isWhole ? changeSet : { ...changeSet, changes: [] })
  return isWhole
    ? { sequence: changeSet.sequence, ...shape }
    : { sequence: changeSet.sequence, ...shape, changes: changes.length }
}

/** What became of a change, or would. */
export function workedOutShape({ changeSet, zone, checks, findings }: WorkedOut, dryRun: boolean) {
  return {
    dryRun,
    zone: zone ? storedZoneShape(zone) : null,
    changeSet: changeSetShape(changeSet),
    checks: checks.map(({ what, name, type, security, text }) => ({
      ...{ what, name: formatName(name), type: formatType(type), security, text },
    })),
    findings: findings.map(findingShape),
  }
}

/** A token; its secret is known to nobody here. */
export function tokenShape(token: StoredToken): object {
  const { id, tenant, name, scope, createdAt, expiresAt, revokedAt } = token
  return {
    ...{ id, name, tenant, scope, createdAt: formatTime(createdAt) },
    ...(expiresAt !== undefined && { expiresAt: formatTime(expiresAt) }),
    ...(revokedAt !== undefined && { revokedAt: formatTime(revokedAt) }),
  }
}

/** A line of the audit log. */
export function auditShape({ at, actor, action, apex, detail }: AuditEntry): object {
  return {
    at: formatTime(at),
    by: { token: actor.token, tenant: actor.tenant, from: actor.from },
    action,
    ...(apex && { zone: formatName(apex) }),
    detail,
  }
}
