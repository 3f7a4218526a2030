import { execFileSync } from 'node:child_process'
import { inspect } from 'node:util'
import t from 'tap'
import {
  generatePrivateKey,
  privateKeyFromPem,
  privateKeyFromSecret,
  privateKeyToPem,
  verifySignature,
} from '../../src/crypto/index.ts'
import { toBase64, toHex } from '../../src/wire/index.ts'
import { opensslKey } from '../support/openssl-key.ts'

const data = new TextEncoder().encode('what is signed')

for (const algorithm of [13, 14, 15]) {
  t.test(`generatePrivateKey, algorithm ${algorithm}: fresh keys that sign`, async (t) => {
    const key = generatePrivateKey(algorithm)
    t.equal(verifySignature(algorithm, key.publicKey, data, key.sign(data)), 'good')
    t.not(toHex(key.secret()), toHex(generatePrivateKey(algorithm).secret()))
  })

  t.test(`PrivateKey, algorithm ${algorithm}: shows nothing of its secret`, async (t) => {
    const key = generatePrivateKey(algorithm)
    const shown = inspect(key, { depth: 9, showHidden: true }) + JSON.stringify(key)
    t.notMatch(shown, toHex(key.secret()))
    t.notMatch(shown, toBase64(key.secret()))
    t.notMatch(shown, [...key.secret().subarray(0, 8)].join(', '))
    const copy = key.secret()
    copy.fill(0)
    t.not(toHex(key.secret()), toHex(copy), 'secret() is a copy')
  })

  t.test(`privateKeyToPem, algorithm ${algorithm}: read back as the same key`, async (t) => {
    const key = generatePrivateKey(algorithm)
    const again = privateKeyFromPem(privateKeyToPem(key))
    t.equal(again.algorithm, algorithm)
    t.equal(toHex(again.secret()), toHex(key.secret()))
    t.equal(toHex(again.publicKey), toHex(key.publicKey))
  })

  t.test(
    `PrivateKey, algorithm ${algorithm}: signs the same with and without Buffer`,
    async (t) => {
      const key = privateKeyFromSecret(algorithm, new Uint8Array(32).fill(5), {
        deterministic: true,
      })
      t.equal(toHex(key.sign(Buffer.from(data))), toHex(key.sign(data)))
      t.equal(key.sign(data).constructor, Uint8Array)
    },
  )
}

t.test('privateKeyFromPem reads SEC 1, in the form that OpenSSL writes', async (t) => {
  const privateKey = opensslKey({ ec: 'P-256' })
  const pem = privateKey.export({ type: 'sec1', format: 'pem' }).toString()
  t.match(pem, /BEGIN EC PRIVATE KEY/)
  const key = privateKeyFromPem(pem)
  t.equal(key.algorithm, 13)
  t.equal(Buffer.from(key.secret()).toString('base64url'), privateKey.export({ format: 'jwk' }).d)
})

t.test('privateKeyFromPem refuses what it cannot use', async (t) => {
  const rsa = opensslKey({ rsa: 1024 })
  const k1 = opensslKey({ ec: 'secp256k1' })
  const locked = opensslKey('ed25519').export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'secret',
  })
  const pems = {
    'an RSA key': rsa.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'another curve': k1.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'a key with passphrase': locked.toString(),
    'no PEM': 'hello',
  }
  for (const [what, pem] of Object.entries(pems)) {
    t.throws(() => privateKeyFromPem(pem), { code: 'key-invalid' }, what)
  }
})

t.test(
  'privateKeyFromSecret pads a short secret, as of tools that drop leading zeros',
  async (t) => {
    const short = privateKeyFromSecret(13, Uint8Array.of(1, 2, 3))
    const padded = new Uint8Array(32)
    padded.set([1, 2, 3], 29)
    t.equal(toHex(short.publicKey), toHex(privateKeyFromSecret(13, padded).publicKey))
  },
)

t.test('privateKeyFromSecret refuses what is no secret of the curve', async (t) => {
  const refused: [number, Uint8Array][] = [
    [13, new Uint8Array(32)],
    [13, new Uint8Array(32).fill(255)],
    [13, new Uint8Array(33).fill(1)],
    [13, new Uint8Array()],
    [14, new Uint8Array(48)],
    [14, new Uint8Array(48).fill(255)],
    [15, new Uint8Array(33)],
  ]
  for (const [algorithm, secret] of refused) {
    t.throws(() => privateKeyFromSecret(algorithm, secret), { code: 'key-invalid' })
  }
})

t.test('privateKeyFromSecret refuses algorithms that cannot be signed with', async (t) => {
  for (const algorithm of [5, 8, 10, 16, 99]) {
    t.throws(() => privateKeyFromSecret(algorithm, new Uint8Array(32).fill(1)), {
      code: 'algorithm-unknown',
      message: `Cannot sign with algorithm ${algorithm}: expected 13, 14 or 15`,
    })
    t.throws(() => generatePrivateKey(algorithm), { code: 'algorithm-unknown' })
  }
})

t.test('deterministic: another process signs with the same octets', async (t) => {
  const index = new URL('../../src/crypto/index.js', import.meta.url).href
  const program = `
    const { privateKeyFromSecret } = await import(${JSON.stringify(index)})
    const key = privateKeyFromSecret(13, new Uint8Array(32).fill(3), { deterministic: true })
    process.stdout.write(Buffer.from(key.sign(Buffer.from('abc'))).toString('hex'))`
  const env = { ...process.env, NODE_OPTIONS: '' }
  const theirs = execFileSync(process.execPath, ['--input-type=module', '-e', program], { env })
  const key = privateKeyFromSecret(13, new Uint8Array(32).fill(3), { deterministic: true })
  t.equal(theirs.toString(), toHex(key.sign(Buffer.from('abc'))))
})

t.test('bug: making keys locks up the process now and then', async (t) => {
  const crypto = new URL('../../src/crypto/index.js', import.meta.url)
  const script = `
    import { generatePrivateKey } from '${crypto}'
    for (let count = 0; count < 20_000; count++) generatePrivateKey(15)
    console.log('made')`
  // Collected often, for it was the collection of garbage that waited for what was locked.
  const args = ['--max-semi-space-size=1', '--input-type=module', '--eval', script]
  const options = { timeout: 120_000, killSignal: 'SIGKILL', encoding: 'utf8' } as const
  t.equal(execFileSync(process.execPath, args, options), 'made\n')
})
