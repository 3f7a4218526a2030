import { type Static, Type } from 'typebox'
import { pageItemsMax } from './limits.ts'

const closed = { additionalProperties: false }
const name = Type.String({ minLength: 1, maxLength: 1024, description: 'A domain name' })
const typeName = Type.String({ minLength: 1, maxLength: 32, description: 'An RR type' })
const tenant = Type.String({ pattern: '^(?:\\*|[A-Za-z0-9][A-Za-z0-9._-]{0,62})$' })
const ttl = Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1, description: 'Seconds' })

/** A record, as clients give and get it. */
const RecordSchema = Type.Object(
  {
    content: Type.String({ maxLength: 200_000, description: 'RDATA in presentation form' }),
    disabled: Type.Optional(Type.Boolean({ description: 'Kept, and not served' })),
  },
  closed,
)

const CommentSchema = Type.Object(
  {
    content: Type.String({ maxLength: 4000 }),
    account: Type.Optional(Type.String({ maxLength: 255 })),
    modifiedAt: Type.Optional(Type.String({ format: 'date-time' })),
  },
  closed,
)

const records = Type.Array(RecordSchema, { maxItems: 5000 })
const comments = Type.Array(CommentSchema, { maxItems: 100 })

/** An RRset, as clients give and get it. */
export const RRsetSchema = Type.Object(
  { name, type: typeName, ttl, records, comments: Type.Optional(comments) },
  closed,
)
/** The same, as it came. */
export type RRsetBody = Static<typeof RRsetSchema>

const SettingsSchema = Type.Object(
  {
    kind: Type.Optional(Type.String({ maxLength: 32 })),
    account: Type.Optional(Type.String({ maxLength: 255 })),
    dnssec: Type.Optional(Type.Boolean()),
    denial: Type.Optional(
      Type.Union([
        ...['nsec', 'nsec3', 'minimal', 'compact'].map((mode) => Type.Literal(mode)),
        Type.Null(),
      ]),
    ),
    optOut: Type.Optional(Type.Boolean()),
    soaEditApi: Type.Optional(Type.String({ maxLength: 32 })),
  },
  closed,
)
/** Settings of a zone, as they came. */
export type SettingsBody = Static<typeof SettingsSchema>

const rrsets = Type.Array(RRsetSchema, { maxItems: 50_000 })
const note = Type.Optional(Type.String({ maxLength: 500, description: 'For the history' }))

/** Body of a POST of a zone. */
export const CreateSchema = Type.Object(
  {
    name,
    tenant: Type.Optional(tenant),
    settings: Type.Optional(SettingsSchema),
    nameservers: Type.Optional(Type.Array(name, { maxItems: 100 })),
    rrsets: Type.Optional(rrsets),
    note,
  },
  closed,
)
/** The same, as it came. */
export type CreateBody = Static<typeof CreateSchema>

/** Body of a PUT of a zone: all its RRsets. */
export const ReplaceSchema = Type.Object({ rrsets, note }, closed)

const target = { name, type: typeName }
const EditSchema = Type.Union([
  Type.Object(
    { op: Type.Literal('replace'), ...target, ttl, records, comments: Type.Optional(comments) },
    closed,
  ),
  Type.Object({ op: Type.Literal('comments'), ...target, comments }, closed),
  Type.Object({ op: Type.Literal('delete'), ...target }, closed),
  Type.Object(
    { op: Type.Literal('extend'), ...target, ttl: Type.Optional(ttl), record: RecordSchema },
    closed,
  ),
  Type.Object({ op: Type.Literal('prune'), ...target, record: RecordSchema }, closed),
])
/** One edit, as it came. */
export type EditBody = Static<typeof EditSchema>

/** Body of a PATCH of a zone: edits, or settings. */
export const ChangeSchema = Type.Union([
  Type.Object({ edits: Type.Array(EditSchema, { minItems: 1, maxItems: 50_000 }), note }, closed),
  Type.Object({ settings: SettingsSchema, note }, closed),
])

/** Body of a POST of a revert. */
export const RevertSchema = Type.Object(
  { sequence: Type.Integer({ minimum: 1, description: 'To be as after this change set' }), note },
  closed,
)

/** Body of a POST of a token. */
export const TokenSchema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    tenant: Type.Optional(tenant),
    scope: Type.Object(
      {
        tenant: Type.Optional(tenant),
        zones: Type.Optional(Type.Array(Type.String({ maxLength: 1024 }), { maxItems: 100 })),
        names: Type.Optional(Type.Array(Type.String({ maxLength: 1024 }), { maxItems: 100 })),
        types: Type.Optional(Type.Array(Type.String({ maxLength: 32 }), { maxItems: 100 })),
        verbs: Type.Array(Type.String({ maxLength: 16 }), { minItems: 1, maxItems: 6 }),
      },
      closed,
    ),
    expiresAt: Type.Optional(Type.String({ format: 'date-time' })),
  },
  closed,
)
/** The same, as it came. */
export type TokenBody = Static<typeof TokenSchema>

/** A zone in a path. */
export const ZoneParams = Type.Object({ zone: Type.String({ maxLength: 1100 }) })
/** A change set of a zone in a path. */
export const SequenceParams = Type.Object({
  zone: Type.String({ maxLength: 1100 }),
  sequence: Type.Integer({ minimum: 1 }),
})
/** A token in a path. */
export const TokenParams = Type.Object({ id: Type.String({ maxLength: 64 }) })

const page = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: pageItemsMax })),
  cursor: Type.Optional(Type.String({ maxLength: 2048, description: '`next` of the page before' })),
}
/** Which page, of lists that are not narrowed otherwise. */
export const PageQuery = Type.Object(page)
/** Which zones. */
export const ZonesQuery = Type.Object({
  ...page,
  changedSince: Type.Optional(Type.String({ description: 'RFC 3339: changed then or later' })),
})
/** Which RRsets. */
export const RRsetsQuery = Type.Object({
  ...page,
  name: Type.Optional(name),
  type: Type.Optional(typeName),
})
/** Which change sets of all zones. */
export const ChangesQuery = Type.Object({
  ...page,
  after: Type.Optional(Type.Integer({ minimum: 0, description: 'Sequences greater than this' })),
})
/** How a change is to be made. */
export const ChangeQuery = Type.Object({
  dryRun: Type.Optional(Type.Boolean({ description: 'Work out and check, and change nothing' })),
  wait: Type.Optional(Type.Literal('live', { description: 'Until every node serves it' })),
  force: Type.Optional(Type.Boolean({ description: 'Override the guards' })),
})
/** What is to be explained. */
export const ExplainQuery = Type.Object({ name, type: Type.Optional(typeName) })

/** Headers of a change. */
export const ChangeHeaders = Type.Object({
  'if-match': Type.Optional(Type.String({ description: 'ETag of the zone as it was seen' })),
  'idempotency-key': Type.Optional(
    Type.String({ description: 'Unique for a request: sent again, it takes effect once' }),
  ),
})

/** An error (RFC 9457). */
export const ProblemSchema = Type.Object({
  type: Type.String({ description: 'Path that says what the code means' }),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  code: Type.String({ description: 'Stable between versions' }),
  pointer: Type.Optional(Type.String({ description: 'Where in the body (RFC 6901)' })),
  errors: Type.Optional(
    Type.Array(
      Type.Object({ severity: Type.String(), code: Type.String(), detail: Type.String() }),
    ),
  ),
  ErrorData: Type.Optional(
    Type.Object(
      { ErrorCode: Type.String(), ErrorDetails: Type.String() },
      { description: 'What a cmdlet of Exchange Online says of it' },
    ),
  ),
})
