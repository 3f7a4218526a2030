import type { UnixSeconds } from '../base/index.ts'
import type { EditRecord, RRsetEdit } from '../records/index.ts'
import { formatRdata, formatType, RR, type RRType, type Ttl, ttlMax } from '../rr/index.ts'
import type { StoredComment } from '../store/index.ts'
import { formatName, type Name } from '../wire/index.ts'
import { readContent, readType } from './content.ts'
import { at, Failure } from './failure.ts'
import { readOwner } from './names.ts'
import { numberOf, type RRsetBody } from './powerdns-schemas.ts'

/** What edits are read against. */
export interface EditContext {
  readonly apex: Name
  readonly now: UnixSeconds
  /** Serial of the zone, which a client's SOA does not take back. */
  readonly serial: number
}

const changetypes = 'REPLACE, DELETE, EXTEND or PRUNE'

function refuse(message: string): never {
  throw new Failure(422, 'request-invalid', message)
}

/**
 * What the `rrsets` of a PATCH ask for, each with its place in the body where it is at fault.
 *
 * @throws {CodedError}
 */
export function readEdits(rrsets: readonly RRsetBody[], context: EditContext): RRsetEdit[] {
  return rrsets.map((body, index) => at(`/rrsets/${index}`, () => readEdit(body, context)))
}

function readEdit(body: RRsetBody, context: EditContext): RRsetEdit {
  const owner = at('/name', () => readOwner(body.name, context.apex))
  const type = readType(body.type)
  const changetype = body.changetype ?? refuse('Cannot read RRset: it has no changetype')
  switch (changetype.toUpperCase()) {
    case 'REPLACE':
      return readReplace(body, owner, type, context)
    case 'DELETE':
      return { kind: 'delete', owner, type }
    case 'EXTEND':
      return { kind: 'extend', owner, type, ...readOne(body, type, context) }
    case 'PRUNE':
      return { kind: 'prune', owner, type, record: readOne(body, type, context).record }
    default:
      return refuse(`Cannot read changetype ${JSON.stringify(changetype)}: expected ${changetypes}`)
  }
}

function readReplace(body: RRsetBody, owner: Name, type: RRType, context: EditContext): RRsetEdit {
  const comments = body.comments ? readComments(body.comments, context.now) : undefined
  if (!body.records) {
    if (!comments) return refuse('Cannot replace: the RRset has neither records nor comments')
    return { kind: 'comments', owner, type, comments }
  }
  if (body.records.length === 0 && comments === undefined) return { kind: 'delete', owner, type }
  const text = `${formatName(owner)} ${formatType(type)}`
  const ttl = readTtl(body) ?? (body.records.length > 0 ? refuse(`${text} has no ttl`) : 0)
  const records = readRecords(body.records, type, context)
  return { kind: 'replace', owner, type, ttl: ttl as Ttl, records, comments }
}

function readOne(
  body: RRsetBody,
  type: RRType,
  context: EditContext,
): { readonly ttl: Ttl | undefined; readonly record: EditRecord } {
  const [record, ...more] = readRecords(body.records ?? [], type, context)
  if (!record || more.length > 0) refuse('EXTEND and PRUNE take exactly one record')
  return { ttl: readTtl(body), record }
}

function readTtl({ ttl }: RRsetBody): Ttl | undefined {
  if (ttl === undefined || ttl === null) return undefined
  const seconds = numberOf(ttl)
  // RFC 2181 §8
  if (seconds > ttlMax) throw new Failure(422, 'ttl-invalid', `Cannot use TTL ${ttl}`)
  return seconds as Ttl
}

function readRecords(
  records: NonNullable<RRsetBody['records']>,
  type: RRType,
  context: EditContext,
): EditRecord[] {
  return records.map((record, index) =>
    at(`/records/${index}`, () => {
      // Long gone from PowerDNS' API; a client that sends it means another content.
      if ('priority' in record) refuse('"priority" belongs into the content')
      const { content } = record
      const disabled = record.disabled ?? false
      const rdata = readContent(type, content, context.apex)
      if (type !== RR.SOA) return { rdata, content, disabled }
      return { ...withSerialOf(rdata, content, context.serial), disabled }
    }),
  )
}

/** The SOA's numbers: five of 32 bits, the serial first (RFC 1035 §3.3.13). */
const soaNumbersOctets = 20
const soaWords = 7

/**
 * An SOA whose serial would not rise takes that of the zone, which then rises as for any change:
 * clients send back what they once read, or 0, and expect the server to count.
 */
function withSerialOf(
  rdata: Uint8Array,
  content: string,
  serial: number,
): Pick<EditRecord, 'rdata' | 'content'> {
  const place = rdata.length - soaNumbersOctets
  const view = new DataView(rdata.buffer, rdata.byteOffset, rdata.length)
  const given = view.getUint32(place)
  const step = (given - serial) >>> 0
  // RFC 1982 §3.2
  if (step > 0 && step < 2 ** 31) return { rdata, content }
  const raised = rdata.slice()
  new DataView(raised.buffer).setUint32(place, serial)
  const words = content.trim().split(/\s+/)
  const isPlain = words.length === soaWords
  const text = isPlain ? words.with(2, String(serial)).join(' ') : formatRdata(RR.SOA, raised)
  return { rdata: raised, content: text }
}

function readComments(
  comments: NonNullable<RRsetBody['comments']>,
  now: UnixSeconds,
): StoredComment[] {
  return comments.map(({ content, account, modified_at: modifiedAt }) => ({
    content,
    account: account ?? '',
    modifiedAt: (modifiedAt ? numberOf(modifiedAt) : now) as UnixSeconds,
  }))
}

/**
 * The RRsets of a whole zone, as creating and replacing give them; a `changetype`, which octoDNS
 * leaves in, means nothing there.
 *
 * @throws {CodedError}
 */
export function readWhole(rrsets: readonly RRsetBody[], context: EditContext): RRsetEdit[] {
  return rrsets.map((body, index) =>
    at(`/rrsets/${index}`, () =>
      readEdit({ ...body, records: body.records ?? [], changetype: 'REPLACE' }, context),
    ),
  )
}
