import type { Place } from '../base/index.ts'
import { type Name, type NameKey, nameKey } from '../wire/index.ts'

/** An address and port to listen on. */
export interface ListenEndpoint {
  /** An IPv4 or IPv6 address in text, without brackets. */
  readonly address: string
  /** 0 to 65535; 0 lets the system choose a free one. */
  readonly port: number
}

/** DNS over TLS (RFC 7858). */
export interface TlsConfig {
  /** Endpoints of their own; none by default. */
  readonly listen: readonly ListenEndpoint[]
  /** PEM file with the certificate and its chain; given whenever `listen` has an entry. */
  readonly certificate: string | undefined
  /** PEM file with the private key; given whenever `listen` has an entry. */
  readonly key: string | undefined
}

/** Where zones come from. */
export interface ZonesConfig {
  /** Every `NAME.zone` and `NAME.yaml` in it is the zone NAME; undefined for no directory. */
  readonly directory: string | undefined
  /** Zones named here instead of by their file: the root, or a name no file can carry. */
  readonly files: ReadonlyMap<NameKey, ZoneFileConfig>
}

/** One zone and the file it is in. */
export interface ZoneFileConfig {
  readonly zone: Name
  readonly file: string
}

/** How absence is proven; see the decision on denial modes. */
export type DenialMode = 'nsec' | 'nsec3' | 'minimal' | 'compact'

/** Validity of signatures. All in seconds. */
export interface SignaturesConfig {
  /** From inception to expiration, skew left out. */
  readonly validity: number
  /** A signature with less than this left to live is renewed. */
  readonly refresh: number
  /** Zones spread their expirations over so much, each by an offset of its own. */
  readonly jitter: number
  /** How far inception lies in the past, for validators whose clock is behind. */
  readonly skew: number
}

/** How one zone is signed. */
export interface ZonePolicy {
  /** Whether the zone is signed at all. */
  readonly dnssec: boolean
  /** Number of the DNSSEC algorithm: 13, 14 or 15. */
  readonly algorithm: number
  /** One key that signs everything, or two with the work divided. */
  readonly keys: 'csk' | 'ksk+zsk'
  readonly denial: DenialMode
  /** Insecure delegations left out of the chain (RFC 5155 §6); only with nsec3. */
  readonly optOut: boolean
  readonly signatures: SignaturesConfig
  /** TTL of DNSKEY, CDS and CDNSKEY, in seconds. */
  readonly dnskeyTtl: number
  /** Whether CDS and CDNSKEY are published (RFC 7344, RFC 8078). */
  readonly cds: boolean
}

/** Policy of one zone that differs from the common one. */
export interface ZoneOverride {
  readonly zone: Name
  /** Complete: what the override does not name is the common policy's. */
  readonly policy: ZonePolicy
  /** Where the override stands, to be quoted when no such zone is served. */
  readonly place: Place
}

/** What does not belong to a single zone. */
export interface SigningConfig {
  /** Sign 13 and 14 deterministically (RFC 6979): equal octets on all nodes, 20 times slower. */
  readonly deterministic: boolean
  /** Most octets that signatures of synthesised denials may take. */
  readonly cacheOctets: number
}

/** Limits of TCP and TLS connections. */
export interface TcpConfig {
  /** Connections open at a time, TCP and TLS together. */
  readonly connectionsMax: number
  /** Connections of one client: an IPv4 address or an IPv6 /64. */
  readonly clientConnectionsMax: number
  /** Queries after which a connection is closed; 0 for no limit. */
  readonly connectionQueriesMax: number
  /** Silence after which a connection is closed, in seconds. */
  readonly idleTimeout: number
  /** How long a message may take from its first octet to its last, in seconds. */
  readonly readTimeout: number
  /** How long a client may let answers lie, in seconds. */
  readonly writeTimeout: number
}

/** How queries are received and answered. */
export interface ServerConfig {
  /** Longest answer over UDP in octets, whatever the client offers. */
  readonly udpOctetsMax: number
  /** What the NSID option answers (RFC 5001); undefined for nothing. */
  readonly nsid: string | undefined
  /** What CHAOS `version.bind` and `version.server` answer; undefined to refuse. */
  readonly version: string | undefined
  readonly tcp: TcpConfig
}

/** Where the zones of the API are kept. */
export interface StoreConfig {
  /** `auto` is `lmdb` where the API listens, and `off` where it does not: see `storeDriverOf`. */
  readonly driver: 'auto' | 'off' | 'lmdb' | 'postgres'
  /** The directory of the embedded store. */
  readonly path: string
  /** Where PostgreSQL is, without a password; given with `postgres`. */
  readonly url: string | undefined
  /** A file whose first line is the password of the database. */
  readonly passwordFile: string | undefined
  /**
   * Files with the keys that seal private keys in the store: the first seals, all of them open, so
   * that they can be exchanged one after another. None leaves private keys in the key directory.
   */
  readonly sealingKeys: readonly string[]
  /** What this node calls itself to the others; undefined for the name of the machine. */
  readonly node: string | undefined
}

