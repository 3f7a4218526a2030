import { Type } from 'typebox'
import { only } from './answers.ts'
import { pageItemsMax } from './limits.ts'

const closed = { additionalProperties: false }
const text = Type.String()
const whole = Type.Integer({ minimum: 0 })
const time = Type.String({ pattern: 'Z$', description: 'RFC 3339, in UTC' })
const orNull = <T extends Type.TSchema>(form: T) => Type.Union([form, Type.Null()])
const oneOf = (...words: readonly string[]) => Type.Union(words.map((word) => Type.Literal(word)))
const next = Type.Optional(Type.String({ description: 'To be handed back as `cursor`' }))

const domainName = Type.String({ minLength: 1, maxLength: 1024, description: 'As A-labels' })
const label = Type.String({ minLength: 1, maxLength: 63 })
const tenant = Type.Optional(
  Type.String({
    pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$',
    description: 'Whose; for tokens of all tenants. Default: who the name is verified for',
  }),
)
const wait = Type.Optional(Type.Literal('live', { description: 'Until every node serves it' }))
const page = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: pageItemsMax })),
  cursor: Type.Optional(Type.String({ maxLength: 2048, description: '`next` of the page before' })),
}

/** A domain in a path. */
export const DomainParams = Type.Object({ domain: Type.String({ maxLength: 1100 }) })
/** Whose domain. */
export const DomainQuery = Type.Object({ tenant })
/** Whose domains, and which page of them. */
export const DomainsQuery = Type.Object({ tenant, ...page })
/** Whose domain, and how a change is waited for. */
export const DomainChangeQuery = Type.Object({ tenant, wait })
/** Headers of a change of a domain. */
export const DomainHeaders = Type.Object({
  'if-match': Type.Optional(Type.String({ description: 'ETag of the domain as it was seen' })),
})
/** How a change of a partition is waited for. */
export const WaitQuery = Type.Object({ wait })

const skipWords = 'dns|mx|mta-sts'
/** What a status is to leave out. */
export const StatusQuery = Type.Object({
  tenant,
  skip: Type.Optional(
    Type.String({
      pattern: `^(?:${skipWords})(?:,(?:${skipWords}))*$`,
      description: 'Not to be looked at: dns, mx, mta-sts, by commas',
    }),
  ),
})
/** Which way, and how to look. */
export const MigrationQuery = Type.Object({
  tenant,
  direction: Type.Optional(oneOf('enable', 'disable')),
  smtp: Type.Optional(Type.Boolean({ description: 'Meet the hosts by SMTP' })),
})

/** Body of a POST of a domain. */
export const AcceptSchema = Type.Object(
  {
    domain: domainName,
    tenant: Type.Optional(tenant),
    kind: Type.Optional(oneOf('managed', 'selfService', 'initial')),
    token: Type.Optional(label),
  },
  closed,
)
/** Body of a POST of a verification. */
export const VerifySchema = Type.Object(
  { skipProof: Type.Optional(Type.Boolean({ description: 'An operator’s word is enough' })) },
  closed,
)
/** Body of a PUT of DNSSEC. */
export const EnableSchema = Type.Object(
  { partition: Type.Optional(label), token: Type.Optional(label) },
  closed,
)
const frontends = Type.Array(Type.String({ minLength: 2, maxLength: 45 }), {
  minItems: 1,
  maxItems: 64,
  description: 'IPv4 and IPv6 addresses',
})
/** Body of a POST of a partition. */
export const PartitionSchema = Type.Object(
  {
    name: label,
    frontends,
    zone: Type.Optional(domainName),
    open: Type.Optional(Type.Boolean({ description: 'Whether new domains may come here' })),
  },
  closed,
)
/** Body of a PATCH of a partition. */
export const PartitionChangeSchema = Type.Object(
  { frontends: Type.Optional(frontends), open: Type.Optional(Type.Boolean()) },
  { ...closed, minProperties: 1 },
)
/** A partition in a path. */
export const PartitionParams = Type.Object({ name: Type.String({ maxLength: 64 }) })

const stateOf = (...words: readonly string[]) =>
  only({ state: oneOf(...words), since: orNull(time), until: orNull(time) })
const state = stateOf('off', 'on', 'ending')

/** A domain. */
export const DomainAnswer = only({
  ...{ domain: text, tenant: text, version: whole },
  kind: oneOf('managed', 'selfService', 'initial'),
  verified: Type.Boolean(),
  proof: Type.String({ description: 'To be published as TXT at the domain' }),
  ...{ token: orNull(text), partition: orNull(text), host: orNull(text) },
  ...{ dnssec: state, dane: state, legacy: stateOf('off', 'on', 'ending', 'returning') },
  expectedMx: orNull(only({ host: text, preference: whole, ttl: whole })),
  ...{ createdAt: time, verifiedAt: orNull(time) },
})
/** A page of domains. */
export const DomainsAnswer = only({ domains: Type.Array(DomainAnswer), next })
/** A page of the history of a domain, newest first. */
export const DomainHistoryAnswer = only({
  events: Type.Array(
    only({
      at: time,
      by: only({ token: text, tenant: text, from: text }),
      note: text,
      version: whole,
    }),
  ),
  next,
})

/** What Enable- and Disable-DnssecForVerifiedDomain return. */
export const DnssecResultAnswer = only({
  DnssecMxValue: orNull(text),
  Result: Type.Literal('Success'),
  ErrorData: Type.Null(),
})
/** What Enable- and Disable-SmtpDaneInbound return. */
export const DaneResultAnswer = only({
  Result: Type.Literal('Success'),
  ErrorData: Type.Null(),
})
/** What Get-SmtpDaneInboundStatus returns. */
export const DaneStatusAnswer = only({
  Status: oneOf('Enabled', 'Disabled'),
  ErrorData: Type.Null(),
})

const told = { Errors: Type.Array(text), Warnings: Type.Array(text) }
const validity = oneOf('Valid', 'Invalid', 'Skipped')
const record = only({ Record: text })
/** What Get-DnssecStatusForVerifiedDomain returns. */
export const StatusAnswer = only({
  DnssecFeatureStatus: only({ Value: oneOf('Enabled', 'Disabled', 'Unknown') }),
  ExpectedMxRecord: orNull(record),
  ...told,
  DnsValidation: only({ DnssecSupport: validity, ...told }),
  MxValidation: only({ Status: validity, ActualMxRecords: Type.Array(record), ...told }),
  MtaStsValidation: only({
    ...{ Status: validity, MtaStsAvailable: Type.Boolean() },
    MtaStsMode: oneOf('Enforce', 'Testing', 'None', 'Unavailable'),
    ...told,
  }),
})

/** Where a domain is on its way. */
export const MigrationAnswer = only({
  ...{ domain: text, at: time, direction: oneOf('enable', 'disable'), next: orNull(text) },
  steps: Type.Array(
    only({
      ...{ id: text, title: text, text, codes: Type.Array(text), until: orNull(time) },
      state: oneOf('done', 'next', 'wait', 'wrong', 'later', 'skipped'),
    }),
  ),
  status: StatusAnswer,
})

/** A partition. */
export const PartitionAnswer = only({
  ...{ name: text, zone: text, frontends: Type.Array(text), open: Type.Boolean() },
  ...{ hosts: whole, version: whole },
})
/** Partitions. */
export const PartitionsAnswer = only({ partitions: Type.Array(PartitionAnswer) })
