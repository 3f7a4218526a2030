import type { RRType } from '../rr/index.ts'
import type { Name } from '../wire/index.ts'

/** What may be done. `admin` is for tokens, audit and what belongs to no tenant. */
export type Verb = 'read' | 'write' | 'create' | 'delete' | 'keys' | 'admin'

/** The fence around a token. Every field narrows; what is left out is not narrowed. */
export interface Scope {
  /** `*` for every tenant: the operator's own tokens. */
  readonly tenant: string
  /** Zones by name; with a leading `*.` also every zone below. */
  readonly zones?: readonly string[]
  /**
   * Owner names, with `*` for any one label and a leading `**.` for one or more. Neither `*` nor a
   * text of it stands for the wildcard itself, which speaks for names of every depth: write `\*`.
   */
  readonly names?: readonly string[]
  readonly types?: readonly string[]
  readonly verbs: readonly Verb[]
}

/** Who asks, once the token was found good. */
export interface Principal {
  readonly tokenId: string
  readonly tenant: string
  readonly scope: Scope
}

/** What is asked for. */
export interface Deed {
  readonly verb: Verb
  /** Tenant of the zone concerned; undefined when the zone does not exist yet. */
  readonly tenant: string | undefined
  readonly apex?: Name
  /**
   * Every RRset touched; each has to be inside the fence. `all` of a zone is also what changing it
   * without naming any means; reading without naming any is sifted afterwards.
   */
  readonly rrsets?: readonly { readonly owner: Name; readonly type: RRType }[] | 'all'
}

/** `absent`: outside the tenant, so it must look as if it did not exist (404, not 403). */
export type Permission =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'denied'; readonly text: string }
  | { readonly kind: 'absent' }
