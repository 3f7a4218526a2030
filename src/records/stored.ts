import { canonicalRdata, makeRRset, type RRType } from '../rr/index.ts'
import type { StoredRecord, StoredRRset } from '../store/index.ts'
import { lowerName, type Name, type NameKey, nameKey } from '../wire/index.ts'
import { type ZoneRRset, zoneRRset } from '../zone/index.ts'
import type { EditRecord, RRsetEdit } from './types.ts'

/** What an RRset is called in maps. */
export function rrsetKey(owner: NameKey, type: RRType): string {
  return `${type} ${owner}`
}

/** The RRset as a zone serves it: without what is disabled; undefined when nothing is left. */
export function servedRRset(stored: StoredRRset | undefined): ZoneRRset | undefined {
  if (!stored) return undefined
  const { owner, type, ttl, records } = stored
  const rdatas: Uint8Array[] = []
  for (const { rdata, disabled } of records) if (!disabled) rdatas.push(rdata)
  if (rdatas.length === 0) return undefined
  return zoneRRset(owner, type, ttl, makeRRset(owner, type, ttl, rdatas).rdatas, true)
}

/** Whether two RRsets are served alike, octet for octet. */
export function servedAlike(a: ZoneRRset | undefined, b: ZoneRRset | undefined): boolean {
  if (!a || !b) return a === b
  return (
    a.ttl === b.ttl &&
    a.rdatas.length === b.rdatas.length &&
    a.rdatas.every((rdata, at) => sameOctets(rdata, b.rdatas[at]))
  )
}

function sameOctets(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && Buffer.compare(a, b) === 0
}

/** Whether two RRsets are kept alike, spelling and comments included. */
export function storedAlike(a: StoredRRset | undefined, b: StoredRRset | undefined): boolean {
  if (!a || !b) return a === b
  return (
    a.ttl === b.ttl &&
    a.records.length === b.records.length &&
    a.records.every((record, at) => sameRecord(record, b.records[at])) &&
    JSON.stringify(a.comments) === JSON.stringify(b.comments)
  )
}

function sameRecord(a: StoredRecord, b: StoredRecord | undefined): boolean {
  return (
    b !== undefined &&
    a.content === b.content &&
    a.disabled === b.disabled &&
    sameOctets(a.rdata, b.rdata)
  )
}

/** Equal for RDATA that is the same but for case in names (RFC 4034 §6.2). */
export function rdataKey(type: RRType, rdata: Uint8Array): string {
  return Buffer.from(canonicalRdata(type, rdata)).toString('latin1')
}

/** What an edit makes of an RRset; undefined where nothing is left of it. */
export function applyEdit(
  before: StoredRRset | undefined,
  edit: RRsetEdit,
): StoredRRset | undefined {
  const { type } = edit
  const owner = before?.owner ?? lowerName(edit.owner)
  const base = { owner, type, ttl: before?.ttl, records: before?.records ?? [] }
  const comments = before?.comments ?? []
  switch (edit.kind) {
    case 'delete':
      return undefined
    case 'replace':
      return whole({ ...base, ttl: edit.ttl, records: edit.records }, edit.comments ?? comments)
    case 'comments':
      return whole(base, edit.comments)
    case 'extend': {
      const records = without(base.records, type, edit.record, edit.record)
      return whole({ ...base, ttl: edit.ttl ?? base.ttl, records }, comments)
    }
    case 'prune':
      return whole({ ...base, records: without(base.records, type, edit.record) }, comments)
  }
}

/** TTL of an RRset that has none yet, and of one that is nothing but comments. */
const ttlUnset = 3600

function whole(
  rrset: {
    readonly owner: Name
    readonly type: RRType
    readonly ttl: StoredRRset['ttl'] | undefined
    readonly records: readonly StoredRecord[]
  },
  comments: StoredRRset['comments'],
): StoredRRset | undefined {
  if (rrset.records.length === 0 && comments.length === 0) return undefined
  return { ...rrset, ttl: rrset.ttl ?? (ttlUnset as StoredRRset['ttl']), comments }
}

/** The records but for one, in whose place another comes, or which it follows at the end. */
function without(
  records: readonly StoredRecord[],
  type: RRType,
  record: EditRecord,
  instead?: EditRecord,
): StoredRecord[] {
  const key = rdataKey(type, record.rdata)
  const result: StoredRecord[] = []
  let found = false
  for (const present of records) {
    if (rdataKey(type, present.rdata) !== key) result.push(present)
    else {
      found = true
      if (instead) result.push(instead)
    }
  }
  if (instead && !found) result.push(instead)
  return result
}

/** The key of the RRset that an edit is about. */
export function editKey({ owner, type }: RRsetEdit): string {
  return rrsetKey(nameKey(owner), type)
}
