import { isMadeAtApex } from '../publish/index.ts'
import { formatType, isMetaType, RR, type RRType, ttlMax } from '../rr/index.ts'
import type { StoredRRset } from '../store/index.ts'
import { formatName, isSubdomainKey, type NameKey, nameKey } from '../wire/index.ts'
import { type Refusal, refuse } from './refusal.ts'
import { editKey, rdataKey } from './stored.ts'
import type { EditRecord, RRsetEdit } from './types.ts'

/** Edits of one draft. */
export const editsMax = 50_000
/** Records of one RRset, disabled ones included. */
export const recordsMax = 2000
/** Octets of the records of one RRset on the wire: with signatures they must fit a message. */
const rrsetOctetsMax = 60_000
/** Octets of a record beside its RDATA, with a compressed owner. */
const recordFixedOctets = 12
/** Characters of a record as a client spells it. */
const contentMax = 200_000
/** Comments on one RRset, and characters of each. */
const commentsMax = 50
const commentMax = 4000

/** What signing makes wherever it is needed. */
const madeEverywhere: ReadonlySet<RRType> = new Set([RR.RRSIG, RR.NSEC, RR.NSEC3, RR.NSEC3PARAM])

/** What rules must know of the zone that edits are for. */
export interface RuleZone {
  readonly apexKey: NameKey
  readonly signed: boolean
}

/** What is wrong with edits as such, whatever the zone holds; undefined when nothing is. */
export function refuseEdits(edits: readonly RRsetEdit[], zone: RuleZone): Refusal | undefined {
  if (edits.length > editsMax) {
    return refuse(
      'invalid',
      'draft-invalid',
      `Cannot make ${edits.length} edits: at most ${editsMax}`,
    )
  }
  const whole = new Set<string>()
  const seen = new Set<string>()
  for (const [index, edit] of edits.entries()) {
    const refusal = refuseEdit(edit, zone, index)
    if (refusal) return refusal
    const key = editKey(edit)
    const isWhole = edit.kind === 'replace' || edit.kind === 'delete'
    // What two edits of one RRset come to would hang on their order (PowerDNS refuses them too).
    if (whole.has(key) || (isWhole && seen.has(key))) {
      return refuse('invalid', 'draft-invalid', `Cannot edit ${textOf(edit)} twice`, index)
    }
    if (isWhole) whole.add(key)
    seen.add(key)
  }
  return undefined
}

function textOf({ owner, type }: Pick<RRsetEdit, 'owner' | 'type'>): string {
  return `${formatName(owner)} ${formatType(type)}`
}

function refuseEdit(edit: RRsetEdit, zone: RuleZone, index: number): Refusal | undefined {
  const { owner } = edit
  const key = nameKey(owner)
  if (!isSubdomainKey(key, zone.apexKey)) {
    const text = `Cannot place ${formatName(owner)}: it is not in the zone`
    return refuse('invalid', 'zone-outside', text, index)
  }
  const comments = edit.kind === 'replace' || edit.kind === 'comments' ? edit.comments : undefined
  if (comments && !comments.every(({ content }) => content.length <= commentMax)) {
    return refuse('invalid', 'draft-invalid', `Cannot keep comment: over ${commentMax} characters`)
  }
  if (comments && comments.length > commentsMax) {
    return refuse('invalid', 'draft-invalid', `Cannot keep comments: more than ${commentsMax}`)
  }
  if (edit.kind === 'replace') return refuseRecords(edit, edit.records, zone, key, index)
  if (edit.kind === 'extend') return refuseRecords(edit, [edit.record], zone, key, index)
  return undefined
}

type PuttingEdit = Extract<RRsetEdit, { kind: 'replace' | 'extend' }>

function refuseRecords(
  edit: PuttingEdit,
  records: readonly EditRecord[],
  zone: RuleZone,
  key: NameKey,
  index: number,
): Refusal | undefined {
  if (records.length === 0) return undefined
  const { type, ttl } = edit
  const placement = refuseType(edit, zone, key === zone.apexKey)
  if (placement !== undefined) return refuse('invalid', 'dnssec-misplaced', placement, index)
  if (isMetaType(type)) {
    const text = `${textOf(edit)} cannot stand in a zone (RFC 6895 §3.1)`
    return refuse('invalid', 'type-meta', text, index)
  }
  if (type === RR.SOA && key !== zone.apexKey) {
    return refuse('invalid', 'zone-soa', `Cannot place ${textOf(edit)}: not the apex`, index)
  }
  if (ttl !== undefined && !(Number.isInteger(ttl) && ttl >= 0 && ttl <= ttlMax)) {
    // RFC 2181 §8
    return refuse('invalid', 'ttl-invalid', `Cannot use TTL ${ttl} of ${textOf(edit)}`, index)
  }
  if (records.length > recordsMax || records.some(({ content }) => content.length > contentMax)) {
    const text = `Cannot keep ${textOf(edit)}: at most ${recordsMax} records`
    return refuse('invalid', 'draft-invalid', text, index)
  }
  return refuseTwins(edit, records, index)
}

/** Why a type must not be put there: signing makes it, or it belongs elsewhere. */
function refuseType(edit: PuttingEdit, zone: RuleZone, isApex: boolean): string | undefined {
  const { type } = edit
  if (madeEverywhere.has(type)) return `Cannot set ${textOf(edit)}: signing makes it`
  // RFC 4035 §2.4: DS belongs to the parent's side of a cut.
  if (type === RR.DS && isApex) return `Cannot set ${textOf(edit)}: it belongs to the parent`
  if (!isMadeAtApex(type)) return undefined
  if (!isApex) return `Cannot set ${textOf(edit)}: it belongs to the apex of a zone`
  return zone.signed ? `Cannot set ${textOf(edit)}: signing makes it` : undefined
}

/**
 * What is wrong with an RRset that comes of edits which were each good: records added one by one
 * may become too many.
 */
export function refuseGrown(
  { owner, type, records }: StoredRRset,
  edit: number | undefined,
): Refusal | undefined {
  const octets = records.reduce((sum, { rdata }) => sum + rdata.length + recordFixedOctets, 0)
  if (records.length <= recordsMax && octets <= rrsetOctetsMax) return undefined
  const text = `Cannot keep ${textOf({ owner, type })}: ${records.length} records are too many`
  return refuse('invalid', 'draft-invalid', text, edit)
}

function refuseTwins(
  edit: PuttingEdit,
  records: readonly EditRecord[],
  index: number,
): Refusal | undefined {
  const { type } = edit
  let octets = 0
  const seen = records.length > 1 ? new Set<string>() : undefined
  for (const { rdata, content } of records) {
    octets += rdata.length + recordFixedOctets
    if (!seen) continue
    const key = rdataKey(type, rdata)
    if (seen.has(key)) {
      const text = `Cannot keep ${textOf(edit)} ${JSON.stringify(content)}: it is there twice`
      return refuse('invalid', 'record-duplicate', text, index)
    }
    seen.add(key)
  }
  if (octets <= rrsetOctetsMax) return undefined
  const text = `Cannot keep ${textOf(edit)}: ${octets} octets do not fit into an answer`
  return refuse('invalid', 'draft-invalid', text, index)
}
