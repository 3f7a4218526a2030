import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'

const publicKeyEncoding = { type: 'spki', format: 'pem' } as const
const privateKeyEncoding = { type: 'pkcs8', format: 'pem' } as const

/**
 * A key pair of a kind that danelaw itself does not make. It goes through its PEM, for in Node 20
 * exporting the very key that `generateKeyPairSync` made may lock up the process (see `sign.ts`).
 */
export function opensslKey(
  kind: 'ed25519' | 'ed448' | { rsa: number } | { ec: string },
): KeyObject {
  if (kind === 'ed25519')
    return read(generateKeyPairSync('ed25519', { publicKeyEncoding, privateKeyEncoding }))
  if (kind === 'ed448')
    return read(generateKeyPairSync('ed448', { publicKeyEncoding, privateKeyEncoding }))
  return 'rsa' in kind
    ? read(
        generateKeyPairSync('rsa', {
          modulusLength: kind.rsa,
          publicKeyEncoding,
          privateKeyEncoding,
        }),
      )
    : read(
        generateKeyPairSync('ec', { namedCurve: kind.ec, publicKeyEncoding, privateKeyEncoding }),
      )
}

function read({ privateKey }: { privateKey: string }): KeyObject {
  return createPrivateKey(privateKey)
}
