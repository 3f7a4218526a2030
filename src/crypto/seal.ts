import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { CodedError } from '../base/index.ts'
import { formatName, lowerName, type Name, toHex } from '../wire/index.ts'
import { sha256 } from './digests.ts'

/**
 * A key that seals others: AES-256. It prints nothing of its secret when logged or turned into
 * JSON.
 */
export interface SealingKey {
  /** Which one it is, 16 hexadecimal digits: says nothing of the secret. */
  readonly id: string
  /** For `seal` and `unseal` only. */
  readonly secret: KeyObject
}

/** Whose secret is sealed; a sealed secret opens nowhere else. */
export interface SealedFor {
  readonly zone: Name
  /** The number of the key in its zone, 0 to 2^32 - 1. */
  readonly id: number
}

// A sealed secret: layout, id of the sealing key, nonce, what is sealed, tag.
const layout = 1
const idOctets = 8
const nonceOctets = 12
const tagOctets = 16
const headerOctets = 1 + idOctets + nonceOctets
const keyOctets = 32
/** Keeps ids apart from whatever else may be the SHA-256 of a key. */
const idPrefix = Buffer.from('danelaw sealing key\0')

/**
 * A sealing key from its text: 32 octets as 64 hexadecimal digits or in base64, as
 * `openssl rand -hex 32` and `openssl rand -base64 32` write them. `from` says in a message where
 * the text is from; the text itself is never quoted.
 *
 * @throws {CodedError} `seal-key-invalid`
 */
export function parseSealingKey(text: string, from: string): SealingKey {
  const trimmed = text.trim()
  const isHex = /^[0-9A-Fa-f]{64}$/.test(trimmed)
  if (!isHex && !/^[0-9A-Za-z+/]{43}=?$/.test(trimmed)) {
    const expected = '64 hexadecimal digits, or 44 characters of base64'
    throw new CodedError(
      'seal-key-invalid',
      `Cannot read sealing key ${from}: expected ${expected}`,
    )
  }
  return sealingKeyFromOctets(Buffer.from(trimmed, isHex ? 'hex' : 'base64'))
}

/** A sealing key from its 32 octets. */
function sealingKeyFromOctets(octets: Buffer): SealingKey {
  const fingerprint = sha256(Buffer.concat([idPrefix, octets]))
  const secret = createSecretKey(octets)
  return { id: toHex(fingerprint.subarray(0, idOctets)), secret }
}

/** A new sealing key, as the text that `parseSealingKey` reads. */
export function generateSealingKeyText(): string {
  return randomBytes(keyOctets).toString('hex')
}

/**
 * Seals a secret: AES-256-GCM with a random nonce (NIST SP 800-38D §8.2.2: good for 2^32 secrets
 * under one key). Zone, id and header are authenticated with it.
 */
export function seal(key: SealingKey, secret: Uint8Array, owner: SealedFor): Uint8Array {
  const nonce = randomBytes(nonceOctets)
  const header = Buffer.concat([Buffer.of(layout), Buffer.from(key.id, 'hex'), nonce])
  const cipher = createCipheriv('aes-256-gcm', key.secret, nonce, { authTagLength: tagOctets })
  cipher.setAAD(associatedData(header, owner))
  const body = cipher.update(secret)
  return Buffer.concat([header, body, cipher.final(), cipher.getAuthTag()])
}

/**
 * Opens a sealed secret with whichever of `keys` it was sealed with: while keys are changed there
 * are two. The tag is compared in constant time, and nothing comes out unless it is right.
 *
 * @throws {CodedError} `unseal-failed`
 */
export function unseal(
  keys: readonly SealingKey[],
  sealed: Uint8Array,
  owner: SealedFor,
): Uint8Array {
  const id = sealingKeyId(sealed)
  if (id === undefined) throw unsealFailed(owner, 'it is malformed')
  const key = keys.find((one) => one.id === id)
  if (!key) throw unsealFailed(owner, `it was sealed with key ${id}, which is not given`)
  const header = sealed.subarray(0, headerOctets)
  const tagAt = sealed.length - tagOctets
  const nonce = header.subarray(1 + idOctets)
  const options = { authTagLength: tagOctets }
  const decipher = createDecipheriv('aes-256-gcm', key.secret, nonce, options)
  decipher.setAAD(associatedData(header, owner))
  decipher.setAuthTag(sealed.subarray(tagAt))
  const opened = decipher.update(sealed.subarray(headerOctets, tagAt))
  try {
    return Buffer.concat([opened, decipher.final()])
  } catch {
    opened.fill(0)
    throw unsealFailed(owner, 'it was changed, or is of another zone or key')
  }
}

/** The id of the key that a secret was sealed with; undefined when that is no sealed secret. */
export function sealingKeyId(sealed: Uint8Array): string | undefined {
  if (sealed.length < headerOctets + tagOctets || sealed[0] !== layout) return undefined
  return toHex(sealed.subarray(1, 1 + idOctets))
}

/** Every part has a length of its own or comes last, so that no two owners give the same octets. */
function associatedData(header: Uint8Array, { zone, id }: SealedFor): Uint8Array {
  const number = Buffer.alloc(4)
  number.writeUInt32BE(id)
  return Buffer.concat([header, number, lowerName(zone)])
}

function unsealFailed({ zone, id }: SealedFor, why: string): CodedError {
  return new CodedError('unseal-failed', `Cannot unseal key ${id} of ${formatName(zone)}: ${why}`)
}
