import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { UnixSeconds } from '../base/index.ts'
import type { Certificate, SubjectKey } from './certificate-type.ts'
import { type DerElement, derContent, derElements, derWhole, derWithin, Tag } from './der.ts'
import { type ExtensionFacts, noExtensions, readExtensions } from './extensions.ts'

// node:crypto verifies signatures and prints names. What TLSA records and RFC 7672 §3.2 look at is
// read here from the octets: node prints subjectAltName in an escaped form that is not for
// programs, and exports keys anew instead of as they stand.

/** Octets of a certificate; those of mail servers have one or two thousand. */
const certificateOctetsMax = 65_536

/** [0] EXPLICIT Version and [3] EXPLICIT Extensions. */
const versionTag = 0xa0
const extensionsTag = 0xa3
/** id-at-commonName, 2.5.4.3. */
const commonNameOid = '550403'

/**
 * Reads one certificate, DER, nothing before or after it. Undefined when it is none, or its key is
 * of no kind that OpenSSL knows. Never throws. The octets are kept, not copied.
 */
export function readCertificate(der: Uint8Array): Certificate | undefined {
  if (der.length > certificateOctetsMax) return undefined
  const facts = readFacts(der)
  const parsed = facts && parse(der)
  return parsed ? certificateOf(der, facts, parsed.x509, parsed.key) : undefined
}

/**
 * The certificates of a PEM text, in order; other blocks are passed over. Undefined when there is
 * none, or one that cannot be read.
 */
export function certificatesFromPem(text: string): readonly Certificate[] | undefined {
  const certificates: Certificate[] = []
  const blocks = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g
  for (const [, base64 = ''] of text.matchAll(blocks)) {
    const certificate = readCertificate(new Uint8Array(Buffer.from(base64, 'base64')))
    if (!certificate) return undefined
    certificates.push(certificate)
  }
  return certificates.length > 0 ? certificates : undefined
}

/** Reads a bare key, DER, nothing before or after it. Undefined when it is none. Never throws. */
export function readSpki(der: Uint8Array): SubjectKey | undefined {
  if (der.length > certificateOctetsMax || derWhole(der)?.tag !== Tag.sequence) return undefined
  const key = importSpki(der)
  return key && { der, kind: kindOf(key) }
}

/** What a certificate says by itself, but for signatures. */
interface Facts extends ExtensionFacts {
  readonly spki: Uint8Array
  readonly notBefore: UnixSeconds
  readonly notAfter: UnixSeconds
  readonly commonName: string | undefined
}

function readFacts(der: Uint8Array): Facts | undefined {
  const whole = derWithin(der, derWhole(der), Tag.sequence)
  if (whole?.length !== 3 || whole[2]?.tag !== Tag.bitString) return undefined
  const fields = derWithin(der, whole[0], Tag.sequence)
  if (!fields) return undefined
  // RFC 5280 §4.1: version, serialNumber, signature, issuer, validity, subject, key, …
  const rest = fields[0]?.tag === versionTag ? fields.slice(1) : fields
  const [serial, , issuer, validity, subject, key, ...optional] = rest
  if (serial?.tag !== Tag.integer || issuer?.tag !== Tag.sequence) return undefined
  if (subject?.tag !== Tag.sequence || key?.tag !== Tag.sequence) return undefined
  const [from, to, ...more] = derWithin(der, validity, Tag.sequence) ?? []
  const notBefore = readTime(der, from)
  const notAfter = readTime(der, to)
  if (notBefore === undefined || notAfter === undefined || more.length > 0) return undefined
  const wrapper = optional.find(({ tag }) => tag === extensionsTag)
  const extensions = wrapper ? readWrapped(der, wrapper) : noExtensions
  return (
    extensions && {
      ...extensions,
      spki: der.subarray(key.from, key.to),
      notBefore,
      notAfter,
      commonName: readCommonName(der, subject),
    }
  )
}

