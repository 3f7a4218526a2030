import type { Certificate } from '../crypto/index.ts'
import type { Name } from '../wire/index.ts'

/** A TLSA record, taken apart (RFC 6698 §2.1). */
export interface Tlsa {
  /** 0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE. */
  readonly usage: number
  /** 0 Cert, 1 SPKI. */
  readonly selector: number
  /** 0 Full, 1 SHA-256, 2 SHA-512. */
  readonly matching: number
  readonly data: Uint8Array
}

/** A record with whether SMTP can use it, and if not, why (RFC 7672 §3.1, RFC 6698 §2.1). */
export interface JudgedTlsa {
  readonly record: Tlsa
  /** `3 1 1 0a1b…`, as presented; long data cut. */
  readonly text: string
  readonly usable: boolean
  /** Why it is unusable, or left out by digest agility; undefined when it takes part. */
  readonly why: string | undefined
}

/** A TLSA RRset made ready to be matched (RFC 7671 §9). */
export interface TlsaSet {
  readonly all: readonly JudgedTlsa[]
  /** Usable and left by digest agility; empty when none is usable. */
  readonly active: readonly JudgedTlsa[]
}

/** What a certificate chain is matched for. */
export interface MatchQuestion {
  readonly tlsa: TlsaSet
  /** As the server sent it, end entity first; at most `chainLengthMax` are looked at. */
  readonly chain: readonly Certificate[]
  /** Names that a DANE-TA certificate may have: TLSA base first (RFC 7672 §3.2.2). */
  readonly referenceNames: readonly Name[]
  /** Unix seconds. */
  readonly now: number
  /** Default `self-issued`. */
  readonly anchorDates?: AnchorDates
}

/**
 * Which trust anchors have to be within their own dates: neither RFC 6698 nor RFC 7671 says.
 * OpenSSL, and so most senders, check those of a root and not those of an authority that somebody
 * else has certified: `self-issued` is to do the same.
 */
export type AnchorDates = 'self-issued' | 'always' | 'never'

/** Why a chain is not what the TLSA records promise. */
export type MatchFailure =
  | 'no-match'
  | 'no-certificate'
  | 'trust-anchor-missing'
  | 'chain-broken'
  | 'host-mismatch'
  | 'expired'
  | 'not-yet-valid'
  | 'constraint'

/** What became of one active record. */
export interface RecordMatch {
  readonly tlsa: JudgedTlsa
  readonly matched: boolean
  /** Undefined when it matched. */
  readonly failure: MatchFailure | undefined
  readonly text: string
  /** Position in the chain of the certificate that it selected. */
  readonly depth: number | undefined
}

/** Whether a chain is authenticated by a TLSA set. */
export interface MatchResult {
  readonly authenticated: boolean
  /** One for each active record, in their order. */
  readonly records: readonly RecordMatch[]
  /** The failure that says most, when nothing matched. */
  readonly failure: MatchFailure | undefined
  /** The record that authenticated. */
  readonly by: RecordMatch | undefined
  /** Facts about the end entity that the RFC ignores for DANE-EE and Exchange does not. */
  readonly endEntity:
    | {
        readonly isExpired: boolean
        readonly isNotYetValid: boolean
        /** Whether it has one of the reference names. */
        readonly hasName: boolean
      }
    | undefined
}

/** How one MX host has to be met; the rows of the DANE × MTA-STS table, without MTA-STS. */
export type DaneLevel =
  /** Usable TLSA: TLS and a match are required. */
  | 'authenticated'
  /** TLSA, none usable: TLS is required, the certificate is not looked at. */
  | 'encrypted'
  /** No TLSA, or not secure: opportunistic. */
  | 'none'
  /** A lookup failed: nothing may be delivered to this host. */
  | 'failed'

/** An Exchange Online code with its text; `transient` 4.x.x, `permanent` 5.x.x. */
export interface ExchangeStatus {
  /** `7.321` to `7.325`, `4.312`, `4.8`, `7.5`, `4.316`, `4.300`. */
  readonly code: string
  /** `4.7.321`; once retries end, `5.7.321`. */
  readonly transient: string
  readonly permanent: string
  /** `starttls-not-supported: Destination mail server must support TLS to receive mail.` */
  readonly text: string
}

/** TLS-RPT result types (RFC 8460 §4.3). */
export type ReportType =
  | 'starttls-not-supported'
  | 'certificate-host-mismatch'
  | 'certificate-expired'
  | 'certificate-not-trusted'
  | 'validation-failure'
  | 'tlsa-invalid'
  | 'dnssec-invalid'
  | 'dane-required'
  | 'sts-policy-fetch-error'
  | 'sts-policy-invalid'
  | 'sts-webpki-invalid'
