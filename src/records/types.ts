import type { CodedError } from '../base/index.ts'
import type { Config } from '../config/index.ts'
import type { KeyRole, ZoneKey } from '../keystore/index.ts'
import type { RRType, Ttl } from '../rr/index.ts'
import type {
  Actor,
  ChangeSet,
  DocumentWrite,
  StoredAnswer,
  StoredComment,
  StoredRRset,
  StoredZone,
} from '../store/index.ts'
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

/** What is wished for the keys of a zone. */
export type KeyEdit =
  /** Makes one; without `active` it is published only, without `published` neither. */
  | {
      readonly kind: 'generate'
      readonly role: KeyRole
      /** 13, 14 or 15; undefined takes that of the zone's policy. */
      readonly algorithm: number | undefined
      readonly active: boolean
      readonly published: boolean
    }
  /** Takes one from elsewhere, its timing included. */
  | { readonly kind: 'add'; readonly key: ZoneKey }
  | {
      readonly kind: 'set'
      readonly id: number
      readonly active: boolean
      readonly published: boolean
    }
  | { readonly kind: 'remove'; readonly id: number }

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
        /** Keys that it brings along; those that are kept for its name already stay as they are. */
        readonly keys?: readonly ZoneKey[]
        /** Takes the place of a zone that is served from a file, between two queries. */
        readonly takesOver?: boolean
      }
    | { readonly kind: 'edit'; readonly edits: readonly RRsetEdit[] }
    /** The whole content anew, SOA included; and settings with it, in one change set. */
    | {
        readonly kind: 'replaceAll'
        readonly rrsets: readonly RRsetEdit[]
        readonly settings?: Partial<ZoneSettings>
      }
    | { readonly kind: 'settings'; readonly settings: Partial<ZoneSettings> }
    | { readonly kind: 'keys'; readonly edit: KeyEdit }
    | { readonly kind: 'revert'; readonly sequence: number }
    | { readonly kind: 'delete' }
  /** If-Match: the version that the client saw; another one refuses with `zone-version`. */
  readonly ifVersion?: number
  /** Overrides the guards (DS at the parent, serial or TTL going backwards). */
  readonly force: boolean
  /** Works everything out, checks and validates, and changes nothing. */
  readonly dryRun: boolean
  /** Set by those whose clients know no such guard: an RRset may get a lower TTL unforced. */
  readonly ttlMayFall?: boolean
  readonly idempotency?: Idempotency
  /**
   * Documents that are durable with the change set or not at all. With a draft that changes nothing
   * they are written by themselves. A conflict about one refuses with `document-conflict` or
   * `claim-taken`.
   */
  readonly documents?: readonly DocumentWrite[]
}

/**
 * What makes a request that is sent twice take effect once. The answer is kept with its change set:
 * one that was refused, or found all as it wished, leaves none.
 */
export interface Idempotency {
  /** The client's key, made unique among clients by the caller. */
  readonly key: string
  /** SHA-256 of method, path and body, hexadecimal. */
  readonly request: string
  /** What the client is told when it comes to pass; kept with it. Called before it is durable. */
  readonly answer: (result: WorkedOut) => Pick<StoredAnswer, 'status' | 'headers' | 'body'>
}

/** A draft worked out; not yet durable, so without a sequence. */
export interface WorkedOut {
  readonly changeSet: Omit<ChangeSet, 'sequence'>
  /** The zone afterwards; undefined when it was deleted. */
  readonly zone: StoredZone | undefined
  readonly checks: readonly SelfCheck[]
  readonly findings: readonly Finding[]
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
      /**
       * Durable and live on this node; with `dryRun`, only worked out, with sequence 0. Where
       * everything is as wished already it has no changes, the version of before, sequence 0.
       */
      readonly changeSet: ChangeSet
      readonly zone: StoredZone | undefined
      readonly checks: readonly SelfCheck[]
      readonly findings: readonly Finding[]
      readonly dryRun: boolean
    }
  /** The same request under the same idempotency key was answered before: like this. */
  | { readonly kind: 'replayed'; readonly answer: StoredAnswer }
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
  /** Whether it is being served; if not, `trouble` says why. */
  readonly served: boolean
  readonly trouble: readonly Finding[]
  /** Hosts that it has by `LIKE`; 0 while it is not served. */
  readonly instances: number
}

/** A key of a zone, with the number that the API calls it by. */
export interface LiveKey {
  /** Unique in its zone, never used again. */
  readonly id: number
  readonly key: ZoneKey
}

/** Whether all nodes serve a change set. */
export interface WhenLive {
  readonly live: boolean
  /** Nodes that do not serve it yet, as far as is known. */
  readonly waitingFor: readonly string[]
  /** Why it could not be told: the store is gone, or the server stops. */
  readonly reason?: string
}

/** How the room is. */
export interface RecordsHealth {
  /**
   * `behind`: the store is not to be had, or has more than is served here. `unread`: so far nothing
   * of it is served here, because it was not to be had since the start.
   */
  readonly state: 'ok' | 'behind' | 'unread'
  readonly text: string
  /** All change sets up to this one are live here. */
  readonly sequence: number
  /** Drafts that wait. */
  readonly waiting: number
}

/** Zones of the store, live. */
export interface Records {
  /**
   * Zones of the store, in canonical order; synchronous, from memory.
   *
   * @throws {CodedError} `store-unavailable` until they were read once
   */
  list(): Iterable<LiveZone>
  /** @throws {CodedError} `store-unavailable` until they were read once */
  get(apex: Name): LiveZone | undefined
  /** Whether a zone of this name comes from a file: then it is read-only here. */
  isFromFile(apex: Name): boolean
  /** RRsets as clients gave them. */
  rrsets(apex: Name): AsyncIterable<StoredRRset>
  rrset(apex: Name, owner: Name, type: RRType): Promise<StoredRRset | undefined>
  /** Checks, makes durable, goes live; many at a time share a flush. Never rejects but for bugs. */
  submit(draft: Draft): Promise<DraftResult>
  /** Resolves when every node that was heard of lately serves the sequence, or `ms` went by. */
  whenLive(sequence: number, ms: number): Promise<WhenLive>
  /** Keys of a zone, in order of their ids; rejects as the store and the key source do. */
  keys(apex: Name): Promise<readonly LiveKey[]>
  /** Takes another configuration: zones whose policy it changes are built anew. */
  reload(config: Config): Promise<readonly Finding[]>
  health(): RecordsHealth
  close(): Promise<void>
}
