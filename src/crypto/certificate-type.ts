import type { UnixSeconds } from '../base/index.ts'

/** What can be asked of an X.509 certificate (RFC 5280). Immutable. */
export interface Certificate {
  /** The whole certificate, DER. */
  readonly der: Uint8Array
  /** Its SubjectPublicKeyInfo, DER, exactly as it stands in the certificate. */
  readonly spki: Uint8Array
  /** Distinguished names for people, such as `CN=mail.example, O=Example`. */
  readonly subject: string
  readonly issuer: string
  readonly notBefore: UnixSeconds
  readonly notAfter: UnixSeconds
  /** dNSName entries of subjectAltName, as they stand. */
  readonly dnsNames: readonly string[]
  /** The last common name of the subject. */
  readonly commonName: string | undefined
  /** Whether basicConstraints says that it is an authority; version 1 certificates are none. */
  readonly isCa: boolean
  /** pathLenConstraint of basicConstraints. */
  readonly pathLength: number | undefined
  /** dNSName subtrees of nameConstraints (RFC 5280 §4.2.1.10); undefined when it has none. */
  readonly nameConstraints:
    | { readonly permitted: readonly string[]; readonly excluded: readonly string[] }
    | undefined
  /** Whether its key may serve TLS: extendedKeyUsage is absent or says so (RFC 5280 §4.2.1.12). */
  readonly serverAuth: boolean
  /** Whether it has a critical extension that nobody here understands (RFC 5280 §4.2). */
  readonly hasUnknownCritical: boolean
  /**
   * Whether `issuer` issued it: names chain, as do key identifiers where there are any, keyUsage
   * lets it, and the signature verifies under its key. Its being an authority is not looked at.
   */
  isIssuedBy(issuer: Certificate): boolean
  /** Whether its signature verifies under a bare key (SubjectPublicKeyInfo, DER). */
  isSignedBy(spki: Uint8Array): boolean
}

/** A bare public key (SubjectPublicKeyInfo, RFC 5280 §4.1.2.7) that can be used. */
export interface SubjectKey {
  readonly der: Uint8Array
  /** For people, such as `EC P-256`, `RSA 2048` or `ED25519`. */
  readonly kind: string
}
