import {
  createECDH,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'
import { CodedError } from '../base/index.ts'
import { type Algorithm, signingAlgorithm } from './algorithms.ts'
import { signDeterministic } from './deterministic.ts'

/** How a private key signs. */
export interface SigningOptions {
  /**
   * Take the nonces of RFC 6979 for ECDSA, so that equal data gets equal signatures on every
   * machine; about thirty times slower. EdDSA is always like that. Default false.
   */
  readonly deterministic?: boolean
}

/** What signing takes. */
export interface SigningKey {
  readonly algorithm: number
  /** The public key field of its DNSKEY. */
  readonly publicKey: Uint8Array
  /** Signs the octets; the fresh result is the signature field of an RRSIG. */
  sign(data: Uint8Array): Uint8Array
}

/**
 * A key that signs, of algorithm 13, 14 or 15. It prints nothing of its secret when logged or
 * turned into JSON.
 */
export interface PrivateKey extends SigningKey {
  /** The secret itself, a copy: scalar (ECDSA) or seed (EdDSA), 32 or 48 octets. */
  secret(): Uint8Array
}

/** What OpenSSL needs to know of an algorithm. */
interface Recipe {
  readonly secretOctets: number
  readonly curve: 'prime256v1' | 'secp384r1' | 'ed25519'
  readonly jwkCurve: string
  readonly hashName: string | null
}

const recipes: ReadonlyMap<number, Recipe> = new Map([
  [13, { secretOctets: 32, curve: 'prime256v1', jwkCurve: 'P-256', hashName: 'sha256' }],
  [14, { secretOctets: 48, curve: 'secp384r1', jwkCurve: 'P-384', hashName: 'sha384' }],
  [15, { secretOctets: 32, curve: 'ed25519', jwkCurve: 'Ed25519', hashName: null }],
])

/** PKCS#8 of an Ed25519 key (RFC 8410 §7) up to the seed that ends it. */
const ed25519Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')

function recipeOf(algorithm: Algorithm): Recipe {
  return recipes.get(algorithm.number) as Recipe
}

function refuse(algorithm: Algorithm, why: string): never {
  throw new CodedError('key-invalid', `Cannot read ${algorithm.mnemonic} private key: ${why}`)
}

/**
 * Makes a private key from its secret. A secret shorter than it should be counts as without its
 * leading zero octets, as some old tools wrote it. The octets are copied.
 *
 * @throws {CodedError} `algorithm-unknown`, or `key-invalid` when it is no secret of the curve
 */
export function privateKeyFromSecret(
  algorithmNumber: number,
  secret: Uint8Array,
  options: SigningOptions = {},
): PrivateKey {
  const algorithm = signingAlgorithm(algorithmNumber)
  const { secretOctets, hashName } = recipeOf(algorithm)
  if (secret.length > secretOctets || secret.length === 0) {
    refuse(algorithm, `it has ${secret.length} octets, expected ${secretOctets}`)
  }
  const kept = new Uint8Array(secretOctets)
  kept.set(secret, secretOctets - secret.length)
  const { key, publicKey } = keyPair(algorithm, kept)
  const input = { key, dsaEncoding: 'ieee-p1363' } as const
  const { number } = algorithm
  const signer =
    options.deterministic && (number === 13 || number === 14)
      ? (data: Uint8Array) => signDeterministic(number, data, kept)
      : (data: Uint8Array) => octetsOf(sign(hashName, data, input))
  return { algorithm: number, publicKey, sign: signer, secret: () => kept.slice() }
}

/**
 * Makes a new private key from the randomness of the operating system. Where keys must be
 * repeatable (lab, tests), choose a secret and use `privateKeyFromSecret`.
 *
 * @throws {CodedError} `algorithm-unknown`
 */
export function generatePrivateKey(
  algorithmNumber: number,
  options: SigningOptions = {},
): PrivateKey {
  const recipe = recipeOf(signingAlgorithm(algorithmNumber))
  return privateKeyFromSecret(algorithmNumber, freshSecret(recipe), options)
}

/**
 * A new scalar, or a seed (RFC 8032 §5.1.5: any 32 octets). Not `generateKeyPairSync`: in Node 20 a
 * key that it made may lock up the process when it is exported, for the export holds the lock of
 * the key while it allocates, and a garbage collection just then wants it to end the key's making.
 */
function freshSecret({ curve, secretOctets }: Recipe): Uint8Array {
  if (curve === 'ed25519') return randomBytes(secretOctets)
  const exchange = createECDH(curve)
  exchange.generateKeys()
  return exchange.getPrivateKey()
}

/**
 * Reads a PEM of PKCS#8 or SEC 1 without passphrase; the curve tells the algorithm.
 *
 * @throws {CodedError} `key-invalid` when it is none, is encrypted, or is of another kind of key
 */
export function privateKeyFromPem(pem: string, options: SigningOptions = {}): PrivateKey {
  let key: KeyObject
  try {
    key = createPrivateKey(pem)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CodedError(
      'key-invalid',
      `Cannot read PEM: it holds no PKCS#8 or SEC1 private key without passphrase (${reason})`,
    )
  }
  const curve = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType
  for (const [algorithm, recipe] of recipes) {
    if (recipe.curve === curve) return privateKeyFromSecret(algorithm, secretOf(key), options)
  }
  throw new CodedError(
    'key-invalid',
    `Cannot use key of kind ${JSON.stringify(curve)}: expected P-256, P-384 or Ed25519`,
  )
}

/** Writes the key as unencrypted PKCS#8 PEM: keep it where nobody else can read it. */
export function privateKeyToPem(key: PrivateKey): string {
  const pair = keyPair(signingAlgorithm(key.algorithm), key.secret())
  return pair.key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

function secretOf(key: KeyObject): Uint8Array {
  return Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url')
}

/** The key object of a secret, and the public key that belongs to it. */
function keyPair(
  algorithm: Algorithm,
  secret: Uint8Array,
): { key: KeyObject; publicKey: Uint8Array } {
  const { curve, jwkCurve, secretOctets } = recipeOf(algorithm)
  if (curve === 'ed25519') {
    const der = Buffer.concat([ed25519Prefix, secret])
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    const { x } = createPublicKey(key).export({ format: 'jwk' })
    return { key, publicKey: octetsOf(Buffer.from(x ?? '', 'base64url')) }
  }
  const point = pointOf(algorithm, curve, secret)
  const x = point.subarray(0, secretOctets).toString('base64url')
  const y = point.subarray(secretOctets).toString('base64url')
  const d = Buffer.from(secret).toString('base64url')
  const jwk = { kty: 'EC', crv: jwkCurve, x, y, d }
  return { key: createPrivateKey({ key: jwk, format: 'jwk' }), publicKey: octetsOf(point) }
}

/** The public point x | y of a scalar. */
function pointOf(algorithm: Algorithm, curve: string, secret: Uint8Array): Buffer {
  const exchange = createECDH(curve)
  try {
    exchange.setPrivateKey(secret)
  } catch {
    refuse(algorithm, 'it is not a number from 1 to the order of the curve')
  }
  return exchange.getPublicKey().subarray(1)
}

/** The same memory without the habits of Buffer, whose `slice` does not copy. */
function octetsOf(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)
}
