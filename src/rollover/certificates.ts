import { CodedError, type UnixSeconds } from '../base/index.ts'
import {
  type Certificate,
  publicHalfOfPem,
  readCertificate,
  readSpki,
  sha256,
} from '../crypto/index.ts'
import type { Tlsa } from '../dane/index.ts'
import { toBase64, toHex } from '../wire/index.ts'

/** Characters of one PEM text; chains have a few thousand. */
export const pemCharactersMax = 262_144
/** Blocks of one PEM text. */
const blocksMax = 32

/** What a PEM text says of one key: what is published for it, and until when it is good. */
export interface KeyMaterial {
  /** SHA-256 of the SubjectPublicKeyInfo, hexadecimal. */
  readonly id: string
  readonly tlsas: readonly Tlsa[]
  /** End of the certificate; undefined for a key alone. */
  readonly notAfter: UnixSeconds | undefined
}

/** A PEM text, and what it is called in errors: a path, or where else it came from. */
export interface PemText {
  readonly text: string
  readonly source: string
}

interface Block {
  readonly label: string
  readonly body: string
  /** Where it begins, from 1. */
  readonly line: number
}

/** What is in a PEM text, private keys as their public halves. */
interface Content {
  readonly certificates: readonly Certificate[]
  /** SubjectPublicKeyInfo of bare keys. */
  readonly keys: readonly { readonly spki: Uint8Array; readonly line: number }[]
}

/**
 * Reads a certificate with its chain, end entity first, or a bare public or private key. Of a
 * private key only the public half is looked at, and nothing is kept. With `issuer`, `2 1 1` of the
 * certificate that issued the first one is published too: it must be in the chain, as it must be
 * in what the servers send (RFC 7671 §5.2.2).
 *
 * @throws {CodedError} `pem-invalid`, with the line where it can be told
 */
export function readKeyMaterial(
  pem: PemText,
  { issuer }: { readonly issuer: boolean },
): KeyMaterial {
  const { certificates, keys } = readPem(pem)
  const [leaf, ...others] = certificates
  if (!leaf) {
    const [key, second] = keys
    if (!key) throw invalid(pem, 1, 'it has neither a certificate nor a key')
    if (second) throw invalid(pem, second.line, 'it has more than one key and no certificate')
    if (issuer) throw invalid(pem, key.line, 'a key alone says nothing of its issuer')
    return { id: idOf(key.spki), tlsas: [tlsaOf(3, key.spki)], notAfter: undefined }
  }
  const foreign = keys.find(({ spki }) => idOf(spki) !== idOf(leaf.spki))
  if (foreign) throw invalid(pem, foreign.line, 'the key is not that of the first certificate')
  const tlsas = [tlsaOf(3, leaf.spki)]
  if (issuer) tlsas.push(tlsaOf(2, issuerOf(pem, leaf, others).spki))
  return { id: idOf(leaf.spki), tlsas, notAfter: leaf.notAfter }
}

/**
 * The same text with nothing private in it: what may be sent elsewhere.
 *
 * @throws {CodedError} `pem-invalid`
 */
export function publicPem(pem: PemText): string {
  const { certificates, keys } = readPem(pem)
  if (certificates.length > 0) {
    return certificates.map(({ der }) => formatBlock('CERTIFICATE', der)).join('')
  }
  return keys.map(({ spki }) => formatBlock('PUBLIC KEY', spki)).join('')
}

/** Whether a text has what only its owner should have. */
export function hasPrivateKey(text: string): boolean {
  return /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(text)
}

function readPem(pem: PemText): Content {
  const certificates: Certificate[] = []
  const keys: { spki: Uint8Array; line: number }[] = []
  for (const { label, body, line } of blocksOf(pem)) {
    const der = new Uint8Array(Buffer.from(body, 'base64'))
    if (label === 'CERTIFICATE') {
      const certificate = readCertificate(der)
      if (!certificate) throw invalid(pem, line, 'the certificate cannot be read')
      certificates.push(certificate)
    } else if (label === 'PUBLIC KEY') {
      if (!readSpki(der)) throw invalid(pem, line, 'the public key cannot be read')
      keys.push({ spki: der, line })
    } else if (label.endsWith('PRIVATE KEY')) {
      const whole = `-----BEGIN ${label}-----${body}-----END ${label}-----\n`
      const spki = publicHalfOfPem(whole)
      if (!spki) throw invalid(pem, line, 'the private key cannot be read, or has a passphrase')
      keys.push({ spki, line })
    }
  }
  return { certificates, keys }
}

/** The blocks of a PEM text (RFC 7468 §2), whole ones only: a file may be half written. */
function blocksOf(pem: PemText): readonly Block[] {
  const { text } = pem
  if (text.length > pemCharactersMax) {
    throw invalid(pem, 1, `it has ${text.length} characters, at most ${pemCharactersMax}`)
  }
  const blocks: Block[] = []
  let open: { label: string; line: number; lines: string[] } | undefined
  for (const [at, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    const [, edge, label = ''] = /^-----(BEGIN|END) ([A-Z0-9 ]{1,40})-----$/.exec(line) ?? []
    if (edge === 'BEGIN' && !open) open = { label, line: at + 1, lines: [] }
    else if (edge === 'END' && open?.label === label) {
      blocks.push({ label, line: open.line, body: `\n${open.lines.join('\n')}\n` })
      open = undefined
    } else if (edge !== undefined)
      throw invalid(pem, at + 1, `${JSON.stringify(line)} is out of place`)
    else open?.lines.push(line)
  }
  if (open) throw invalid(pem, open.line, `-----BEGIN ${open.label}----- has no end`)
  if (blocks.length > blocksMax) {
    throw invalid(pem, 1, `it has ${blocks.length} blocks, at most ${blocksMax}`)
  }
  return blocks
}

function issuerOf(pem: PemText, leaf: Certificate, others: readonly Certificate[]): Certificate {
  const issuer = others.find((other) => leaf.isIssuedBy(other))
  if (issuer) return issuer
  const text = `the issuer of ${leaf.subject} is not in the chain, and 2 1 1 of it was asked for`
  throw invalid(pem, 1, text)
}

/** SPKI and SHA-256, what every sender can use (RFC 7672 §3.1.1 and §3.1.2). */
function tlsaOf(usage: 2 | 3, spki: Uint8Array): Tlsa {
  return { usage, selector: 1, matching: 1, data: sha256(spki) }
}

/** What a key is called by: SHA-256 of its SubjectPublicKeyInfo, hexadecimal. */
export function idOf(spki: Uint8Array): string {
  return toHex(sha256(spki))
}

function formatBlock(label: string, der: Uint8Array): string {
  const lines = toBase64(der).match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

function invalid({ source }: PemText, line: number, why: string): CodedError {
  const place = { file: source, line, column: 1 }
  return new CodedError('pem-invalid', `Cannot use PEM of ${JSON.stringify(source)}: ${why}`, place)
}
