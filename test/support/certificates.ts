import 'reflect-metadata'
import { hash, type webcrypto, X509Certificate } from 'node:crypto'
import {
  BasicConstraintsExtension,
  Extension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'

/** A certificate made by a test, with its key: may serve TLS, and may issue others. */
export interface Issued {
  readonly der: Uint8Array
  readonly pem: string
  /** PKCS#8. */
  readonly keyPem: string
  readonly keys: CryptoKeyPair
  readonly subject: string
}

/** What a certificate is to be like; all of it has defaults. */
export interface CertificateOptions {
  /** Default `CN=` and the first of `names`, or `CN=Test`. */
  readonly subject?: string
  /** dNSName entries of subjectAltName, as given. */
  readonly names?: readonly string[]
  /** Unix seconds; the defaults are 2020-01-01 and 2040-01-01. */
  readonly from?: number
  readonly to?: number
  /** An authority; with a number, of that pathLenConstraint. */
  readonly ca?: boolean | number
  /** dNSName subtrees of nameConstraints. */
  readonly permitted?: readonly string[]
  readonly excluded?: readonly string[]
  /** Further extensions, as DER of their values. */
  readonly extensions?: readonly { readonly oid: string; readonly critical: boolean; der: string }[]
  readonly key?: KeyKind
  /** The key of that certificate once more, instead of a new one. */
  readonly keysOf?: Issued
  /** Default: itself. */
  readonly issuer?: Issued
}

/** What keys can be made. */
export type KeyKind = 'p256' | 'p384' | 'ed25519' | 'rsa2048'

type CryptoKeyPair = webcrypto.CryptoKeyPair

const dayOne = 1_577_836_800
const lastDay = 2_208_988_800

const algorithms = {
  p256: { name: 'ECDSA', namedCurve: 'P-256' },
  p384: { name: 'ECDSA', namedCurve: 'P-384' },
  ed25519: { name: 'Ed25519' },
  rsa2048: {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: 'SHA-256',
  },
} as const

let serial = 1

/** Makes a certificate, signed by `issuer` or by itself. */
export async function issue(options: CertificateOptions = {}): Promise<Issued> {
  const { names = [], issuer } = options
  const subject = options.subject ?? `CN=${names[0] ?? 'Test'}`
  const keys = options.keysOf?.keys ?? (await makeKeys(options.key ?? 'p256'))
  const signingKey = (issuer?.keys ?? keys).privateKey
  const certificate = await X509CertificateGenerator.create({
    serialNumber: (serial++).toString(16).padStart(4, '0'),
    subject,
    issuer: issuer?.subject ?? subject,
    notBefore: new Date((options.from ?? dayOne) * 1000),
    notAfter: new Date((options.to ?? lastDay) * 1000),
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: { ...signingKey.algorithm, hash: 'SHA-256' } as webcrypto.EcdsaParams,
    extensions: extensionsOf(options),
  })
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey)
  return {
    der: new Uint8Array(certificate.rawData),
    pem: `${certificate.toString('pem')}\n`,
    keyPem: `${PemConverter.encode(pkcs8, PemConverter.PrivateKeyTag)}\n`,
    keys,
    subject,
  }
}

/** A self-signed authority. */
export function authority(options: CertificateOptions = {}): Promise<Issued> {
  return issue({ subject: 'CN=Test Authority', ca: true, ...options })
}

/** The certificates in the order of a TLS chain, as one PEM. */
export function chainPem(...chain: readonly Issued[]): string {
  return chain.map(({ pem }) => pem).join('')
}

/** TLSA RDATA for a certificate, made without danelaw's own means. */
export function tlsaFor(
  { der }: Issued,
  usage: number,
  selector: number,
  matching: number,
): Uint8Array {
  const key = new X509Certificate(der).publicKey.export({ type: 'spki', format: 'der' })
  const selected = selector === 0 ? Buffer.from(der) : key
  const data =
    matching === 0 ? selected : hash(matching === 1 ? 'sha256' : 'sha512', selected, 'buffer')
  return Uint8Array.of(usage, selector, matching, ...data)
}

async function makeKeys(kind: KeyKind): Promise<CryptoKeyPair> {
  const made = await crypto.subtle.generateKey(algorithms[kind], true, ['sign', 'verify'])
  return made as CryptoKeyPair
}

function extensionsOf(options: CertificateOptions): Extension[] {
  const { names = [], ca = false, permitted, excluded } = options
  const extensions: Extension[] = []
  if (ca !== false) {
    const pathLength = typeof ca === 'number' ? ca : undefined
    extensions.push(new BasicConstraintsExtension(true, pathLength, true))
  }
  if (names.length > 0) {
    const entries = names.map((value) => ({ type: 'dns' as const, value }))
    extensions.push(new SubjectAlternativeNameExtension(entries))
  }
  if (permitted || excluded) {
    const subtrees = [...subtreesDer(0xa0, permitted), ...subtreesDer(0xa1, excluded)]
    extensions.push(new Extension('2.5.29.30', true, Uint8Array.from(der(0x30, subtrees))))
  }
  for (const { oid, critical, der: hex } of options.extensions ?? []) {
    extensions.push(new Extension(oid, critical, Uint8Array.from(Buffer.from(hex, 'hex'))))
  }
  return extensions
}

/** GeneralSubtrees of dNSNames (RFC 5280 §4.2.1.10). */
function subtreesDer(tag: number, names: readonly string[] | undefined): number[] {
  if (!names) return []
  return der(
    tag,
    names.flatMap((name) => der(0x30, der(0x82, [...Buffer.from(name, 'latin1')]))),
  )
}

/** One DER element with a short or two-octet length. */
function der(tag: number, content: readonly number[]): number[] {
  const { length } = content
  if (length < 0x80) return [tag, length, ...content]
  return [tag, 0x82, length >> 8, length & 0xff, ...content]
}
