import t from 'tap'
import { privateKeyFromSecret, verifySignature } from '../../../src/crypto/index.ts'
import { toHex } from '../../../src/wire/index.ts'
import { hex } from '../../support/signed-data.ts'

// RFC 6979 A.2.5 (P-256 with SHA-256) and A.2.6 (P-384 with SHA-384). The first has s above half
// of the order: it fails where signatures are folded into the lower half.

const p256 = 'C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721'
const p384 = `6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D8
  96D5724E4C70A825F872C9EA60D2EDF5`

const vectors = [
  {
    algorithm: 13,
    secret: p256,
    text: 'sample',
    signature: `EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716
      F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8`,
  },
  {
    algorithm: 13,
    secret: p256,
    text: 'test',
    signature: `F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367
      019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083`,
  },
  {
    algorithm: 14,
    secret: p384,
    text: 'sample',
    signature: `94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C
      81A648152E44ACF96E36DD1E80FABE46
      99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94F
      A329C145786E679E7B82C71A38628AC8`,
  },
]

for (const { algorithm, secret, text, signature } of vectors) {
  t.test(`RFC 6979 A.2: algorithm ${algorithm} signs "${text}" with these octets`, async (t) => {
    const key = privateKeyFromSecret(algorithm, hex(secret), { deterministic: true })
    const data = new TextEncoder().encode(text)
    t.equal(toHex(key.sign(data)), toHex(hex(signature)))
    t.equal(toHex(key.sign(data)), toHex(hex(signature)), 'and again')
    t.equal(verifySignature(algorithm, key.publicKey, data, hex(signature)), 'good')
  })
}
