import type { CodedError, UnixSeconds } from '../base/index.ts'
import type { Ttl } from '../rr/index.ts'
import type { Actor } from '../store/index.ts'
import type { Name } from '../wire/index.ts'

/** A domain of a tenant. */
export interface DomainRef {
  readonly tenant: string
  /** As A-labels, lower case. */
  readonly domain: Name
}

/**
 * What a feature of a domain is at. `ending`: off for whoever asks, while what caches may still
 * lead to stays until its time.
 */
export type DomainState =
  | { readonly kind: 'off' }
  | { readonly kind: 'on'; readonly since: UnixSeconds }
  | { readonly kind: 'ending'; readonly since: UnixSeconds; readonly until: UnixSeconds }

/** Whether the host of before answers. `returning`: it shall, and is not there yet. */
export type LegacyState = DomainState | { readonly kind: 'returning'; readonly since: UnixSeconds }

/** An accepted domain, as its document has it. */
export interface Domain extends DomainRef {
  /** Of the document; what a use case was worked out upon. */
  readonly version: number
  /**
   * `managed`: verified by a record in DNS; `selfService`: a domain that nobody administers;
   * `initial`: the tenant's own below `onmicrosoft.com`. Only managed ones can be enabled.
   */
  readonly kind: 'managed' | 'selfService' | 'initial'
  /** TXT value that proves who administers the domain. */
  readonly proof: string
  readonly verifiedAt: UnixSeconds | undefined
  /** Asked for instead of the one that the rule gives; taken when the domain is verified. */
  readonly wishedToken: string | undefined
  /** Undefined until verified. Never another one afterwards, unless by override before enabling. */
  readonly token: string | undefined
  /** Those that an override replaced; their legacy hosts come and go with that of `token`. */
  readonly formerTokens: readonly string[]
  /** Kept when DNSSEC is disabled, for when it is enabled again. */
  readonly partition: string | undefined
  /** Its signed host, while DNSSEC is on and until it is no longer held. */
  readonly host: Name | undefined
  readonly dnssec: DomainState
  readonly dane: DomainState
  /** Whether the legacy host answers; `ending` with the time when it goes. */
  readonly legacy: LegacyState
  readonly createdAt: UnixSeconds
  readonly removedAt: UnixSeconds | undefined
}

/** One of the sibling zones that signed hosts are spread over. */
export interface Partition {
  /** Such as `o-v1`. */
  readonly name: string
  /** Apex of its zone, such as `o-v1.mx.microsoft.`; a zone of the store. */
  readonly zone: Name
  /** IPv4 and IPv6 addresses in text, at least one. */
  readonly frontends: readonly string[]
  /** Whether new domains may come here. */
  readonly isOpen: boolean
  /** Hosts that are there now. */
  readonly hosts: number
  readonly version: number
}

/** A name server that the zones made here have. */
export interface NameServer {
  /** Relative to the zone without final dot, such as `ns1`, which needs addresses; or absolute. */
  readonly name: string
  /** IPv4 and IPv6 addresses in text. */
  readonly addresses: readonly string[]
}

/** What an operator sets. */
export interface ProvisionSettings {
  /** Parent of partitions made by name: `mx.microsoft.`. */
  readonly suffix: Name
  /** Apex of the zone of hosts of before: `mail.protection.outlook.com.`; undefined for none. */
  readonly legacyZone: Name | undefined
  /** Addresses of the hosts of before, in text; at least one where there is a legacy zone. */
  readonly legacyFrontends: readonly string[]
  /** Those of zones that are made here; at least one. */
  readonly nameServers: readonly NameServer[]
  /** Preference that the MX record shall have; 0, or 10 as the cmdlet's help has it. */
  readonly expectedPreference: number
  /** TTL in `ExpectedMxRecord`. */
  readonly expectedTtl: Ttl
  /** TTL of addresses and TLSA records of hosts. */
  readonly hostTtl: Ttl
  /** How long a host stays after DNSSEC was disabled: at least the TTL of MX records. */
  readonly holdSeconds: number
  /** How long the legacy host stays once nothing needs it: 48 hours. */
  readonly legacySeconds: number
  /** A way to choose: the least full of those that are open, or always this one. */
  readonly partition: 'least-full' | { readonly name: string }
}

/** Codes of `ErrorData`, as Exchange Online has them. */
export type CmdletErrorCode =
  | 'DomainNotFound'
  | 'DnssecOperationFailed'
  | 'PartitionNotFound'
  | 'DomainNotSupported'

/** Why a cmdlet failed, in its own words. */
export interface CmdletError {
  readonly ErrorCode: CmdletErrorCode
  readonly ErrorDetails: string
}

/** What the enabling and disabling cmdlets return; keys in their order. */
export interface CmdletResult {
  /** Only of the cmdlets about DNSSEC; null where there is no host. */
  readonly DnssecMxValue?: string | null
  readonly Result: 'Success' | 'Error'
  readonly ErrorData: CmdletError | null
}

/** The MX record that the domain shall have: `@ 60 IN MX 0 contoso-com.o-v1.mx.microsoft`. */
export interface ExpectedMx {
  readonly host: Name
  readonly preference: number
  readonly ttl: Ttl
}

/** What came of a use case. */
export type Provisioned<T> =
  | {
      readonly kind: 'done'
      readonly value: T
      /** Whether anything was changed; false where all was as wished. */
      readonly changed: boolean
      /** Sequence of the change set, to wait for with `Records.whenLive`; 0 for none. */
      readonly sequence: number
    }
  | {
      readonly kind: 'refused'
      /** As a cmdlet puts it; undefined for what no cmdlet does. */
      readonly cmdlet: CmdletError | undefined
      /** `domain-absent`, `domain-unverified`, `partition-absent`, `token-taken`, … */
      readonly error: CodedError
    }

/** Who does it. */
export type { Actor }
