import { Type } from 'typebox'
import { only } from './answers.ts'

const text = Type.String()
const texts = Type.Array(text)
const whole = Type.Integer({ minimum: 0 })
const time = Type.String({ pattern: 'Z$', description: 'RFC 3339, in UTC' })
const next = Type.Optional(Type.String({ description: 'To be handed back as `cursor`' }))
const finding = only({ severity: text, code: text, detail: text })
const security = Type.Union(
  ['secure', 'insecure', 'bogus', 'indeterminate'].map((word) => Type.Literal(word)),
)

const RRset = only({
  ...{ name: text, type: text, ttl: whole },
  records: Type.Array(only({ content: text, disabled: Type.Optional(Type.Boolean()) })),
  comments: Type.Optional(Type.Array(only({ content: text, account: text, modifiedAt: time }))),
})

const stored = {
  ...{ name: text, source: Type.Literal('store'), tenant: text, version: whole, serial: whole },
  ...{ createdAt: time, changedAt: time },
  settings: only({
    ...{ kind: text, account: text, dnssec: Type.Boolean(), optOut: Type.Boolean() },
    ...{ denial: Type.Union([text, Type.Null()]), soaEditApi: text },
  }),
}

/** A zone: of the store, or of a file. */
export const ZoneAnswer = Type.Union([
  only({ ...stored, served: Type.Boolean(), trouble: Type.Optional(Type.Array(finding)) }),
  only({ name: text, source: Type.Literal('file'), serial: whole, served: Type.Boolean() }),
])

/** A page of zones. */
export const ZonesAnswer = only({ zones: Type.Array(ZoneAnswer), next })

/** A page of RRsets. */
export const RRsetsAnswer = only({ rrsets: Type.Array(RRset), next })

const changeSet = {
  ...{ zone: text, kind: text, version: whole, at: time, note: text },
  ...{ serialBefore: Type.Optional(whole), serialAfter: Type.Optional(whole) },
  by: only({ token: text, tenant: text, from: text }),
}
const changes = Type.Array(
  only({
    ...{ name: text, type: text },
    ...{ before: Type.Union([RRset, Type.Null()]), after: Type.Union([RRset, Type.Null()]) },
  }),
)

/** What became of a change, or would. */
export const ChangeAnswer = only({
  dryRun: Type.Boolean(),
  zone: Type.Union([only(stored), Type.Null()]),
  changeSet: only({ ...changeSet, changes }),
  checks: Type.Array(only({ what: text, name: text, type: text, security, text })),
  findings: Type.Array(finding),
})

/** A page of change sets, each with how many RRsets it changed. */
export const ChangeSetsAnswer = only({
  changeSets: Type.Array(only({ sequence: whole, ...changeSet, changes: whole })),
  next,
})

/** A change set with what it did. */
export const ChangeSetAnswer = only({ sequence: whole, ...changeSet, changes })

const token = {
  ...{ id: text, name: text, tenant: text, scope: Type.Object({ tenant: text, verbs: texts }) },
  ...{ createdAt: time, expiresAt: Type.Optional(time), revokedAt: Type.Optional(time) },
}

/** Tokens. */
export const TokensAnswer = only({ tokens: Type.Array(only(token)) })

/** A token that was made, with its text. */
export const NewTokenAnswer = only({ ...token, token: text })

/** A page of the audit log. */
export const AuditAnswer = only({
  entries: Type.Array(
    only({ at: time, by: changeSet.by, action: text, zone: Type.Optional(text), detail: text }),
  ),
  next,
})

/** Why an answer is as it is. */
export const ExplainAnswer = only({
  question: only({ name: text, type: text }),
  zone: only({ name: text, serial: whole }),
  like: Type.Optional(text),
  outcome: only({
    kind: text,
    ...{ owner: Type.Optional(text), closestEncloser: Type.Optional(text) },
    nextCloser: Type.Optional(text),
  }),
  ...{ rcode: text, answer: texts, authority: texts, proof: texts, cache: text },
  signatures: Type.Array(
    only({
      ...{ owner: text, covers: text, algorithm: Type.Union([text, whole]), keyTag: whole },
      ...{ expiration: time, inception: time },
    }),
  ),
  verdict: only({
    ...{ security, reason: text, ede: Type.Optional(whole) },
    hops: Type.Array(only({ name: text, kind: text, security: text, reason: text })),
  }),
})

/** Nodes that follow the store. */
export const NodesAnswer = only({
  ...{ node: text, sequence: whole },
  nodes: Type.Array(only({ node: text, sequence: whole })),
})

const state = Type.Union(['ok', 'degraded', 'down'].map((word) => Type.Literal(word)))

/** Health, part by part. */
export const HealthAnswer = only({
  ...{ state, ready: Type.Boolean() },
  parts: Type.Record(text, only({ state, text })),
  records: only({ state: text, text, sequence: whole, waiting: whole }),
})

/** Whether it is alive. */
export const AliveAnswer = only({ state })

/** Whether it is ready. */
export const ReadyAnswer = only({ state, ready: Type.Boolean() })

/** What an error code means. */
export const ErrorAnswer = only({ code: text, meaning: text })
