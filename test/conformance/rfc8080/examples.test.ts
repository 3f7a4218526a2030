import t from 'tap'
import {
  dsRdata,
  keyTag,
  privateKeyFromSecret,
  verifySignature,
} from '../../../src/crypto/index.ts'
import { parseName, toBase64, toHex } from '../../../src/wire/index.ts'
import { base64, rdata, signedData } from '../../support/signed-data.ts'

// RFC 8080 §6. Its RRSIGs are printed without their algorithm (erratum 4935), and were made with a
// labels field of 3, though example.com. has 2 labels; the octets signed are rebuilt that way.

const examples = [
  {
    algorithm: 15,
    secret: 'ODIyNjAzODQ2MjgwODAxMjI2NDUxOTAyMDQxNDIyNjI=',
    publicKey: 'l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=',
    keyTag: 3613,
    digest: '3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b',
    signature: `Edk+IB9KNNWg0HAjm7FazXyrd5m3Rk8zNZbvNpAcM+eysqcUOMIjWoevFkj
      H5GaMWeG96GUVZu6ECKOQmemHDg==`,
  },
  {
    algorithm: 15,
    secret: 'DSSF3o0s0f+ElWzj9E/Osxw8hLpk55chkmx0LYN5WiY=',
    publicKey: 'zPnZ/QwEe7S8C5SPz2OfS5RR40ATk2/rYnE9xHIEijs=',
    keyTag: 35217,
    digest: '401781b934e392de492ec77ae2e15d70f6575a1c0bc59c5275c04ebe80c6614c',
    signature: `5LL2obmzdqjWI+Xto5eP5adXt/T5tMhasWvwcyW4L3SzfcRawOle9bodhC+
      oip9ayUGjY9T/rL4rN3bOuESGDA==`,
  },
  {
    algorithm: 16,
    secret: undefined,
    publicKey: `3kgROaDjrh0H2iuixWBrc8g2EpBBLCdGzHmn+G2MpTPhpj/OiBVHHSfPodx
      1FYYUcJKm1MDpJtIA`,
    keyTag: 9713,
    digest: '6ccf18d5bc5d7fc2fceb1d59d17321402f2aa8d368048db93dd811f5cb2b19c7',
    signature: `Nmc0rgGKpr3GKYXcB1JmqqS4NYwhmechvJTqVzt3jR+Qy/lSLFoIk1L+9e3
      9GPL+5tVzDPN3f9kAwiu8KCuPPjtl227ayaCZtRKZuJax7n9NuYlZJIusX0
      SOIOKBGzG+yWYtz1/jjbzl5GGkWvREUCUA`,
  },
  {
    algorithm: 16,
    secret: undefined,
    publicKey: `kkreGWoccSDmUBGAe7+zsbG6ZAFQp+syPmYUurBRQc3tDjeMCJcVMRDmgcN
      Lp5HlHAMy12VoISsA`,
    keyTag: 38353,
    digest: '645ff078b3568f5852b70cb60e8e696cc77b75bfaaffc118cf79cbda1ba28af4',
    signature: `+JjANio/LIzp7osmMYE5XD3H/YES8kXs5Vb9H8MjPS8OAGZMD37+LsCIcjg
      5ivt0d4Om/UaqETEAsJjaYe56CEQP5lhRWuD2ivBqE0zfwJTyp4WqvpULbp
      vaukswvv/WNEFxzEYQEIm9+xDlXj4pMAMA`,
  },
]

for (const { algorithm, secret, publicKey, keyTag: tag, digest, signature } of examples) {
  const what = `RFC 8080 §6, algorithm ${algorithm}, key ${tag}`
  const template = `MX ${algorithm} 3 3600 1440021600 1438207200 ${tag} example.com.`
  const data = signedData('example.com.', template, '10 mail.example.com.')

  t.test(`${what}: key tag and DS`, async (t) => {
    const dnskey = rdata('DNSKEY', `257 3 ${algorithm} ${publicKey}`)
    t.equal(keyTag(dnskey), tag)
    const ds = dsRdata(parseName('example.com.'), dnskey, 2)
    t.equal(toHex(ds), toHex(rdata('DS', `${tag} ${algorithm} 2 ${digest}`)))
  })

  t.test(`${what}: the signature verifies, no other does`, async (t) => {
    const octets = base64(signature)
    t.equal(verifySignature(algorithm, base64(publicKey), data, octets), 'good')
    octets[40] = (octets[40] ?? 0) ^ 1
    t.equal(verifySignature(algorithm, base64(publicKey), data, octets), 'bad')
  })

  if (secret) {
    t.test(`${what}: our public key and signature are theirs, octet for octet`, async (t) => {
      const key = privateKeyFromSecret(algorithm, base64(secret))
      t.equal(toBase64(key.publicKey), publicKey)
      t.equal(toBase64(key.sign(data)), toBase64(base64(signature)))
    })
  }
}
