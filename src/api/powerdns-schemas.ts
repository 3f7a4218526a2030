import { type Static, Type } from 'typebox'

// Lenient where the clients are: fields that mean nothing here are let by, and `null` is taken for
// what is left out.

const nullable = <T extends Type.TSchema>(schema: T) =>
  Type.Optional(Type.Union([schema, Type.Null()]))
const text = Type.String({ maxLength: 200_000 })
const word = Type.String({ maxLength: 4096 })
/** The C++ server takes numbers in quotes, so clients came to send them. */
const count = Type.Union([
  Type.Integer({ minimum: 0, maximum: 0xffffffff }),
  Type.String({ pattern: '^[0-9]{1,10}$' }),
])

const RecordSchema = Type.Object({
  content: text,
  disabled: nullable(Type.Boolean()),
})

const CommentSchema = Type.Object({
  content: Type.String({ maxLength: 4000 }),
  account: nullable(Type.String({ maxLength: 255 })),
  modified_at: nullable(count),
})

/** An RRset as clients send it. */
export const RRsetSchema = Type.Object({
  name: word,
  type: Type.String({ maxLength: 32 }),
  ttl: nullable(count),
  changetype: nullable(word),
  records: nullable(Type.Array(RecordSchema, { maxItems: 5000 })),
  comments: nullable(Type.Array(CommentSchema, { maxItems: 100 })),
})
/** The same, as it came. */
export type RRsetBody = Static<typeof RRsetSchema>

const rrsets = Type.Array(RRsetSchema, { maxItems: 50_000 })

/** Body of a PATCH of a zone. */
export const PatchSchema = Type.Object({ rrsets })

const settings = {
  kind: nullable(word),
  masters: nullable(Type.Array(word, { maxItems: 100 })),
  catalog: nullable(word),
  account: nullable(Type.String({ maxLength: 255 })),
  soa_edit: nullable(word),
  soa_edit_api: nullable(word),
  api_rectify: nullable(Type.Boolean()),
  dnssec: nullable(Type.Boolean()),
  nsec3param: nullable(word),
  nsec3narrow: nullable(Type.Boolean()),
}

/** Body of a PUT of a zone. */
export const PutSchema = Type.Object({ ...settings, rrsets: nullable(rrsets) })

/** Body of a POST of a zone. */
export const PostSchema = Type.Object({
  ...settings,
  name: word,
  rrsets: nullable(rrsets),
  zone: nullable(Type.String()),
  nameservers: nullable(Type.Array(word, { maxItems: 100 })),
})
/** The same, as it came. */
export type PostBody = Static<typeof PostSchema>
/** What both say of a zone beside its records. */
export type SettingsBody = Omit<Static<typeof PutSchema>, 'rrsets'>

/** The one server in a path. */
export const ServerParams = Type.Object({ server: word })
/** A zone in a path. */
export const ZoneParams = Type.Object({ server: word, zone: word })
/** A key of a zone in a path. */
export const KeyParams = Type.Object({ server: word, zone: word, key: word })
/** A kind of metadata of a zone in a path. */
export const MetadataParams = Type.Object({ server: word, zone: word, kind: word })

const flag = Type.Optional(Type.String({ maxLength: 5 }))

/** Query of a list of zones. */
export const ListQuery = Type.Object({ zone: Type.Optional(word), dnssec: flag })

/** Query of one zone. */
export const ZoneQuery = Type.Object({
  rrsets: flag,
  rrset_name: Type.Optional(word),
  rrset_type: Type.Optional(word),
  include_disabled: flag,
  force: flag,
})

/** Query of a search. */
export const SearchQuery = Type.Object({
  q: Type.String({ minLength: 1, maxLength: 255 }),
  max: Type.Optional(Type.Integer({ minimum: 0 })),
  object_type: Type.Optional(word),
})

/** Query of statistics. */
export const StatisticsQuery = Type.Object({ statistic: Type.Optional(word) })

/** Body of a PUT of metadata. */
export const MetadataSchema = Type.Object({ metadata: Type.Array(word, { maxItems: 100 }) })

/** Body of a POST of a key. */
export const KeyPostSchema = Type.Object({
  keytype: nullable(word),
  active: nullable(Type.Boolean()),
  published: nullable(Type.Boolean()),
  algorithm: nullable(Type.Union([word, Type.Integer()])),
  bits: nullable(Type.Integer()),
  privatekey: nullable(Type.String({ maxLength: 16_384 })),
  content: nullable(Type.String({ maxLength: 16_384 })),
})

/** Body of a PUT of a key. */
export const KeyPutSchema = Type.Object({
  active: Type.Boolean(),
  published: nullable(Type.Boolean()),
})

/** Whether a flag of a query says no. */
export function isOff(flagText: string | undefined): boolean {
  return flagText === 'false' || flagText === '0' || flagText === 'no'
}

/** A number, from quotes if need be. */
export function numberOf(value: number | string): number {
  return typeof value === 'number' ? value : Number(value)
}

/** An error, as PowerDNS gives it. */
export const PowerdnsErrorSchema = Type.Object({
  error: Type.String(),
  errors: Type.Optional(Type.Array(Type.String())),
})
