import t from 'tap'
import {
  dsRdata,
  keyTag,
  privateKeyFromSecret,
  verifySignature,
} from '../../../src/crypto/index.ts'
import { parseName, toHex } from '../../../src/wire/index.ts'
import { base64, rdata, signedData } from '../../support/signed-data.ts'

// RFC 6605 §6: keys, DS and RRSIG of example.net.

const examples = [
  {
    section: '6.1, P-256',
    algorithm: 13,
    secret: 'GU6SnQ/Ou+xC5RumuIUIuJZteXT2z0O/ok1s38Et6mQ=',
    publicKey: `GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edb
      krSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==`,
    keyTag: 55648,
    ds: `55648 13 2 b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17`,
    digestType: 2,
    template: 'A 13 3 3600 20100909100439 20100812100439 55648 example.net.',
    signature: `qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXA
      yGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==`,
  },
  {
    section: '6.2, P-384',
    algorithm: 14,
    secret: 'WURgWHCcYIYUPWgeLmiPY2DJJk02vgrmTfitxgqcL4vwW7BOrbawVmVe0d9V94SR',
    publicKey: `xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1
      w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8
      /uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40`,
    keyTag: 10771,
    ds: `10771 14 4 72d7b62976ce06438e9c0bf319013cf801f09ecc84b8
      d7e9495f27e305c6a9b0563a9b5f4d288405c3008a946df983d6`,
    digestType: 4,
    template: 'A 14 3 3600 20100909102025 20100812102025 10771 example.net.',
    signature: `/L5hDKIvGDyI1fcARX3z65qrmPsVz73QD1Mr5CEqOiLP
      95hxQouuroGCeZOvzFaxsT8Glr74hbavRKayJNuydCuz
      WTSSPdz7wnqXL5bdcJzusdnI0RSMROxxwGipWcJm`,
  },
]

for (const example of examples) {
  const publicKey = base64(example.publicKey)
  const data = signedData('www.example.net.', example.template, '192.0.2.1')

  t.test(`RFC 6605 §${example.section}: the private key gives the public key`, async (t) => {
    const key = privateKeyFromSecret(example.algorithm, base64(example.secret))
    t.equal(toHex(key.publicKey), toHex(publicKey))
  })

  t.test(`RFC 6605 §${example.section}: key tag and DS`, async (t) => {
    const dnskey = rdata('DNSKEY', `257 3 ${example.algorithm} ${example.publicKey}`)
    t.equal(keyTag(dnskey), example.keyTag)
    const ds = dsRdata(parseName('Example.NET.'), dnskey, example.digestType)
    t.equal(toHex(ds), toHex(rdata('DS', example.ds)))
  })

  t.test(`RFC 6605 §${example.section}: the signature verifies, no other does`, async (t) => {
    const signature = base64(example.signature)
    t.equal(verifySignature(example.algorithm, publicKey, data, signature), 'good')
    const otherData = signedData('www.example.net.', example.template, '192.0.2.2')
    t.equal(verifySignature(example.algorithm, publicKey, otherData, signature), 'bad')
    signature[0] = (signature[0] ?? 0) ^ 1
    t.equal(verifySignature(example.algorithm, publicKey, data, signature), 'bad')
  })

  for (const deterministic of [false, true]) {
    t.test(
      `RFC 6605 §${example.section}: ours verify, deterministic ${deterministic}`,
      async (t) => {
        const key = privateKeyFromSecret(example.algorithm, base64(example.secret), {
          deterministic,
        })
        t.equal(verifySignature(example.algorithm, publicKey, data, key.sign(data)), 'good')
      },
    )
  }
}
