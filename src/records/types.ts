import type { CodedError } from '../base/index.ts'
import type { RRType, Ttl } from '../rr/index.ts'
import type { Actor, ChangeSet, StoredComment, StoredRRset, StoredZone } from '../store/index.ts'
import type { Name } from '../wire/index.ts'
import type { Finding } from '../zonefile/index.ts'

/** How the serial rises with a change set, in PowerDNS' words. */
export type SoaEditApi = 'DEFAULT' | 'INCREASE' | 'EPOCH' | 'SOA-EDIT' | 'SOA-EDIT-INCREASE' | 'OFF'

/** What can be set of a zone of the store. Unset policy fields come from the configuration. */
export interface ZoneSettings {
  /** PowerDNS' kind, kept for its clients: `Native`, `Master`, `Slave`, `Producer`, `Consumer`. */
  readonly kind: string
  readonly account: string
  readonly catalog: string
  readonly masters: readonly string[]
  readonly soaEdit: string
  readonly soaEditApi: SoaEditApi
  readonly apiRectify: boolean
  readonly dnssec: boolean
  readonly denial: 'nsec' | 'nsec3' | 'minimal' | 'compact' | undefined
  readonly optOut: boolean
  /** As clients gave it; what is served has 0 iterations and no salt (RFC 9276 §3.1). */
  readonly nsec3param: string
}

/** One wish about one RRset. */
export type RRsetEdit =
  | {
      readonly kind: 'replace'
      readonly owner: Name
      readonly type: RRType
      readonly ttl: Ttl
      readonly records: readonly EditRecord[]
      /** Undefined keeps those that are there. */
      readonly comments: readonly StoredComment[] | undefined
    }
  | {
      readonly kind: 'comments'
      readonly owner: Name
      readonly type: RRType
      readonly comments: readonly StoredComment[]
    }
  | { readonly kind: 'delete'; readonly owner: Name; readonly type: RRType }
  /** Adds one record to what is there; `ttl` undefined keeps that of the RRset. */
  | {
      readonly kind: 'extend'
      readonly owner: Name
      readonly type: RRType
      readonly ttl: Ttl | undefined
      readonly record: EditRecord
    }
  /** Takes one record out. */
  | {
      readonly kind: 'prune'
      readonly owner: Name
      readonly type: RRType
      readonly record: EditRecord
    }

/** A record as a client wants it. */
export interface EditRecord {
  readonly rdata: Uint8Array
  readonly content: string
  readonly disabled: boolean
}

/** A request to change one zone. */
export interface Draft {
  readonly apex: Name
  readonly actor: Actor
  readonly note: string
  readonly wish:
    | {
        readonly kind: 'create'
        readonly tenant: string
        readonly settings: ZoneSettings
        readonly rrsets: readonly RRsetEdit[]
      }
    | { readonly kind: 'edit'; readonly edits: readonly RRsetEdit[] }
    /** The whole content anew; SOA included. */
    | { readonly kind: 'replaceAll'; readonly rrsets: readonly RRsetEdit[] }
    | { readonly kind: 'settings'; readonly settings: Partial<ZoneSettings> }
    | { readonly kind: 'revert'; readonly sequence: number }
    | { readonly kind: 'delete' }
  /** If-Match: the version that the client saw; another one refuses with `zone-version`. */
  readonly ifVersion?: number
  /** Overrides the guards (DS at the parent, serial or TTL going backwards). */
  readonly force: boolean
  /** Works everything out, checks and validates, and changes nothing. */
  readonly dryRun: boolean
  readonly idempotency?: { readonly key: string; readonly request: string }
}

/** What the validator said of one kind of answer, before anybody saw it. */
export interface SelfCheck {
  readonly what: 'positive' | 'nodata' | 'nxdomain' | 'wildcard' | 'delegation' | 'dnskey'
  readonly name: Name
  readonly type: RRType
  readonly security: 'secure' | 'insecure' | 'bogus' | 'indeterminate'
  readonly text: string
}

/** What came of a draft. */
export type DraftResult =
  | {
      readonly kind: 'done'
      /** Durable and live on this node; with `dryRun`, only worked out. */
      readonly changeSet: ChangeSet
      readonly zone: StoredZone | undefined
      readonly checks: readonly SelfCheck[]
      readonly findings: readonly Finding[]
      readonly dryRun: boolean
    }
  | {
      readonly kind: 'refused'
      /** `conflict`: 409; `version`: 412; `invalid`: 422; `absent`: 404; `unavailable`: 503. */
      readonly as: 'conflict' | 'version' | 'invalid' | 'absent' | 'unavailable'
      readonly error: CodedError
      readonly findings: readonly Finding[]
      /** Index of the edit at fault, where there is one. */
      readonly edit?: number
    }

/** A zone of the store as it is served now. */
export interface LiveZone {
  readonly zone: StoredZone
  readonly settings: ZoneSettings
}

/** Zones of the store, live. */
export interface Records {
  /** Zones of the store, in canonical order; synchronous, from memory. */
  list(): Iterable<LiveZone>
  get(apex: Name): LiveZone | undefined
  /** Whether a zone of this name comes from a file: then it is read-only here. */
  isFromFile(apex: Name): boolean
  /** RRsets as clients gave them. */
  rrsets(apex: Name): AsyncIterable<StoredRRset>
  rrset(apex: Name, owner: Name, type: RRType): Promise<StoredRRset | undefined>
  /** Checks, makes durable, goes live; many at a time share a flush. Never rejects but for bugs. */
  submit(draft: Draft): Promise<DraftResult>
  /** Resolves when every node that was heard of lately serves the sequence, or `ms` went by. */
  whenLive(
    sequence: number,
    ms: number,
  ): Promise<{ readonly live: boolean; readonly waitingFor: readonly string[] }>
  close(): Promise<void>
}
