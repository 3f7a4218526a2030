import type { UnixSeconds } from '../base/index.ts'
import type { Tlsa } from '../dane/index.ts'
import type { Ttl } from '../rr/index.ts'
import type { Name } from '../wire/index.ts'

/**
 * Where a key is on its way, as worked out from its times, never stored:
 * `waiting` (published, caches may not know it yet), `ready` (may be deployed), `live` (seen at a
 * server, or said to be), `retiring` (replaced; stays published until caches have forgotten what
 * named it alone), `gone`.
 */
export type KeyStage = 'waiting' | 'ready' | 'live' | 'retiring' | 'gone'

/** One certificate, or one key without a certificate yet. */
export interface KeyFact {
  /** SHA-256 of the SubjectPublicKeyInfo, hexadecimal: what it is called by. */
  readonly id: string
  /** What is published for it: `3 1 1`, and `2 1 1` of its issuer where chosen. */
  readonly tlsas: readonly Tlsa[]
  /** Where it came from: a path, or `api`. */
  readonly source: string
  /** End of the certificate's validity; undefined for a key alone. */
  readonly notAfter: UnixSeconds | undefined
  readonly importedAt: UnixSeconds
  /** When its records were live on this service. */
  readonly publishedAt: UnixSeconds | undefined
  /** When it was first seen at a server, or declared deployed. */
  readonly deployedAt: UnixSeconds | undefined
  /** When it was last seen at any server. */
  readonly lastSeenAt: UnixSeconds | undefined
  /** When it was decided that it goes, which it does not before nobody relies on it. */
  readonly retiredAt: UnixSeconds | undefined
  /** When its records were withdrawn. */
  readonly withdrawnAt: UnixSeconds | undefined
}

/** What a server was seen to present. */
export interface Sighting {
  readonly host: Name
  readonly address: string
  readonly at: UnixSeconds
  /** Id of the key; undefined where there was no TLS, and then `text` says why. */
  readonly key: string | undefined
  /** Ids of the authorities in its chain that `2 1 1` would authenticate it by. */
  readonly anchors: readonly string[]
  readonly text: string
}

/** What an operator sets of one TLSA owner. */
export interface RolloverSettings {
  /** Whether `2 1 1` of the issuer is published beside `3 1 1`. */
  readonly issuer: boolean
  /** How far secondaries may lag behind, in seconds. */
  readonly lagSeconds: number
  /** How long before the end of a certificate there is a warning, in seconds. */
  readonly warnSeconds: number
  /** Servers that must present a key before the old one goes: host (for SNI) and addresses. */
  readonly servers: readonly { readonly host: Name; readonly addresses: readonly string[] }[]
  readonly port: number
}

/** A TLSA owner and everything known of it, as its document has it. */
export interface Rollover {
  /** Such as `_25._tcp.mail.example.` or `_25._tcp._dane.o-v1.mx.microsoft.`. */
  readonly owner: Name
  readonly zone: Name
  readonly tenant: string
  /** TTL that the RRset is published with. */
  readonly ttl: Ttl
  /** Until when caches may have a set that was published with a longer TTL; 0 for never. */
  readonly cachesUntil: UnixSeconds
  /** Of the document. */
  readonly version: number
  readonly settings: RolloverSettings
  readonly keys: readonly KeyFact[]
  readonly sightings: readonly Sighting[]
}

/** What is to be done now, and what to wait for. */
export interface RolloverPlan {
  /** The records that should be published now, in canonical order. */
  readonly publish: readonly Tlsa[]
  readonly stages: ReadonlyMap<string, KeyStage>
  /** Whether the set in the zone is another than was written: somebody forced it. */
  readonly isStray: boolean
  /** Whether there is a key, and whichever of them may be deployed everywhere. */
  readonly isSafeToDeploy: boolean
  /** When it will be; undefined when it is, or when that is not known. */
  readonly safeAt: UnixSeconds | undefined
  /** When something is to be done next; undefined for never. */
  readonly nextAt: UnixSeconds | undefined
  /** In words: what happens, what is wrong, what to do. */
  readonly notes: readonly {
    readonly severity: 'info' | 'warning' | 'error'
    readonly text: string
  }[]
}

/** What came of a use case. */
export interface Tracked {
  readonly rollover: Rollover
  readonly plan: RolloverPlan
  /** Whether anything was changed; false where all was as wished. */
  readonly changed: boolean
  /** Sequence of the change set, to wait for with `Records.whenLive`; 0 for none. */
  readonly sequence: number
}
