import { createPrivateKey, createPublicKey } from 'node:crypto'

/**
 * The public half of a private key in PEM (PKCS#8, SEC1 or PKCS#1, without passphrase), of whatever
 * kind OpenSSL knows: SubjectPublicKeyInfo, DER. Undefined when it is none. The private half is let
 * go of at once.
 */
export function publicHalfOfPem(pem: string): Uint8Array | undefined {
  try {
    const key = createPublicKey(createPrivateKey(pem))
    return new Uint8Array(key.export({ type: 'spki', format: 'der' }))
  } catch {
    return undefined
  }
}
