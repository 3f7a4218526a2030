import { Type } from 'typebox'
import { only } from './answers.ts'

const text = Type.String()
const whole = Type.Integer({ minimum: 0 })
const texts = Type.Array(text)

/** A version of the API. */
export const VersionsAnswer = Type.Array(only({ url: text, version: whole }))
/** What the version has. */
export const DiscoveryAnswer = Type.Array(only({ api_features: texts, server_url: text }))

/** The server. */
export const ServerAnswer = only({
  ...{ autoprimaries_url: text, config_url: text, daemon_type: text, id: text },
  ...{ type: Type.Literal('Server'), url: text, version: text, zones_url: text },
})

/** Settings of the server. */
export const ConfigAnswer = Type.Array(
  only({ name: text, type: Type.Literal('ConfigSetting'), value: text }),
)

/** Numbers. */
export const StatisticsAnswer = Type.Array(
  only({ name: text, type: Type.Literal('StatisticItem'), value: text }),
)

const found = { name: text, zone_id: text }
const inZone = { ...found, ttl: whole, type: text, zone: text }

/** What a search found. */
export const SearchAnswer = Type.Array(
  Type.Union([
    only({ ...found, object_type: Type.Literal('zone') }),
    only({
      ...inZone,
      ...{ content: text, disabled: Type.Boolean(), object_type: Type.Literal('record') },
    }),
    only({ ...inZone, content: text, object_type: Type.Literal('comment') }),
  ]),
)

const RRsetAnswer = only({
  comments: Type.Array(only({ account: text, content: text, modified_at: whole })),
  name: text,
  records: Type.Array(only({ content: text, disabled: Type.Boolean() })),
  ttl: whole,
  type: text,
})

const signing = { dnssec: Type.Boolean(), edited_serial: whole }
const always = {
  ...{ account: text, catalog: text, id: text, kind: text, last_check: whole, masters: texts },
  ...{ name: text, notified_serial: whole, serial: whole, url: text },
}

/** Zones in a list. */
export const ZonesAnswer = Type.Array(
  only({
    ...always,
    dnssec: Type.Optional(signing.dnssec),
    edited_serial: Type.Optional(signing.edited_serial),
  }),
)

/** A zone by itself. */
export const ZoneAnswer = only({
  ...always,
  ...signing,
  ...{ api_rectify: Type.Boolean(), master_tsig_key_ids: texts, slave_tsig_key_ids: texts },
  ...{ nsec3narrow: Type.Boolean(), nsec3param: text, soa_edit: text, soa_edit_api: text },
  rrsets: Type.Optional(Type.Array(RRsetAnswer)),
})

/** What became of a command. */
export const ResultAnswer = only({ result: text })

/** A zone as a text. */
export const ExportAnswer = only({ zone: text })

/** One kind of metadata. */
export const MetadataAnswer = only({
  ...{ kind: text, metadata: texts, type: Type.Literal('Metadata') },
})

/** A key. */
export const KeyAnswer = only({
  ...{ active: Type.Boolean(), algorithm: text, bits: whole, cds: Type.Optional(texts) },
  ...{ dnskey: text, ds: Type.Optional(texts), flags: whole, id: whole, keytype: text },
  ...{ published: Type.Boolean(), type: Type.Literal('Cryptokey') },
})
