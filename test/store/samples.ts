import type { UnixSeconds } from '../../src/base/index.ts'
import { RR, type Ttl } from '../../src/rr/index.ts'
import type {
  AuditEntry,
  Commit,
  DocumentCommit,
  DocumentWrite,
  KeyWrite,
  RRsetChange,
  StoredDocument,
  StoredKey,
  StoredZone,
} from '../../src/store/index.ts'
import { formatName, type Name, parseName } from '../../src/wire/index.ts'

/** The present of all samples. */
export const now = 1_800_000_000 as UnixSeconds

const actor = { token: 'tok', tenant: 'ten', from: '192.0.2.1' }

/** A zone after so many change sets. */
export function zoneAt(apex: Name, version: number): StoredZone {
  const settings = { version, list: ['ü', null, true, 1.5] }
  return { apex, tenant: 'ten', version, serial: version, createdAt: now, changedAt: now, settings }
}

/** An entry of the audit log. */
export function auditEntry(detail: string): AuditEntry {
  return { at: now, actor, action: 'zone.change', apex: undefined, detail }
}

/** Makes a zone; one of its name that was deleted had the version before. */
export function create(apex: Name, version = 1): Commit {
  return { ...commitOf(apex, 'create', version - 1, []), expectedVersion: 0 }
}

/** Changes a zone of that version. */
export function change(apex: Name, version: number, changes: readonly RRsetChange[]): Commit {
  return commitOf(apex, 'change', version, changes)
}

/** Deletes a zone of that version. */
export function remove(apex: Name, version: number): Commit {
  return { ...commitOf(apex, 'delete', version, []), zone: undefined }
}

function commitOf(
  apex: Name,
  kind: 'create' | 'change' | 'delete',
  version: number,
  changes: readonly RRsetChange[],
): Commit {
  return {
    expectedVersion: version,
    changeSet: {
      apex,
      tenant: 'ten',
      kind,
      version: version + 1,
      serialBefore: version === 0 ? undefined : version,
      serialAfter: kind === 'delete' ? undefined : version + 1,
      at: now,
      actor,
      note: 'nöte',
      changes,
    },
    zone: zoneAt(apex, version + 1),
    audit: { at: now, actor, action: `zone.${kind}`, apex, detail: `to ${version + 1}` },
  }
}

/** A key at rest. */
export function keyOf(apex: Name, id: number, sealed?: Uint8Array): StoredKey {
  return {
    ...{ apex, id, algorithm: 13, keyTag: 4711, flags: 257 },
    ...{ dnskey: Uint8Array.of(1, 1, 3, 13, 9), timing: { created: 1, publish: 1 }, sealed },
  }
}

/** Writes keys along with a change set: each as it was, and as it is to be. */
export function withKeys(
  commit: Commit,
  ...pairs: readonly (readonly [StoredKey | undefined, StoredKey | undefined])[]
): Commit {
  const keys = pairs.map(([before, after]): KeyWrite => {
    return { id: (before ?? after)?.id ?? 0, before, after }
  })
  return { ...commit, keys }
}

/** Puts one A record. */
export function address(apex: Name, label: string, last: number): RRsetChange {
  const owner = parseName(label, apex)
  const record = {
    rdata: Uint8Array.of(192, 0, 2, last),
    content: `192.0.2.${last}`,
    disabled: false,
  }
  const comments = [{ content: 'wörd', account: 'me', modifiedAt: now }]
  const after = { owner, type: RR.A, ttl: 300 as Ttl, records: [record], comments }
  return { owner, type: RR.A, before: undefined, after }
}

/** Puts one instance, like one of a few templates. */
export function instance(apex: Name, label: string, template = 0): RRsetChange {
  const owner = parseName(label, apex)
  const rdata = parseName(`_t${template}`, apex)
  const record = { rdata: new Uint8Array(rdata), content: formatName(rdata), disabled: false }
  const after = { owner, type: RR.LIKE, ttl: 300 as Ttl, records: [record], comments: [] }
  return { owner, type: RR.LIKE, before: undefined, after }
}

/** A document of that version. */
export function document(
  key: string,
  version: number,
  parts: Partial<StoredDocument> = {},
): StoredDocument {
  const value = { version, list: ['ü', null, true, 1.5] }
  return { collection: 'domain', key, tenant: 'ten', version, dueAt: undefined, value, ...parts }
}

/** Writes the next version of a document. */
export function write(
  key: string,
  expectedVersion: number,
  parts: Partial<StoredDocument & Pick<DocumentWrite, 'claims' | 'note'>> = {},
): DocumentWrite {
  const { claims = [], note = '', ...rest } = parts
  return { expectedVersion, document: document(key, expectedVersion + 1, rest), claims, note }
}

/** Writes documents alone. */
export function documents(...writes: readonly DocumentWrite[]): DocumentCommit {
  return { writes, at: now, actor, audit: { ...auditEntry('documents'), action: 'domain.change' } }
}

/** All that comes. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}
