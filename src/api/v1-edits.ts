import type { UnixSeconds } from '../base/index.ts'
import type { EditRecord, RRsetEdit, SoaEditApi, ZoneSettings } from '../records/index.ts'
import type { RRType, Ttl } from '../rr/index.ts'
import type { StoredComment } from '../store/index.ts'
import type { Name } from '../wire/index.ts'
import { readContent, readType } from './content.ts'
import { at, Failure } from './failure.ts'
import { readOwner } from './names.ts'
import type { EditBody, RRsetBody, SettingsBody } from './v1-schemas.ts'

/** A time of RFC 3339, not before 1970. @throws {CodedError} `request-invalid` */
export function readTime(text: string): UnixSeconds {
  const ms = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN
  if (!(ms >= 0)) {
    const message = `Cannot read time ${JSON.stringify(text)}: expected RFC 3339, 1970 or later`
    throw new Failure(422, 'request-invalid', message)
  }
  return Math.floor(ms / 1000) as UnixSeconds
}

function readRecord(
  { content, disabled }: { readonly content: string; readonly disabled?: boolean },
  type: RRType,
  apex: Name,
): EditRecord {
  return { rdata: readContent(type, content, apex), content, disabled: disabled ?? false }
}

function readComments(
  comments: NonNullable<RRsetBody['comments']>,
  now: UnixSeconds,
): StoredComment[] {
  return comments.map(({ content, account, modifiedAt }, index) => ({
    content,
    account: account ?? '',
    modifiedAt: modifiedAt ? at(`/comments/${index}/modifiedAt`, () => readTime(modifiedAt)) : now,
  }))
}

/** What the edits of a PATCH ask for. @throws {CodedError} with a pointer */
export function readEdits(edits: readonly EditBody[], apex: Name, now: UnixSeconds): RRsetEdit[] {
  return edits.map((edit, index) => {
    const here = `/edits/${index}`
    const owner = at(`${here}/name`, () => readOwner(edit.name, apex))
    const type = at(`${here}/type`, () => readType(edit.type))
    switch (edit.op) {
      case 'replace':
        return replaceOf(here, owner, type, edit, apex, now)
      case 'comments':
        return { kind: 'comments', owner, type, comments: readComments(edit.comments, now) }
      case 'delete':
        return { kind: 'delete', owner, type }
      case 'extend': {
        const record = at(`${here}/record/content`, () => readRecord(edit.record, type, apex))
        return { kind: 'extend', owner, type, ttl: edit.ttl as Ttl | undefined, record }
      }
      case 'prune': {
        const record = at(`${here}/record/content`, () => readRecord(edit.record, type, apex))
        return { kind: 'prune', owner, type, record }
      }
      default:
        return edit satisfies never
    }
  })
}

function replaceOf(
  here: string,
  owner: Name,
  type: RRType,
  body: Pick<RRsetBody, 'ttl' | 'records' | 'comments'>,
  apex: Name,
  now: UnixSeconds,
): RRsetEdit {
  const records = body.records.map((record, index) =>
    at(`${here}/records/${index}/content`, () => readRecord(record, type, apex)),
  )
  const comments = body.comments && at(here, () => readComments(body.comments ?? [], now))
  return { kind: 'replace', owner, type, ttl: body.ttl as Ttl, records, comments }
}

/** The RRsets of a whole zone. @throws {CodedError} with a pointer */
export function readWhole(rrsets: readonly RRsetBody[], apex: Name, now: UnixSeconds): RRsetEdit[] {
  return rrsets.map((body, index) => {
    const here = `/rrsets/${index}`
    const owner = at(`${here}/name`, () => readOwner(body.name, apex))
    const type = at(`${here}/type`, () => readType(body.type))
    return replaceOf(here, owner, type, body, apex, now)
  })
}

const soaEditApis: readonly string[] = [
  ...['DEFAULT', 'INCREASE', 'EPOCH', 'SOA-EDIT', 'SOA-EDIT-INCREASE', 'OFF'],
]

/** The settings that a body names. @throws {CodedError} with a pointer */
export function readSettings(body: SettingsBody): Partial<ZoneSettings> {
  const { denial, soaEditApi, ...rest } = body
  if (soaEditApi !== undefined && !soaEditApis.includes(soaEditApi)) {
    const text = `Cannot read ${JSON.stringify(soaEditApi)}: expected ${soaEditApis.join(', ')}`
    throw new Failure(422, 'request-invalid', text, { pointer: '/settings/soaEditApi' })
  }
  return {
    ...rest,
    ...(denial !== undefined && { denial: (denial ?? undefined) as ZoneSettings['denial'] }),
    ...(soaEditApi !== undefined && { soaEditApi: soaEditApi as SoaEditApi }),
  }
}
