import type { UnixSeconds } from '../base/index.ts'
import { Tag, writeDer } from './der.ts'
import { sha256 } from './digests.ts'
import type { PrivateKey } from './sign.ts'

// A library for certificates signs with the nonces of the system. Here the same seed has to give
// the same octets, since digests of certificates stand in zones, so that they are written by hand:
// one kind of key, one kind of signature, and the extensions that a chain for TLS needs.

/** Who signs a certificate. */
export interface Issuer {
  /** The common name of its own certificate. */
  readonly commonName: string
  /** Of algorithm 13; the nonces of RFC 6979, where certificates are to be repeatable. */
  readonly key: PrivateKey
}

/** What a certificate is to say (RFC 5280 §4.1). */
export interface CertificateRequest {
  /** 1 to 16 octets, the first neither 0 nor above 127. */
  readonly serial: Uint8Array
  readonly commonName: string
  /** dNSName entries of subjectAltName; without any there is none. */
  readonly dnsNames: readonly string[]
  readonly notBefore: UnixSeconds
  readonly notAfter: UnixSeconds
  /** Whether it may issue others. */
  readonly isCa: boolean
  /** DNS names that others of its chain may have, with all below each; undefined: any. */
  readonly permitted?: readonly string[]
  /** P-256, that is algorithm 13; its public half is certified. */
  readonly key: PrivateKey
  /** Its own, with its own common name, for one that signs itself. */
  readonly issuer: Issuer
}

const ecdsaWithSha256 = Buffer.from('300a06082a8648ce3d040302', 'hex')
/** SubjectPublicKeyInfo of a P-256 key up to its point (RFC 5480 §2). */
const spkiPrefix = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex')
const commonNameOid = Buffer.from('0603550403', 'hex')
const version3 = Buffer.from('a003020102', 'hex')

/** Tags of what has none of its own. */
const extensionsTag = 0xa3
const dnsNameTag = 0x82
const keyIdTag = 0x80
const permittedSubtreesTag = 0xa0

/** `AlgorithmIdentifier`s and keys aside, what a certificate of a chain for TLS says of itself. */
const extensionOid = {
  subjectKeyIdentifier: '551d0e',
  keyUsage: '551d0f',
  subjectAltName: '551d11',
  basicConstraints: '551d13',
  nameConstraints: '551d1e',
  authorityKeyIdentifier: '551d23',
} as const

/** Bits of keyUsage with their DER around (RFC 5280 §4.2.1.3). */
const digitalSignature = Buffer.from('03020780', 'hex')
const keyCertSign = Buffer.from('03020204', 'hex')
const isAuthority = Buffer.from('30030101ff', 'hex')

/** Octets of a key identifier made by RFC 7093 §2, method 1. */
const keyIdOctets = 20
/** From this time on years have four digits: 2050-01-01 (RFC 5280 §4.1.2.5). */
const generalizedFrom = 2_524_608_000

/**
 * Writes an X.509 certificate (RFC 5280), version 3, signed by ECDSA with SHA-256: DER. With keys
 * that sign deterministically, equal requests give equal octets.
 */
export function issueCertificate(request: CertificateRequest): Uint8Array {
  const { serial, commonName, notBefore, notAfter, key, issuer } = request
  const fields = writeDer(
    Tag.sequence,
    version3,
    writeDer(Tag.integer, serial),
    ecdsaWithSha256,
    nameOf(issuer.commonName),
    writeDer(Tag.sequence, timeOf(notBefore), timeOf(notAfter)),
    nameOf(commonName),
    spkiOf(key),
    writeDer(extensionsTag, writeDer(Tag.sequence, ...extensionsOf(request))),
  )
  const signature = signatureOf(issuer.key.sign(fields))
  return writeDer(Tag.sequence, fields, ecdsaWithSha256, bits(signature))
}

/** Certificates in the order of a TLS chain, as one PEM (RFC 7468 §5). */
export function certificatesToPem(...certificates: readonly Uint8Array[]): string {
  return certificates
    .map((der) =>
      Buffer.from(der)
        .toString('base64')
        .replace(/.{64}(?=.)/g, '$&\n'),
    )
    .map((text) => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`)
    .join('')
}

function spkiOf({ publicKey }: PrivateKey): Uint8Array {
  return Buffer.concat([spkiPrefix, publicKey])
}

function bits(octets: Uint8Array): Uint8Array {
  return writeDer(Tag.bitString, Uint8Array.of(0), octets)
}

function nameOf(commonName: string): Uint8Array {
  const value = writeDer(Tag.utf8String, Buffer.from(commonName, 'utf8'))
  const attribute = writeDer(Tag.sequence, commonNameOid, value)
  return writeDer(Tag.sequence, writeDer(Tag.set, attribute))
}

function timeOf(time: UnixSeconds): Uint8Array {
  const text = new Date(time * 1000).toISOString().replace(/[-:T]|\.\d+/g, '')
  return time < generalizedFrom
    ? writeDer(Tag.utcTime, Buffer.from(text.slice(2), 'latin1'))
    : writeDer(Tag.generalizedTime, Buffer.from(text, 'latin1'))
}

function extension(
  name: keyof typeof extensionOid,
  isCritical: boolean,
  value: Uint8Array,
): Uint8Array {
  const oid = writeDer(Tag.oid, Buffer.from(extensionOid[name], 'hex'))
  const critical = isCritical ? [writeDer(Tag.boolean, Uint8Array.of(0xff))] : []
  return writeDer(Tag.sequence, oid, ...critical, writeDer(Tag.octetString, value))
}

function dnsNameOf(name: string): Uint8Array {
  return writeDer(dnsNameTag, Buffer.from(name, 'latin1'))
}

function keyIdOf({ publicKey }: PrivateKey): Uint8Array {
  return sha256(Uint8Array.of(4, ...publicKey)).subarray(0, keyIdOctets)
}

function extensionsOf(request: CertificateRequest): Uint8Array[] {
  const { dnsNames, isCa, permitted, key, issuer } = request
  const authority = writeDer(Tag.sequence, writeDer(keyIdTag, keyIdOf(issuer.key)))
  const list = [
    extension('subjectKeyIdentifier', false, writeDer(Tag.octetString, keyIdOf(key))),
    extension('authorityKeyIdentifier', false, authority),
    extension('keyUsage', true, isCa ? keyCertSign : digitalSignature),
  ]
  if (isCa) list.push(extension('basicConstraints', true, isAuthority))
  if (permitted) {
    const subtrees = permitted.map((name) => writeDer(Tag.sequence, dnsNameOf(name)))
    const constraints = writeDer(permittedSubtreesTag, ...subtrees)
    list.push(extension('nameConstraints', true, writeDer(Tag.sequence, constraints)))
  }
  if (dnsNames.length > 0) {
    const names = writeDer(Tag.sequence, ...dnsNames.map(dnsNameOf))
    list.push(extension('subjectAltName', false, names))
  }
  return list
}

/** r | s as two INTEGERs (RFC 3279 §2.2.3). */
function signatureOf(signature: Uint8Array): Uint8Array {
  const half = signature.length / 2
  const parts = [signature.subarray(0, half), signature.subarray(half)]
  return writeDer(Tag.sequence, ...parts.map(unsignedInteger))
}

/** The shortest form of a number that is not negative. */
function unsignedInteger(octets: Uint8Array): Uint8Array {
  const first = octets.findIndex((octet) => octet !== 0)
  const digits = octets.subarray(first)
  const sign = (digits[0] ?? 0) >= 0x80 ? [0] : []
  return writeDer(Tag.integer, Uint8Array.from([...sign, ...digits]))
}