function readWrapped(der: Uint8Array, wrapper: DerElement): ExtensionFacts | undefined {
  const [list, ...rest] = derElements(der, wrapper.contentFrom, wrapper.to) ?? []
  return list && rest.length === 0 ? readExtensions(der, list) : undefined
}

/** RFC 5280 §4.1.2.5: `YYMMDDhhmmssZ`, of 1950 to 2049, or `YYYYMMDDhhmmssZ`. */
function readTime(der: Uint8Array, element: DerElement | undefined): UnixSeconds | undefined {
  if (!element) return undefined
  const text = Buffer.from(derContent(der, element)).toString('latin1')
  const isShort = element.tag === Tag.utcTime
  if (!isShort && element.tag !== Tag.generalizedTime) return undefined
  if (!(isShort ? /^[0-9]{12}Z$/ : /^[0-9]{14}Z$/).test(text)) return undefined
  const full = isShort ? `${text < '50' ? '20' : '19'}${text}` : text
  const iso = full.replace(/(....)(..)(..)(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z')
  const milliseconds = Date.parse(iso)
  return Number.isNaN(milliseconds) ? undefined : ((milliseconds / 1000) as UnixSeconds)
}

/** The last common name of a distinguished name, the most specific one (RFC 7672 §3.2.3). */
function readCommonName(der: Uint8Array, subject: DerElement): string | undefined {
  let found: string | undefined
  for (const set of derWithin(der, subject, Tag.sequence) ?? []) {
    for (const attribute of derWithin(der, set, Tag.set) ?? []) {
      const [type, value] = derWithin(der, attribute, Tag.sequence) ?? []
      if (type?.tag !== Tag.oid || !value) continue
      if (Buffer.from(derContent(der, type)).toString('hex') !== commonNameOid) continue
      found = textOf(derContent(der, value), value.tag)
    }
  }
  return found
}

function textOf(octets: Uint8Array, tag: number): string {
  const copy = Buffer.from(octets)
  if (tag === Tag.utf8String) return copy.toString('utf8')
  if (tag === Tag.bmpString && copy.length % 2 === 0) return copy.swap16().toString('utf16le')
  return copy.toString('latin1')
}

function parse(der: Uint8Array): { x509: X509Certificate; key: KeyObject } | undefined {
  try {
    const x509 = new X509Certificate(der)
    return { x509, key: x509.publicKey }
  } catch {
    return undefined
  }
}

function importSpki(der: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' })
  } catch {
    return undefined
  }
}

/** OpenSSL raises, rather than refuses, a signature of another kind than the key. */
function verifies(x509: X509Certificate, key: KeyObject): boolean {
  try {
    return x509.verify(key)
  } catch {
    return false
  }
}

function kindOf(key: KeyObject): string {
  const { asymmetricKeyType = 'unknown', asymmetricKeyDetails: details } = key
  const curve = details?.namedCurve?.replace('prime256v1', 'P-256').replace('secp384r1', 'P-384')
  const size = details?.modulusLength ?? curve
  return [asymmetricKeyType.toUpperCase(), size].filter((part) => part !== undefined).join(' ')
}

/** OpenSSL's one attribute per line as one line; it has escaped whatever is not printable. */
function oneLine(name: string | undefined): string {
  return (name ?? '').trimEnd().replaceAll('\n', ', ')
}

function certificateOf(
  der: Uint8Array,
  facts: Facts,
  x509: X509Certificate,
  key: KeyObject,
): Certificate {
  const certificate: Certificate = {
    der,
    ...facts,
    subject: oneLine(x509.subject),
    issuer: oneLine(x509.issuer),
    isIssuedBy(issuer) {
      const by = made.get(issuer)
      return by !== undefined && x509.checkIssued(by.x509) && verifies(x509, by.key)
    },
    isSignedBy(spki) {
      const by = importSpki(spki)
      return by !== undefined && verifies(x509, by)
    },
  }
  made.set(certificate, { x509, key })
  return certificate
}

/** What node made of a certificate, for as long as the certificate lives. */
const made = new WeakMap<Certificate, { readonly x509: X509Certificate; readonly key: KeyObject }>()