/** The HTTP API. */
export interface ApiConfig {
  /** Endpoints; none by default. */
  readonly listen: readonly ListenEndpoint[]
  /** A Unix socket, instead or beside; undefined for none. */
  readonly socket: string | undefined
  /** PEM files; both or neither. */
  readonly tls: { readonly certificate: string | undefined; readonly key: string | undefined }
  /** Whether it may listen beyond this machine without TLS. */
  readonly allowPlain: boolean
  /** Longest body of a request. */
  readonly bodyOctets: number
  /** Longest header of a request. */
  readonly headerOctets: number
  /** Connections open at a time. */
  readonly connectionsMax: number
  /** Requests under way at a time. */
  readonly requestsMax: number
  /** How long a request may take to arrive, in seconds. */
  readonly requestTimeout: number
}

/** Whom to ask what a parent says of a zone, before something is deleted. */
export interface ResolverConfig {
  /** Resolvers; none for those of the system. */
  readonly servers: readonly ListenEndpoint[]
  /** A file with trust anchors; undefined for the root's, built in. */
  readonly anchors: string | undefined
}

/** A mail host whose certificate is looked at. */
export interface TlsaServer {
  /** What senders know it by; sent as SNI. */
  readonly host: Name
  readonly addresses: readonly string[]
}

/** A TLSA owner that follows certificates. Spans of time in seconds. */
export interface TlsaConfig {
  readonly owner: Name
  /** PEM files, or directories as certbot leaves them. */
  readonly certificates: readonly string[]
  readonly servers: readonly TlsaServer[]
  readonly ttl: number
  /** Whether `2 1 1` of the issuer is published beside `3 1 1`. */
  readonly issuer: boolean
  /** How far secondaries may lag behind. */
  readonly lag: number
  /** How long before the end of a certificate there is a warning. */
  readonly warn: number
}

/** A name server of zones that are made for provisioned hosts. */
export interface NameServerConfig {
  /** One label without final dot, which is below each zone; or absolute, with its final dot. */
  readonly name: string
  /** IPv4 and IPv6 addresses in text; at least one where it is below each zone. */
  readonly addresses: readonly string[]
}

/** Accepted domains and their MX hosts. Times are in seconds. */
export interface ProvisioningConfig {
  /** Parent of partitions that are made by name. */
  readonly suffix: Name
  /** Those of the zones that are made; without any, none can be. */
  readonly nameServers: readonly NameServerConfig[]
  /** Where domains go that were nowhere before: `least-full`, or the name of a partition. */
  readonly partition: string
  /** Zone of the hosts that domains had before; undefined for none. */
  readonly legacyZone: Name | undefined
  /** Addresses of those hosts. */
  readonly legacyFrontends: readonly string[]
  /** Preference that MX records are to have: 0, or 10 as the cmdlet's help has it. */
  readonly expectedPreference: number
  /** TTL of the MX record as it is told to administrators. */
  readonly expectedTtl: number
  /** TTL of the addresses of hosts. */
  readonly hostTtl: number
  /** How long a host stays after DNSSEC was disabled: the longest TTL of an MX record. */
  readonly hold: number
  /** How long the host of before stays after DNSSEC was enabled. */
  readonly legacyHold: number
  /** Where hosts take mail; other than 25 only in a lab. */
  readonly smtpPort: number
  /** How policies of MTA-STS are fetched; other than 443 and the system's only in a lab. */
  readonly mtaSts: { readonly port: number; readonly authorities: string | undefined }
}

/** What is logged, on standard error. */
export interface LogConfig {
  readonly level: 'info' | 'warn' | 'error' | 'off'
  readonly format: 'json' | 'text'
}

/** What `danelaw lab inject` may do to a server that serves. By default: nothing. */
export interface LabConfig {
  /** Zones that may be broken on purpose, until they are healed or the server stops. */
  readonly inject: readonly Name[]
  /** Whether that is so where other machines can ask, too. */
  readonly allowRemote: boolean
}

/** Everything an operator can set. Paths are absolute. */
export interface Config {
  /** Endpoints of UDP and TCP alike. */
  readonly listen: readonly ListenEndpoint[]
  readonly tls: TlsConfig
  readonly zones: ZonesConfig
  /** Where BIND key files are read from and written to. */
  readonly keys: { readonly directory: string }
  /** The policy of every zone without an override. */
  readonly policy: ZonePolicy
  readonly overrides: ReadonlyMap<NameKey, ZoneOverride>
  readonly signing: SigningConfig
  readonly server: ServerConfig
  /** The Unix socket of `danelaw reload`, `status` and `token`; undefined for none. */
  readonly control: { readonly socket: string | undefined }
  readonly store: StoreConfig
  readonly api: ApiConfig
  readonly resolver: ResolverConfig
  readonly tlsa: ReadonlyMap<NameKey, TlsaConfig>
  readonly provisioning: ProvisioningConfig
  readonly log: LogConfig
  readonly lab: LabConfig
}

/** The store that is opened: the driver named, or the embedded one where the API listens. */
export function storeDriverOf({ store, api }: Config): 'off' | 'lmdb' | 'postgres' {
  if (store.driver !== 'auto') return store.driver
  return api.listen.length > 0 || api.socket !== undefined ? 'lmdb' : 'off'
}

/** The policy that `zone` is signed by: its own override, or the common one. */
export function policyOf(config: Config, zone: Name): ZonePolicy {
  return config.overrides.get(nameKey(zone))?.policy ?? config.policy
}
