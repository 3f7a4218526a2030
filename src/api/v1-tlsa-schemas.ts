import { type Static, Type } from 'typebox'
import { only } from './answers.ts'

const closed = { additionalProperties: false }
const owner = Type.String({ maxLength: 1100, description: 'Such as _25._tcp.mail.example.' })
const key = Type.String({
  ...{ minLength: 8, maxLength: 64, pattern: '^[0-9a-f]+$' },
  description: 'Id of a key, or the first 8 letters or more of it',
})
const span = Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1, description: 'Seconds' })

/** A TLSA owner in a path. */
export const OwnerParams = Type.Object({ owner })
/** A key of an owner in a path. */
export const OwnerKeyParams = Type.Object({ owner, key })

/** Body of a POST of keys. */
export const ImportSchema = Type.Object(
  {
    pems: Type.Array(Type.String({ maxLength: 262_144, description: 'PEM, nothing private' }), {
      minItems: 1,
      maxItems: 8,
    }),
    deployed: Type.Optional(Type.Boolean({ description: 'The servers present them already' })),
    ttl: Type.Optional(span),
    issuer: Type.Optional(Type.Boolean({ description: 'Publish 2 1 1 of the issuer, too' })),
    lag: Type.Optional(span),
    warn: Type.Optional(span),
    servers: Type.Optional(
      Type.Array(
        Type.Object(
          {
            host: Type.String({ minLength: 1, maxLength: 1024, description: 'Sent as SNI' }),
            addresses: Type.Array(
              Type.Union([Type.String({ format: 'ipv4' }), Type.String({ format: 'ipv6' })]),
              { minItems: 1, maxItems: 64 },
            ),
          },
          closed,
        ),
        { maxItems: 64, description: 'Where to look; for the operator alone to set' },
      ),
    ),
  },
  closed,
)
/** The same, as it came. */
export type ImportBody = Static<typeof ImportSchema>

/** Body of a POST of what was deployed. */
export const DeployedSchema = Type.Object({ key }, closed)

const force = Type.Optional(Type.Boolean({ description: 'Override the guards' }))
/** How keys are imported. */
export const ForceQuery = Type.Object({ force })
/** How a key goes. */
export const RetireQuery = Type.Object({
  force,
  now: Type.Optional(Type.Boolean({ description: 'Withdraw its records now' })),
})
/** Which key is asked for. */
export const SafeQuery = Type.Object({ key: Type.Optional(key) })

const text = Type.String()
const time = Type.String({ pattern: 'Z$', description: 'RFC 3339, in UTC' })
const timeOrNull = Type.Union([time, Type.Null()])
const next = Type.Optional(Type.String({ description: 'To be handed back as `cursor`' }))
const oneOf = (...words: readonly string[]) => Type.Union(words.map((word) => Type.Literal(word)))

/** An owner: what is published, where each key is on its way, what there is to say. */
export const OwnerAnswer = only({
  ...{ owner: text, zone: text, ttl: span, isSafe: Type.Boolean() },
  ...{ safeAt: timeOrNull, nextAt: timeOrNull, expiresAt: timeOrNull },
  publish: Type.Array(Type.String({ description: 'RDATA, such as 3 1 1 0a1b…' })),
  keys: Type.Array(
    only({
      ...{ id: text, stage: oneOf('waiting', 'ready', 'live', 'retiring', 'gone'), source: text },
      ...{ notAfter: timeOrNull, publishedAt: timeOrNull, deployedAt: timeOrNull },
      ...{ lastSeenAt: timeOrNull, retiredAt: timeOrNull },
    }),
  ),
  servers: Type.Array(
    only({
      ...{ host: text, address: text, at: time, text },
      key: Type.Union([text, Type.Null()]),
    }),
  ),
  notes: Type.Array(only({ severity: oneOf('info', 'warning', 'error'), text })),
  changed: Type.Boolean(),
  sequence: Type.Integer({ minimum: 0 }),
})
/** A page of owners. */
export const OwnersAnswer = only({ owners: Type.Array(OwnerAnswer), next })
/** Whether a certificate may be deployed. */
export const SafetyAnswer = only({
  ...{ owner: text, isSafe: Type.Boolean(), safeAt: timeOrNull, now: time, text },
})
